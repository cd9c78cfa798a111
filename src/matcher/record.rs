//! Which lines belong to one log record.
//!
//! A record is a line that opens one and the lines of the same reporter that continue
//! it. Where it opens is looked for at most [`REACH`] bytes before the match that asks;
//! if it is further away, the match's own line stands for the record.

use super::layout::{Opening, SourceContext};
use super::line::{Class, Facts, Lines};
use crate::model::{Level, REACH, Stamp};

/// The line that opens a record, and what it says for all of the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Where the opening line starts.
    pub(super) start: usize,
    /// Its time; for an opening line without one that follows a dated line directly,
    /// that line's time.
    pub(super) stamp: Option<Stamp>,
    /// Its level.
    pub(super) level: Option<Level>,
}

impl Head {
    /// Of a line whose record is not known.
    pub(super) const fn unknown(line: super::line::Span) -> Self {
        Self { start: line.start, stamp: None, level: None }
    }
}

/// Walks over the lines of a chunk.
pub(super) struct Walk<'w> {
    pub(super) lines: &'w mut Lines,
    pub(super) bytes: &'w [u8],
    pub(super) context: &'w SourceContext,
}

impl Walk<'_> {
    fn before(&mut self, facts: &Facts, limit: usize) -> Option<Facts> {
        self.lines.before(self.bytes, facts.start, limit, facts.reporter, self.context)
    }

    /// The nearest line before that is not blank.
    fn before_blanks(&mut self, facts: &Facts, limit: usize) -> Option<Facts> {
        let mut found = self.before(facts, limit)?;
        while found.opening == Opening::Blank {
            found = self.before(&found, limit)?;
        }
        Some(found)
    }

    /// Where the record of this line opens, looking no further back than `limit`.
    pub(super) fn head(&mut self, line: Facts, limit: usize) -> Head {
        let mut current = line;
        loop {
            match self.continues(&current, limit) {
                Step::Opens => return self.head_at(current, limit),
                Step::Continues(before) => current = before,
                // The opening line is too far away.
                Step::Lost => return self.head_at(line, limit),
            }
        }
    }

    fn head_at(&mut self, line: Facts, limit: usize) -> Head {
        let mut stamp = line.stamp;
        let mut near = line;
        // An undated line right under a dated one was printed after it.
        while stamp.is_none()
            && matches!(near.opening, Opening::Plain | Opening::Exception | Opening::Continuation)
        {
            match self.before(&near, limit) {
                Some(before) if before.opening != Opening::Blank => near = before,
                _ => break,
            }
            stamp = near.stamp;
        }
        Head { start: line.start, stamp, level: line.level }
    }

    fn continues(&mut self, line: &Facts, limit: usize) -> Step {
        if self.follows_partial(line, limit) {
            return self.before(line, limit).map_or(Step::Lost, Step::Continues);
        }
        match line.opening {
            Opening::Header | Opening::Plain => Step::Opens,
            Opening::Continuation | Opening::Blank => match self.before(line, limit) {
                Some(before) => Step::Continues(before),
                // At the start of the source a continuation opens what is left of a record.
                None if limit == 0 && line.start <= REACH => Step::Opens,
                None => Step::Lost,
            },
            Opening::Traceback => match self.before_blanks(line, limit) {
                Some(before) if before.opening == Opening::Header || before.class == Class::Chain => {
                    Step::Continues(before)
                }
                // `print("failed", e)` and then the traceback: one happening, unless the line
                // before closes a traceback of its own.
                Some(before)
                    if matches!(before.opening, Opening::Plain | Opening::Exception)
                        && !self.closes_traceback(&before, limit) =>
                {
                    Step::Continues(before)
                }
                _ => Step::Opens,
            },
            Opening::Exception => match self.before_blanks(line, limit) {
                Some(before) if matches!(before.opening, Opening::Header | Opening::Traceback) => {
                    Step::Continues(before)
                }
                Some(before)
                    if before.opening == Opening::Continuation && self.in_traceback(&before, limit) =>
                {
                    Step::Continues(before)
                }
                _ => Step::Opens,
            },
            Opening::RubyTrace => match self.before_blanks(line, limit) {
                // The cause of an uncaught error is printed below its backtrace.
                Some(before) if before.class == Class::RubyFrame => Step::Continues(before),
                _ => Step::Opens,
            },
        }
    }

    /// Whether the line before is a piece of this one that the runtime cut off.
    fn follows_partial(&mut self, line: &Facts, limit: usize) -> bool {
        line.stream.is_some()
            && self.before(line, limit).is_some_and(|before| before.partial && before.stream == line.stream)
    }

    /// Whether a continuation line belongs to an open Python traceback.
    fn in_traceback(&mut self, line: &Facts, limit: usize) -> bool {
        let mut current = *line;
        while current.opening == Opening::Continuation && current.class == Class::Other {
            match self.before(&current, limit) {
                Some(before) => current = before,
                None => return false,
            }
        }
        current.opening == Opening::Traceback
    }

    fn closes_traceback(&mut self, line: &Facts, limit: usize) -> bool {
        line.opening == Opening::Exception
            && self.before(line, limit).is_some_and(|before| {
                before.opening == Opening::Traceback || self.in_traceback(&before, limit)
            })
    }

    /// The line after this one, if it continues the record.
    pub(super) fn next_of_record(&mut self, line: &Facts, limit: usize) -> Option<Facts> {
        let next = self.lines.after(self.bytes, line.end, limit, line.reporter, self.context)?;
        let joined = match next.opening {
            Opening::Continuation | Opening::Blank => true,
            Opening::Header | Opening::Plain => line.partial && next.stream == line.stream,
            Opening::Traceback | Opening::Exception | Opening::RubyTrace => {
                let from = next.start.saturating_sub(REACH);
                matches!(self.continues(&next, from), Step::Continues(_))
            }
        };
        joined.then_some(next)
    }
}

enum Step {
    Opens,
    Continues(Facts),
    Lost,
}
