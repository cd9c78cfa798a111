//! What the matcher sees of a source: a stretch of it with its surroundings.

use super::ranges::RangeWindow;
use crate::model::Chunk;

/// How many bytes before and after a chunk's own part come with it. The matcher looks
/// at most 64 KiB around a match for its record and evidence; three times that leaves
/// room for the record of a neighbouring match.
pub const MARGIN: usize = 192 * 1024;

/// How many bytes around a window's own part a [`Window::glance`] shows at least: enough
/// for a search literal or a short match that straddles the seam of two windows.
pub const SEAM: usize = 4 * 1024;

/// A chunk whose margins are fetched only when asked for, since most stretches of most
/// logs are quiet.
#[derive(Debug)]
pub struct Window<'w>(pub(super) Kind<'w>);

#[derive(Debug)]
pub(super) enum Kind<'w> {
    /// The margins are in memory anyway: a stream.
    Ready(Chunk<'w>),
    /// A range of a plain file.
    Range(RangeWindow<'w>),
}

impl Window<'_> {
    /// The own part with at least [`SEAM`] bytes (less at the source's ends) around it.
    pub fn glance(&self) -> Chunk<'_> {
        match &self.0 {
            Kind::Ready(chunk) => chunk.clone(),
            Kind::Range(window) => window.chunk(),
        }
    }

    /// The own part with [`MARGIN`] bytes around it (less only at the source's ends).
    /// Reads them first where needed; the own part is the same as in the glance.
    pub fn whole(&mut self) -> Chunk<'_> {
        match &mut self.0 {
            Kind::Ready(chunk) => chunk.clone(),
            Kind::Range(window) => {
                window.widen();
                window.chunk()
            }
        }
    }
}

/// Sizes of the reading side. The default is what `scan` uses; tests shrink them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes in the own part of a range of a plain file, at least 1. A multiple of
    /// [`crate::model::LINE_BLOCK`] keeps every block of line counts in one range.
    pub own: usize,
    /// Bytes of context on each side, at least 1; see [`MARGIN`].
    pub margin: usize,
    /// Bytes of context that are read without being asked for, at most `margin`; see
    /// [`SEAM`].
    pub seam: usize,
    /// New bytes a stream's buffer takes, beside two margins, at least 1.
    pub stream: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { own: 512 * 1024, margin: MARGIN, seam: SEAM, stream: 1024 * 1024 }
    }
}

impl Settings {
    /// The same sizes, forced into the limits that the fields name.
    pub(super) fn sane(self) -> Self {
        let margin = self.margin.max(1);
        Self { own: self.own.max(1), margin, seam: self.seam.min(margin), stream: self.stream.max(1) }
    }
}
