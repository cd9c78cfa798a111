//! From matches to hits: which record each belongs to, which are events and which repeat
//! one, who printed them.

use super::evidence::Needles;
use super::found::Match;
use super::layout::{Opening, Repeats};
use super::line::{Facts, ReporterKey, Span};
use super::record::Walk;
use super::scan::Scan;
use crate::model::{EndpointRef, REACH, Signal, Slot};
use memchr::memmem;

/// Words whose presence near a bare pair, a connect error or a login error tells that it
/// is about Redis.
const REDIS_WORDS: [&str; 6] = ["redis", "valkey", "jedis", "lettuce", "elasticache", "memorydb"];

/// Exception classes that tell the kind of a bare pair in their record.
const KIND_WORDS: [(&str, Signal); 6] = [
    ("MovedError", Signal::Moved),
    ("MovedDataException", Signal::Moved),
    ("MOVED error received", Signal::Moved),
    ("AskError", Signal::Ask),
    ("AskDataException", Signal::Ask),
    ("ASK error received", Signal::Ask),
];

/// The most that a `message repeated n times` is believed.
const REPEATS_LIMIT: u64 = 1_000_000;

/// Matches of one log record, by their numbers.
#[derive(Debug)]
pub(super) struct Record {
    reporter: ReporterKey,
    head: usize,
    matches: Vec<usize>,
    /// A part of it is a line too long to be seen as a whole.
    giant: bool,
}

impl Scan<'_, '_> {
    /// Reads the surroundings of every match and gathers the matches by record.
    pub(super) fn find_records(&mut self) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        // The newest record of each reporter.
        let mut open: Vec<(ReporterKey, usize)> = Vec::new();
        for i in 0..self.scratch.matches.len() {
            let m = self.scratch.matches[i];
            let unread = m.line.giant && m.line.start > 0 && self.chunk.bytes[m.line.start - 1] != b'\n';
            let (facts, head) = if unread { (m.facts, m.head) } else { self.head_of(m.line, m.at) };
            self.scratch.matches[i].facts = facts;
            self.scratch.matches[i].head = head;
            let slot = open.iter().position(|(reporter, _)| *reporter == facts.reporter);
            let current = slot.map(|slot| open[slot].1).filter(|&r| {
                let last = records[r].matches.last().map_or(0, |&last| self.scratch.matches[last].at);
                let same_line = || m.at - last <= REACH && !self.chunk.bytes[last..m.at].contains(&b'\n');
                records[r].head == head.start || (m.line.giant && last <= m.at && same_line())
            });
            if let Some(current) = current {
                records[current].matches.push(i);
                records[current].giant |= m.line.giant;
                continue;
            }
            let new = records.len();
            records.push(Record {
                reporter: facts.reporter,
                head: head.start,
                matches: vec![i],
                giant: m.line.giant,
            });
            match slot {
                Some(slot) => open[slot].1 = new,
                None => open.push((facts.reporter, new)),
            }
        }
        records
    }

    fn head_of(&mut self, line: Span, at: usize) -> (Facts, super::record::Head) {
        let context = &self.view.context;
        let facts = self.scratch.lines.facts(self.chunk.bytes, line, context);
        let mut walk = Walk { lines: &mut self.scratch.lines, bytes: self.chunk.bytes, context };
        (facts, walk.head(facts, at.saturating_sub(REACH)))
    }

    /// Tells events from repetitions, fills in what the record says, proves the client.
    pub(super) fn judge(&mut self, records: &[Record]) {
        for record in records {
            self.name_kinds(record);
        }
        for record in records {
            self.prove(record);
            self.fill_exhausted(record);
            self.mark_repetitions(record);
            self.multiply(record);
        }
    }

    /// The matches of a record that are within reach of one of its matches, itself included:
    /// all of them, but in a line without end, where what is true of a match must not hang
    /// on one that is too far away to be seen from any chunk it is in.
    fn companions<'r>(
        &self,
        record: &'r Record,
        i: usize,
    ) -> impl DoubleEndedIterator<Item = usize> + use<'_, 'r> {
        let matches = &self.scratch.matches;
        let at = matches[i].at;
        // A match is at most a line from where its line was found.
        let from = record.matches.partition_point(|&j| matches[j].found_at + 2 * REACH < at);
        let to = record.matches.partition_point(|&j| matches[j].found_at <= at + 2 * REACH);
        let near = record.matches.get(from..to).unwrap_or_default();
        near.iter().copied().filter(move |&j| matches[j].at.abs_diff(at) <= REACH)
    }

    fn target(&self, i: usize) -> (Option<Slot>, Option<EndpointRef<'_>>) {
        let m = &self.scratch.matches[i];
        (m.slot(), self.scratch.endpoint(self.chunk.bytes, m))
    }

    /// A redirection of unknown kind is the kind that its record tells: by the same pair
    /// with a code word, or by an exception's class.
    fn name_kinds(&mut self, record: &Record) {
        let mut named: Vec<(usize, Signal)> = Vec::new();
        for &i in &record.matches {
            if self.scratch.matches[i].signal() != Signal::Redirect {
                continue;
            }
            let pair = self.target(i);
            let told = |j: &usize| {
                let other = &self.scratch.matches[*j];
                matches!(other.signal(), Signal::Moved | Signal::Ask)
                    && pair.0.is_some()
                    && self.target(*j) == pair
            };
            let by_pair = self.companions(record, i).find(told).map(|j| self.scratch.matches[j].signal());
            if let Some(signal) = by_pair.or_else(|| self.kind_by_class(record, i)) {
                named.push((i, signal));
            }
        }
        // All at once: what is named here tells nothing about others.
        for (i, signal) in named {
            self.scratch.matches[i].found.signal = signal;
        }
    }

    fn kind_by_class(&mut self, record: &Record, i: usize) -> Option<Signal> {
        // Only a pair whose code word was stripped takes its kind from a class.
        if !self.scratch.matches[i].found.bare {
            return None;
        }
        let mut kind = None;
        for (start, end) in self.record_lines(record, i) {
            let line = &self.chunk.bytes[start..end];
            for (word, signal) in KIND_WORDS {
                if memmem::find(line, word.as_bytes()).is_some() {
                    if kind.is_some_and(|known| known != signal) {
                        return None;
                    }
                    kind = Some(signal);
                }
            }
        }
        kind
    }

    /// The lines of a record that are near its matches; in a giant line, what is around a
    /// match of it and around the first and the last one near that.
    fn record_lines(&mut self, record: &Record, i: usize) -> Vec<(usize, usize)> {
        let Some(&last) = record.matches.last() else { return Vec::new() };
        if record.giant {
            let mut companions = self.companions(record, i);
            let places = [companions.next(), Some(i), companions.next_back()];
            let near = |m: &Match| (m.line.start.max(m.at.saturating_sub(4096)), m.line.end.min(m.at + 4096));
            return places.into_iter().flatten().map(|j| near(&self.scratch.matches[j])).collect();
        }
        let last = self.scratch.matches[last];
        let context = &self.view.context;
        let bytes = self.chunk.bytes;
        let head = span_from(bytes, record.head);
        let mut facts = self.scratch.lines.facts(bytes, head, context);
        let mut out = vec![(facts.start, facts.end)];
        let limit = last.at + REACH;
        let mut walk = Walk { lines: &mut self.scratch.lines, bytes, context };
        loop {
            let inside = facts.start < last.line.start;
            let next = if inside {
                walk.lines.after(bytes, facts.end, limit, record.reporter, context)
            } else {
                walk.next_of_record(&facts, limit)
            };
            match next {
                Some(next) => facts = next,
                None => return out,
            }
            if facts.opening != Opening::Blank {
                out.push((facts.start, facts.end));
            }
        }
    }

    /// Who printed the record, through which code path, and whether candidates are about
    /// Redis at all.
    fn prove(&mut self, record: &Record) {
        let mut needles = Needles::default();
        for (n, &i) in record.matches.iter().enumerate() {
            if n == 0 || record.giant {
                needles = Needles::default();
                for (start, end) in self.record_lines(record, i) {
                    self.matcher.evidence.collect(&self.chunk.bytes[start..end], &mut needles);
                }
            }
            let evidence = needles.decide();
            let m = &mut self.scratch.matches[i];
            m.client = evidence.client;
            m.marks = evidence.marks;
            let needed = self.matcher.needs_client.iter().find(|(rule, _)| *rule == m.rule);
            if let Some(&(_, client)) = needed {
                m.event = evidence.client == Some(client);
            }
            let needs_proof =
                m.found.bare || (m.builtin && matches!(m.signal(), Signal::Unreachable | Signal::Auth));
            if !needs_proof {
                continue;
            }
            let at = m.at;
            let proven = evidence.redis || self.redis_word_near(at) || self.redirection_near(i);
            self.scratch.matches[i].event = proven;
            if proven
                && self.scratch.matches[i].signal() == Signal::Redirect
                && let Some(signal) = self.kind_nearby(i)
            {
                self.scratch.matches[i].found.signal = signal;
            }
        }
    }

    /// Numbers of the matches within reach of a match.
    fn near(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let matches = &self.scratch.matches;
        let at = matches[i].at;
        // A match is at most a line from where its line was found.
        let from = matches.partition_point(|m| m.found_at + 2 * REACH < at);
        let to = matches.partition_point(|m| m.found_at <= at + 2 * REACH);
        (from..to.max(from)).filter(move |&j| j != i && matches[j].at.abs_diff(at) <= REACH)
    }

    /// Whether a redirection with a code word names the same target nearby.
    fn redirection_near(&self, i: usize) -> bool {
        let (_, target) = self.target(i);
        target.is_some()
            && self.near(i).any(|j| {
                let other = &self.scratch.matches[j];
                other.signal().is_redirection() && !other.found.bare && self.target(j).1 == target
            })
    }

    /// The kind of the same pair nearby, if it is told and nothing contradicts.
    fn kind_nearby(&self, i: usize) -> Option<Signal> {
        let pair = self.target(i);
        let mut kind = None;
        for j in self.near(i) {
            let other = &self.scratch.matches[j];
            if other.found.bare
                || !matches!(other.signal(), Signal::Moved | Signal::Ask)
                || self.target(j) != pair
            {
                continue;
            }
            if kind.is_some_and(|known| known != other.signal()) {
                return None;
            }
            kind = Some(other.signal());
        }
        kind
    }

    fn redis_word_near(&mut self, at: usize) -> bool {
        let bytes = self.chunk.bytes;
        let words = self.scratch.redis_words.get_or_insert_with(|| self.matcher.redis_words.places(bytes));
        let from = words.partition_point(|&w| w + REACH < at);
        words.get(from).is_some_and(|&w| w <= at + REACH)
    }

    /// `Too many redirections` takes slot and target from the redirection that its record
    /// prints, the nearest one after it.
    fn fill_exhausted(&mut self, record: &Record) {
        for &i in &record.matches {
            let m = &self.scratch.matches[i];
            if m.signal() != Signal::TooManyRedirects || m.found.slot.is_some() {
                continue;
            }
            let full = |j: &usize| {
                let other = &self.scratch.matches[*j];
                other.signal().is_redirection() && other.is_full()
            };
            let after = self.companions(record, i).filter(|&j| j > i).find(full);
            let inner = after.or_else(|| self.companions(record, i).filter(|&j| j < i).rfind(full));
            if let Some(j) = inner {
                let other = self.scratch.matches[j];
                let m = &mut self.scratch.matches[i];
                m.found.slot = other.found.slot;
                m.found.host = other.found.host;
                m.found.port = other.found.port;
                // The host's range is one of the other line's text.
                m.text = other.text;
            }
        }
    }

    /// In a record, a match that lacks slot or target repeats any match of its signal that
    /// prints it; of equal ones the first is counted.
    fn mark_repetitions(&mut self, record: &Record) {
        let mut repetitions: Vec<usize> = Vec::new();
        for &i in &record.matches {
            if !self.scratch.matches[i].event {
                continue;
            }
            let (slot, target) = self.target(i);
            let m = &self.scratch.matches[i];
            let repeats = self.companions(record, i).any(|j| {
                let other = &self.scratch.matches[j];
                if j == i || other.signal() != m.signal() || !self.is_counted(other) {
                    return false;
                }
                if m.signal() == Signal::Other && other.rule != m.rule {
                    return false;
                }
                let (other_slot, other_target) = self.target(j);
                let covered =
                    (slot.is_none() || slot == other_slot) && (target.is_none() || target == other_target);
                let equal = slot == other_slot && target == other_target;
                covered && (!equal || j < i)
            });
            if repeats {
                repetitions.push(i);
            }
        }
        // All at once: a repetition of a repetition is one too.
        for i in repetitions {
            self.scratch.matches[i].event = false;
        }
    }

    /// Whether a match is proven: repetitions of proven matches are repetitions, whichever
    /// of them were told apart already.
    fn is_counted(&self, m: &Match) -> bool {
        let needs_client = self.matcher.needs_client.iter().any(|(rule, _)| *rule == m.rule);
        m.event
            || !(needs_client
                || m.found.bare
                || (m.builtin && matches!(m.signal(), Signal::Unreachable | Signal::Auth)))
    }

    /// `message repeated n times` multiplies the record's events.
    fn multiply(&mut self, record: &Record) {
        let Some(&last) = record.matches.last() else { return };
        let last = self.scratch.matches[last];
        if record.giant {
            // Each by its own line: the last one may be out of sight.
            for &i in &record.matches {
                let m = &mut self.scratch.matches[i];
                if let (true, Some(Repeats::This(n))) = (m.event, m.facts.repeats) {
                    m.repeats = u32::try_from(n.clamp(1, REPEATS_LIMIT)).unwrap_or(1);
                }
            }
            return;
        }
        let mut factor = match last.facts.repeats {
            Some(Repeats::This(n)) => n,
            _ => 1,
        };
        let context = &self.view.context;
        let limit = last.line.end + 1024;
        let next = self.scratch.lines.after(self.chunk.bytes, last.line.end, limit, record.reporter, context);
        if let Some(Repeats::Previous(n)) = next.and_then(|next| next.repeats) {
            factor += n;
        }
        let factor = u32::try_from(factor.clamp(1, REPEATS_LIMIT)).unwrap_or(1);
        for &i in &record.matches {
            if self.scratch.matches[i].event {
                self.scratch.matches[i].repeats = factor;
            }
        }
    }
}

/// The line that starts at `start`.
fn span_from(bytes: &[u8], start: usize) -> Span {
    let to = bytes.len().min(start + REACH);
    let newline = memchr::memchr(b'\n', &bytes[start..to]).map_or(to, |i| start + i);
    let end = if newline > start && bytes[newline - 1] == b'\r' { newline - 1 } else { newline };
    Span { start, end, giant: false }
}

/// Finds the words that tell that something nearby is about Redis.
#[derive(Debug)]
pub(super) struct RedisWords(aho_corasick::AhoCorasick);

impl RedisWords {
    pub(super) fn new() -> Result<Self, aho_corasick::BuildError> {
        aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(REDIS_WORDS).map(Self)
    }

    fn places(&self, bytes: &[u8]) -> Vec<usize> {
        self.0.find_iter(bytes).map(|m| m.start()).collect()
    }
}
