//! Terminal escapes, taken out before anything else is read.

use memchr::memchr;

const ESC: u8 = 0x1B;

/// The text without its escapes, or `None` when it has none.
///
/// CSI sequences (`ESC [ … final`), OSC strings (`ESC ] … BEL` or `ESC ] … ESC \`) and
/// two-byte escapes go; tabs stay. A sequence that never ends loses its `ESC` only.
pub(super) fn strip(text: &[u8]) -> Option<Vec<u8>> {
    let first = memchr(ESC, text)?;
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(&text[..first]);
    let mut at = first;
    while at < text.len() {
        at += escape_len(&text[at..]);
        let next = memchr(ESC, &text[at..]).map_or(text.len(), |n| at + n);
        out.extend_from_slice(&text[at..next]);
        at = next;
    }
    Some(out)
}

/// Bytes of the escape at the start of `text`, which begins with `ESC`; at least one.
fn escape_len(text: &[u8]) -> usize {
    const LONGEST_CSI: usize = 64;
    const LONGEST_OSC: usize = 2048;
    match text.get(1) {
        Some(b'[') => {
            let is_final = |b: &u8| (0x40..=0x7E).contains(b);
            text[2..].iter().take(LONGEST_CSI).position(is_final).map_or(1, |n| n + 3)
        }
        Some(b']') => {
            let body = &text[2..text.len().min(LONGEST_OSC)];
            match body.iter().position(|&b| b == 0x07 || b == ESC) {
                Some(n) if body[n] == 0x07 => n + 3,
                Some(n) if body.get(n + 1) == Some(&b'\\') => n + 4,
                _ => 1,
            }
        }
        Some(b'(' | b')') if text.len() > 2 => 3,
        Some(0x40..=0x7E) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_go_and_all_else_stays() {
        let rows: [(&[u8], &[u8]); 8] = [
            (b"\x1b[31mMOVED\x1b[0m 3999", b"MOVED 3999"),
            (b"a\tb\x1b[1;38;5;200mc", b"a\tbc"),
            (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ t", b"link t"),
            (b"\x1b]0;title\x07x", b"x"),
            (b"\x1b(Bx", b"x"),
            (b"x\x1b", b"x"),
            (b"x\x1b[31", b"x[31"),
            (b"x\x1b]open", b"x]open"),
        ];
        for (text, expected) in rows {
            assert_eq!(strip(text).as_deref(), Some(expected), "{}", text.escape_ascii());
        }
        assert_eq!(strip(b"plain"), None);
    }
}
