//! Whether lessons are learnt: a refresh teaches each (reporter, slot, target) once, a
//! storm teaches the same again and again.

use super::super::thresholds::Thresholds;
use super::super::timeline::{Hit, Lane, SlotNo, TargetNo};
use super::{Lesson, ratio};
use rustc_hash::FxHashMap;

/// When each lesson was first taught in a lane.
#[derive(Default)]
pub(crate) struct Lessons {
    first: FxHashMap<Lesson, i64>,
    pair_first: FxHashMap<(SlotNo, TargetNo), i64>,
}

impl Lessons {
    /// From all MOVED of a lane, whichever incident they come to belong to.
    pub(crate) fn of(lane: &Lane<'_>) -> Self {
        let mut lessons = Self::default();
        for hit in lane.hits.iter().filter(|h| !h.ask && h.slot.is_some() && h.target.is_some()) {
            lessons.first.entry((hit.reporter, hit.slot, hit.target)).or_insert(hit.at);
            lessons.pair_first.entry((hit.slot, hit.target)).or_insert(hit.at);
        }
        lessons
    }

    /// When this reporter was first told this.
    pub(crate) fn first(&self, hit: &Hit) -> i64 {
        self.first.get(&(hit.reporter, hit.slot, hit.target)).copied().unwrap_or(hit.at)
    }

    /// When anybody was first told this.
    pub(crate) fn pair_first(&self, slot: SlotNo, target: TargetNo) -> Option<i64> {
        self.pair_first.get(&(slot, target)).copied()
    }
}

/// How much of what was taught had been taught before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Learning {
    /// Events whose lesson was first taught long before.
    pub(crate) late: u64,
    /// `late` as a share of the events that name slot and target.
    pub(crate) late_share: f64,
    /// Most minutes, no two of them adjacent, in which one lesson was taught.
    pub(crate) minutes: u64,
    /// Distinct lessons.
    pub(crate) lessons: u64,
    /// Median number of events of a lesson.
    pub(crate) per_lesson: u64,
    /// Lessons taught three times or more, over half of the hits' length or more: what a
    /// client that learns never shows, since it learns its hottest slots first.
    pub(crate) persisting: u64,
    /// Share of events that come ten seconds or more after their lesson's first.
    pub(crate) slow_repeats: f64,
}

impl Learning {
    pub(crate) fn of(lane: &Lane<'_>, hits: &[Hit], lessons: &Lessons, t: &Thresholds) -> Self {
        let Some(start) = hits.first().map(|h| h.at) else { return Self::default() };
        let dated = lane.dated();
        let apart = if dated { 1_000 } else { 1 };
        // Undated: ten parts of the whole log stand for time.
        let tenth = |at: i64| (at - lane.begin) * 10 / (lane.end - lane.begin + 1).max(1);
        let (mut late, mut slow, mut located) = (0u64, 0u64, 0u64);
        let mut taught: FxHashMap<Lesson, Taught> = FxHashMap::default();
        for hit in hits.iter().filter(|h| h.slot.is_some() && h.target.is_some()) {
            located = located.saturating_add(hit.events);
            let first = lessons.first(hit);
            let is_late = if dated { hit.at - first >= t.lesson_wait } else { tenth(hit.at) > tenth(first) };
            if is_late {
                late = late.saturating_add(hit.events);
            }
            if dated && hit.at - first >= 10_000 {
                slow = slow.saturating_add(hit.events);
            }
            let minute = (hit.at - start) / 60_000;
            taught
                .entry((hit.reporter, hit.slot, hit.target))
                .or_default()
                .add(hit.at, apart, minute, hit.events);
        }
        let mut counts: Vec<i64> = Vec::with_capacity(taught.len());
        let (mut minutes, mut persisting) = (0, 0);
        let length = hits.last().map_or(0, |h| h.at - start);
        #[expect(
            clippy::iter_over_hash_type,
            reason = "a maximum and a sorted list: the order does not matter"
        )]
        for lesson in taught.values() {
            counts.push(i64::try_from(lesson.events).unwrap_or(i64::MAX));
            minutes = minutes.max(lesson.minutes);
            let span = lesson.last_at - lesson.first_at;
            if lesson.times >= 3 && span > 0 && span >= length / 2 {
                persisting += 1;
            }
        }
        let per_lesson = super::median(&mut counts).map_or(0, i64::unsigned_abs);
        Self {
            late,
            late_share: ratio(late, located),
            minutes: if dated { minutes } else { 0 },
            lessons: counts.len() as u64,
            per_lesson,
            persisting,
            slow_repeats: ratio(slow, located),
        }
    }
}

#[derive(Default)]
struct Taught {
    events: u64,
    minutes: u64,
    last_minute: Option<i64>,
    /// Times at least a second apart (undated: blocks), the first and the last.
    times: u64,
    first_at: i64,
    last_at: i64,
    last_time: i64,
}

impl Taught {
    /// Hits arrive in order of time, so that taking each minute that is not adjacent to
    /// the last one taken finds as many as there are.
    fn add(&mut self, at: i64, apart: i64, minute: i64, events: u64) {
        if self.times == 0 {
            self.first_at = at;
        }
        if self.times == 0 || at - self.last_time >= apart {
            self.times += 1;
            self.last_time = at;
        }
        self.last_at = at;
        self.events = self.events.saturating_add(events);
        if self.last_minute.is_none_or(|last| minute >= last + 2) {
            self.minutes += 1;
            self.last_minute = Some(minute);
        }
    }
}
