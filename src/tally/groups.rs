//! Exact counts by (signal, rule if other, slot, target).

use super::labels::{FOLDED, Interned, NONE, TargetId, survives};
use crate::model::{Clock, Endpoint, FixedHash, LineLocus, Moment, Signal, Slot};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

/// How many groups are counted one by one before folding begins (outside contract).
pub(super) const GROUP_LIMIT: usize = 1_000_000;

/// Number of a group in one tally.
pub(super) type GroupId = u32;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct GroupKey {
    pub(super) signal: Signal,
    /// The rule, for [`Signal::Other`]; else [`NONE`].
    pub(super) rule: u32,
    /// The slot's number, or [`NONE`].
    pub(super) slot: u32,
    pub(super) target: TargetId,
}

impl GroupKey {
    pub(super) fn new(signal: Signal, rule: u32, slot: Option<Slot>, target: TargetId) -> Self {
        let rule = if signal == Signal::Other { rule } else { NONE };
        Self { signal, rule, slot: slot.map_or(NONE, |s| u32::from(s.get())), target }
    }

    fn folded(self) -> Self {
        Self { slot: NONE, target: FOLDED, rule: NONE, ..self }
    }

    pub(super) fn is_folded(self) -> bool {
        self.target == FOLDED
    }

    pub(super) fn slot(self) -> Option<Slot> {
        u16::try_from(self.slot).ok().and_then(Slot::new)
    }

    fn hash(self, targets: &Interned<Endpoint>) -> u64 {
        FixedHash::default()
            .with(self.signal.id().as_bytes())
            .with_number(u64::from(self.rule))
            .with_number(u64::from(self.slot))
            .with_number(targets.hash(self.target))
            .finish()
    }
}

/// Earliest and latest on each clock.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Spans {
    pub(super) universal: Option<(i64, i64)>,
    pub(super) local: Option<(i64, i64)>,
}

impl Spans {
    pub(super) fn add(&mut self, moment: Moment) {
        let span = match moment.clock {
            Clock::Universal => &mut self.universal,
            Clock::Local => &mut self.local,
        };
        let (first, last) = span.get_or_insert((moment.millis, moment.millis));
        *first = (*first).min(moment.millis);
        *last = (*last).max(moment.millis);
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (clock, span) in [(Clock::Universal, other.universal), (Clock::Local, other.local)] {
            for millis in span.into_iter().flat_map(|(first, last)| [first, last]) {
                self.add(Moment { clock, millis });
            }
        }
    }

    /// The universal span if there is one, else the local one.
    pub(super) fn either(self) -> Option<(Moment, Moment)> {
        let on =
            |clock| move |(first, last)| (Moment { clock, millis: first }, Moment { clock, millis: last });
        self.universal.map(on(Clock::Universal)).or_else(|| self.local.map(on(Clock::Local)))
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct GroupCell {
    pub(super) key: GroupKey,
    pub(super) events: u64,
    pub(super) spans: Spans,
    pub(super) first: LineLocus,
    pub(super) last: LineLocus,
}

impl GroupCell {
    fn absorb(&mut self, other: &Self) {
        self.events += other.events;
        self.spans.merge(other.spans);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// The groups of one tally.
#[derive(Clone, Default, Debug)]
pub(super) struct Groups {
    ids: HashMap<GroupKey, GroupId, FxBuildHasher>,
    pub(super) cells: Vec<GroupCell>,
    /// Groups whose hash does not survive this level are folded.
    pub(super) level: u32,
}

impl Groups {
    /// Counts events and gives the group's number. The caller folds when
    /// [`Groups::is_over`] says so.
    pub(super) fn add(&mut self, cell: GroupCell, targets: &Interned<Endpoint>) -> GroupId {
        let mut cell = cell;
        if self.level > 0 && !cell.key.is_folded() && !survives(cell.key.hash(targets), self.level) {
            cell.key = cell.key.folded();
        }
        let next = u32::try_from(self.cells.len()).unwrap_or(NONE);
        let id = *self.ids.entry(cell.key).or_insert(next);
        match self.cells.get_mut(id as usize) {
            Some(known) => known.absorb(&cell),
            None => self.cells.push(cell),
        }
        id
    }

    pub(super) fn is_over(&self, limit: usize) -> bool {
        self.cells.len() > limit
    }

    /// The fixed hash of a group, for sampling its ticks.
    pub(super) fn hash(&self, id: GroupId, targets: &Interned<Endpoint>) -> u64 {
        self.cells.get(id as usize).map_or(0, |cell| cell.key.hash(targets))
    }

    /// Raises the level to at least `level`, then until the limit holds. Returns the new
    /// number of each old group.
    pub(super) fn fold(&mut self, level: u32, limit: usize, targets: &Interned<Endpoint>) -> Vec<GroupId> {
        let old = std::mem::take(self);
        self.level = old.level.max(level);
        let signals = Signal::ALL.len();
        loop {
            let kept = old
                .cells
                .iter()
                .filter(|c| c.key.is_folded() || survives(c.key.hash(targets), self.level))
                .count();
            if kept + signals <= limit || self.level >= 63 {
                break;
            }
            self.level += 1;
        }
        old.cells.into_iter().map(|cell| self.add(cell, targets)).collect()
    }
}
