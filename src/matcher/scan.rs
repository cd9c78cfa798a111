//! The hot loop: candidate → line → confirm → record → sink.
//!
//! ```text
//! for each literal of a rule in the chunk, margins included
//!     find its line, confirm the matches in it               (confirm)
//! for each match
//!     read its line's surroundings, find its record          (line, record)
//! for each record
//!     tell events from repetitions, prove the client         (judge)
//! for each match whose line was found in the chunk's own part
//!     hand it to the sink                                    (emit)
//! ```
//!
//! Every look-up is bounded by the distance from the match, never by the chunk, so a hit
//! is a function of file and position, and any cut of the input gives the same hits.

use super::evidence::{EvidenceFinder, answering_node, command};
use super::found::Match;
use super::judge::RedisWords;
use super::layout::{SourceContext, peel};
use super::prefilter::Prefilter;
use super::redirect;
use super::scratch::Scratch;
use crate::model::{Chunk, Client, Hit, LINE_BLOCK, LineLocus, Locus, Moment, REACH, Signal, Stamp};
use crate::rules::{Rule, RuleSet};
use memchr::{memchr, memchr_iter, memrchr};

/// Bytes of a line that a hit shows.
const SHOWN: usize = 512;
/// Bytes of a line that are looked at when only its time is wanted.
const TIME_REACH: usize = 2 * 1024;

/// Where the matcher puts what it finds.
pub trait Sink {
    /// A hit, in the order of the chunk.
    fn hit(&mut self, hit: &Hit<'_>);
    /// A process start near hits.
    fn start(&mut self, at: Option<Moment>, place: Locus, reporter: Option<&str>);
    /// A dated line, one at most per block.
    fn activity(&mut self, at: Moment, place: Locus, reporter: Option<&str>);
    /// The time of the source's last dated line.
    fn last_time(&mut self, at: Moment);
}

/// What is known about a source before its lines are read.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// Times, zones and layout.
    pub context: SourceContext,
    /// Label of the source as a reporter; `None` for a bare stdin.
    pub reporter: Option<String>,
    /// Whether lines are counted from the start of the source (a stream) or from the
    /// start of a [`LINE_BLOCK`] (a regular file).
    pub stream: bool,
}

/// Rules compiled for scanning; shared by all workers.
pub struct Matcher<'r> {
    pub(super) rules: &'r RuleSet,
    pub(super) prefilter: Prefilter,
    pub(super) evidence: EvidenceFinder,
    pub(super) redis_words: RedisWords,
    moved: Option<u32>,
    ask: Option<u32>,
    /// The rule of bare pairs.
    pub(super) bare: Option<u32>,
    /// Rules whose text alone proves nothing (tag `needs-client:ID`): the client that must
    /// be proven by the record.
    pub(super) needs_client: Vec<(u32, Client)>,
}

/// One chunk being scanned.
pub(super) struct Scan<'s, 'c> {
    pub(super) matcher: &'s Matcher<'s>,
    pub(super) chunk: &'s Chunk<'c>,
    pub(super) view: &'s SourceView,
    pub(super) scratch: &'s mut Scratch,
}

impl<'r> Matcher<'r> {
    /// Compiles the rules.
    ///
    /// # Errors
    /// When the literals of all rules together are too many for the searcher.
    pub fn new(rules: &'r RuleSet) -> Result<Self, aho_corasick::BuildError> {
        let hand_parsed =
            |id: &str| rules.get(id).filter(|rule| rule.is_hand_parsed()).map(|rule| rule.order);
        let moved = hand_parsed("database/redis-cluster-moved");
        let ask = hand_parsed("database/redis-cluster-ask");
        let bare = hand_parsed("database/redis-cluster-redirect");
        Ok(Self {
            rules,
            prefilter: Prefilter::new(rules, moved.is_some() || ask.is_some(), bare.is_some()),
            evidence: EvidenceFinder::new(),
            redis_words: RedisWords::new()?,
            moved,
            ask,
            bare,
            needs_client: rules.iter().filter_map(|rule| Some((rule.order, needed_client(rule)?))).collect(),
        })
    }

    /// The rule that a hand-parsed redirection with a code word is reported under.
    pub(super) fn rule_of(&self, signal: Signal) -> Option<u32> {
        if signal == Signal::Moved { self.moved } else { self.ask }
    }

    /// Whether nothing that begins in the chunk's own part can be a hit. Needs a seam of
    /// a few hundred bytes around the own part, not the whole margin.
    pub fn is_quiet(&self, chunk: &Chunk<'_>, view: &SourceView, scratch: &mut Scratch) -> bool {
        if !self.prefilter.unfiltered.is_empty() {
            return false;
        }
        self.prefilter.search(chunk.bytes, view.context.docker_json, &mut scratch.found);
        scratch.found.candidates.is_empty() && bare_ends(chunk.bytes, &scratch.found.ends).next().is_none()
    }

    /// Scans a chunk and hands every hit of it to the sink, and the process starts near
    /// hits. The hits of a line are those of the chunk whose own part has the first thing in
    /// it that is worth a look; of a line longer than [`REACH`], that has this in or at it. `newlines_before` is the number of newlines between the
    /// start of a stream and the own part; unused for a regular file.
    pub fn scan_chunk(
        &self,
        chunk: &Chunk<'_>,
        view: &SourceView,
        newlines_before: u64,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) {
        let mut scan = Scan { matcher: self, chunk, view, scratch };
        scan.find_matches();
        if scan.scratch.matches.is_empty() {
            return;
        }
        let records = scan.find_records();
        scan.judge(&records);
        scan.emit(newlines_before, sink);
        scan.emit_starts(sink);
    }

    /// Notes a dated line for every block that starts in the chunk's own part, and the
    /// time of the source's last dated line. `block_of` gives the first byte of the block
    /// that an offset lies in: a multiple of 4 KiB.
    pub fn pulse(
        &self,
        chunk: &Chunk<'_>,
        view: &SourceView,
        block_of: impl Fn(u64) -> u64,
        sink: &mut impl Sink,
    ) {
        const STEP: u64 = 4096;
        let own = chunk.own_offset()..chunk.own_offset() + chunk.own.len() as u64;
        let mut block = own.start.div_ceil(STEP) * STEP;
        while block < own.end {
            if block_of(block) == block {
                let at = usize::try_from(block - chunk.offset).unwrap_or(usize::MAX);
                pulse_at(chunk, view, at, sink);
            }
            block += STEP;
        }
        if chunk.at_end && chunk.own.end == chunk.bytes.len() {
            last_time(chunk, view, sink);
        }
    }
}

/// Ends of bare pairs among the ends of lines and quoted strings.
pub(super) fn bare_ends<'b>(bytes: &'b [u8], ends: &'b [usize]) -> impl Iterator<Item = usize> + 'b {
    // Whether something may end at the end of the bytes the kernel cannot tell.
    ends.iter()
        .copied()
        .chain([bytes.len()])
        .map(|end| redirect::pair_end(bytes, end))
        .filter(|&end| redirect::bare_pair_before(bytes, end).is_some())
}

fn needed_client(rule: &Rule) -> Option<Client> {
    let id = rule.tags.iter().find_map(|tag| tag.strip_prefix("needs-client:"))?;
    Client::ALL.iter().copied().find(|client| client.id() == id)
}

fn pulse_at(chunk: &Chunk<'_>, view: &SourceView, at: usize, sink: &mut impl Sink) {
    let limit = chunk.bytes.len().min(at + TIME_REACH);
    let mut start = at;
    if chunk.offset + at as u64 > 0 {
        let Some(newline) = chunk.bytes.get(at..limit).and_then(|text| memchr(b'\n', text)) else { return };
        start = at + newline + 1;
    }
    // The lines of a trace have no time: the first dated one of a few will do.
    for _ in 0..4 {
        if start >= limit {
            return;
        }
        let to = chunk.bytes.len().min(start + TIME_REACH);
        let end = memchr(b'\n', &chunk.bytes[start..to]).map_or(to, |i| start + i);
        let peeled = peel(&chunk.bytes[start..end], &view.context);
        if let Some(stamp) = peeled.stamp {
            let place = Locus { source: chunk.source, offset: chunk.offset + start as u64 };
            let label = peeled.reporter.map(|r| r.label());
            sink.activity(stamp.moment, place, label.as_deref().or(view.reporter.as_deref()));
            return;
        }
        start = end + 1;
    }
}

fn last_time(chunk: &Chunk<'_>, view: &SourceView, sink: &mut impl Sink) {
    let tail = chunk.bytes.len().saturating_sub(TIME_REACH * 2);
    let mut end = chunk.bytes.len();
    while end > tail {
        let start = memrchr(b'\n', &chunk.bytes[tail..end - 1]).map_or(tail, |i| tail + i + 1);
        let line = &chunk.bytes[start..end.min(start + TIME_REACH)];
        if let Some(stamp) = peel(line, &view.context).stamp {
            return sink.last_time(stamp.moment);
        }
        end = start;
    }
}

impl Scan<'_, '_> {
    fn emit(&mut self, newlines_before: u64, sink: &mut impl Sink) {
        let mut counter = LineCounter::new(self.chunk, self.view.stream, newlines_before);
        let mut order: Vec<usize> = (0..self.scratch.matches.len()).collect();
        order.retain(|&i| self.chunk.own.contains(&self.scratch.matches[i].found_at));
        for i in order {
            let m = &self.scratch.matches[i];
            let line = &self.chunk.bytes[m.line.start..m.line.end];
            let near = &line[m.at - m.line.start..];
            let answering = if m.signal().is_redirection() { answering_node(line) } else { None };
            let hit = Hit {
                place: counter.place(m.line.start, m.at),
                offset: self.chunk.offset + m.at as u64,
                signal: m.signal(),
                rule: m.rule,
                slot: m.slot(),
                endpoint: self.scratch.endpoint(self.chunk.bytes, m),
                client: m.client,
                reporter: self.scratch.lines.label(m.facts.reporter).or(self.view.reporter.as_deref()),
                stamp: stamp(m),
                event: m.event,
                repeats: m.repeats,
                level: m.facts.level.or(m.head.level),
                marks: m.marks,
                command: command(&near[..near.len().min(SHOWN)])
                    .or_else(|| command(&line[..line.len().min(SHOWN)])),
                answered_by: answering.as_ref().map(|e| e.as_ref()),
                text: shown(line, m.at - m.line.start),
            };
            sink.hit(&hit);
        }
    }

    /// Process starts count where a hit is near: others cannot be what a hit is born with.
    fn emit_starts(&mut self, sink: &mut impl Sink) {
        for i in 0..self.scratch.banners.len() {
            let at = self.scratch.banners[i];
            let near = |m: &Match| m.event && m.at.abs_diff(at) <= REACH;
            if !self.chunk.own.contains(&at) || !self.scratch.matches.iter().any(near) {
                continue;
            }
            let line = super::line::span_at(self.chunk.bytes, at);
            if line.giant {
                continue;
            }
            let facts = self.scratch.lines.facts(self.chunk.bytes, line, &self.view.context);
            let label = self.scratch.lines.label(facts.reporter).or(self.view.reporter.as_deref());
            let place = Locus { source: self.chunk.source, offset: self.chunk.offset + line.start as u64 };
            sink.start(facts.stamp.map(|s| s.moment), place, label);
        }
    }
}

/// The line's own time, else its record's.
fn stamp(m: &Match) -> Option<Stamp> {
    m.facts.stamp.or(m.head.stamp)
}

/// The part of a line around a match that is worth showing.
fn shown(line: &[u8], at: usize) -> &[u8] {
    if line.len() <= SHOWN {
        return line;
    }
    let from = at.saturating_sub(SHOWN / 3).min(line.len() - SHOWN);
    // Not in the middle of a character.
    let from = (from..at.max(from)).find(|&i| line[i] & 0xc0 != 0x80).unwrap_or(from);
    &line[from..line.len().min(from + SHOWN)]
}

/// Counts the newlines before the places of one chunk, which are asked for in order.
struct LineCounter<'c> {
    bytes: &'c [u8],
    offset: u64,
    source: u32,
    stream: bool,
    /// Up to here `count` is right.
    at: usize,
    /// Newlines before `at`, since the start of the stream or of the block of `at`.
    count: u64,
}

impl<'c> LineCounter<'c> {
    fn new(chunk: &Chunk<'c>, stream: bool, newlines_before: u64) -> Self {
        // Blocks are counted from their own starts, wherever the chunk begins.
        let at = if stream { chunk.own.start } else { usize::MAX };
        let count = newlines_before;
        Self { bytes: chunk.bytes, offset: chunk.offset, source: chunk.source, stream, at, count }
    }

    fn place(&mut self, line_start: usize, at: usize) -> LineLocus {
        // A line that is too long to be seen from its start still has a number.
        let start = if line_start <= at { line_start } else { at };
        let newlines_before = if self.stream { self.in_stream(start) } else { self.in_block(start) };
        let locus = Locus { source: self.source, offset: self.offset + start as u64 };
        LineLocus { locus, newlines_before }
    }

    fn in_stream(&mut self, start: usize) -> u64 {
        if start < self.at {
            return self.count - newlines(&self.bytes[start..self.at]);
        }
        self.count += newlines(&self.bytes[self.at..start]);
        self.at = start;
        self.count
    }

    fn in_block(&mut self, start: usize) -> u64 {
        let place = self.offset + start as u64;
        let block =
            usize::try_from((place / LINE_BLOCK * LINE_BLOCK).saturating_sub(self.offset)).unwrap_or(0);
        if self.at < block || self.at > start || self.stream {
            self.at = block;
            self.count = 0;
        }
        self.count += newlines(&self.bytes[self.at..start]);
        self.at = start;
        self.count
    }
}

/// Number of newlines.
pub fn newlines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
