//! Level words, and where a line's level stands.

use super::clock::digit_run;
use crate::model::Level;

/// How far behind a time a level is looked for, in bytes and in words.
const REACH: usize = 200;
const WORDS: usize = 6;

/// The level that this word names in any of the loggers' vocabularies, whatever its case.
pub(super) fn word(word: &[u8]) -> Option<Level> {
    let mut lower = [0u8; 13];
    if !(3..=lower.len()).contains(&word.len()) {
        return None;
    }
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    Some(match &lower[..word.len()] {
        b"trace" | b"trc" | b"trce" | b"finest" | b"finer" | b"vrb" | b"silly" => Level::Trace,
        b"debug" | b"dbg" | b"dbug" | b"fine" | b"verbose" => Level::Debug,
        b"info" | b"inf" | b"information" | b"informational" | b"notice" | b"config" | b"audit" => {
            Level::Info
        }
        b"warn" | b"wrn" | b"warning" => Level::Warn,
        b"error" | b"err" | b"severe" | b"fail" => Level::Error,
        b"fatal" | b"ftl" | b"critical" | b"crit" | b"alert" | b"emerg" | b"emergency" | b"panic"
        | b"dpanic" => Level::Fatal,
        _ => return None,
    })
}

/// A level written in capitals, as loggers do when nothing encloses it. `CONFIG`,
/// `AUDIT` and `ERR` begin commands and replies of Redis, so they are not among them.
fn bare_word(text: &[u8]) -> Option<Level> {
    if !text.iter().all(u8::is_ascii_uppercase) || matches!(text, b"CONFIG" | b"AUDIT" | b"FINE") {
        return None;
    }
    word(text)
}

/// The level of a number: pino and bunyan 10 to 60, syslog and GELF 0 to 7, logback
/// 5000 to 50000.
pub(super) fn number(value: i64) -> Option<Level> {
    Some(match value {
        0..=2 => Level::Fatal,
        3 => Level::Error,
        4 => Level::Warn,
        5 | 6 => Level::Info,
        7 => Level::Debug,
        10 | 5_000 => Level::Trace,
        20 | 10_000 => Level::Debug,
        30 | 35 | 20_000 => Level::Info,
        40 | 30_000 => Level::Warn,
        50 | 40_000 => Level::Error,
        60 | 50_000 => Level::Fatal,
        _ => return None,
    })
}

/// The level in a syslog priority, `facility * 8 + severity`.
pub(super) fn priority(value: u32) -> Option<Level> {
    number(i64::from(value % 8))
}

/// The level of the first letter of klog's and Ruby's header.
pub(super) const fn letter(letter: u8) -> Option<Level> {
    Some(match letter {
        b'D' => Level::Debug,
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    })
}

/// The level among the first words after a time.
pub(super) fn after_time(text: &[u8]) -> Option<Level> {
    let text = &text[..text.len().min(REACH)];
    let mut at = 0;
    for position in 0..WORDS {
        while at < text.len() && b" \t,:|-]".contains(&text[at]) {
            at += 1;
        }
        let open = *text.get(at)?;
        if let Some(close) = closing(open) {
            let inner = &text[at + 1..];
            let end = inner.iter().position(|&b| b == close)?;
            if let Some(level) = enclosed(&inner[..end]) {
                return Some(level);
            }
            at += end + 2;
            continue;
        }
        let rest = &text[at..];
        let end = rest.iter().position(|b| b" \t|[(".contains(b)).unwrap_or(rest.len());
        if let Some(level) = token(&rest[..end], position == 0) {
            return Some(level);
        }
        // A bracket glued to a word (`app[12]`) is opened by the next turn.
        at += end.max(1);
    }
    None
}

const fn closing(open: u8) -> Option<u8> {
    match open {
        b'[' => Some(b']'),
        b'(' => Some(b')'),
        b'<' => Some(b'>'),
        _ => None,
    }
}

/// The level inside brackets: `[error]`, `[INFO ]`, `[core:error]`, `[ERROR main]`.
fn enclosed(inner: &[u8]) -> Option<Level> {
    let inner = inner.trim_ascii();
    if let Some(level) = word(inner) {
        return Some(level);
    }
    let last = inner.rsplit(|&b| b == b':').next().filter(|last| last.len() < inner.len());
    let first = inner.split(|&b| b == b' ' || b == b'/').next().unwrap_or_default();
    last.filter(|w| !w.contains(&b' ')).and_then(word).or_else(|| bare_word(first))
}

/// The level in one word: `ERROR`, `error:`, `production.ERROR:`, `ERROR/MainProcess`,
/// `level=error`.
fn token(token: &[u8], first: bool) -> Option<Level> {
    let bare = token.trim_ascii_end();
    let colon = bare.iter().rposition(|b| !b":,]".contains(b)).map_or(0, |n| n + 1);
    let (bare, ended) = (&bare[..colon], colon < bare.len());
    if let Some(level) = bare_word(bare) {
        return Some(level);
    }
    if first && bare.iter().all(u8::is_ascii_alphabetic) {
        // Right after the time even a small word is the level, not yet the message.
        return word(bare);
    }
    if let Some(at) = bare.iter().position(|b| b"=/.:".contains(b)) {
        let (key, rest) = (&bare[..at], &bare[at + 1..]);
        return match bare[at] {
            b'=' if matches!(key, b"level" | b"lvl" | b"severity" | b"loglevel") => {
                word(rest.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")).unwrap_or(rest))
            }
            b'/' => bare_word(key),
            b'.' if ended => rest.rsplit(|&b| b == b'.').next().and_then(bare_word),
            b':' => bare_word(key),
            _ => None,
        };
    }
    None
}

/// A level that opens a line, and how many bytes it takes with what closes it.
///
/// `ERROR x`, `ERROR:app:x`, `[error] x`, `WARN  x`, `error: x`, `fail: Cat[0]`,
/// `Warning: x`, `PHP Warning:  x`. A class name `Error: x` is none.
pub(super) fn opening(text: &[u8]) -> Option<(Level, usize)> {
    let open = *text.first()?;
    // `(error) MOVED …` is how redis-cli prints an answer.
    if let Some(close) = closing(open).filter(|_| open != b'(') {
        let inner = &text[1..text.len().min(40)];
        let end = inner.iter().position(|&b| b == close)?;
        return enclosed(&inner[..end]).map(|level| (level, end + 2));
    }
    if !open.is_ascii_alphabetic() {
        return None;
    }
    if text.starts_with(b"PHP ") {
        let (level, len) = php(&text[4..])?;
        return Some((level, len + 4));
    }
    if let Some(found) = php(text) {
        return Some(found);
    }
    let end = text.iter().take(14).position(|b| !b.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, next) = (text.get(..end)?, text.get(end).copied().unwrap_or(b'\n'));
    if name.iter().all(u8::is_ascii_uppercase) {
        return match next {
            b':' | b'|' => Some((word(name)?, end + 1)),
            b' ' | b'\t' | b'[' | b'-' | b'(' | b'\n' if name != b"ERR" => Some((bare_word(name)?, end)),
            _ => None,
        };
    }
    let spaced = next == b':' && matches!(text.get(end + 1), None | Some(b' ' | b'\n' | b'\t'));
    let class_like = open.is_ascii_uppercase() && name.eq_ignore_ascii_case(b"error");
    (spaced && !class_like).then(|| word(name)).flatten().map(|level| (level, end + 1))
}

/// What PHP puts before the messages it prints itself.
fn php(text: &[u8]) -> Option<(Level, usize)> {
    const KINDS: [(&[u8], Level); 6] = [
        (b"Fatal error: ", Level::Fatal),
        (b"Parse error: ", Level::Fatal),
        (b"Recoverable fatal error: ", Level::Fatal),
        (b"Warning: ", Level::Warn),
        (b"Notice: ", Level::Info),
        (b"Deprecated: ", Level::Info),
    ];
    KINDS.iter().find(|(kind, _)| text.starts_with(kind)).map(|(kind, level)| (*level, kind.len()))
}

/// The level character of Redis and Valkey servers (`src/server.c`, `serverLogRaw`).
pub(super) const fn redis(character: u8) -> Option<Level> {
    Some(match character {
        b'.' | b'-' => Level::Debug,
        b'*' => Level::Info,
        b'#' => Level::Warn,
        _ => return None,
    })
}

/// A number from a JSON or logfmt value.
pub(super) fn value(text: &[u8]) -> Option<Level> {
    let text = text.trim_ascii();
    if !text.is_empty() && digit_run(text, 0) == text.len() {
        return std::str::from_utf8(text).ok()?.parse().ok().and_then(number);
    }
    word(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_after_a_time() {
        let rows: [(&str, Option<Level>); 34] = [
            (" ERROR app.cache: get failed", Some(Level::Error)),
            ("  INFO 88909 --- [main] o.s.b.Main : x", Some(Level::Info)),
            (" [http-nio-8080-exec-3] ERROR c.e.S - x", Some(Level::Error)),
            (" [a thread with words] WARN  c.e.S - x", Some(Level::Warn)),
            ("] INFO [ctx] text (logger)", Some(Level::Info)),
            ("][INFO ][logger ] [node] text", Some(Level::Info)),
            ("] production.ERROR: MOVED 1 h:1", Some(Level::Error)),
            (": ERROR/MainProcess] consumer: x", Some(Level::Error)),
            (" ERR] Failed", Some(Level::Error)),
            (" [ERR] text", Some(Level::Error)),
            (" [error] 7#7: *1 x", Some(Level::Error)),
            ("] [core:error] [pid 7] x", Some(Level::Error)),
            ("][8][info][config] x", Some(Level::Info)),
            ("] [12] [ERROR] x", Some(Level::Error)),
            ("|ERROR|logger|x", Some(Level::Error)),
            (" | ERROR    | m:f:1 - x", Some(Level::Error)),
            (" error: get failed", Some(Level::Error)),
            (" pid=27730 tid=6c2 ERROR: heartbeat", Some(Level::Error)),
            (" level=error msg=x", Some(Level::Error)),
            (" host level=\"warn\" msg=x", Some(Level::Warn)),
            (" - app.redis - ERROR - x", Some(Level::Error)),
            (" ERROR:app:x", Some(Level::Error)),
            (" ERROR [com.example.Cart] (thread-1) x", Some(Level::Error)),
            (" <Error> <Security> x", Some(Level::Error)),
            (" app[12]: ERROR x", Some(Level::Error)),
            (" CRITICAL x", Some(Level::Fatal)),
            (" ERROR", Some(Level::Error)),
            (" get failed with an error", None),
            (" text: something about ERR", Some(Level::Error)),
            (" one two three four five six seven ERROR", None),
            (" app.error.handler: x", None),
            (" [unclosed ERROR", None),
            ("", None),
            (" get user:1: \"MOVED 1 h:1\"", None),
        ];
        for (text, expected) in rows {
            assert_eq!(after_time(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn levels_that_open_a_line() {
        let rows: [(&str, Option<(Level, &str)>); 24] = [
            ("ERROR x", Some((Level::Error, " x"))),
            ("ERROR:app:flush", Some((Level::Error, "app:flush"))),
            ("WARN  x", Some((Level::Warn, "  x"))),
            ("[error] x", Some((Level::Error, " x"))),
            ("[WARNING] Node", Some((Level::Warn, " Node"))),
            ("SEVERE: x", Some((Level::Error, " x"))),
            ("error: get failed", Some((Level::Error, " get failed"))),
            ("fail: Cat[0]", Some((Level::Error, " Cat[0]"))),
            ("dbug: Cat[0]", Some((Level::Debug, " Cat[0]"))),
            ("Warning: x", Some((Level::Warn, "x"))),
            ("PHP Fatal error:  Uncaught X", Some((Level::Fatal, " Uncaught X"))),
            ("ERR: x", Some((Level::Error, " x"))),
            ("ERROR", Some((Level::Error, ""))),
            ("Error: x", None),
            ("error reading", None),
            ("ERR unknown command", None),
            ("CONFIG SET x", None),
            ("ErrorReply: x", None),
            ("ERRORS x", None),
            ("info", None),
            ("[main] ERROR x", None),
            ("[cause]: x", None),
            ("", None),
            ("MOVED 1 h:1", None),
        ];
        for (text, expected) in rows {
            let got = opening(text.as_bytes()).map(|(level, len)| (level, &text[len..]));
            assert_eq!(got, expected, "{text}");
        }
    }
}
