//! What the first lines of a source tell about all of it.

use super::{SourceContext, clock, read_line};
use jiff::civil::DateTime;
use memchr::memmem;

/// Lines that are looked at.
const LINES: usize = 500;

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|&b| b == b'\n').take(LINES)
}

/// Whether dates such as `23/04/2026` put the day first; `None` while no line tells.
pub fn guess_day_first(head: &[u8]) -> Option<bool> {
    lines(head).find_map(|line| {
        let near = &line[..line.len().min(128)];
        near.iter().enumerate().filter(|(_, b)| matches!(b, b'/' | b'-')).find_map(|(at, &between)| {
            let before = near[..at].iter().rev().take(3).take_while(|b| b.is_ascii_digit()).count();
            let after = clock::digit_run(near, at + 1);
            let year = at + 1 + after;
            let is_date = (1..=2).contains(&before)
                && (1..=2).contains(&after)
                && near.get(year) == Some(&between)
                && clock::digit_run(near, year + 1) == 4;
            if !is_date {
                return None;
            }
            let part = |from: usize, to: usize| {
                near[from..to].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'))
            };
            let (first, second) = (part(at - before, at), part(at + 1, year));
            match (first > 12, second > 12) {
                (true, false) if first <= 31 => Some(true),
                (false, true) if second <= 31 => Some(false),
                _ => None,
            }
        })
    })
}

/// The first time with a full date, as printed (epochs in UTC): the year of the source.
pub fn first_full_date(head: &[u8]) -> Option<DateTime> {
    let context = SourceContext { day_first: guess_day_first(head), ..SourceContext::new(DateTime::ZERO) };
    lines(head).find_map(|line| read_line(line, &context).1?.full_date())
}

/// Whether this is a file of Docker's json-file driver.
pub fn looks_like_docker_json(head: &[u8]) -> bool {
    let mut seen = 0;
    for line in lines(head).filter(|l| !l.trim_ascii().is_empty()).take(5) {
        let near_end = &line[line.len().saturating_sub(4096)..];
        let cut = !line.trim_ascii_end().ends_with(b"}");
        if !line.starts_with(b"{\"log\":\"") {
            return false;
        }
        let named = memmem::find(near_end, b"\"stream\":\"std").is_some()
            && memmem::find(near_end, b"\"time\":\"").is_some();
        if !named && !cut {
            return false;
        }
        seen += usize::from(named);
    }
    seen > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_day_and_month() {
        let rows: [(&str, Option<bool>); 7] = [
            ("04/05/2026 10:15:30 x\n13/05/2026 10:15:30 x", Some(true)),
            ("04/05/2026 10:15:30 x\n05/13/2026 10:15:30 x", Some(false)),
            ("04/05/2026 10:15:30 x", None),
            ("2026/04/23 10:15:30 x", None),
            ("ratio 23/04 of 2026", None),
            ("[23/4/2026, 10:15:30] x", Some(true)),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(guess_day_first(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn the_first_full_date() {
        let text =
            "starting\nApr 23 10:15:30 host app[1]: x\n10:15:30 x\n{\"time\":\"2026-04-23T10:15:30Z\"}\n";
        assert_eq!(first_full_date(text.as_bytes()), Some(jiff::civil::datetime(2026, 4, 23, 10, 15, 30, 0)));
        assert_eq!(
            first_full_date(b"1776939330123 x"),
            Some(jiff::civil::datetime(2026, 4, 23, 10, 15, 30, 123_000_000))
        );
        assert_eq!(first_full_date(b"Apr 23 10:15:30 host app[1]: x"), None);
    }

    #[test]
    fn docker_files() {
        let line = br#"{"log":"x\n","stream":"stdout","time":"2026-04-23T10:15:30.123456789Z"}"#;
        assert!(looks_like_docker_json(line));
        assert!(looks_like_docker_json(&[&line[..], b"\n", &line[..20]].concat()));
        assert!(!looks_like_docker_json(br#"{"log":"x"}"#));
        assert!(!looks_like_docker_json(b"text"));
        assert!(!looks_like_docker_json(b""));
    }
}
