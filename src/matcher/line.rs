//! Lines of a chunk, and what each says beside its message: read once, kept while the
//! chunk is scanned.

use super::layout::{Opening, Peeled, Repeats, SourceContext, Stream, peel};
use crate::model::{Level, REACH, Stamp};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

/// Number of a reporter label in one chunk. [`OWN`] is the source's own.
pub(super) type ReporterKey = u32;
/// The line names no reporter: the source itself is one.
pub(super) const OWN: ReporterKey = 0;

/// Where a line stands in a chunk, without its line end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The line reaches further than [`REACH`] around the place it was found at: only a
    /// part of it is seen, and it is not taken apart.
    pub(super) giant: bool,
}

/// The line around `at`, or as much of it as is near enough.
pub(super) fn span_at(bytes: &[u8], at: usize) -> Span {
    let from = at.saturating_sub(REACH);
    let to = bytes.len().min(at + REACH);
    let start = memchr::memrchr(b'\n', &bytes[from..at]).map(|i| from + i + 1);
    let end = memchr::memchr(b'\n', &bytes[at..to]).map(|i| at + i);
    let whole_start = start.is_some() || from == 0;
    let whole_end = end.is_some() || to == bytes.len();
    let (start, end) = (start.unwrap_or(from), end.unwrap_or(to));
    let giant = !whole_start || !whole_end || end - start > REACH;
    let end = if !giant && end > start && bytes[end - 1] == b'\r' { end - 1 } else { end };
    Span { start, end, giant }
}

/// What a line says beside its message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) opening: Opening,
    pub(super) stamp: Option<Stamp>,
    pub(super) level: Option<Level>,
    pub(super) reporter: ReporterKey,
    pub(super) stream: Option<Stream>,
    pub(super) partial: bool,
    pub(super) repeats: Option<Repeats>,
    pub(super) class: Class,
}

impl Facts {
    /// Of a line that is too long to be taken apart, and before it is.
    pub(super) const fn unknown(line: Span) -> Self {
        Self {
            start: line.start,
            end: line.end,
            opening: Opening::Plain,
            stamp: None,
            level: None,
            reporter: OWN,
            stream: None,
            partial: false,
            repeats: None,
            class: Class::Other,
        }
    }
}

/// What kind of continuation or class line this is, as far as joining records needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// `During handling of …`, `The above exception was …`: a chained traceback follows.
    Chain,
    /// Indented `from …`: a Ruby backtrace.
    RubyFrame,
    /// Anything else.
    Other,
}

/// The lines of one chunk that were read so far.
#[derive(Default)]
pub(super) struct Lines {
    facts: HashMap<usize, Facts, FxBuildHasher>,
    labels: HashMap<String, ReporterKey, FxBuildHasher>,
    names: Vec<String>,
    label: String,
}

impl Lines {
    pub(super) fn clear(&mut self) {
        self.facts.clear();
        self.labels.clear();
        self.names.clear();
    }

    /// The label with this number; `None` for [`OWN`].
    pub(super) fn label(&self, key: ReporterKey) -> Option<&str> {
        self.names.get((key as usize).checked_sub(1)?).map(String::as_str)
    }

    /// Facts of the line with this span.
    pub(super) fn facts(&mut self, bytes: &[u8], span: Span, context: &SourceContext) -> Facts {
        if let Some(&facts) = self.facts.get(&span.start) {
            return facts;
        }
        let peeled = peel(&bytes[span.start..span.end], context);
        let reporter = self.reporter(&peeled);
        let facts = Facts {
            start: span.start,
            end: span.end,
            opening: peeled.opening,
            stamp: peeled.stamp,
            level: peeled.level,
            reporter,
            stream: peeled.stream,
            partial: peeled.partial,
            repeats: peeled.repeats,
            class: class(&peeled.body),
        };
        self.facts.insert(span.start, facts);
        facts
    }

    fn reporter(&mut self, peeled: &Peeled<'_>) -> ReporterKey {
        let Some(reporter) = &peeled.reporter else { return OWN };
        self.label.clear();
        reporter.write_label(&mut self.label);
        if let Some(&key) = self.labels.get(&self.label) {
            return key;
        }
        self.names.push(self.label.clone());
        let key = self.names.len() as ReporterKey;
        self.labels.insert(self.label.clone(), key);
        key
    }

    /// The nearest line before `start` by the same reporter, if it starts at `limit` or
    /// later.
    pub(super) fn before(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        reporter: ReporterKey,
        context: &SourceContext,
    ) -> Option<Facts> {
        let mut end = start.checked_sub(1)?;
        loop {
            let from = end.saturating_sub(REACH).max(limit);
            if from > end {
                return None;
            }
            let start = match memchr::memrchr(b'\n', &bytes[from..end]) {
                Some(i) => from + i + 1,
                None if from == 0 => 0,
                None => return None,
            };
            if start < limit {
                return None;
            }
            let facts =
                self.facts(bytes, Span { start, end: line_end(bytes, start, end), giant: false }, context);
            if facts.reporter == reporter {
                return Some(facts);
            }
            end = start.checked_sub(1)?;
        }
    }

    /// The nearest line after the one that ends at `end` by the same reporter, if it
    /// ends at `limit` or sooner.
    pub(super) fn after(
        &mut self,
        bytes: &[u8],
        end: usize,
        limit: usize,
        reporter: ReporterKey,
        context: &SourceContext,
    ) -> Option<Facts> {
        let mut start = next_start(bytes, end)?;
        loop {
            if start >= limit {
                return None;
            }
            let to = bytes.len().min(limit);
            let end = match memchr::memchr(b'\n', &bytes[start..to]) {
                Some(i) => start + i,
                None if to == bytes.len() => to,
                None => return None,
            };
            let facts =
                self.facts(bytes, Span { start, end: line_end(bytes, start, end), giant: false }, context);
            if facts.reporter == reporter {
                return Some(facts);
            }
            start = next_start(bytes, end)?;
        }
    }
}

/// The end of a line without its carriage return.
fn line_end(bytes: &[u8], start: usize, newline: usize) -> usize {
    if newline > start && bytes[newline - 1] == b'\r' { newline - 1 } else { newline }
}

/// Where the line after the one that ends at `end` starts.
fn next_start(bytes: &[u8], end: usize) -> Option<usize> {
    let newline = match bytes.get(end)? {
        b'\n' => end,
        b'\r' if bytes.get(end + 1) == Some(&b'\n') => end + 1,
        _ => return None,
    };
    (newline + 1 < bytes.len()).then_some(newline + 1)
}

fn class(body: &[u8]) -> Class {
    let text = body.trim_ascii_start();
    if text.starts_with(b"During handling of") || text.starts_with(b"The above exception was") {
        Class::Chain
    } else if text.len() < body.len() && text.starts_with(b"from ") {
        Class::RubyFrame
    } else {
        Class::Other
    }
}
