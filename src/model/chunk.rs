//! A stretch of a source in memory: what the reading side hands to the matcher.

use super::SourceId;
use std::ops::Range;

/// How far around a match its record and its evidence are looked for, in bytes. Counted
/// from the match and never from a chunk, so a hit is a function of file and position.
pub const REACH: usize = 64 * 1024;

/// A stretch of a source with its surroundings.
///
/// The own parts of a source's chunks do not overlap and together are the source. The
/// matcher reports what *begins* in the own part and uses the rest only as context.
#[derive(Clone, Debug)]
pub struct Chunk<'b> {
    /// Which source.
    pub source: SourceId,
    /// The own part with its margins, contiguous.
    pub bytes: &'b [u8],
    /// Offset of `bytes[0]` in the decompressed, transcoded source without its byte
    /// order mark.
    pub offset: u64,
    /// The part of `bytes` whose matches belong to this chunk.
    pub own: Range<usize>,
    /// `bytes[0]` is the source's first byte.
    pub at_start: bool,
    /// The source ends with `bytes`: fewer bytes than the margin follow the own part.
    pub at_end: bool,
}

impl<'b> Chunk<'b> {
    /// The bytes of the own part.
    pub fn own_bytes(&self) -> &'b [u8] {
        &self.bytes[self.own.clone()]
    }

    /// Offset in the source of the own part's first byte.
    pub fn own_offset(&self) -> u64 {
        self.offset + self.own.start as u64
    }
}
