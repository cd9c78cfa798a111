//! From the raw bytes of a source to its text as bytes of UTF-8 (or whatever superset of
//! ASCII it is written in): decompressed, transcoded, without byte order mark.

use super::codec::Members;
use super::peek::{Peek, read_some};
use super::problem::Trouble;
use super::sniff::{Charset, Content, HEAD, classify};
use std::io::{self, Read};

/// The text of a source as a stream.
pub(super) struct Decoded<R> {
    bytes: Bytes<R>,
    utf16: Option<Utf16>,
}

enum Bytes<R> {
    Plain(Peek<R>),
    Packed(Box<Peek<Members<R>>>),
}

impl<R: Read> Decoded<R> {
    /// Looks at the first bytes of `raw` and builds what it takes to read it.
    ///
    /// # Errors
    ///
    /// A format that is recognised and not read, double compression, or a failing read.
    pub(super) fn open(raw: R) -> Result<(Self, Content), Trouble> {
        let failed = |error: io::Error| Trouble::from_read(0, &error);
        let mut bytes = Bytes::Plain(Peek::new(raw, HEAD));
        let mut content = classify(bytes.peek(HEAD).map_err(failed)?);
        if let Content::Packed(codec) = content {
            bytes = bytes.unpack(codec);
            content = classify(bytes.peek(HEAD).map_err(failed)?);
            if let Content::Packed(inner) = content {
                return Err(Trouble::Twice { outer: codec, inner });
            }
        }
        let utf16 = match content {
            Content::Foreign(foreign) => return Err(Trouble::Foreign(foreign)),
            Content::Text { charset, bom } => {
                bytes.consume(bom);
                Utf16::new(charset)
            }
            Content::Packed(_) | Content::Binary => None,
        };
        Ok((Self { bytes, utf16 }, content))
    }

    /// Why the text ended early, if it did.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        match &self.bytes {
            Bytes::Plain(_) => None,
            Bytes::Packed(members) => members.inner().trouble(),
        }
    }

    /// The reader of the raw bytes.
    pub(super) fn raw(&self) -> &R {
        match &self.bytes {
            Bytes::Plain(plain) => plain.inner(),
            Bytes::Packed(members) => members.inner().input(),
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.utf16 {
            None => self.bytes.read(out),
            Some(utf16) => utf16.read(&mut self.bytes, out),
        }
    }
}

impl<R: Read> Bytes<R> {
    fn unpack(self, codec: super::sniff::Codec) -> Self {
        match self {
            Self::Plain(plain) => Self::Packed(Box::new(Peek::new(Members::new(codec, plain), HEAD))),
            Self::Packed(_) => self,
        }
    }

    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        match self {
            Self::Plain(plain) => plain.peek(count),
            Self::Packed(members) => members.peek(count),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::Plain(plain) => plain.consume(count),
            Self::Packed(members) => members.consume(count),
        }
    }
}

impl<R: Read> Read for Bytes<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(plain) => plain.read(out),
            Self::Packed(members) => members.read(out),
        }
    }
}

/// Transcodes UTF-16 as it comes. What is no character becomes U+FFFD.
struct Utf16 {
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Utf16 {
    /// UTF-16 bytes read at once.
    const RAW: usize = 64 * 1024;

    fn new(charset: Charset) -> Option<Self> {
        let encoding = match charset {
            Charset::Bytes => return None,
            Charset::Utf16Le => encoding_rs::UTF_16LE,
            Charset::Utf16Be => encoding_rs::UTF_16BE,
        };
        let decoder = encoding.new_decoder_without_bom_handling();
        Some(Self { decoder, raw: vec![0; Self::RAW], text: Vec::new(), given: 0, ended: false })
    }

    fn read<R: Read>(&mut self, from: &mut R, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            let count = read_some(from, &mut self.raw)?;
            self.ended = count == 0;
            self.text.clear();
            self.given = 0;
            // Enough for all of it, so that one call takes the whole input.
            let room = self.decoder.max_utf8_buffer_length(count).unwrap_or(4 * Self::RAW);
            self.text.resize(room, 0);
            let (_, _, written, _) =
                self.decoder.decode_to_utf8(&self.raw[..count], &mut self.text, self.ended);
            self.text.truncate(written);
        }
        let count = out.len().min(self.text.len() - self.given);
        out[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sniff::{Codec, Foreign};
    use super::*;
    use std::io::Write;

    /// Gives at most `step` bytes a call.
    struct Throttle<'d>(&'d [u8], usize);

    impl Read for Throttle<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(out.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn text(lines: usize) -> Vec<u8> {
        let mut state = 7u64;
        let mut out = Vec::new();
        for n in 0..lines {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            writeln!(out, "2026-04-23T10:15:30 INFO request {n} took {} us", state >> 40).unwrap();
        }
        out
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    fn pack(codec: Codec, data: &[u8]) -> Vec<u8> {
        match codec {
            Codec::Gzip => gzip(data),
            Codec::Zstd => {
                let mut writer = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
                writer.include_checksum(true).unwrap();
                writer.write_all(data).unwrap();
                writer.finish().unwrap()
            }
            Codec::Bzip2 => {
                let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                writer.write_all(data).unwrap();
                writer.finish().unwrap()
            }
            Codec::Xz => {
                let mut writer = liblzma::write::XzEncoder::new(Vec::new(), 0);
                writer.write_all(data).unwrap();
                writer.finish().unwrap()
            }
        }
    }

    const CODECS: [Codec; 4] = [Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];

    fn decode(raw: &[u8], step: usize) -> (Vec<u8>, Option<Trouble>) {
        let (mut decoded, _) = match Decoded::open(Throttle(raw, step)) {
            Ok(opened) => opened,
            Err(trouble) => return (Vec::new(), Some(trouble)),
        };
        let mut out = Vec::new();
        decoded.read_to_end(&mut out).unwrap();
        (out, decoded.trouble().cloned())
    }

    #[test]
    fn members_follow_each_other() {
        let (a, b) = (text(3000), text(500));
        for codec in CODECS {
            let mut raw = pack(codec, &a);
            raw.extend(pack(codec, b""));
            raw.extend(pack(codec, &b));
            for step in [1, 3, 4095, 1 << 20] {
                let (out, trouble) = decode(&raw, step);
                assert_eq!(trouble, None, "{codec} {step}");
                assert!(out == [&a[..], &b[..]].concat(), "{codec} {step}");
            }
        }
    }

    #[test]
    fn a_skippable_zstd_frame_is_skipped() {
        let a = text(10);
        let mut raw = vec![0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
        raw.extend(pack(Codec::Zstd, &a));
        assert_eq!(decode(&raw, 1), (a, None));
    }

    #[test]
    fn cut_data_is_delivered_up_to_the_cut() {
        let a = text(12_000);
        for codec in CODECS {
            let raw = pack(codec, &a);
            let (out, trouble) = decode(&raw[..raw.len() / 2], 1 << 20);
            let decoded = out.len() as u64;
            assert_eq!(trouble, Some(Trouble::Truncated { codec, decoded }), "{codec}");
            assert!(a.starts_with(&out) && out.len() > a.len() / 4, "{codec}: {} of {}", out.len(), a.len());
            // Cut in the trailer: nothing is missing but the checksum.
            let (out, trouble) = decode(&raw[..raw.len() - 2], 1 << 20);
            assert!(out == a, "{codec}");
            assert!(matches!(trouble, Some(Trouble::Truncated { .. })), "{codec} {trouble:?}");
        }
    }

    #[test]
    fn damage_costs_only_what_follows_it() {
        let a = text(12_000);
        for codec in CODECS {
            let mut raw = pack(codec, &a);
            let middle = raw.len() / 2;
            raw[middle..middle + 64].fill(0xff);
            let (out, trouble) = decode(&raw, 1 << 20);
            let Some(Trouble::Damaged { decoded, .. }) = trouble else { panic!("{codec}: {trouble:?}") };
            assert_eq!(decoded, out.len() as u64);
            let same = out.iter().zip(&a).take_while(|(x, y)| x == y).count();
            assert!(same > a.len() / 4, "{codec}: {same} of {}", a.len());
            // How the bytes arrive changes nothing.
            assert!(decode(&raw, 4095).0[..same] == out[..same], "{codec}");
        }
        let mut raw = gzip(&a);
        let end = raw.len() - 6;
        raw[end] ^= 1;
        let (out, trouble) = decode(&raw, 1 << 20);
        assert!(out == a && matches!(trouble, Some(Trouble::Damaged { .. })), "a wrong checksum");
    }

    #[test]
    fn what_follows_the_last_member() {
        let a = text(100);
        for codec in CODECS {
            let raw = pack(codec, &a);
            let with = |tail: &[u8]| decode(&[&raw[..], tail].concat(), 1 << 20);
            let zeros = Some(Trouble::TrailingZeros { codec, bytes: 510 });
            assert_eq!(with(&[0; 510]), (a.clone(), zeros), "{codec}");
            let garbage = Some(Trouble::TrailingGarbage { codec, bytes: 7 });
            assert_eq!(with(b"garbage"), (a.clone(), garbage), "{codec}");
            // A tape's padding between members.
            let mut padded = vec![0; 512];
            padded.extend(&raw);
            assert_eq!(with(&padded), ([&a[..], &a[..]].concat(), None), "{codec}");
            // More than garbage: a member with a damaged start, and one behind it.
            let (out, trouble) = with(&[b"lost", &raw[..]].concat());
            assert!(out == a && matches!(trouble, Some(Trouble::Damaged { .. })), "{codec} {trouble:?}");
        }
        assert_eq!(decode(&[&pack(Codec::Xz, &a)[..], &[0; 8]].concat(), 9), (a, None), "xz padding");
    }

    #[test]
    fn formats_inside_compression_are_named() {
        let mut tar = vec![0u8; 2048];
        tar[..7].copy_from_slice(b"app.log");
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(decode(&gzip(&tar), 100).1, Some(Trouble::Foreign(Foreign::Tar)));
        let twice = Trouble::Twice { outer: Codec::Gzip, inner: Codec::Zstd };
        assert_eq!(decode(&gzip(&pack(Codec::Zstd, b"x")), 100).1, Some(twice));
    }

    #[test]
    fn hostile_compressed_bytes_end_in_words() {
        let a = text(50);
        for codec in CODECS {
            let raw = pack(codec, &a);
            for at in (0..raw.len().min(64)).chain((64..raw.len()).step_by(7)) {
                for value in [0u8, 0xff, raw[at] ^ 0x10] {
                    let mut bad = raw.clone();
                    bad[at] = value;
                    // Ends, and without a panic; some flips change nothing that matters.
                    let (out, _) = decode(&bad, 1 << 20);
                    assert!(out.len() <= 64 << 20);
                }
            }
        }
    }

    #[test]
    fn utf16_becomes_utf8() {
        let wanted = "2026-04-23 ERROR MOVED 3999 10.0.0.1:6379 größe 错误 😀\r\n".repeat(3000);
        for (mark, high_first) in [(true, false), (true, true), (false, false), (false, true)] {
            let mut raw = Vec::new();
            let text = if mark { format!("\u{feff}{wanted}") } else { wanted.clone() };
            for unit in text.encode_utf16() {
                raw.extend(if high_first { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            for step in [1, 3, 65_537, 1 << 20] {
                let (out, trouble) = decode(&raw, step);
                assert!(out == wanted.as_bytes() && trouble.is_none(), "{mark} {high_first} {step}");
            }
            assert!(decode(&gzip(&raw), 77).0 == wanted.as_bytes(), "the same inside gzip");
        }
        // Half a character at the end, and a lone surrogate.
        let mut odd = vec![0xff, 0xfe];
        odd.extend([b'a', 0, 0x00, 0xd8, b'b', 0, b'c']);
        assert_eq!(decode(&odd, 2).0, "a\u{fffd}b\u{fffd}".as_bytes());
    }

    #[test]
    fn a_mark_is_taken_off_and_bytes_stay() {
        assert_eq!(decode(b"\xef\xbb\xbfhello\n", 1).0, b"hello\n");
        assert_eq!(decode(b"caf\xe9 \xef\xbb\xbfx", 1).0, b"caf\xe9 \xef\xbb\xbfx");
        assert_eq!(decode(b"", 1).0, b"");
        assert_eq!(decode(&gzip(b"\xef\xbb\xbfhello\n"), 5).0, b"hello\n");
    }
}
