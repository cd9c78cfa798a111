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

/// A [`Locus`] that knows how many newlines stand between the start of its
/// [`LINE_BLOCK`] and itself, so that its line number can be told at the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineLocus {
    /// The place.
    pub locus: Locus,
    /// Newlines from the start of the place's block to the place.
    pub newlines_in_block: u32,
}
