//! Where in the input something stands.

/// Number of a source in the run's order (see `input::discover`).
pub type SourceId = u32;

/// The place of a line: source, then byte offset of the line's first byte (of the
/// decompressed, transcoded text), which is also the order of everything printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Locus {
    /// Which source.
    pub source: SourceId,
    /// Byte offset in it.
    pub offset: u64,
}

/// Bytes in one block of line counts: an absolute line number is the sum of the
/// newlines of all blocks before, plus those before the place within its own block.
pub const LINE_BLOCK: u64 = 64 * 1024;

/// A [`Locus`] that knows how many newlines stand before it: in a regular file since
/// the start of its [`LINE_BLOCK`] (blocks are read in any order and summed up at the
/// end), in a stream since the start of the stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineLocus {
    /// The place.
    pub locus: Locus,
    /// Newlines before the place, counted as told above.
    pub newlines_before: u64,
}
