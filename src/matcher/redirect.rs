//! `<code word> <slot> <host>:<port>`, parsed by hand: the compiled form of the rules
//! `redis-cluster-moved` and `redis-cluster-ask`, and of the bare pair that is left
//! when a client strips the code word. A storm is made of these, so they never go
//! through a regex; tests hold this parser equal to the rules' regexes.

use crate::model::{EndpointRef, Signal, Slot};
use memchr::memmem;

/// A redirection found in a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Redirection<'l> {
    /// [`Signal::Moved`], [`Signal::Ask`], or [`Signal::Redirect`] for a bare pair.
    pub signal: Signal,
    /// Byte range of the match in the line.
    pub start: usize,
    /// See `start`.
    pub end: usize,
    /// The slot.
    pub slot: Slot,
    /// Where the slot lives, or is on its way to.
    pub endpoint: EndpointRef<'l>,
}

/// The literals that a line must hold (in any ASCII case) to have a redirection with
/// a code word.
pub const WORDS: [&[u8]; 6] = [b"moved ", b"moved:", b"movederror", b"ask ", b"ask:", b"askerror"];

/// How far behind a pipeline's exception class its pair may stand: the command's text
/// is between them.
const PIPELINE_REACH: usize = 8 * 1024;

/// How many bytes (spaces, backslashes) may stand between a bare pair and the end of its
/// line or quoted string, so that a look at a pair never goes far.
const TRAILING_LIMIT: usize = 128;

/// No redirection with a code word is longer, its pipeline's command included.
pub const REDIRECTION_LIMIT: usize = PIPELINE_REACH + 1024;

/// The redirection whose code word starts at `at`, if there is one.
///
/// Forms (client-library sources): `MOVED <pair>` in any case, `Moved: <pair>`
/// (redis-rs, GLIDE), `MovedError: <pair>` and `MovedError('<pair>')` (redis-py from
/// 4.1, coredis, redis-py-cluster), the latter also with `Command # n (…) of pipeline
/// caused error: ` in front of the pair; the same with `ASK`.
pub fn at(line: &[u8], at: usize) -> Option<Redirection<'_>> {
    let text = &line[at..];
    let (signal, word) = if starts_with_ignore_case(text, b"moved") {
        (Signal::Moved, 5)
    } else if starts_with_ignore_case(text, b"ask") {
        (Signal::Ask, 3)
    } else {
        return None;
    };
    let found = |pair: usize| {
        let (slot, endpoint, used) = pair_at(line, pair)?;
        Some(Redirection { signal, start: at, end: pair + used, slot, endpoint })
    };
    match *text.get(word)? {
        b' ' if stands_alone(line, at) => found(at + word + 1),
        b':' if text.get(word + 1) == Some(&b' ') && stands_alone(line, at) => found(at + word + 2),
        b'E' | b'e' if starts_with_ignore_case(&text[word..], b"error") => {
            if at > 0 && is_word(line[at - 1]) && !after_escape(line, at) {
                return None;
            }
            let rest = at + word + 5;
            let pair = rest + class_separator(&line[rest..])?;
            found(pair).or_else(|| found(after_pipeline_notice(line, pair)?))
        }
        _ => None,
    }
}

/// What stands between an exception's class and its text: `: `, `('`, `("`, with any
/// backslashes that JSON put in.
fn class_separator(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b':' => (text.get(1) == Some(&b' ')).then_some(2),
        b'(' => {
            let slashes = text[1..].iter().take_while(|&&b| b == b'\\').count();
            matches!(text.get(1 + slashes), Some(b'\'' | b'"')).then_some(2 + slashes)
        }
        _ => None,
    }
}

/// `Command # 3 (SET a b) of pipeline caused error: ` at `at`: where its pair starts.
fn after_pipeline_notice(line: &[u8], at: usize) -> Option<usize> {
    const NOTICE: &[u8] = b" of pipeline caused error: ";
    let text = &line[at..line.len().min(at + PIPELINE_REACH)];
    text.starts_with(b"Command # ").then_some(())?;
    Some(at + memmem::find(text, NOTICE)? + NOTICE.len())
}

/// `<slot> <endpoint>` at `at`, and how many bytes it takes.
pub fn pair_at(line: &[u8], at: usize) -> Option<(Slot, EndpointRef<'_>, usize)> {
    let text = line.get(at..)?;
    let digits = text.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let slot = Slot::parse(&text[..digits])?;
    (text.get(digits) == Some(&b' ')).then_some(())?;
    let (endpoint, used) = EndpointRef::parse_prefix(&text[digits + 1..])?;
    Some((slot, endpoint, digits + 1 + used))
}

/// The bare `<slot> <host>:<port>` that ends at `end` (its port's last digit is the
/// byte before), as `str(e)` prints it in redis-py from 6.0 and `what()` in
/// redis-plus-plus. Only a candidate: many programs print a number and an address.
pub fn bare_pair_before(line: &[u8], end: usize) -> Option<Redirection<'_>> {
    // The longest pair is five digits, a space and an endpoint of at most 262 bytes.
    let from = end.saturating_sub(270);
    let text = &line[from..end];
    let port = text.iter().rev().take(6).take_while(|b| b.is_ascii_digit()).count();
    if !(1..=5).contains(&port) || text.len() < port + 3 || text[text.len() - port - 1] != b':' {
        return None;
    }
    let space = memchr::memrchr(b' ', text)?;
    let digits = text[..space].iter().rev().take(6).take_while(|b| b.is_ascii_digit()).count();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let start = from + space - digits;
    let before = start.checked_sub(1).map(|i| line[i]);
    let alone = match before {
        None => true,
        Some(b) => matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'(' | b'[' | b'=') || after_escape(line, start),
    };
    alone.then_some(())?;
    let (slot, endpoint, used) = pair_at(line, start)?;
    let redacted = endpoint.port.is_none();
    (start + used == end && !redacted).then_some(())?;
    Some(Redirection { signal: Signal::Redirect, start, end, slot, endpoint })
}

/// The end of what may be a bare pair before a line's or a quoted string's end: without a
/// carriage return, a colour's reset and a full stop, or the backslashes of the quote.
pub fn pair_end(text: &[u8], end: usize) -> usize {
    let trailing = |end: usize, is_trailing: fn(u8) -> bool| {
        let limited = text[..end].iter().rev().take(TRAILING_LIMIT);
        end - limited.take_while(|&&b| is_trailing(b)).count()
    };
    if text.get(end).is_some_and(|&b| b != b'\n') {
        return trailing(end, |b| b == b'\\');
    }
    let mut end = trailing(end, |b| matches!(b, b'\r' | b' '));
    if text[..end].ends_with(b"\x1b[0m") {
        end -= 4;
    }
    if end > 0 && text[end - 1] == b'.' {
        end -= 1;
    }
    end
}

/// Whether nothing that belongs to a longer word stands before `at`. Scripts that put no
/// space between words, and their punctuation (`：`), may.
fn stands_alone(line: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|i| line[i]) else { return true };
    b" \t\"'`->[<(){:=,;|*".contains(&before) || !before.is_ascii() || after_escape(line, at)
}

/// Whether the byte before `at` is the letter of an escaped line break or tab, as JSON
/// prints a stack trace: `…\nMOVED 3999 …`.
fn after_escape(line: &[u8], at: usize) -> bool {
    at >= 2 && matches!(line[at - 1], b'n' | b't' | b'r') && line[at - 2] == b'\\'
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn starts_with_ignore_case(text: &[u8], lower: &[u8]) -> bool {
    text.len() >= lower.len() && text[..lower.len()].eq_ignore_ascii_case(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first redirection with a code word in the line.
    fn first(line: &str) -> Option<(Signal, u16, String)> {
        (0..line.len())
            .find_map(|i| at(line.as_bytes(), i))
            .map(|r| (r.signal, r.slot.get(), r.endpoint.to_string()))
    }

    #[test]
    fn code_words_in_all_their_forms() {
        for (line, signal, slot, endpoint) in [
            ("MOVED 12182 10.0.0.12:6379", Signal::Moved, 12182, "10.0.0.12:6379"),
            ("(error) ERR MOVED 6918 172.16.49.96:7384", Signal::Moved, 6918, "172.16.49.96:7384"),
            ("err='ASK 5061 2001:db8::12:6379'", Signal::Ask, 5061, "2001:db8::12:6379"),
            ("x error=Ask: 5061 10.0.0.12:6379", Signal::Ask, 5061, "10.0.0.12:6379"),
            ("error response: -MOVED 3785 h-1:6379", Signal::Moved, 3785, "h-1:6379"),
            ("redis.exceptions.MovedError: 12182 :6379", Signal::Moved, 12182, ":6379"),
            ("MovedError('12182 ?:6379')", Signal::Moved, 12182, "?:6379"),
            (
                "MovedError('Command # 3 (SET a b) of pipeline caused error: 12182 10.0.0.12:6379')",
                Signal::Moved,
                12182,
                "10.0.0.12:6379",
            ),
            (r#"{"exc":"...\nredis.exceptions.AskError: 1 a.b:1"}"#, Signal::Ask, 1, "a.b:1"),
            (r#"{"stack":"x\nMOVED 1 10.0.0.1:1\n  at"}"#, Signal::Moved, 1, "10.0.0.1:1"),
            ("MOVED 7918 <IP>", Signal::Moved, 7918, "<IP>"),
            ("exception: moved 15596 10.0.0.13:6379", Signal::Moved, 15596, "10.0.0.13:6379"),
            ("(error)MOVED 15596 10.0.0.13:6379", Signal::Moved, 15596, "10.0.0.13:6379"),
            ("读取失败：MOVED 15596 10.0.0.13:6379，重试", Signal::Moved, 15596, "10.0.0.13:6379"),
            ("读取失败ASK 15596 10.0.0.13:6379", Signal::Ask, 15596, "10.0.0.13:6379"),
            ("(error) ASK 15596 to_host:to_port", Signal::Ask, 15596, "to_host"),
            (
                "msg=MOVED 15596 [10.0.0.13:6379](http://10.0.0.13:6379/)",
                Signal::Moved,
                15596,
                "10.0.0.13:6379",
            ),
        ] {
            assert_eq!(first(line), Some((signal, slot, endpoint.to_owned())), "{line}");
        }
    }

    #[test]
    fn look_alikes_are_none() {
        for line in [
            "HTTP/1.1 301 Moved Permanently",
            "MOVED 20000 10.0.0.5:9866",
            "moved 3999 10.0.0.1:99999",
            "Moved 12 files to /archive",
            "MOVED 1200 objects in 10.5s",
            "TASK 3999 10.0.0.1:6379",
            "REMOVED 12 10.0.0.1:6379",
            "BID 3998 10.4:200 ASK 3999 10.5:100",
            "ASK 1234 me:80",
            "ASK 1234 me:please",
            "moved 12 crates:transport",
            "raise MovedError",
            "except redis.exceptions.MovedError as e:",
            "xMovedError: 1 10.0.0.1:6379",
            "MOVED 3999",
        ] {
            assert_eq!(first(line), None, "{line}");
        }
    }

    #[test]
    fn bare_pairs_end_at_their_port() {
        let read =
            |line: &str| bare_pair_before(line.as_bytes(), line.len()).map(|r| (r.start, r.slot.get()));
        assert_eq!(read("get failed: 12182 10.0.0.12:6379"), Some((12, 12182)));
        assert_eq!(read("12182 ::1:17002"), Some((0, 12182)));
        assert_eq!(read("err=\"12182 10.0.0.12:6379"), Some((5, 12182)));
        for line in [
            "10:15:30 10.0.0.1:6379",
            "2026-11-21 10.0.0.1:80",
            "x12 10.0.0.1:80",
            "20000 10.0.0.1:80",
            "1 me:80",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
