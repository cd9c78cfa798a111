//! What can be measured about a set of redirections. Numbers only; no verdict.

mod conflict;
mod decay;
mod learning;
mod life;
mod neighbours;
mod order;
mod path;
mod rhythm;
mod spread;

pub(crate) use conflict::{Conflict, Succession};
pub(crate) use decay::{Decay, DecayTrend};
pub(crate) use learning::{Learning, Lessons};
pub(crate) use life::{Life, Onset};
pub(crate) use neighbours::{Neighbours, OtherIndex};
pub(crate) use order::Order;
pub(crate) use path::CodePath;
pub(crate) use rhythm::{Pace, Rhythm};
pub(crate) use spread::{Shape, Spread};

use super::thresholds::Thresholds;
use super::timeline::{Hit, Lane, ReporterNo, SlotNo, TargetNo};
use std::collections::{BTreeMap, BTreeSet};

/// Everything measured about one set of hits of a lane.
pub(crate) struct Features {
    /// Events, repeats included.
    pub(crate) events: u64,
    /// Events that name both slot and target.
    pub(crate) located: u64,
    /// Distinct slots in rising order.
    pub(crate) slots: Vec<u16>,
    /// Events by target, most first; only targets that are printed.
    pub(crate) targets: Vec<(u32, u64)>,
    /// Each printed target with the positions of its first and last event.
    pub(crate) spans: Vec<(u32, i64, i64)>,
    /// First and last position.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Where the log of the reporters ends.
    pub(crate) log_end: i64,
    /// The slot with most events and its share of the located events.
    pub(crate) top_slot: Option<(u16, f64)>,
    pub(crate) spread: Spread,
    pub(crate) learning: Learning,
    pub(crate) decay: Decay,
    pub(crate) rhythm: Rhythm,
    pub(crate) order: Order,
    pub(crate) conflict: Conflict,
    pub(crate) successions: Vec<Succession>,
    pub(crate) life: Life,
    pub(crate) near: Neighbours,
    pub(crate) path: CodePath,
}

impl Features {
    /// Measures the hits with these (rising) indexes.
    pub(crate) fn of(
        lane: &Lane<'_>,
        chosen: &[usize],
        lessons: &Lessons,
        others: &OtherIndex,
        t: &Thresholds,
    ) -> Self {
        let hits: Vec<Hit> = chosen.iter().filter_map(|&i| lane.hits.get(i).copied()).collect();
        let events = total(&hits);
        let mut by_slot: BTreeMap<u16, u64> = BTreeMap::new();
        let mut by_target: BTreeMap<u32, u64> = BTreeMap::new();
        let mut spans: BTreeMap<u32, (i64, i64)> = BTreeMap::new();
        let mut located = 0u64;
        for hit in &hits {
            if let Some(slot) = hit.slot {
                add(by_slot.entry(slot).or_default(), hit.events);
            }
            if let Some(target) = hit.target {
                add(by_target.entry(target).or_default(), hit.events);
                spans.entry(target).or_insert((hit.at, hit.at)).1 = hit.at;
            }
            if hit.slot.is_some() && hit.target.is_some() {
                add(&mut located, hit.events);
            }
        }
        let slots: Vec<u16> = by_slot.keys().copied().collect();
        let mut targets: Vec<(u32, u64)> = by_target.into_iter().collect();
        targets.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let reporters: BTreeSet<ReporterNo> = hits.iter().map(|h| h.reporter).collect();
        let (first, last) = (hits.first().map_or(0, |h| h.at), hits.last().map_or(0, |h| h.at));
        let log_end = lane.end_for(&reporters).max(last);
        let slotted: u64 = by_slot.values().fold(0, |a, &b| a.saturating_add(b));
        let top = by_slot.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        let top_slot = top.map(|(&slot, &count)| (slot, ratio(count, slotted)));
        let spans: Vec<(u32, i64, i64)> = spans.into_iter().map(|(target, (a, b))| (target, a, b)).collect();
        let successions = Succession::all(&hits);
        let rhythm = Rhythm::of(&hits, targets.len(), lane.step, lane.dated(), t);
        let near = Neighbours::of(lane, &hits, change_at(&successions, &spans).unwrap_or(first), others, t);
        Self {
            events,
            located,
            spread: Spread::of(&slots, t),
            learning: Learning::of(lane, &hits, lessons, t),
            decay: Decay::of(lane, &hits, log_end, t),
            order: Order::of(&hits, t),
            conflict: Conflict::of(&hits, targets.len(), t),
            successions,
            life: Life::of(lane, &hits, rhythm.median_gap, t),
            near,
            path: CodePath::of(lane.book, &hits),
            slots,
            targets,
            spans,
            first,
            last,
            log_end,
            top_slot,
            rhythm,
        }
    }

    /// Number of targets.
    pub(crate) fn target_count(&self) -> usize {
        self.targets.len()
    }

    /// Number of slots.
    pub(crate) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// The one target that was named until another, the only one besides, came up.
    pub(crate) fn handover(&self, skew: i64) -> Option<(u32, u32)> {
        let [a, b] = self.spans.as_slice() else { return None };
        let (old, new) = if a.1 <= b.1 { (a, b) } else { (b, a) };
        (old.2 <= new.1 + skew && old.1 < new.1).then_some((old.0, new.0))
    }

    /// Time or blocks from the first hit to the last.
    pub(crate) fn length(&self) -> i64 {
        self.last - self.first
    }

    /// Time or blocks from the last hit to the end of the log.
    pub(crate) fn quiet_after(&self) -> i64 {
        self.log_end - self.last
    }
}

/// When one owner took over from another: where most slots went the same way, or where the
/// second of two targets came up. Errors announce that, not the first hit of all.
fn change_at(successions: &[Succession], spans: &[(u32, i64, i64)]) -> Option<i64> {
    if let Some(main) = successions.first().filter(|s| s.gone) {
        return Some(main.at);
    }
    let [a, b] = spans else { return None };
    let (old, new) = if a.1 <= b.1 { (a, b) } else { (b, a) };
    (old.2 <= new.1).then_some(new.1)
}

/// Events of these hits.
pub(crate) fn total(hits: &[Hit]) -> u64 {
    hits.iter().fold(0, |sum, h| sum.saturating_add(h.events))
}

/// `part / whole`, 0 for an empty whole.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn add(sum: &mut u64, events: u64) {
    *sum = sum.saturating_add(events);
}

/// A lesson: who was told where a slot lives.
pub(crate) type Lesson = (ReporterNo, SlotNo, TargetNo);

/// The middle value; `None` for an empty list.
pub(crate) fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}
