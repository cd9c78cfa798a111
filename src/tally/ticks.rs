//! When events happened: (group, reporter, cell of time) → count, thinned out by a
//! level that only rises, so that any order of merging ends at the same one.

use super::digest::{Resolution, UNDATED_BLOCK, When};
use crate::model::{Clock, Locus, Moment};

/// How many ticks are kept.
pub(super) const TICK_LIMIT: usize = 256 * 1024;

/// Widths of a time cell by level; from the last on, (group, reporter) pairs are
/// sampled, half of them at each further level.
const CELL_MILLIS: [i64; 3] = [1, 1_000, 10_000];
/// Blocks of undated events are widened in step.
const BLOCK_SHIFT: [u32; 3] = [0, 4, 8];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct RawTick {
    pub(super) cell: Cell,
    pub(super) group: u32,
    pub(super) reporter: u32,
    pub(super) events: u32,
}

/// A [`When`] in eight bytes: two bits of kind, then the time or the place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Cell(u64);

const KIND_SHIFT: u32 = 62;
const UNIVERSAL: u64 = 0;
const LOCAL: u64 = 1;
const UNDATED: u64 = 2;
/// Makes every time that can be printed (years -9999 to 9999) positive.
const EPOCH_BIAS: i64 = 1 << 60;

impl Cell {
    pub(super) fn new(moment: Option<Moment>, place: Locus) -> Self {
        match moment {
            Some(Moment { clock, millis }) => {
                let kind = if clock == Clock::Universal { UNIVERSAL } else { LOCAL };
                let biased = (millis + EPOCH_BIAS).clamp(0, (1 << KIND_SHIFT) - 1);
                Self(kind << KIND_SHIFT | biased.cast_unsigned())
            }
            None => {
                let block = (place.offset / UNDATED_BLOCK).min(u64::from(u32::MAX));
                Self(UNDATED << KIND_SHIFT | u64::from(place.source & 0x3fff_ffff) << 32 | block)
            }
        }
    }

    pub(super) fn when(self) -> When {
        let low = self.0 & ((1 << KIND_SHIFT) - 1);
        let millis = low.cast_signed() - EPOCH_BIAS;
        match self.0 >> KIND_SHIFT {
            UNIVERSAL => When::At(Moment::universal(millis)),
            LOCAL => When::At(Moment::local(millis)),
            _ => When::Undated { source: (low >> 32) as u32, block: (low & 0xffff_ffff) as u32 },
        }
    }

    fn at_level(self, level: u32) -> Self {
        let step = (level as usize).min(CELL_MILLIS.len() - 1);
        match self.when() {
            When::At(moment) => {
                let width = CELL_MILLIS[step];
                let millis = moment.millis.div_euclid(width) * width;
                Self::new(Some(Moment { millis, ..moment }), Locus { source: 0, offset: 0 })
            }
            When::Undated { source, block } => {
                let shift = BLOCK_SHIFT[step];
                Self(UNDATED << KIND_SHIFT | u64::from(source) << 32 | u64::from(block >> shift << shift))
            }
        }
    }
}

/// The ticks of one tally.
#[derive(Clone, Default, Debug)]
pub(super) struct Ticks {
    /// Sorted and without equal keys up to `packed`, in the order of arrival behind it.
    ticks: Vec<RawTick>,
    packed: usize,
    pub(super) level: u32,
}

impl Ticks {
    /// Adds events. `pair_hash` gives the fixed hash of a (group, reporter).
    pub(super) fn add(&mut self, tick: RawTick, limit: usize, pair_hash: impl Fn(u32, u32) -> u64) {
        if self.level > 0 && self.skips(tick, &pair_hash) {
            return;
        }
        let tick =
            if self.level == 0 { tick } else { RawTick { cell: tick.cell.at_level(self.level), ..tick } };
        if let Some(last) = self.ticks[self.packed..].last_mut()
            && (last.cell, last.group, last.reporter) == (tick.cell, tick.group, tick.reporter)
        {
            last.events = last.events.saturating_add(tick.events);
            return;
        }
        self.ticks.push(tick);
        if self.ticks.len() >= 2 * limit {
            self.pack(limit, self.level, pair_hash);
        }
    }

    fn skips(&self, tick: RawTick, pair_hash: impl Fn(u32, u32) -> u64) -> bool {
        let sampling = sampling_level(self.level);
        sampling > 0 && !super::labels::survives(pair_hash(tick.group, tick.reporter), sampling)
    }

    /// Sorts, adds up equal keys, and raises the level to at least `level` and until the
    /// limit holds.
    pub(super) fn pack(&mut self, limit: usize, level: u32, pair_hash: impl Fn(u32, u32) -> u64) {
        let raise = level > self.level;
        self.level = self.level.max(level);
        if raise {
            self.thin(&pair_hash);
        }
        self.add_up();
        while self.ticks.len() > limit {
            self.level += 1;
            self.thin(&pair_hash);
            self.add_up();
        }
        self.packed = self.ticks.len();
    }

    fn thin(&mut self, pair_hash: impl Fn(u32, u32) -> u64) {
        let level = self.level;
        let sampling = sampling_level(level);
        if sampling > 0 {
            self.ticks.retain(|t| super::labels::survives(pair_hash(t.group, t.reporter), sampling));
        }
        for tick in &mut self.ticks {
            tick.cell = tick.cell.at_level(level);
        }
    }

    fn add_up(&mut self) {
        self.ticks.sort_unstable();
        self.ticks.dedup_by(|next, kept| {
            let same = (next.cell, next.group, next.reporter) == (kept.cell, kept.group, kept.reporter);
            if same {
                kept.events = kept.events.saturating_add(next.events);
            }
            same
        });
    }

    /// Renumbers groups and reporters.
    pub(super) fn renumber(&mut self, group: impl Fn(u32) -> u32, reporter: impl Fn(u32) -> u32) {
        for tick in &mut self.ticks {
            tick.group = group(tick.group);
            tick.reporter = reporter(tick.reporter);
        }
        self.packed = 0;
    }

    pub(super) fn append(&mut self, other: Self) {
        self.ticks.extend(other.ticks);
        self.packed = 0;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RawTick> {
        self.ticks.iter()
    }

    pub(super) fn resolution(&self) -> Resolution {
        Resolution {
            cell_millis: CELL_MILLIS[(self.level as usize).min(CELL_MILLIS.len() - 1)],
            pairs_kept_one_in: 1 << sampling_level(self.level).min(62),
        }
    }
}

fn sampling_level(level: u32) -> u32 {
    level.saturating_sub(CELL_MILLIS.len() as u32 - 1)
}
