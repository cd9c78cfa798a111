//! What is around the message of one physical line: wrappers, reporter, time, level.
//!
//! [`peel`] is a pure function of the line and of what is known about its source. It is
//! called for the lines of a record, so in a storm for every line. A prefix that it
//! does not know costs detail and never a finding: the body is then the whole line.

mod ansi;
mod clock;
mod envelope;
mod head;
mod identity;
mod level;
mod opening;
mod reporter;
#[cfg(test)]
mod tests;
mod wrapper;

pub use head::{first_full_date, guess_day_first, looks_like_docker_json};
pub use identity::{RotationRank, rotation_rank, source_identity, strip_rotation};
pub use opening::Opening;
pub use reporter::Reporter;

use crate::model::{Level, Stamp};
use clock::Reading;
use std::borrow::Cow;
use wrapper::Rest;

/// Wrappers nest this deep at most: a prefix, a collector's time, its JSON, a count.
const DEPTH: usize = 6;

/// How many bytes of a line are looked at for a text prefix.
const PREFIX_LIMIT: usize = 4096;

/// What is known about a source's times and identity before its lines are read.
#[derive(Clone, Debug)]
pub struct SourceContext {
    /// The zone of times that name none (`--timezone`).
    pub zone: Option<jiff::tz::TimeZone>,
    /// The newest plausible moment of the source: a date without a year is in the latest
    /// year that puts it at most one day later, a time without a date on the latest day
    /// that puts it not later.
    pub reference: jiff::civil::DateTime,
    /// Another reference for dates without a year, when a full date is known near them.
    pub year_reference: Option<jiff::civil::DateTime>,
    /// The year of dates that print none (`--year`).
    pub fixed_year: Option<i16>,
    /// Whether `04/05/2026` is the 4th of May; while unknown, such a line has no time.
    pub day_first: Option<bool>,
    /// The label of the source's own reporter, when its path tells (`pod/P/C`). A line
    /// that names a lesser one (a host, where the pod is known) does not replace it.
    pub reporter: Option<String>,
    /// The source is a file of Docker's json-file driver.
    pub docker_json: bool,
}

impl SourceContext {
    /// Nothing is known but the newest plausible moment.
    pub const fn new(reference: jiff::civil::DateTime) -> Self {
        Self {
            zone: None,
            reference,
            year_reference: None,
            fixed_year: None,
            day_first: None,
            reporter: None,
            docker_json: false,
        }
    }
}

/// The stream that a collector kept apart; its partial lines join within one stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A logger's note that it left equal records out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeats {
    /// `last message repeated 5 times`: the previous record happened this often again.
    Previous(u64),
    /// `message repeated 5 times: [ text]`: this record stands for this many.
    This(u64),
}

/// One physical line, read.
#[derive(Clone, Debug)]
pub struct Peeled<'l> {
    /// Who logged it, when the line names somebody.
    pub reporter: Option<Reporter<'l>>,
    /// When: the innermost time that names a zone, else the innermost one.
    pub stamp: Option<Stamp>,
    /// The innermost text: wrappers taken away, their JSON strings unescaped, terminal
    /// escapes removed, without a line end. Borrowed, it is a suffix of the line.
    /// An application's own JSON record stays as it is.
    pub body: Cow<'l, [u8]>,
    /// How the body begins.
    pub opening: Opening,
    /// The level of the record that it begins.
    pub level: Option<Level>,
    /// The stream, where a collector tells.
    pub stream: Option<Stream>,
    /// This is a piece of a line; the next piece follows in the same stream.
    pub partial: bool,
    /// A note that records were left out.
    pub repeats: Option<Repeats>,
    /// Where in the line the body starts, when the body is a plain slice of it.
    pub body_offset: Option<usize>,
}

/// What one wrapper tells, and what is inside it.
#[derive(Default)]
struct Layer<'t> {
    inner: Inner,
    reporter: Option<Reporter<'t>>,
    reading: Option<Reading>,
    level: Option<Level>,
    stream: Option<Stream>,
    partial: bool,
    /// Each line of this wrapper is a record, unless its text is plainly a continuation.
    begins_record: bool,
}

/// The text inside a wrapper.
enum Inner {
    /// What follows so many bytes.
    Skip(usize),
    /// Text that had to be unescaped.
    Text(Vec<u8>),
}

impl Default for Inner {
    fn default() -> Self {
        Self::Skip(0)
    }
}

impl<'t> Layer<'t> {
    fn skip(bytes: usize) -> Self {
        Self { inner: Inner::Skip(bytes), ..Self::default() }
    }

    fn text(text: Vec<u8>) -> Self {
        Self { inner: Inner::Text(text), ..Self::default() }
    }

    fn by(mut self, reporter: Reporter<'t>) -> Self {
        self.reporter = Some(reporter);
        self
    }

    /// The same layer when so many more bytes stand before it.
    fn behind(mut self, bytes: usize) -> Self {
        if let Inner::Skip(skip) = &mut self.inner {
            *skip += bytes;
        }
        self
    }
}

/// What the layers told so far.
#[derive(Default)]
struct Facts<'l> {
    reporter: Option<Reporter<'l>>,
    reading: Option<Reading>,
    level: Option<Level>,
    stream: Option<Stream>,
    partial: bool,
    begins_record: bool,
}

impl<'l> Facts<'l> {
    /// The innermost time that names a zone wins, else the innermost.
    fn reading(&mut self, inner: Option<Reading>) {
        let Some(inner) = inner else { return };
        if inner.names_zone() || !self.reading.is_some_and(|outer| outer.names_zone()) {
            self.reading = Some(inner);
        }
    }

    /// The reporter that tells most wins, the outermost of equals.
    fn reporter(&mut self, inner: Option<Reporter<'l>>) {
        let Some(inner) = inner else { return };
        if self.reporter.as_ref().is_none_or(|outer| inner.rank() > outer.rank()) {
            self.reporter = Some(inner);
        }
    }
}

/// Reads one physical line, given with or without its line end.
pub fn peel<'l>(line: &'l [u8], context: &SourceContext) -> Peeled<'l> {
    let (peeled, reading) = read_line(line, context);
    let stamp = reading.and_then(|r| r.resolve(context));
    Peeled { stamp, ..peeled }
}

/// Where a `[pod/NAME/CONTAINER] ` stands inside a line rather than at its start.
///
/// kubectl joins the last line of a source that ends without a newline to the next
/// source's first line; what begins here is then a line of its own.
pub fn joined_prefix(line: &[u8]) -> Option<usize> {
    wrapper::joined_prefix(line)
}

/// [`peel`] without the stamp, and the time as it was read.
fn read_line<'l>(line: &'l [u8], context: &SourceContext) -> (Peeled<'l>, Option<Reading>) {
    let whole = trim_line_end(line);
    let mut offset = junk_len(whole);
    // Taken once a layer had to be unescaped: `offset` then counts in it.
    let mut unescaped: Option<Vec<u8>> = None;
    if let Some(text) = ansi::strip(&whole[offset..]) {
        unescaped = Some(text);
        offset = 0;
    }
    let mut facts = Facts::default();
    for _ in 0..DEPTH {
        let step = match &unescaped {
            None => wrapper::step(&whole[offset..], context),
            Some(text) => {
                wrapper::step(&text[offset..], context).map(Layer::into_owned).map_err(Rest::into_owned)
            }
        };
        let layer = match step {
            Ok(layer) => layer,
            Err(rest) => return facts.finish(whole, unescaped, offset, rest, context),
        };
        facts.reading(layer.reading);
        facts.reporter(layer.reporter);
        facts.level = layer.level.or(facts.level);
        facts.stream = layer.stream.or(facts.stream);
        facts.partial |= layer.partial;
        facts.begins_record |= layer.begins_record;
        match layer.inner {
            Inner::Skip(bytes) => offset += bytes,
            Inner::Text(text) => {
                unescaped = Some(ansi::strip(&text).unwrap_or(text));
                offset = 0;
            }
        }
    }
    facts.finish(whole, unescaped, offset, Rest::Text(None), context)
}

impl<'l> Facts<'l> {
    fn finish(
        mut self,
        whole: &'l [u8],
        unescaped: Option<Vec<u8>>,
        offset: usize,
        rest: Rest<'l>,
        context: &SourceContext,
    ) -> (Peeled<'l>, Option<Reading>) {
        let (mut body, mut body_offset) = match unescaped {
            None => (Cow::Borrowed(&whole[offset..]), Some(offset)),
            Some(mut text) => {
                text.drain(..offset);
                (Cow::Owned(text), None)
            }
        };
        let mut repeats = None;
        let described = match rest {
            Rest::Record(record) => {
                self.reporter(record.reporter);
                opening::Described { reading: record.reading, level: record.level, opening: Opening::Header }
            }
            Rest::Text(time) => {
                let found = if time.is_none() { repeat_note(&body) } else { None };

                match found {
                    None => opening::describe(&body, time.as_ref(), context),
                    Some((note, skip)) => {
                        repeats = Some(note);
                        body_offset = body_offset.map(|at| at + skip);
                        body = match body {
                            Cow::Borrowed(text) => Cow::Borrowed(&text[skip..]),
                            Cow::Owned(mut text) => {
                                text.drain(..skip);
                                Cow::Owned(text)
                            }
                        };
                        let time = clock::read(&body, context.day_first);
                        opening::describe(&body, time.as_ref(), context)
                    }
                }
            }
        };
        self.reading(described.reading);
        let mut opening = described.opening;
        if self.begins_record && matches!(opening, Opening::Plain | Opening::Blank) {
            opening = Opening::Header;
        }
        let known = context.reporter.as_deref().map_or(0, reporter::label_rank);
        let peeled = Peeled {
            reporter: self.reporter.filter(|r| r.rank() >= known),
            stamp: None,
            body,
            opening,
            level: described.level.or(self.level),
            stream: self.stream,
            partial: self.partial,
            repeats,
            body_offset,
        };
        (peeled, self.reading)
    }
}

impl Layer<'_> {
    fn into_owned<'l>(self) -> Layer<'l> {
        Layer { reporter: self.reporter.map(Reporter::into_owned), ..self }
    }
}

/// The line without `\n`, `\r\n`, or a lone `\r` at its end.
fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Bytes before the text that belong to no layout: a run of NULs (a file truncated under
/// its writer), a byte order mark, the record separator of a JSON sequence.
fn junk_len(line: &[u8]) -> usize {
    let mut at = line.iter().take_while(|&&b| b == 0).count();
    if line[at..].starts_with(b"\xEF\xBB\xBF") {
        at += 3;
    }
    if line.get(at) == Some(&0x1E) {
        at += 1;
    }
    at
}

/// A note of left-out records at the start of the text, and where its text begins.
fn repeat_note(text: &[u8]) -> Option<(Repeats, usize)> {
    const LAST: &[u8] = b"last message repeated ";
    const THIS: &[u8] = b"message repeated ";
    let start = if text.starts_with(b"--- ") { 4 } else { 0 };
    let count = |at: usize| -> Option<(u64, usize)> {
        let run = clock::digit_run(text, at);
        let n: u64 = std::str::from_utf8(text.get(at..at + run)?).ok()?.parse().ok()?;
        text[at + run..].starts_with(b" time").then_some((n, at + run))
    };
    if text[start..].starts_with(LAST) {
        let (n, _) = count(start + LAST.len())?;
        return Some((Repeats::Previous(n), 0));
    }
    if !text.starts_with(THIS) {
        return None;
    }
    let (n, at) = count(THIS.len())?;
    let rest = text[at..].strip_prefix(b" times: [").or_else(|| text[at..].strip_prefix(b" time: ["))?;
    let inner = rest.strip_prefix(b" ").unwrap_or(rest);
    Some((Repeats::This(n), text.len() - inner.len()))
}
