//! A confirmed match: ranges and numbers, free of borrows, so that the matches of a chunk
//! can be kept while its records are told apart.

use super::line::{Facts, Span};
use super::record::Head;
use super::redirect::Redirection;
use crate::model::{Client, EndpointRef, PathMarks, Signal, Slot};

/// A text in the chunk, or in the scratch memory of lines whose colours were removed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) stripped: bool,
}

/// What a match in a line's text says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located {
    pub(super) signal: Signal,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) slot: Option<Slot>,
    /// Range of the host in the text.
    pub(super) host: Option<(usize, usize)>,
    pub(super) port: Option<u16>,
    /// Nothing but a number and an address: a candidate until something near proves it.
    pub(super) bare: bool,
}

impl Located {
    pub(super) fn redirection(found: Redirection<'_>, text: &[u8]) -> Self {
        let bare = found.signal == Signal::Redirect;
        let Redirection { signal, start, end, slot, endpoint } = found;
        Self { signal, start, end, slot: Some(slot), host: None, port: None, bare }
            .with_endpoint(Some(endpoint), text)
    }

    /// Takes over an endpoint whose host was read from `text`.
    pub(super) fn with_endpoint(self, endpoint: Option<EndpointRef<'_>>, text: &[u8]) -> Self {
        let Some(endpoint) = endpoint else { return self };
        let start = endpoint.host.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        // An empty host is a constant outside of the text.
        let start = if endpoint.host.is_empty() || start > text.len() { self.start } else { start };
        Self { host: Some((start, start + endpoint.host.len())), port: endpoint.port, ..self }
    }
}

/// A confirmed match and what is found out about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// Where it begins in the chunk; in a stripped line, where the line begins.
    pub(super) at: usize,
    /// Where its line was first found worth a look: the chunk that owns this place owns all
    /// matches of the line, however far from it they stand.
    pub(super) found_at: usize,
    pub(super) line: Span,
    pub(super) text: Text,
    pub(super) rule: u32,
    /// A rule that came with the binary: of overlapping matches one is taken.
    pub(super) builtin: bool,
    pub(super) found: Located,
    pub(super) facts: Facts,
    pub(super) head: Head,
    pub(super) client: Option<Client>,
    pub(super) marks: PathMarks,
    pub(super) event: bool,
    pub(super) repeats: u32,
}

impl Match {
    pub(super) const fn signal(&self) -> Signal {
        self.found.signal
    }

    pub(super) const fn slot(&self) -> Option<Slot> {
        self.found.slot
    }

    /// Whether slot and target are both printed.
    pub(super) const fn is_full(&self) -> bool {
        self.found.slot.is_some() && self.found.host.is_some()
    }
}
