//! What is known about the events of one (signal, rule, target, reporter) beside their
//! number: the code that logged them, and example lines.

use super::labels::{FOLDED, Interned, ReporterId, TargetId, survives};
use crate::model::{
    Client, Endpoint, FixedHash, Hit, Level, LineLocus, LogText, Moment, PathMark, PathMarks, Signal, Slot,
};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::collections::BTreeMap;

/// How many strands are kept apart before folding begins.
pub(super) const STRAND_LIMIT: usize = 32 * 1024;
/// Example lines per strand: the first ones by (time, place).
const SAMPLES: usize = 3;
/// Bytes of an example line.
const SAMPLE_BYTES: usize = 512;
/// Command names and answering nodes per strand.
const NAMES: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct StrandKey {
    pub(super) signal: Signal,
    pub(super) rule: u32,
    pub(super) target: TargetId,
    pub(super) reporter: ReporterId,
}

/// Counts by name. Of too many names the smallest are kept, which does not depend on
/// the order of counting; the rest is one number.
#[derive(Clone, Debug)]
pub(super) struct Names<T> {
    pub(super) kept: BTreeMap<T, u64>,
    pub(super) rest: u64,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), rest: 0 }
    }
}

impl<T: Ord> Names<T> {
    fn add(&mut self, name: T, events: u64) {
        *self.kept.entry(name).or_insert(0) += events;
        if self.kept.len() > NAMES {
            self.rest += self.kept.pop_last().map_or(0, |(_, events)| events);
        }
    }

    fn merge(&mut self, other: Self) {
        self.rest += other.rest;
        for (name, events) in other.kept {
            self.add(name, events);
        }
    }
}

/// An example line. Orders by time, undated last, then by place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Example {
    pub(super) at: Option<Moment>,
    pub(super) place: LineLocus,
    pub(super) slot: Option<Slot>,
    pub(super) text: LogText,
}

impl Example {
    fn order(&self) -> (bool, Option<Moment>, LineLocus, Option<Slot>) {
        (self.at.is_none(), self.at, self.place, self.slot)
    }
}

/// Counters and example lines of one strand.
#[derive(Clone, Default, Debug)]
pub(super) struct Strand {
    pub(super) events: u64,
    pub(super) suppressed: u64,
    pub(super) clients: BTreeMap<Client, u64>,
    pub(super) levels: [u64; Level::ALL.len()],
    pub(super) marks: [u64; PathMark::ALL.len()],
    /// How often each set of marks came: added up into `marks` at the end, since a
    /// storm repeats one set.
    last_marks: (PathMarks, u64),
    pub(super) commands: Names<Box<str>>,
    pub(super) answered_by: Names<Endpoint>,
    pub(super) examples: Vec<Example>,
}

impl Strand {
    fn add(&mut self, hit: &Hit<'_>) {
        let events = u64::from(hit.repeats);
        self.events += events;
        if hit.repeats > 1 {
            self.suppressed += events - 1;
        }
        if let Some(client) = hit.client {
            *self.clients.entry(client).or_insert(0) += events;
        }
        if let Some(level) = hit.level {
            self.levels[level as usize] += events;
        }
        if hit.marks != self.last_marks.0 {
            self.settle_marks();
            self.last_marks.0 = hit.marks;
        }
        self.last_marks.1 += events;
        if let Some(command) = hit.command {
            let name = String::from_utf8_lossy(&command[..command.len().min(40)]).to_ascii_uppercase();
            self.commands.add(name.into(), events);
        }
        if let Some(node) = hit.answered_by {
            self.answered_by.add(node.to_owned(), events);
        }
        self.add_example(hit);
    }

    fn settle_marks(&mut self) {
        let (marks, events) = std::mem::take(&mut self.last_marks);
        for (count, mark) in self.marks.iter_mut().zip(PathMark::ALL) {
            if marks.contains(mark) {
                *count += events;
            }
        }
    }

    fn add_example(&mut self, hit: &Hit<'_>) {
        let at = hit.stamp.map(|s| s.moment);
        let order = (at.is_none(), at, hit.place, hit.slot);
        if self.examples.len() >= SAMPLES && self.examples.last().is_some_and(|e| e.order() <= order) {
            return;
        }
        let text = crate::model::redact(&hit.text[..hit.text.len().min(SAMPLE_BYTES)]);
        self.examples.push(Example { at, place: hit.place, slot: hit.slot, text: LogText::new(&text) });
        self.cut_examples();
    }

    fn cut_examples(&mut self) {
        self.examples.sort_by(|a, b| a.order().cmp(&b.order()).then_with(|| a.text.cmp(&b.text)));
        self.examples.truncate(SAMPLES);
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        self.settle_marks();
        other.settle_marks();
        self.events += other.events;
        self.suppressed += other.suppressed;
        for (client, events) in other.clients {
            *self.clients.entry(client).or_insert(0) += events;
        }
        for (count, more) in self.levels.iter_mut().zip(other.levels) {
            *count += more;
        }
        for (count, more) in self.marks.iter_mut().zip(other.marks) {
            *count += more;
        }
        self.commands.merge(other.commands);
        self.answered_by.merge(other.answered_by);
        self.examples.append(&mut other.examples);
        self.cut_examples();
    }
}

/// The strands of one tally.
#[derive(Clone, Default, Debug)]
pub(super) struct Strands {
    ids: HashMap<StrandKey, u32, FxBuildHasher>,
    cells: Vec<(StrandKey, Strand)>,
    last: u32,
    level: u32,
}

impl Strands {
    pub(super) fn add(
        &mut self,
        key: StrandKey,
        hit: &Hit<'_>,
        targets: &Interned<Endpoint>,
        reporters: &Interned<Box<str>>,
    ) {
        let known = self.cells.get(self.last as usize).is_some_and(|(last, _)| *last == key);
        let id = if known { self.last } else { self.id(self.placed(key, targets, reporters)) };
        self.last = id;
        if let Some((_, strand)) = self.cells.get_mut(id as usize) {
            strand.add(hit);
        }
        if self.cells.len() > STRAND_LIMIT {
            self.fold(self.level, targets, reporters);
        }
    }

    /// The key under which this level keeps the strand.
    fn placed(
        &self,
        key: StrandKey,
        targets: &Interned<Endpoint>,
        reporters: &Interned<Box<str>>,
    ) -> StrandKey {
        let hash = || {
            FixedHash::default()
                .with(key.signal.id().as_bytes())
                .with_number(u64::from(key.rule))
                .with_number(targets.hash(key.target))
                .with_number(reporters.hash(key.reporter))
                .finish()
        };
        if self.level > 0 && key.target != FOLDED && !survives(hash(), self.level) {
            StrandKey { target: FOLDED, reporter: FOLDED, ..key }
        } else {
            key
        }
    }

    fn id(&mut self, key: StrandKey) -> u32 {
        let next = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.cells.push((key, Strand::default()));
        }
        id
    }

    /// Raises the level until the limit holds, and renumbers by the way.
    pub(super) fn fold(&mut self, level: u32, targets: &Interned<Endpoint>, reporters: &Interned<Box<str>>) {
        let mut level = level.max(self.level);
        let old = std::mem::take(self);
        // Folded rows are one per signal and rule: with more rules than the limit the
        // limit gives way.
        let mut cells = old.cells;
        loop {
            self.level = level;
            for (key, strand) in cells {
                let id = self.id(self.placed(key, targets, reporters));
                self.cells[id as usize].1.merge(strand);
            }
            if self.cells.len() <= STRAND_LIMIT || level >= 40 {
                break;
            }
            level += 1;
            cells = std::mem::take(&mut self.cells);
            self.ids.clear();
        }
    }

    /// Renumbers targets and reporters.
    pub(super) fn renumber(&mut self, target: impl Fn(u32) -> u32, reporter: impl Fn(u32) -> u32) {
        let old = std::mem::take(self);
        self.level = old.level;
        for (key, strand) in old.cells {
            let id =
                self.id(StrandKey { target: target(key.target), reporter: reporter(key.reporter), ..key });
            self.cells[id as usize].1.merge(strand);
        }
    }

    pub(super) fn append(
        &mut self,
        other: Self,
        targets: &Interned<Endpoint>,
        reporters: &Interned<Box<str>>,
    ) {
        let level = self.level.max(other.level);
        for (key, strand) in other.cells {
            let id = self.id(key);
            self.cells[id as usize].1.merge(strand);
        }
        if level > 0 || self.cells.len() > STRAND_LIMIT {
            self.fold(level, targets, reporters);
        }
    }

    pub(super) fn into_cells(mut self) -> Vec<(StrandKey, Strand)> {
        for (_, strand) in &mut self.cells {
            strand.settle_marks();
        }
        self.cells
    }
}
