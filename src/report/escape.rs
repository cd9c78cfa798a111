//! Text of unknown origin made safe, one function per sink.
//!
//! Log lines, hosts, reporters and file names are written by others. What they must
//! never do is act: move a terminal's cursor, reorder a line, start a CI command. In
//! all outputs what was hidden becomes visible instead of vanishing.

use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

/// Text for a terminal or a plain-text log: one line, nothing in it acts.
///
/// Control characters, `DEL`, bidirectional and zero-width characters become
/// `\x1b` or `\u{202e}`, invalid UTF-8 `\xNN`, a tab a blank. A `##` that could begin a
/// command of a CI log (`##[`, `##vso[`, `##teamcity[`) becomes `#\x23`: these act
/// anywhere in a line. A `::` acts only where a line begins, which is its writer's care.
pub fn terminal(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            match c {
                '\t' => out.push(' '),
                '#' if out.ends_with('#') && begins_command(&chunk.valid()[at + 1..]) => {
                    out.push_str("\\x23")
                }
                c if !is_hidden(c) => out.push(c),
                c if c.is_ascii() => out.push_str(&format!("\\x{:02x}", c as u32)),
                c => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// Whether what follows `##` makes it a command of GitHub, Azure or TeamCity.
fn begins_command(rest: &str) -> bool {
    rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[')
}

/// [`terminal`], cut to `width` columns; what is cut is told by `ellipsis`.
pub fn terminal_cut(text: &[u8], width: usize, ellipsis: &str) -> String {
    cut(&terminal(text), width, ellipsis).into_owned()
}

/// Text without hidden characters, cut to `width` columns.
pub(crate) fn cut<'t>(text: &'t str, width: usize, ellipsis: &str) -> Cow<'t, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(columns(ellipsis));
    let mut used = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        used += c.width().unwrap_or(0);
        (used > room).then_some(at)
    });
    let kept = text[..end.unwrap_or(text.len())].trim_end();
    Cow::Owned(if room == 0 { ellipsis.chars().take(width).collect() } else { format!("{kept}{ellipsis}") })
}

/// How many columns a terminal shows this text in.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Whether a character acts on a display without being seen.
pub(crate) const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        // Zero-width, line separators, bidirectional marks, overrides and isolates.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        // Tags: invisible copies of ASCII.
        | '\u{e0000}'..='\u{e007f}')
}

/// The message of a GitHub workflow command: `%`, CR and LF escaped, `%` first
/// (actions/runner, `ActionCommand.cs`).
pub fn github_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property value of a GitHub workflow command: as [`github_data`], and `:` and `,`.
pub fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A JSON string with its quotes, into `out`. Beyond what JSON asks for, hidden
/// characters and the `##` of a CI command are `\u` escapes: the value is the same, and
/// printing the document on a terminal or in a CI job is safe.
pub fn json(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    json_fragment(text, out);
    out.push(b'"');
}

pub(crate) fn json_fragment(text: &str, out: &mut Vec<u8>) {
    let mut kept = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        let command = b == b'#' && at > 0 && bytes[at - 1] == b'#' && begins_command(&text[at + 1..]);
        let plain = (b' '..0x7f).contains(&b) && b != b'"' && b != b'\\' && !command;
        if plain || (0x80..0xc2).contains(&b) {
            at += 1;
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            at += 1;
            continue;
        };
        let len = c.len_utf8();
        let short: &[u8] = match c {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            '\u{8}' => b"\\b",
            '\u{c}' => b"\\f",
            c if is_hidden(c) || command => b"",
            _ => {
                at += len;
                continue;
            }
        };
        out.extend_from_slice(&bytes[kept..at]);
        out.extend_from_slice(short);
        if short.is_empty() {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
        at += len;
        kept = at;
    }
    out.extend_from_slice(&bytes[kept..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_on_a_terminal_becomes_visible() {
        let cases: [(&[u8], &str); 14] = [
            (b"plain \xc3\xa9", "plain é"),
            (b"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
            (b"\x1b]8;;http://x\x07y", "\\x1b]8;;http://x\\x07y"),
            (b"a\tb\r\nc\0", "a b\\x0d\\x0ac\\x00"),
            (b"\x7f", "\\x7f"),
            ("\u{9b}31m".as_bytes(), "\\u{9b}31m"),
            ("\u{202e}evil\u{2066}".as_bytes(), "\\u{202e}evil\\u{2066}"),
            ("a\u{200b}b\u{feff}\u{2028}".as_bytes(), "a\\u{200b}b\\u{feff}\\u{2028}"),
            (b"\xff\xc3(", "\\xff\\xc3("),
            (b"##[error]x", "#\\x23[error]x"),
            (b"x ##vso[task.complete result=Failed;]", "x #\\x23vso[task.complete result=Failed;]"),
            (b"##teamcity[buildProblem]", "#\\x23teamcity[buildProblem]"),
            (b"## heading, ###[x]", "## heading, ##\\x23[x]"),
            ("日本".as_bytes(), "日本"),
        ];
        for (text, expected) in cases {
            assert_eq!(terminal(text), expected);
        }
    }

    #[test]
    fn cuts_by_columns() {
        for (text, width, expected) in [
            ("abcdef", 6, "abcdef"),
            ("abcdef", 5, "abcd…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("ab cdef", 4, "ab…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(terminal_cut(text.as_bytes(), width, "…"), expected, "{text} {width}");
        }
        assert_eq!(terminal_cut(b"abcdef", 5, "..."), "ab...");
    }

    #[test]
    fn github_escapes_percent_first() {
        for (text, data, property) in [
            ("a%25b", "a%2525b", "a%2525b"),
            ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
            ("x:y,z;]", "x:y,z;]", "x%3Ay%2Cz;]"),
        ] {
            assert_eq!(github_data(text), data);
            assert_eq!(github_property(text), property);
        }
    }

    proptest! {
        #[test]
        fn nothing_hidden_survives(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            let shown = terminal(&text);
            prop_assert!(!shown.chars().any(is_hidden), "{shown:?}");
            prop_assert!(!shown.contains("##["));
            prop_assert!(columns(&terminal_cut(&text, 10, "…")) <= 10);
        }

        #[test]
        fn json_reads_back(text in "([\\PC\u{0}-\u{1f}\u{7f}-\u{ff}\u{200b}-\u{206f}\u{e0000}-\u{e007f}\"\\\\]|##|\\[){0,40}") {
            let mut out = Vec::new();
            json(&text, &mut out);
            prop_assert_eq!(&serde_json::from_slice::<String>(&out).unwrap(), &text);
            let out = String::from_utf8(out).unwrap();
            prop_assert!(!out.chars().any(is_hidden) && !out.contains("##["));
        }
    }
}
