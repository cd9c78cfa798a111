//! Memory that a worker uses again and again.

use super::found::{Match, Text};
use super::line::Lines;
use super::prefilter::Found;
use crate::model::EndpointRef;

/// Memory of one worker; its content means nothing between chunks.
#[derive(Default)]
pub struct Scratch {
    pub(super) found: Found,
    pub(super) matches: Vec<Match>,
    pub(super) on_line: Vec<Match>,
    pub(super) tried: Vec<u32>,
    /// See [`Match::found_at`].
    pub(super) found_at: usize,
    pub(super) stripped: Vec<u8>,
    pub(super) lines: Lines,
    pub(super) redis_words: Option<Vec<usize>>,
    pub(super) banners: Vec<usize>,
}

impl Scratch {
    pub(super) fn clear(&mut self) {
        self.matches.clear();
        self.stripped.clear();
        self.lines.clear();
        self.banners.clear();
        self.redis_words = None;
    }

    pub(super) fn text<'t>(&'t self, bytes: &'t [u8], text: Text) -> &'t [u8] {
        let from = if text.stripped { &self.stripped } else { bytes };
        from.get(text.start..text.end).unwrap_or_default()
    }

    pub(super) fn endpoint<'t>(&'t self, bytes: &'t [u8], m: &Match) -> Option<EndpointRef<'t>> {
        let (start, end) = m.found.host?;
        let host = self.text(bytes, m.text).get(start..end)?;
        Some(EndpointRef { host: std::str::from_utf8(host).ok()?, port: m.found.port })
    }
}
