//! What a file's name tells about rotation and compression.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A file name taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotation<'n> {
    /// The name without rotation and compression parts; the same for all files of a
    /// rotated set: `app.log` for `app.log.2.gz` and `app-2026-04-23.log.gz`.
    pub base: Cow<'n, str>,
    /// Its place in the set.
    pub rank: Rank,
}

/// The place of a file in its rotated set. Orders oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rank {
    /// Named by date: the date's digits, then the number behind it, which counts up.
    Dated(String, u64),
    /// Numbered: the higher, the older.
    Numbered(u64),
    /// The file that is written.
    Live,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let class = |rank: &Self| match rank {
            Self::Dated(..) => 0,
            Self::Numbered(_) => 1,
            Self::Live => 2,
        };
        match (self, other) {
            (Self::Dated(a, m), Self::Dated(b, n)) => a.cmp(b).then(m.cmp(n)),
            (Self::Numbered(a), Self::Numbered(b)) => b.cmp(a),
            _ => class(self).cmp(&class(other)),
        }
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

const PACKED: [&str; 12] =
    [".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".lzma", ".z", ".zip", ".tgz", ".lz", ".gzip"];

/// The name without one compression suffix, or `None` when it has none.
pub fn without_compression(name: &str) -> Option<&str> {
    PACKED.iter().find_map(|suffix| {
        let cut = name.len().checked_sub(suffix.len()).filter(|&cut| cut > 0)?;
        name.as_bytes()[cut..].eq_ignore_ascii_case(suffix.as_bytes()).then(|| &name[..cut])
    })
}

/// Takes a file name (without directories) apart.
///
/// Knows logrotate's numbers and `dateext`, log4j's, logback's and winston's dates
/// before or behind the extension, Python's `.2026-04-23`, the kubelet's
/// `0.log.20260423-101530`, Docker's `-json.log.1`, `.old` and `.bak`, and the `@` names
/// of s6 and svlogd beside `current`. A number that may be part of a version or an
/// address (`redis-7.2`, `10.0.0.1`) is left alone.
pub fn split(name: &str) -> Rotation<'_> {
    if let Some(stamp) = tai64n(name) {
        return Rotation { base: "current".into(), rank: Rank::Dated(stamp.to_ascii_lowercase(), 0) };
    }
    let plain = without_compression(name).unwrap_or(name);
    // The kubelet's unfinished copy of a file that it compresses.
    if let Some((base, rank)) = plain.strip_suffix(".tmp").and_then(dated_suffix) {
        return Rotation { base: base.into(), rank };
    }
    if let Some((base, rank)) = dated_suffix(plain) {
        return Rotation { base: base.into(), rank };
    }
    for suffix in [".old", ".bak", ".prev"] {
        if let Some(base) = plain.strip_suffix(suffix).filter(|base| !base.is_empty()) {
            return Rotation { base: base.into(), rank: Rank::Numbered(1) };
        }
    }
    // `app-2026-04-23.log.1`: behind a date inside the name, numbers count up.
    let (unnumbered, number) = match trailing_number(plain) {
        Some((rest, number)) => (rest, Some(number)),
        None => (plain, None),
    };
    if let Some((base, digits, inner)) = dated_infix(unnumbered) {
        let number = number.or(inner).unwrap_or(0);
        return Rotation { base: base.into(), rank: Rank::Dated(digits, number) };
    }
    match number {
        Some(number) => Rotation { base: unnumbered.into(), rank: Rank::Numbered(number) },
        None => Rotation { base: plain.into(), rank: Rank::Live },
    }
}

/// `@400000006…` with an optional `.s` or `.u`.
fn tai64n(name: &str) -> Option<&str> {
    let stamp = name.strip_prefix('@')?;
    let stamp = stamp.strip_suffix(".s").or(stamp.strip_suffix(".u")).unwrap_or(stamp);
    (stamp.len() == 24 && stamp.bytes().all(|b| b.is_ascii_hexdigit())).then_some(stamp)
}

/// `app.log.3`; not the last number of a version or an address.
fn trailing_number(name: &str) -> Option<(&str, u64)> {
    let (rest, digits) = name.rsplit_once('.')?;
    let short = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let numbered_thing = rest.bytes().last().is_none_or(|b| b.is_ascii_digit() || b == b'.');
    (short && !numbered_thing).then_some(())?;
    Some((rest, digits.parse().ok()?))
}

/// `app.log-20260423`, `app.log.2026-04-23`, `0.log.20260423-101530`, each perhaps with
/// a number behind it.
fn dated_suffix(name: &str) -> Option<(&str, Rank)> {
    let whole = |name: &str| -> Option<(usize, String)> {
        separators(name).find_map(|at| {
            let (digits, length) = date(&name[at + 1..])?;
            (at + 1 + length == name.len()).then_some((at, digits))
        })
    };
    if let Some((at, digits)) = whole(name) {
        return Some((&name[..at], Rank::Dated(digits, 0)));
    }
    let (rest, number) = name.rsplit_once('.')?;
    let number = number.parse().ok().filter(|_| number.len() <= 5)?;
    let (at, digits) = whole(rest)?;
    Some((&name[..at], Rank::Dated(digits, number)))
}

/// `app-2026-04-23.log`, `app.2026-04-23.0.log`, `app-2026-04-23-1.log`: the base, the
/// date's digits and the number.
fn dated_infix(name: &str) -> Option<(String, String, Option<u64>)> {
    separators(name).find_map(|at| {
        let (digits, length) = date(&name[at + 1..])?;
        let mut rest = &name[at + 1 + length..];
        let mut number = None;
        if let Some(behind) = rest.strip_prefix(['.', '-', '_']) {
            let count = behind.bytes().take_while(u8::is_ascii_digit).count();
            if (1..=5).contains(&count) && behind[count..].starts_with('.') {
                number = behind[..count].parse().ok();
                rest = &behind[count..];
            }
        }
        let extension = rest.strip_prefix('.')?;
        let wordy = extension.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        let lettered = extension.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        (wordy && lettered).then(|| (format!("{}{rest}", &name[..at]), digits, number))
    })
}

/// Where a date may begin: behind a separator that is not the first character.
fn separators(name: &str) -> impl Iterator<Item = usize> + '_ {
    name.bytes().enumerate().skip(1).filter(|(_, b)| b"-._".contains(b)).map(|(at, _)| at)
}

/// A date of this or the last century at the start of `text`, by day, by month
/// (`2026-04`), with hours or a time behind it, or as ten digits of epoch seconds: its
/// digits and its length.
fn date(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let count =
        |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let number = |from: usize, len: usize| text.get(from..from + len)?.parse::<u32>().ok();
    let between = |n: Option<u32>, low: u32, high: u32| n.filter(|n| (low..=high).contains(n));
    let mut at = match count(0) {
        // 2026-04-23, 2026_04_23, 2026.04.23, and 2026-04 with nothing behind it
        4 => {
            between(number(0, 4), 1990, 2099)?;
            let mark = *bytes.get(4)?;
            (b"-_.".contains(&mark) && count(5) == 2).then_some(())?;
            between(number(5, 2), 1, 12)?;
            if bytes.get(7) == Some(&mark) && count(8) >= 2 && between(number(8, 2), 1, 31).is_some() {
                10
            } else {
                (mark == b'-').then_some(7)?
            }
        }
        // 20260423, 2026042310, 202604231015, 20260423101530
        length @ (8 | 10 | 12 | 14) => {
            let year = between(number(0, 4), 1990, 2099);
            let month = year.and(between(number(4, 2), 1, 12));
            if month.and(between(number(6, 2), 1, 31)).is_some() {
                length
            } else if length == 10 && bytes[0] == b'1' {
                10
            } else {
                return None;
            }
        }
        _ => return None,
    };
    if at == 8 || at == 10 {
        at += time(&bytes[at..]);
    }
    let runs_on = bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric());
    (!runs_on).then(|| (text[..at].bytes().filter(u8::is_ascii_digit).map(char::from).collect(), at))
}

/// The length of a time behind a date: `-10`, `-101530`, `_10-15`, `T10-15-30.123`.
fn time(text: &[u8]) -> usize {
    let two = |at: usize| text.get(at..at + 2).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
    if !text.first().is_some_and(|b| b"-_T.".contains(b)) || !two(1) {
        return 0;
    }
    let digits = text[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    // After a dot or a dash, one to five digits are more likely a running number.
    let mut end = match digits {
        4 | 6 => 1 + digits,
        2 if text[0] != b'.' => 3,
        _ => return 0,
    };
    while digits == 2 && text.get(end).is_some_and(|b| b"-_:.".contains(b)) && two(end + 1) {
        let more = text[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        end += 1 + more;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_scheme() {
        let dated = |digits: &str, n| Rank::Dated(digits.to_owned(), n);
        let cases = [
            ("app.log", "app.log", Rank::Live),
            ("app.log.gz", "app.log", Rank::Live),
            ("app.log.1", "app.log", Rank::Numbered(1)),
            ("app.log.10.gz", "app.log", Rank::Numbered(10)),
            ("app.log.2.GZ", "app.log", Rank::Numbered(2)),
            ("messages.1", "messages", Rank::Numbered(1)),
            ("error_log.3.xz", "error_log", Rank::Numbered(3)),
            ("app.log.old", "app.log", Rank::Numbered(1)),
            ("app.log-20260423", "app.log", dated("20260423", 0)),
            ("app.log-20260423.gz", "app.log", dated("20260423", 0)),
            ("app.log-2026042310.zst", "app.log", dated("2026042310", 0)),
            ("app.log-1776939330", "app.log", dated("1776939330", 0)),
            ("app.log-20260423.2.gz", "app.log", dated("20260423", 2)),
            ("app.log.2026-04-23", "app.log", dated("20260423", 0)),
            ("app.log.2026-04-23_10", "app.log", dated("2026042310", 0)),
            ("app.log.2026-04-23-10.gz", "app.log", dated("2026042310", 0)),
            ("app.log.2026-04-23_10-15-30", "app.log", dated("20260423101530", 0)),
            ("app-2026-04-23.log.gz", "app.log", dated("20260423", 0)),
            ("app-2026-04-23.log.1", "app.log", dated("20260423", 1)),
            ("app.2026-04-23.0.log", "app.log", dated("20260423", 0)),
            ("app.2026-04-23.12.log.gz", "app.log", dated("20260423", 12)),
            ("app-2026-04-23-1.log", "app.log", dated("20260423", 1)),
            ("app_20260423.log", "app.log", dated("20260423", 0)),
            ("app-2026-04.log", "app.log", dated("202604", 0)),
            ("app-2026-04-23T10-15-30.123.log", "app.log", dated("20260423101530123", 0)),
            ("localhost_access_log.2026-04-23.txt", "localhost_access_log.txt", dated("20260423", 0)),
            ("0.log", "0.log", Rank::Live),
            ("0.log.20260423-101530", "0.log", dated("20260423101530", 0)),
            ("0.log.20260423-101530.gz", "0.log", dated("20260423101530", 0)),
            ("0.log.20260423-101530.tmp", "0.log", dated("20260423101530", 0)),
            ("a1b2-json.log.1", "a1b2-json.log", Rank::Numbered(1)),
            ("current", "current", Rank::Live),
            ("@4000000068a1b2c3d4e5f601.s", "current", dated("4000000068a1b2c3d4e5f601", 0)),
            // No rotation:
            ("redis-7.2", "redis-7.2", Rank::Live),
            ("10.0.0.1", "10.0.0.1", Rank::Live),
            ("node-10.0.0.1.log", "node-10.0.0.1.log", Rank::Live),
            ("app-1234.log", "app-1234.log", Rank::Live),
            ("app-99991399.log", "app-99991399.log", Rank::Live),
            ("2026-04-23.log", "2026-04-23.log", Rank::Live),
            (".gz", ".gz", Rank::Live),
            (".1", ".1", Rank::Live),
            ("", "", Rank::Live),
            ("日志-2026-04-23.log", "日志.log", dated("20260423", 0)),
        ];
        for (name, base, rank) in cases {
            let got = split(name);
            assert_eq!((got.base.as_ref(), got.rank), (base, rank), "{name}");
        }
    }

    #[test]
    fn oldest_comes_first() {
        let oldest_first = [
            ["app.log.10.gz", "app.log.2", "app.log.1", "app.log"],
            ["app.log-20260422.gz", "app.log-20260423", "app.log-2026042310", "app.log"],
            ["app-2026-04-22.log", "app-2026-04-22.log.1", "app-2026-04-23.log", "app.log"],
        ];
        for names in oldest_first {
            let ranks: Vec<Rank> = names.iter().map(|name| split(name).rank).collect();
            assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{names:?} {ranks:?}");
        }
    }
}
