//! Proof that logging went on: a dated line per block of a source.

use super::labels::ReporterId;
use crate::model::{Locus, Moment};

/// How many dated lines are kept.
pub(super) const ACTIVITY_LIMIT: usize = 64 * 1024;

/// The block of a source that `offset` lies in, by its first byte: 4 KiB blocks in the
/// first 4 MiB, 64 KiB blocks behind. A function of the place alone, so that any cut
/// of the input looks at the same lines.
pub fn activity_block(offset: u64) -> u64 {
    const FINE: u64 = 4 * 1024;
    const COARSE: u64 = 64 * 1024;
    const FINE_UNTIL: u64 = 4 * 1024 * 1024;
    if offset < FINE_UNTIL { offset / FINE * FINE } else { offset / COARSE * COARSE }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Pulse {
    pub(super) place: Locus,
    pub(super) at: Moment,
    pub(super) reporter: ReporterId,
}

/// The dated lines of one tally.
#[derive(Clone, Default, Debug)]
pub(super) struct Pulses {
    pub(super) pulses: Vec<Pulse>,
    level: u32,
}

impl Pulses {
    pub(super) fn add(&mut self, pulse: Pulse, limit: usize) {
        if survives(pulse, self.level) {
            self.pulses.push(pulse);
            self.thin(self.level, limit);
        }
    }

    fn thin(&mut self, level: u32, limit: usize) {
        if level > self.level {
            self.level = level;
            self.pulses.retain(|&p| survives(p, level));
        }
        while self.pulses.len() > limit {
            self.level += 1;
            let level = self.level;
            self.pulses.retain(|&p| survives(p, level));
        }
    }

    pub(super) fn merge(&mut self, other: Self, limit: usize, reporter: impl Fn(u32) -> u32) {
        self.pulses.extend(other.pulses.into_iter().map(|p| Pulse { reporter: reporter(p.reporter), ..p }));
        self.thin(other.level.max(self.level), limit);
        let level = self.level;
        self.pulses.retain(|&p| survives(p, level));
    }
}

/// Each level keeps every second block of the level before; when there are so many
/// sources that their first blocks alone are too many, every second source.
fn survives(pulse: Pulse, level: u32) -> bool {
    let block = activity_block(pulse.place.offset) / 4096;
    let by_block = level.min(20);
    let by_source = (level - by_block).min(31);
    block.is_multiple_of(1 << by_block) && u64::from(pulse.place.source).is_multiple_of(1 << by_source)
}
