//! What it means to be mergeable.

/// An aggregate of which two can be put together.
///
/// Laws, held by property tests on [`super::Tally`]: merging is associative and
/// commutative in everything that the finished digest shows, and `Default` is its
/// identity. So chunks, files and machines reduce in any order to the same digest.
pub trait Merge: Default {
    /// Takes in everything that the other one counted.
    fn merge(&mut self, other: Self);
}
