//! The search kernel: one pass over a buffer for places where one of a few short texts
//! ("grams") may stand, and for the ends of bare pairs.
//!
//! ```text
//! for each 32 bytes
//!     buckets(i) = low[0][b(i)] & high[0][b(i)] & … & low[3][b(i+3)] & high[3][b(i+3)]
//!     note i where a bucket is left
//!     note i+1 where byte i may end a bare pair and byte i+1 ends a line or a string
//! ```
//!
//! `low` and `high` map a byte's two nibbles to the buckets whose grams have such a byte
//! at that place (the scheme is known as Teddy, from Hyperscan); bit 5 of a byte is not
//! looked at, so letters match in both cases. A place that is noted may be a false alarm;
//! none is missed. The caller confirms.

/// Bytes of a gram that are looked at.
pub(super) const GRAM: usize = 4;

/// What was noted in a buffer, each in rising order.
#[derive(Default, Debug)]
pub(super) struct Noted {
    /// Places where a gram may begin.
    pub(super) grams: Vec<usize>,
    /// Places of a line's or quoted string's end behind what may be the end of a bare pair.
    pub(super) ends: Vec<usize>,
}

/// Grams, ready to search for.
#[derive(Debug)]
pub(super) struct Kernel {
    low: [[u8; 16]; GRAM],
    high: [[u8; 16]; GRAM],
    /// Whether ends of bare pairs are wanted.
    ends: bool,
    fast: bool,
}

/// Classes of bytes that may stand before the end of a line or string behind a bare pair:
/// a digit, and what `redirect::pair_end` steps over. One bit for each high nibble.
const BEFORE_END: &[(u8, &[u8])] = &[
    (0x3, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), // digits
    (0x2, &[0x0, 0xE]),                     // blank, full stop
    (0x0, &[0xD]),                          // carriage return
    (0x5, &[0xC]),                          // backslash
    (0x6, &[0xD]),                          // m, the end of a colour
];

const fn before_end_tables() -> ([u8; 16], [u8; 16]) {
    let (mut low, mut high) = ([0u8; 16], [0u8; 16]);
    let mut class = 0;
    while class < BEFORE_END.len() {
        let (nibble, lows) = BEFORE_END[class];
        high[nibble as usize] |= 1 << class;
        let mut i = 0;
        while i < lows.len() {
            low[lows[i] as usize] |= 1 << class;
            i += 1;
        }
        class += 1;
    }
    (low, high)
}

const BEFORE: ([u8; 16], [u8; 16]) = before_end_tables();

const fn ends_something(byte: u8) -> bool {
    matches!(byte, b'\n' | b'"' | b'\'')
}

impl Kernel {
    /// Spreads the grams (lower case, of three or four bytes) over eight buckets, so that
    /// similar ones share a bucket and a false alarm needs more than one coincidence.
    pub(super) fn new(grams: &[Vec<u8>], ends: bool) -> Self {
        let mut sorted: Vec<&Vec<u8>> = grams.iter().collect();
        sorted.sort();
        let (mut low, mut high) = ([[0u8; 16]; GRAM], [[0u8; 16]; GRAM]);
        for (i, gram) in sorted.iter().enumerate() {
            let bucket = 1u8 << (i * 8 / sorted.len().max(1)).min(7);
            for place in 0..GRAM {
                match gram.get(place) {
                    Some(&byte) => {
                        low[place][usize::from(byte & 0x0f)] |= bucket;
                        for nibble in [byte >> 4 & !2, byte >> 4 | 2] {
                            high[place][usize::from(nibble)] |= bucket;
                        }
                    }
                    // A gram of three bytes: whatever follows.
                    None => {
                        low[place].iter_mut().for_each(|b| *b |= bucket);
                        high[place].iter_mut().for_each(|b| *b |= bucket);
                    }
                }
            }
        }
        Self { low, high, ends, fast: detect() }
    }

    /// Notes every place; the buffers' earlier content is lost.
    pub(super) fn note(&self, bytes: &[u8], noted: &mut Noted) {
        noted.grams.clear();
        noted.ends.clear();
        let done = self.note_fast(bytes, noted);
        self.note_from(bytes, done, noted);
    }

    /// The portable form, which defines what is noted: from place `from` on.
    fn note_from(&self, bytes: &[u8], from: usize, noted: &mut Noted) {
        for at in from..bytes.len() {
            let mut buckets = 0xff;
            for place in 0..GRAM {
                let byte = bytes.get(at + place).copied().unwrap_or(0);
                buckets &=
                    self.low[place][usize::from(byte & 0x0f)] & self.high[place][usize::from(byte >> 4)];
            }
            if buckets != 0 {
                noted.grams.push(at);
            }
            let byte = bytes[at];
            let before_end = BEFORE.0[usize::from(byte & 0x0f)] & BEFORE.1[usize::from(byte >> 4)] != 0;
            if self.ends && before_end && bytes.get(at + 1).is_some_and(|&b| ends_something(b)) {
                noted.ends.push(at + 1);
            }
        }
    }

    /// Notes with vector instructions as far as they reach; tells where they stopped.
    #[cfg(target_arch = "x86_64")]
    fn note_fast(&self, bytes: &[u8], noted: &mut Noted) -> usize {
        if !self.fast {
            return 0;
        }
        #[expect(unsafe_code, reason = "calls a function that needs AVX2, which `detect` found at run time")]
        // SAFETY: `fast` is true only if the processor has AVX2, the one feature that the
        // function is compiled for; it is otherwise safe code.
        unsafe {
            avx2::note(self, bytes, noted)
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn note_fast(&self, _: &[u8], _: &mut Noted) -> usize {
        debug_assert!(!self.fast, "no vector form for this processor");
        0
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> bool {
    false
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{BEFORE, GRAM, Kernel, Noted};
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    const WIDTH: usize = 32;

    #[target_feature(enable = "avx2")]
    fn load(bytes: &[u8], at: usize) -> __m256i {
        let word = |i: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at + i * 8..at + i * 8 + 8]);
            i64::from_le_bytes(word)
        };
        _mm256_setr_epi64x(word(0), word(1), word(2), word(3))
    }

    /// The table in both halves of a register.
    #[target_feature(enable = "avx2")]
    fn table(nibbles: &[u8; 16]) -> __m256i {
        let mut twice = [0; WIDTH];
        twice[..16].copy_from_slice(nibbles);
        twice[16..].copy_from_slice(nibbles);
        load(&twice, 0)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn note(kernel: &Kernel, bytes: &[u8], noted: &mut Noted) -> usize {
        let nibble = _mm256_set1_epi8(0x0f);
        let low: [__m256i; GRAM] = [0, 1, 2, 3].map(|i| table(&kernel.low[i]));
        let high: [__m256i; GRAM] = [0, 1, 2, 3].map(|i| table(&kernel.high[i]));
        let (before_low, before_high) = (table(&BEFORE.0), table(&BEFORE.1));
        let (newline, quote, apostrophe) = (
            _mm256_set1_epi8(b'\n'.cast_signed()),
            _mm256_set1_epi8(b'"'.cast_signed()),
            _mm256_set1_epi8(b'\''.cast_signed()),
        );
        let zero = _mm256_setzero_si256();
        let mut at = 0;
        while at + WIDTH + GRAM <= bytes.len() {
            let v = [load(bytes, at), load(bytes, at + 1), load(bytes, at + 2), load(bytes, at + 3)];
            let lows = v.map(|v| _mm256_and_si256(v, nibble));
            let highs = v.map(|v| _mm256_and_si256(_mm256_srli_epi16::<4>(v), nibble));
            let mut buckets = _mm256_and_si256(
                _mm256_shuffle_epi8(low[0], lows[0]),
                _mm256_shuffle_epi8(high[0], highs[0]),
            );
            for i in 1..GRAM {
                let here = _mm256_and_si256(
                    _mm256_shuffle_epi8(low[i], lows[i]),
                    _mm256_shuffle_epi8(high[i], highs[i]),
                );
                buckets = _mm256_and_si256(buckets, here);
            }
            let none = _mm256_cmpeq_epi8(buckets, zero);
            let grams = !_mm256_movemask_epi8(none).cast_unsigned();
            let before = _mm256_and_si256(
                _mm256_shuffle_epi8(before_low, lows[0]),
                _mm256_shuffle_epi8(before_high, highs[0]),
            );
            let ends = _mm256_or_si256(
                _mm256_or_si256(_mm256_cmpeq_epi8(v[1], newline), _mm256_cmpeq_epi8(v[1], quote)),
                _mm256_cmpeq_epi8(v[1], apostrophe),
            );
            let not_before = _mm256_movemask_epi8(_mm256_cmpeq_epi8(before, zero)).cast_unsigned();
            let ends = _mm256_movemask_epi8(ends).cast_unsigned() & !not_before;
            if grams | ends != 0 {
                push(grams, at, &mut noted.grams);
                if kernel.ends {
                    push(ends, at + 1, &mut noted.ends);
                }
            }
            at += WIDTH;
        }
        at
    }

    /// Kept out of the loop, whose registers a call to a growing vector would spill.
    #[inline(never)]
    fn push(mut mask: u32, at: usize, places: &mut Vec<usize>) {
        while mask != 0 {
            places.push(at + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grams() -> Vec<Vec<u8>> {
        [&b"move"[..], b"ask ", b"->-", b"slot", b"clus", b"\n\nx{"].iter().map(|g| g.to_vec()).collect()
    }

    proptest! {
        #[test]
        fn vectors_note_what_the_portable_form_notes(
            text in proptest::collection::vec(prop_oneof![
                4 => any::<u8>(), 4 => proptest::sample::select(b"moveMOVEask ASK->-slot\"'\n0123.\r\\".to_vec()),
            ], 0..300)
        ) {
            let kernel = Kernel::new(&grams(), true);
            let (mut fast, mut portable) = (Noted::default(), Noted::default());
            kernel.note(&text, &mut fast);
            kernel.note_from(&text, 0, &mut portable);
            prop_assert_eq!(&fast.grams, &portable.grams);
            prop_assert_eq!(&fast.ends, &portable.ends);
        }

        #[test]
        fn no_gram_is_missed(before in "[ -~]{0,80}", gram in 0usize..6, after in "[ -~]{0,80}", upper: bool) {
            let gram = &grams()[gram];
            let written = if upper { gram.to_ascii_uppercase() } else { gram.clone() };
            let text = [before.as_bytes(), &written, after.as_bytes()].concat();
            let mut noted = Noted::default();
            Kernel::new(&grams(), true).note(&text, &mut noted);
            prop_assert!(noted.grams.contains(&before.len()));
        }
    }
}
