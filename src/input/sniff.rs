//! What a file or a stream holds, told by its first bytes and never by its name.

use std::fmt;

/// How many bytes of a source are looked at.
pub(super) const HEAD: usize = 4096;

/// A compression that scan reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Codec {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Codec {
    /// The command that decompresses to standard output.
    pub(super) const fn command(self) -> &'static str {
        match self {
            Self::Gzip => "gzip -dc",
            Self::Zstd => "zstd -dc",
            Self::Bzip2 => "bzip2 -dc",
            Self::Xz => "xz -dc",
        }
    }

    /// Whether compressed data of this kind begins here.
    pub(super) fn starts(self, bytes: &[u8]) -> bool {
        match self {
            // The third byte is the method; deflate is the only one there is.
            Self::Gzip => bytes.starts_with(&[0x1f, 0x8b, 0x08]),
            Self::Zstd => bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable_frame(bytes),
            // `BZh9` alone could be text: a block or the end mark follows it.
            Self::Bzip2 => {
                bytes.starts_with(b"BZh")
                    && matches!(bytes.get(3), Some(b'1'..=b'9'))
                    && bytes.get(4..10).is_some_and(|mark| {
                        mark == [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
                            || mark == [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
                    })
            }
            Self::Xz => bytes.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]),
        }
    }

    const ALL: [Self; 4] = [Self::Gzip, Self::Zstd, Self::Bzip2, Self::Xz];
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        })
    }
}

/// `5? 2A 4D 18`: a frame of user data, in zstd and lz4 files alike.
fn is_skippable_frame(bytes: &[u8]) -> bool {
    matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// How the characters of a text are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Charset {
    /// ASCII, UTF-8, or any other single-byte or multi-byte set that contains ASCII:
    /// read as bytes.
    Bytes,
    /// UTF-16, low byte first (Windows PowerShell's `>`).
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// A format that is recognised and not read. Displays as what it is and what to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is a format's name")]
pub enum Foreign {
    Lz4,
    Lzip,
    Lzop,
    UnixCompress,
    Zip,
    SevenZip,
    Rar,
    Tar,
    Journal,
    Utf32,
    Executable,
    Sqlite,
    RedisSnapshot,
    Image,
    Pdf,
    PacketCapture,
}

impl Foreign {
    /// What it is, and the command that turns it into text on standard output where
    /// there is one.
    const fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Lz4 => ("lz4 data", Some("lz4 -dc FILE")),
            Self::Lzip => ("lzip data", Some("lzip -dc FILE")),
            Self::Lzop => ("lzop data", Some("lzop -dc FILE")),
            Self::UnixCompress => ("compress (.Z) data", Some("gzip -dc FILE")),
            Self::Zip => ("a zip archive", Some("unzip -p FILE")),
            Self::SevenZip => ("a 7z archive", Some("7z x -so FILE")),
            Self::Rar => ("a rar archive", Some("unrar p -inul FILE")),
            Self::Tar => ("a tar archive", Some("tar -xOf FILE")),
            Self::Journal => ("a binary systemd journal", Some("journalctl --file FILE -o short-iso")),
            Self::Utf32 => ("UTF-32 text", Some("iconv -f UTF-32 -t UTF-8 FILE")),
            Self::Executable => ("a program", None),
            Self::Sqlite => ("an SQLite database", None),
            Self::RedisSnapshot => ("a Redis snapshot (RDB)", None),
            Self::Image => ("an image", None),
            Self::Pdf => ("a PDF document", None),
            Self::PacketCapture => ("a packet capture", None),
        }
    }

    /// Whether logs are kept in this format, so that leaving it out deserves a word
    /// even in a walked directory.
    pub(super) const fn may_hold_logs(self) -> bool {
        self.words().1.is_some()
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words() {
            (what, Some(command)) => write!(f, "is {what}, which scan does not read; use: {command} | scan"),
            (what, None) => write!(f, "is {what}, not a log"),
        }
    }
}

/// What the first bytes say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// Text, after a byte order mark of `bom` bytes.
    Text { charset: Charset, bom: usize },
    /// Compressed data.
    Packed(Codec),
    /// A known format that is no text.
    Foreign(Foreign),
    /// Something else that is no text.
    Binary,
}

/// Formats by the bytes they begin with. Where the bytes could be text, a NUL or a high
/// byte is part of them.
const FOREIGN: &[(&[u8], Foreign)] = &[
    (&[0x04, 0x22, 0x4d, 0x18], Foreign::Lz4),
    (&[0x02, 0x21, 0x4c, 0x18], Foreign::Lz4),
    (&[b'L', b'Z', b'I', b'P', 1], Foreign::Lzip),
    (&[0x89, b'L', b'Z', b'O', 0], Foreign::Lzop),
    (&[0x1f, 0x9d], Foreign::UnixCompress),
    (b"PK\x03\x04", Foreign::Zip),
    (b"PK\x05\x06", Foreign::Zip),
    (&[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], Foreign::SevenZip),
    (b"Rar!\x1a\x07", Foreign::Rar),
    (b"LPKSHHRH", Foreign::Journal),
    (&[0xff, 0xfe, 0, 0], Foreign::Utf32),
    (&[0, 0, 0xfe, 0xff], Foreign::Utf32),
    (b"\x7fELF", Foreign::Executable),
    (&[0xcf, 0xfa, 0xed, 0xfe], Foreign::Executable),
    (&[0xca, 0xfe, 0xba, 0xbe], Foreign::Executable),
    (b"SQLite format 3\0", Foreign::Sqlite),
    (b"\x89PNG\r\n\x1a\n", Foreign::Image),
    (&[0xff, 0xd8, 0xff], Foreign::Image),
    (b"GIF87a", Foreign::Image),
    (b"GIF89a", Foreign::Image),
    (b"%PDF-", Foreign::Pdf),
    (&[0xd4, 0xc3, 0xb2, 0xa1], Foreign::PacketCapture),
    (&[0xa1, 0xb2, 0xc3, 0xd4], Foreign::PacketCapture),
    (&[0x0a, 0x0d, 0x0d, 0x0a], Foreign::PacketCapture),
];

/// Tells what a source holds from its first [`HEAD`] bytes, or from all of it where it
/// is shorter.
pub(super) fn classify(head: &[u8]) -> Content {
    if let Some(codec) = Codec::ALL.into_iter().find(|codec| codec.starts(head)) {
        return if is_lz4_behind_skippable(head) {
            Content::Foreign(Foreign::Lz4)
        } else {
            Content::Packed(codec)
        };
    }
    if let Some(&(_, foreign)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Content::Foreign(foreign);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Content::Foreign(Foreign::Tar);
    }
    // `REDIS0011` and an opcode above 0xF0; the append-only file is text instead.
    if head.starts_with(b"REDIS0") && head.get(9).is_some_and(|&b| b >= 0xf0) {
        return Content::Foreign(Foreign::RedisSnapshot);
    }
    let text = |charset, bom| Content::Text { charset, bom };
    match head {
        [0xef, 0xbb, 0xbf, ..] => text(Charset::Bytes, 3),
        [0xff, 0xfe, ..] => text(Charset::Utf16Le, 2),
        [0xfe, 0xff, ..] => text(Charset::Utf16Be, 2),
        _ if memchr::memchr(0, head).is_none() => {
            // Nearly every log; thousands of them are looked at in a large directory.
            // Sums of one byte each, so that they are taken many at a time.
            let count = |part: &[u8]| part.iter().map(|&byte| u8::from(is_control(byte))).sum::<u8>();
            let control: usize = head.chunks(128).map(|part| usize::from(count(part))).sum();
            if control * 20 > head.len() { Content::Binary } else { text(Charset::Bytes, 0) }
        }
        _ => match utf16_without_bom(head) {
            Some(charset) => text(charset, 0),
            None if is_binary(head) => Content::Binary,
            None => text(Charset::Bytes, 0),
        },
    }
}

fn is_lz4_behind_skippable(head: &[u8]) -> bool {
    if !is_skippable_frame(head) {
        return false;
    }
    let Some(&[a, b, c, d]) = head.get(4..8) else { return false };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    head.get(length.saturating_add(8)..).is_some_and(|next| next.starts_with(&[0x04, 0x22, 0x4d, 0x18]))
}

/// The tail of a UTF-16 log has no mark, but every second byte of its ASCII characters
/// is NUL, and the bytes between are text.
fn utf16_without_bom(head: &[u8]) -> Option<Charset> {
    let pairs = head[..head.len().min(1024)].chunks_exact(2);
    let count = pairs.len();
    let (mut low_first, mut high_first, mut odd) = (0, 0, 0);
    for pair in pairs {
        match (pair[0], pair[1]) {
            (low, 0) if is_texty(low) => low_first += 1,
            (0, low) if is_texty(low) => high_first += 1,
            // NULs beside control bytes and runs of NULs are data.
            (_, 0) | (0, _) => odd += 1,
            _ => {}
        }
    }
    // Logs in other scripts than Latin have ASCII in times, levels and addresses; some
    // of their characters have a NUL in the other place (U+4E00 is a word of its own).
    let clear = |n: usize, other: usize| n >= 2 && n * 10 >= count * 3 && (other + odd) * 10 <= n;
    if clear(low_first, high_first) {
        Some(Charset::Utf16Le)
    } else if clear(high_first, low_first) {
        Some(Charset::Utf16Be)
    } else {
        None
    }
}

fn is_texty(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b | b' '..=b'~' | 0xa0..)
}

/// Control characters that logs have no use for.
fn is_control(byte: u8) -> bool {
    (byte < b' ') & !((8..=13).contains(&byte) | (byte == 0x1b)) | (byte == 0x7f)
}

/// More than one control byte in 20. Long runs of NULs do not count: `copytruncate`
/// under a writer that keeps its offset, and a crash, leave them in plain logs.
fn is_binary(head: &[u8]) -> bool {
    const HOLE: usize = 64;
    let (mut odd, mut seen) = (0usize, 0usize);
    let mut rest = head;
    while let Some(&first) = rest.first() {
        let run = if first == 0 { rest.iter().take_while(|&&b| b == 0).count() } else { 1 };
        // A run that touches an end of the head may go on beyond it.
        let hole = first == 0 && (run >= HOLE || run == rest.len() || rest.len() == head.len());
        if !hole {
            seen += run;
            odd += if is_control(first) { run } else { 0 };
        }
        rest = &rest[run..];
    }
    odd * 20 > seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, high_first: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if high_first { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn compression_is_told_by_magic_bytes() {
        let cases: [(&[u8], Content); 9] = [
            (&[0x1f, 0x8b, 0x08, 0, 0, 0], Content::Packed(Codec::Gzip)),
            (&[0x28, 0xb5, 0x2f, 0xfd, 0], Content::Packed(Codec::Zstd)),
            (&[0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, 0x28], Content::Packed(Codec::Zstd)),
            (&[0xfd, b'7', b'z', b'X', b'Z', 0, 0], Content::Packed(Codec::Xz)),
            (b"BZh91AY&SY....", Content::Packed(Codec::Bzip2)),
            (b"BZh9 is text", Content::Text { charset: Charset::Bytes, bom: 0 }),
            (&[0x04, 0x22, 0x4d, 0x18, 0x64], Content::Foreign(Foreign::Lz4)),
            (
                &[0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9, 0x04, 0x22, 0x4d, 0x18, 0x64],
                Content::Foreign(Foreign::Lz4),
            ),
            (b"PK\x03\x04\x14\0", Content::Foreign(Foreign::Zip)),
        ];
        for (bytes, want) in cases {
            assert_eq!(classify(bytes), want, "{bytes:?}");
        }
        let mut tar = vec![0u8; 1024];
        tar[..7].copy_from_slice(b"app.log");
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(classify(&tar), Content::Foreign(Foreign::Tar));
        assert_eq!(classify(b"REDIS0011\xfa\tredis-ver"), Content::Foreign(Foreign::RedisSnapshot));
    }

    #[test]
    fn text_in_its_encodings() {
        let line = "2026-04-23 10:15:30 ERROR MOVED 3999 10.0.0.1:6379\r\n";
        let cjk = "2026-04-23 größe 一 错误 连接失败 MOVED 3999 10.0.0.1:6379\r\n";
        for (text, _) in [(line, 0), (cjk, 0)] {
            assert_eq!(classify(&utf16(text, false)), Content::Text { charset: Charset::Utf16Le, bom: 0 });
            assert_eq!(classify(&utf16(text, true)), Content::Text { charset: Charset::Utf16Be, bom: 0 });
            let mut marked = vec![0xff, 0xfe];
            marked.extend(utf16(text, false));
            assert_eq!(classify(&marked), Content::Text { charset: Charset::Utf16Le, bom: 2 });
        }
        let bytes = Content::Text { charset: Charset::Bytes, bom: 0 };
        for text in
            [&b""[..], b"\n\n\n", line.as_bytes(), cjk.as_bytes(), b"caf\xe9 \xff\xfe\xfd log line\n", b"\0"]
        {
            assert_eq!(classify(text), bytes, "{text:?}");
        }
        assert_eq!(classify(b"\xef\xbb\xbfhello"), Content::Text { charset: Charset::Bytes, bom: 3 });
        // A hole at the start, in the middle, and one that fills the whole head.
        let mut hole = vec![0u8; 3000];
        assert_eq!(classify(&hole), bytes);
        hole.extend_from_slice(line.as_bytes());
        assert_eq!(classify(&hole), bytes);
        let mut middle = line.as_bytes().to_vec();
        middle.extend([0; 512]);
        middle.extend_from_slice(line.as_bytes());
        assert_eq!(classify(&middle), bytes);
        let coloured = "\u{1b}[31mMOVED\u{1b}[0m 3999\n".repeat(50);
        assert_eq!(classify(coloured.as_bytes()), bytes);
    }

    #[test]
    fn binary_data_is_no_text() {
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(classify(&noise), Content::Binary);
        // Small numbers as 32-bit words, as in wtmp and many database files.
        let words: Vec<u8> = (0..1000u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(classify(&words), Content::Binary);
        assert_eq!(classify(b"\x7fELF\x02\x01\x01"), Content::Foreign(Foreign::Executable));
    }
}
