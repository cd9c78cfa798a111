//! Slots of which more than one owner is named: in turn, or one after another.

use super::super::thresholds::Thresholds;
use super::super::timeline::{Hit, ReporterNo};
use super::ratio;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Consistency of the map that the hits draw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conflict {
    /// Slots seen at least twice.
    pub(crate) reseen: u64,
    /// Of those, slots with two targets or more.
    pub(crate) conflicting: u64,
    /// Of those, slots whose targets come in turn rather than once one after another.
    pub(crate) alternating: u64,
    /// Runs of one target over the sorted slots, 0 for contiguous ranges, near 1 for two
    /// maps on top of each other: (runs − T) / (K − T).
    pub(crate) interleaved_runs: Option<f64>,
    /// Slots that flap: enough alternations for one reporter, over long enough.
    pub(crate) flapping: BTreeSet<u16>,
    /// Most alternations of one slot for one reporter, with that slot.
    pub(crate) most_alternations: Option<(u16, u64)>,
    /// Pairs of targets named for the same slot, most slots first.
    pub(crate) rivals: Vec<(u32, u32, u64)>,
}

impl Conflict {
    /// Share of re-seen slots with two targets or more (C).
    pub(crate) fn share(&self) -> f64 {
        ratio(self.conflicting, self.reseen)
    }

    /// The same without slots that went from one owner to another once: a topology
    /// change does that, and says nothing against one map.
    pub(crate) fn unordered_share(&self) -> f64 {
        ratio(self.alternating, self.reseen)
    }

    pub(crate) fn of(hits: &[Hit], targets: usize, t: &Thresholds) -> Self {
        let mut stories: FxHashMap<u16, SlotStory> = FxHashMap::default();
        for hit in hits {
            if let (Some(slot), Some(target)) = (hit.slot, hit.target) {
                stories.entry(slot).or_default().add(hit, target);
            }
        }
        let slots: BTreeMap<u16, SlotStory> = stories.into_iter().collect();
        let mut conflict = Self::default();
        let mut rivals: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        let (mut runs, mut last_main) = (0usize, None);
        for (&slot, story) in &slots {
            let main = story.main_target();
            if main != last_main {
                runs += 1;
                last_main = main;
            }
            if story.events >= 2 {
                conflict.reseen += 1;
            }
            if story.targets.len() < 2 {
                continue;
            }
            conflict.conflicting += 1;
            let (alternations, length) = story.alternations();
            if story.in_turn() {
                conflict.alternating += 1;
            }
            for pair in story.pairs() {
                *rivals.entry(pair).or_default() += 1;
            }
            if alternations >= t.alternations && length > t.flapping {
                conflict.flapping.insert(slot);
            }
            if conflict.most_alternations.is_none_or(|(_, most)| alternations > most) {
                conflict.most_alternations = Some((slot, alternations));
            }
        }
        if slots.len() >= 3 * targets.max(1) && slots.len() > targets {
            let extra = runs.saturating_sub(targets) as f64;
            conflict.interleaved_runs = Some(extra / (slots.len() - targets) as f64);
        }
        conflict.rivals = rivals.into_iter().map(|((a, b), n)| (a, b, n)).collect();
        conflict.rivals.sort_by(|x, y| y.2.cmp(&x.2).then((x.0, x.1).cmp(&(y.0, y.1))));
        conflict
    }
}

/// What was said about one slot.
#[derive(Default)]
struct SlotStory {
    events: u64,
    /// Target → (events, first, last).
    targets: BTreeMap<u32, (u64, i64, i64)>,
    /// Per reporter: last target, alternations, first and last alternation.
    turns: FxHashMap<ReporterNo, Turns>,
}

#[derive(Clone, Copy, Default)]
struct Turns {
    last: Option<u32>,
    count: u64,
    first_at: i64,
    last_at: i64,
}

impl SlotStory {
    fn add(&mut self, hit: &Hit, target: u32) {
        self.events = self.events.saturating_add(hit.events);
        let entry = self.targets.entry(target).or_insert((0, hit.at, hit.at));
        entry.0 = entry.0.saturating_add(hit.events);
        entry.2 = hit.at;
        let turns = self.turns.entry(hit.reporter).or_default();
        if turns.last.is_some_and(|last| last != target) {
            if turns.count == 0 {
                turns.first_at = hit.at;
            }
            turns.count += 1;
            turns.last_at = hit.at;
        }
        turns.last = Some(target);
    }

    fn main_target(&self) -> Option<u32> {
        self.targets.iter().max_by(|a, b| a.1.0.cmp(&b.1.0).then(b.0.cmp(a.0))).map(|(&t, _)| t)
    }

    /// Most alternations that one reporter saw, and over how long.
    fn alternations(&self) -> (u64, i64) {
        if self.targets.len() < 2 {
            return (0, 0);
        }
        self.turns.values().map(|t| (t.count, t.last_at - t.first_at)).max().unwrap_or((0, 0))
    }

    /// Whether some target came back after another was named.
    fn in_turn(&self) -> bool {
        let mut spans: Vec<(i64, i64)> = self.targets.values().map(|t| (t.1, t.2)).collect();
        spans.sort_unstable();
        spans.windows(2).any(|w| w[1].0 < w[0].1)
    }

    /// The first few pairs of targets, which is all that a slot of two owners has.
    fn pairs(&self) -> Vec<(u32, u32)> {
        let named: Vec<u32> = self.targets.keys().copied().take(4).collect();
        let pairs = named.iter().enumerate().flat_map(|(i, &a)| named[i + 1..].iter().map(move |&b| (a, b)));
        pairs.collect()
    }
}

/// Slots that were said to live at one target and then, never again there, at another.
#[derive(Clone, Debug)]
pub(crate) struct Succession {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Slots that went this way.
    pub(crate) slots: u64,
    /// Overlap of the slots named for `from` before and for `to` after: |∩| / |∪| of
    /// those that were named twice at least.
    pub(crate) overlap: f64,
    /// Whether `from` was never named again, for any slot, after `to` came up.
    pub(crate) gone: bool,
    /// First time that `to` was named for a slot of `from`.
    pub(crate) at: i64,
}

impl Succession {
    /// Every succession, most slots first.
    pub(crate) fn all(hits: &[Hit]) -> Vec<Self> {
        // Slot → its targets with first and last time, in order of first time.
        let mut slots: FxHashMap<u16, Vec<(u32, i64, i64)>> = FxHashMap::default();
        let mut last_named: FxHashMap<u32, i64> = FxHashMap::default();
        let mut slot_sets: FxHashMap<u32, FxHashSet<u16>> = FxHashMap::default();
        for hit in hits {
            let (Some(slot), Some(target)) = (hit.slot, hit.target) else { continue };
            last_named.insert(target, hit.at);
            slot_sets.entry(target).or_default().insert(slot);
            let story = slots.entry(slot).or_default();
            if let Some(seen) = story.iter_mut().find(|s| s.0 == target) {
                seen.2 = hit.at;
            } else if story.len() < 8 {
                story.push((target, hit.at, hit.at));
            }
        }
        let mut found: BTreeMap<(u32, u32), (u64, i64)> = BTreeMap::new();
        // Sums and minima: the order of the slots does not matter.
        #[expect(clippy::iter_over_hash_type, reason = "a sum and a minimum")]
        for story in slots.values() {
            for w in story.windows(2) {
                let (from, to) = (w[0], w[1]);
                if from.2 <= to.1 {
                    let entry = found.entry((from.0, to.0)).or_insert((0, to.1));
                    entry.0 += 1;
                    entry.1 = entry.1.min(to.1);
                }
            }
        }
        let mut all: Vec<Self> = found
            .into_iter()
            .map(|((from, to), (count, at))| {
                let size = |target| slot_sets.get(&target).map_or(0, |set: &FxHashSet<u16>| set.len());
                let smaller = size(from).min(size(to)) as u64;
                let gone = last_named.get(&from).is_some_and(|&last| last <= at + 2_000);
                Self { from, to, slots: count, overlap: ratio(count, smaller), gone, at }
            })
            .collect();
        all.sort_by(|x, y| y.slots.cmp(&x.slots).then((x.from, x.to).cmp(&(y.from, y.to))));
        all
    }
}
