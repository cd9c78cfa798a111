//! How likely a text is in a log that a rule does not care about: a static estimate.
//!
//! Bytes get bits of surprise by their frequency in English words and log furniture;
//! words that are in logs everywhere get few bits as a whole, however long they are.

use std::sync::LazyLock;

/// Words that many lines of many logs have, in lower case.
const COMMON_WORDS: &[&[u8]] = &[
    b"connection",
    b"connected",
    b"connect",
    b"exception",
    b"exceptions",
    b"application",
    b"controller",
    b"container",
    b"command",
    b"handler",
    b"message",
    b"response",
    b"request",
    b"received",
    b"service",
    b"session",
    b"version",
    b"process",
    b"timeout",
    b"started",
    b"success",
    b"warning",
    b"default",
    b"context",
    b"thread",
    b"failed",
    b"server",
    b"client",
    b"status",
    b"system",
    b"update",
    b"stream",
    b"string",
    b"number",
    b"config",
    b"worker",
    b"public",
    b"error",
    b"debug",
    b"fatal",
    b"trace",
    b"level",
    b"class",
    b"cache",
    b"index",
    b"state",
    b"start",
    b"value",
    b"invalid",
    b"module",
    b"https",
    b"local",
    b"cause",
    b"http",
    b"info",
    b"warn",
    b"time",
    b"user",
    b"name",
    b"type",
    b"data",
    b"node",
    b"file",
    b"line",
    b"host",
    b"port",
    b"main",
    b"java",
    b"from",
    b"with",
    b"code",
    b"null",
    b"true",
    b"task",
    b"read",
    b"this",
    b"that",
    b"pool",
    b"query",
    b"table",
    b"event",
    b"list",
    b"path",
    b"org.",
    b"com.",
    b"not ",
    b" for ",
    b" the ",
    b" is ",
    b" to ",
    b" in ",
    b" at ",
    b"...",
    b"---",
    b"127.0.0.1",
    b"ion",
    b"ing",
    b"con",
];

/// The common words that begin with a byte, longest first.
static WORDS_BY_FIRST_BYTE: LazyLock<Vec<Vec<&[u8]>>> = LazyLock::new(|| {
    let mut table = vec![Vec::new(); 256];
    for word in COMMON_WORDS {
        table[usize::from(word[0])].push(*word);
    }
    table.iter_mut().for_each(|words| words.sort_by_key(|word| usize::MAX - word.len()));
    table
});

/// Bits of a common word as a whole.
const WORD_BITS: f64 = 4.0;
/// Neighbouring letters predict each other, so a letter is worth less than alone.
const NEIGHBOUR_SHARE: f64 = 0.62;
/// Below this a text is called common.
const COMMON_BITS: f64 = 11.0;

/// Bits of surprise of a text (ASCII letters in lower case).
pub(super) fn bits(text: &[u8]) -> f64 {
    let mut at = 0;
    let mut sum = 0.0;
    while at < text.len() {
        let rest = &text[at..];
        let word = WORDS_BY_FIRST_BYTE[usize::from(rest[0])].iter().find(|word| rest.starts_with(word));
        match word {
            Some(word) => {
                sum += WORD_BITS;
                at += word.len();
            }
            None => {
                sum += byte_bits(rest[0]) * NEIGHBOUR_SHARE;
                at += 1;
            }
        }
    }
    sum
}

/// Bits of surprise of seeing any of several texts: chances add up.
pub(super) fn bits_of_any<'t>(texts: impl Iterator<Item = &'t Vec<u8>>) -> f64 {
    -texts.map(|text| (-bits(text)).exp2()).sum::<f64>().log2()
}

/// Whether many lines of any log have this text.
pub(super) fn is_common(text: &[u8]) -> bool {
    let in_a_word = || COMMON_WORDS.iter().any(|word| word.windows(text.len()).any(|w| w == text));
    text.len() <= 2 || bits(text) < COMMON_BITS && (text.len() >= 4 || in_a_word())
}

/// Bits of surprise of one byte.
const fn byte_bits(byte: u8) -> f64 {
    match byte {
        b' ' => 2.5,
        b'e' | b't' => 3.5,
        b'a' | b'o' | b'n' | b'i' | b'r' | b's' => 3.8,
        b'0'..=b'9' => 4.0,
        b'c' | b'd' | b'l' => 4.4,
        b'.' | b':' | b'-' => 4.5,
        b'p' | b'm' | b'u' | b'"' | b'/' | b',' => 5.0,
        b'h' | b'f' | b'g' | b'=' | b'_' => 5.5,
        b'b' | b'w' | b'y' | b'v' | b'k' => 6.2,
        b'[' | b']' | b'(' | b')' | b'\\' | b'\t' | b'\'' => 6.5,
        b'x' | b'j' | b'q' | b'z' => 7.5,
        _ => 8.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_logs_are_full_of_is_common() {
        for text in ["error", "connection", "status", "ion", "ay", "failed", "ask "] {
            assert!(is_common(text.as_bytes()), "{text} has {} bits", bits(text.as_bytes()));
        }
        for text in ["clusterdown", "crossslot", "moved ", "exhausted.", "not covered", "->-", "is moved to"]
        {
            assert!(!is_common(text.as_bytes()), "{text} has {} bits", bits(text.as_bytes()));
        }
    }

    #[test]
    fn several_texts_are_likelier_than_one() {
        let one = [b"crossslot".to_vec()];
        let two = [b"crossslot".to_vec(), b"clusterdown".to_vec()];
        assert!(bits_of_any(two.iter()) < bits_of_any(one.iter()));
    }
}
