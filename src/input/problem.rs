//! What can be wrong with an input, in words that say what to do.

use super::sniff::{Codec, Foreign};
use crate::model::SourceId;

/// Something worth telling about an input. Displays as `NAME: what, where, what to do`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {trouble}")]
pub struct InputProblem {
    /// The path as given or walked to; `-` for standard input.
    pub name: String,
    /// Which source, for troubles that arose while one was read.
    pub source_id: Option<SourceId>,
    /// Whether data stayed unread that was asked for (exit status 2). False for a mere
    /// note.
    pub unread: bool,
    /// What it is.
    pub trouble: Trouble,
}

impl InputProblem {
    /// What it is, without the name in front.
    pub fn message(&self) -> String {
        self.trouble.to_string()
    }
}

/// The kinds of trouble.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Trouble {
    /// The path does not exist.
    #[error("no such file or directory; check the spelling and the working directory")]
    Missing,
    /// A path with `*`, `?` or `[` that does not exist.
    #[error("no such file; it looks like a pattern that matched nothing, so check the directory")]
    MissingPattern,
    /// A symbolic link in a walked directory that leads nowhere.
    #[error("the symbolic link leads nowhere; what it named is gone or is not mounted here")]
    Dangling,
    /// Reading it is not allowed.
    #[error("permission denied; run scan as a user who may read it")]
    Denied,
    /// Opening or listing it failed for another reason.
    #[error("cannot be opened: {0}")]
    Open(String),
    /// Neither file, directory nor pipe.
    #[error("is a {0}, not a log; give a file, a directory or a pipe")]
    Special(&'static str),
    /// A known format that scan does not read.
    #[error("{0}")]
    Foreign(Foreign),
    /// A compressed file in a compressed file.
    #[error(
        "is compressed twice ({outer}, then {inner}); decompress it once: {} FILE | scan",
        outer.command()
    )]
    Twice {
        /// What its first bytes say.
        outer: Codec,
        /// What the first decompressed bytes say.
        inner: Codec,
    },
    /// A compressed file's name, but neither known magic bytes nor text.
    #[error("has the name of a compressed file, but its first bytes are damaged or of an unknown format")]
    LostMagic,
    /// Binary files that a walked directory held.
    #[error("{count} binary file(s) skipped, the first is {first}; name a file to have it read anyway")]
    Skipped {
        /// How many.
        count: usize,
        /// The first by name.
        first: String,
    },
    /// A walked directory without anything to read.
    #[error("the directory holds no text or compressed log")]
    NoLogs,
    /// The compressed twin of a file that is read as well.
    #[error("not read: it starts with the same data as {0}, which is read")]
    Twin(String),
    /// Compressed data ends too early.
    #[error(
        "the {codec} data is cut off: {decoded} decompressed bytes were read, the rest is missing; \
         get a complete copy (was it still being compressed or copied?)"
    )]
    Truncated {
        /// The compression.
        codec: Codec,
        /// Decompressed bytes that were delivered.
        decoded: u64,
    },
    /// Compressed data that cannot be decoded further.
    #[error(
        "the {codec} data is damaged after {decoded} decompressed bytes ({detail}); what follows was not read; \
         get a fresh copy"
    )]
    Damaged {
        /// The compression.
        codec: Codec,
        /// Decompressed bytes that were delivered.
        decoded: u64,
        /// What the decoder said.
        detail: String,
    },
    /// Zero bytes after the compressed data, as tapes and block devices leave them.
    #[error("{bytes} zero bytes after the end of the {codec} data were ignored")]
    TrailingZeros {
        /// The compression.
        codec: Codec,
        /// How many.
        bytes: u64,
    },
    /// Bytes after the compressed data that are no compressed data.
    #[error("{bytes} bytes after the end of the {codec} data are no {codec} data and were ignored")]
    TrailingGarbage {
        /// The compression.
        codec: Codec,
        /// How many.
        bytes: u64,
    },
    /// The file became shorter while it was read.
    #[error(
        "became shorter while it was read: it ended at byte {at}; rotated by copytruncate? \
         Scan the rotated copy as well"
    )]
    Shrunk {
        /// Where it ended.
        at: u64,
    },
    /// Another file took its name before it was opened.
    #[error("was replaced by another file before it could be read (rotated?); run scan again")]
    Replaced,
    /// Reading failed.
    #[error("reading failed at byte {at}: {error}")]
    Read {
        /// Byte offset of the first byte that is missing.
        at: u64,
        /// What the system said.
        error: String,
    },
}

impl Trouble {
    /// Whether data stayed unread because of it, for an input that was asked for.
    pub(super) fn leaves_unread(&self) -> bool {
        !matches!(
            self,
            Self::Dangling
                | Self::Skipped { .. }
                | Self::NoLogs
                | Self::Twin(_)
                | Self::TrailingZeros { .. }
                | Self::TrailingGarbage { .. }
        )
    }

    /// Sorts a system error met while opening or listing.
    pub(super) fn from_open(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            std::io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Open(plain(error)),
        }
    }

    /// The same for reading, `at` bytes into the source.
    pub(super) fn from_read(at: u64, error: &std::io::Error) -> Self {
        Self::Read { at, error: plain(error) }
    }
}

/// The system's words without Rust's ` (os error 5)`.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}
