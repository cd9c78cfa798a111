//! ASK migration windows: one slot on its way to one target.
//!
//! A window does not end by a gap. Reopening the same slot to the same target is
//! improbable, so it ends by evidence: MOVED to its target.

use super::features::median;
use super::incident::State;
use super::thresholds::Thresholds;
use super::timeline::{Hit, Lane, ReporterNo, SlotNo, TargetNo};
use crate::model::Signal;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// One slot's way to one target, merged over reporters.
pub(crate) struct Window {
    pub(crate) slot: SlotNo,
    pub(crate) target: TargetNo,
    /// The node that the slot leaves, where MOVED or the records tell.
    pub(crate) source: TargetNo,
    /// Indexes of its ASK into the lane's hits, rising.
    pub(crate) asks: Vec<usize>,
    /// ASK events.
    pub(crate) events: u64,
    /// First and last ASK.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Median time between ASKs in different cells of time.
    pub(crate) median_gap: i64,
    /// Last ASK of each reporter.
    pub(crate) reporters: BTreeMap<ReporterNo, i64>,
    /// The first MOVED to the target that proves the slot's arrival.
    pub(crate) closed: Option<i64>,
    pub(crate) state: State,
    /// A slot that was opened later and is done, while this one still asked.
    pub(crate) overtaken_by: Option<u16>,
    /// TRYAGAIN alongside: how long.
    pub(crate) tryagain: i64,
}

impl Window {
    /// From its first ASK to the proof of its end, or to its last ASK.
    pub(crate) fn end(&self) -> i64 {
        self.closed.map_or(self.last, |closed| closed.max(self.last))
    }

    /// Time between its first and last ASK.
    pub(crate) fn length(&self) -> i64 {
        self.last - self.first
    }
}

/// MOVED hits of a lane by slot.
pub(crate) struct MovedBySlot {
    by_slot: FxHashMap<u16, Vec<usize>>,
}

impl MovedBySlot {
    pub(crate) fn of(lane: &Lane<'_>) -> Self {
        let mut by_slot: FxHashMap<u16, Vec<usize>> = FxHashMap::default();
        for (i, hit) in lane.hits.iter().enumerate() {
            if let (false, Some(slot)) = (hit.ask, hit.slot) {
                by_slot.entry(slot).or_default().push(i);
            }
        }
        Self { by_slot }
    }

    /// Indexes of the MOVED for a slot, in order of time.
    pub(crate) fn of_slot(&self, slot: SlotNo) -> &[usize] {
        slot.and_then(|s| self.by_slot.get(&s)).map_or(&[], Vec::as_slice)
    }
}

/// Every window of a lane with its source and its end, in order of (target, first).
/// States come later, since they depend on the campaign.
pub(crate) fn windows(lane: &Lane<'_>, moved: &MovedBySlot, t: &Thresholds) -> Vec<Window> {
    let mut by_key: BTreeMap<(TargetNo, SlotNo), Vec<usize>> = BTreeMap::new();
    for (i, hit) in lane.hits.iter().enumerate().filter(|(_, h)| h.ask) {
        // An ASK without its slot or its target cannot be told apart from others.
        let key =
            if hit.slot.is_some() && hit.target.is_some() { (hit.target, hit.slot) } else { (None, None) };
        by_key.entry(key).or_default().push(i);
    }
    let mut windows: Vec<Window> = by_key
        .into_iter()
        .map(|((target, slot), asks)| {
            let mut window = open(lane, slot, target, asks);
            window.closed = closing(lane, &window, moved, t);
            window.source = source(lane, &window, moved);
            window
        })
        .collect();
    windows.sort_by_key(|w| (w.target, w.first, w.slot));
    windows
}

fn open(lane: &Lane<'_>, slot: SlotNo, target: TargetNo, asks: Vec<usize>) -> Window {
    let hits = || asks.iter().map(|&i| &lane.hits[i]);
    let mut reporters: BTreeMap<ReporterNo, i64> = BTreeMap::new();
    for hit in hits() {
        reporters.insert(hit.reporter, hit.at);
    }
    let times: Vec<i64> = hits().map(|h| h.at).collect();
    let mut gaps: Vec<i64> = times.windows(2).map(|w| w[1] - w[0]).filter(|&gap| gap > 0).collect();
    Window {
        slot,
        target,
        source: None,
        events: hits().fold(0, |n, h| n.saturating_add(h.events)),
        first: times.first().copied().unwrap_or(0),
        last: times.last().copied().unwrap_or(0),
        median_gap: median(&mut gaps).unwrap_or(0),
        reporters,
        closed: None,
        state: State::Unknown,
        overtaken_by: None,
        tryagain: 0,
        asks,
    }
}

/// The first MOVED s→B after the last ASK. Across reporters a little skew is allowed;
/// without dates only a reporter's own order counts.
fn closing(lane: &Lane<'_>, window: &Window, moved: &MovedBySlot, t: &Thresholds) -> Option<i64> {
    let proves = |hit: &Hit| {
        if hit.target != window.target {
            return false;
        }
        match window.reporters.get(&hit.reporter) {
            Some(&own_last) if !lane.dated() => hit.at >= own_last,
            None if !lane.dated() => false,
            Some(_) if window.reporters.len() == 1 => hit.at >= window.last,
            _ => hit.at >= window.last - t.skew && hit.at >= window.first,
        }
    };
    moved.of_slot(window.slot).iter().map(|&i| &lane.hits[i]).find(|hit| proves(hit)).map(|hit| hit.at)
}

/// The other owner named for the slot: during the window if possible, else last before.
fn source(lane: &Lane<'_>, window: &Window, moved: &MovedBySlot) -> TargetNo {
    let others = moved
        .of_slot(window.slot)
        .iter()
        .map(|&i| &lane.hits[i])
        .filter(|h| h.target.is_some() && h.target != window.target && h.at <= window.end());
    let mut before = None;
    let mut during: BTreeMap<TargetNo, u64> = BTreeMap::new();
    for hit in others {
        if hit.at < window.first {
            before = hit.target;
        } else {
            *during.entry(hit.target).or_default() += hit.events.min(1 << 32);
        }
    }
    let main = during.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    main.map_or(before, |(target, _)| target)
}

/// What decides the states of the windows of one campaign.
pub(crate) struct Judge<'l, 'd> {
    pub(crate) lane: &'l Lane<'d>,
    pub(crate) moved: &'l MovedBySlot,
    pub(crate) thresholds: &'l Thresholds,
    /// Every ASK of the lane by slot: (time, target, reporter), in order of time.
    pub(crate) asks: &'l FxHashMap<u16, Vec<usize>>,
    /// Times of TRYAGAIN by reporter.
    pub(crate) tryagain: &'l BTreeMap<ReporterNo, Vec<i64>>,
}

impl<'l, 'd> Judge<'l, 'd> {
    /// Sets the states of a campaign's windows.
    pub(crate) fn judge(&self, campaign: &mut [Window]) {
        let last_closed_start = campaign.iter().filter(|w| w.closed.is_some()).map(|w| w.first).max();
        let overtakers: Vec<Option<u16>> = campaign.iter().map(|w| overtaker(w, campaign)).collect();
        for (window, overtaker) in campaign.iter_mut().zip(overtakers) {
            window.tryagain = self.tryagain_alongside(window);
            window.overtaken_by = overtaker;
            window.state = self.state(window, last_closed_start);
        }
    }

    fn state(&self, window: &Window, last_closed_start: Option<i64>) -> State {
        let t = self.thresholds;
        if self.reversed(window) {
            return State::Reversed;
        }
        if window.closed.is_some() {
            return State::Completed;
        }
        if !self.lane.dated() || window.slot.is_none() {
            return State::Unknown;
        }
        if self.aborted(window) {
            return State::Aborted;
        }
        let length = window.length();
        let stuck = (length >= t.stuck && window.events >= t.stuck_asks)
            || (length > t.slow && window.overtaken_by.is_some())
            || window.tryagain >= t.stuck_tryagain;
        if stuck {
            return State::Stuck;
        }
        if length > t.slow {
            return State::Slow;
        }
        let reporters: BTreeSet<ReporterNo> = window.reporters.keys().copied().collect();
        let quiet = self.lane.end_for(&reporters) - window.last;
        let gaps = t.window_gaps * window.median_gap;
        if quiet <= t.window_open.max(gaps) {
            return State::InProgressAtEnd;
        }
        // A later slot of the campaign that closed shows that the work went on.
        let passed = last_closed_start.is_some_and(|start| start > window.first);
        let single = window.asks.len() < 2;
        if quiet >= t.window_quiet.max(gaps) && (passed || !single) {
            return State::PresumedEnded;
        }
        State::Unknown
    }

    /// ASK s→A after MOVED s→B: the slot goes back. An ASK to a third node would be a
    /// further move, so A has to be the source, or unknown and soon after.
    fn reversed(&self, window: &Window) -> bool {
        let Some(slot) = window.slot else { return false };
        let arrived = |hit: &Hit| hit.target == window.target && hit.at >= window.first;
        let Some(at) =
            self.moved.of_slot(window.slot).iter().map(|&i| &self.lane.hits[i]).find(|h| arrived(h))
        else {
            return false;
        };
        let back = self.asks.get(&slot).map_or(&[][..], Vec::as_slice).iter().map(|&i| &self.lane.hits[i]);
        back.into_iter().any(|ask| {
            let later = if self.lane.dated() {
                ask.at > at.at
            } else {
                ask.at > at.at && ask.reporter == at.reporter
            };
            let home = match window.source {
                Some(_) => ask.target == window.source,
                None => ask.at - window.end() <= self.thresholds.campaign_gap || !self.lane.dated(),
            };
            ask.target != window.target && later && home
        })
    }

    /// For a long time only the old owner is named. Other nodes name it all the time,
    /// so one hit proves nothing.
    fn aborted(&self, window: &Window) -> bool {
        let after = self.moved.of_slot(window.slot).iter().map(|&i| &self.lane.hits[i]);
        let after: Vec<&Hit> = after.filter(|h| h.at > window.last && h.target.is_some()).collect();
        let only_others = after.iter().all(|h| h.target != window.target);
        let long = after.last().is_some_and(|h| h.at - window.last >= self.thresholds.aborted);
        only_others && long && after.len() >= 2
    }

    fn tryagain_alongside(&self, window: &Window) -> i64 {
        if !self.lane.dated() {
            return 0;
        }
        let near = self.thresholds.near;
        let mut span: Option<(i64, i64)> = None;
        for list in window.reporters.keys().filter_map(|r| self.tryagain.get(r)) {
            let from = list.partition_point(|&at| at < window.first - near);
            let to = list.partition_point(|&at| at <= window.last + near);
            if let (Some(&first), Some(&last)) = (list[from..to].first(), list[from..to].last()) {
                let grown = span.get_or_insert((first, last));
                *grown = (grown.0.min(first), grown.1.max(last));
            }
        }
        span.map_or(0, |(first, last)| last - first)
    }
}

/// A window that was opened after this one and closed while this one still asked.
fn overtaker(window: &Window, campaign: &[Window]) -> Option<u16> {
    campaign
        .iter()
        .filter(|other| other.first > window.first && other.closed.is_some_and(|at| at < window.last))
        .min_by_key(|other| (other.closed, other.slot))
        .and_then(|other| other.slot)
}

/// TRYAGAIN times of a lane by reporter.
pub(crate) fn tryagain_times(lane: &Lane<'_>) -> BTreeMap<ReporterNo, Vec<i64>> {
    let mut times: BTreeMap<ReporterNo, Vec<i64>> = BTreeMap::new();
    for other in lane.others.iter().filter(|o| o.signal == Signal::TryAgain) {
        times.entry(other.reporter).or_default().push(other.at);
    }
    times
}

/// ASK hits of a lane by slot.
pub(crate) fn asks_by_slot(lane: &Lane<'_>) -> FxHashMap<u16, Vec<usize>> {
    let mut asks: FxHashMap<u16, Vec<usize>> = FxHashMap::default();
    for (i, hit) in lane.hits.iter().enumerate() {
        if let (true, Some(slot)) = (hit.ask, hit.slot) {
            asks.entry(slot).or_default().push(i);
        }
    }
    asks
}
