//! Several windows of one resharding, and the MOVED that belong to them.

use super::features::{CodePath, Lessons};
use super::incident::State;
use super::thresholds::Thresholds;
use super::timeline::{Lane, ReporterNo, TargetNo};
use super::window::{Judge, MovedBySlot, Window, asks_by_slot, tryagain_times, windows};
use crate::model::Signal;
use std::collections::{BTreeMap, BTreeSet};

/// Windows to one target, from one source as far as sources are known.
pub(crate) struct Campaign {
    pub(crate) windows: Vec<Window>,
    pub(crate) target: TargetNo,
    pub(crate) source: TargetNo,
    /// First ASK, and the last ASK or arrival.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Hits that belong to it, rising: its ASK, and MOVED around them.
    pub(crate) hits: Vec<usize>,
    /// MOVED back to the source right after an ASK for the same slot, by one reporter.
    pub(crate) bounced: u64,
    /// MOVED to the source during the windows.
    pub(crate) to_source: u64,
}

impl Campaign {
    /// How many windows are in each state.
    pub(crate) fn states(&self) -> BTreeMap<State, u64> {
        let mut states = BTreeMap::new();
        for window in &self.windows {
            *states.entry(window.state).or_default() += 1;
        }
        states
    }

    /// The state of all windows, or mixed.
    pub(crate) fn state(&self) -> State {
        let states = self.states();
        match states.keys().next() {
            Some(&only) if states.len() == 1 => only,
            Some(_) => State::Mixed,
            None => State::Unknown,
        }
    }

    /// Whether some window was open when the log ended, for all that is known.
    pub(crate) fn runs(&self) -> bool {
        let open = |w: &Window| matches!(w.state, State::InProgressAtEnd | State::Slow | State::Stuck);
        self.windows.iter().any(open)
    }

    fn new(windows: Vec<Window>) -> Self {
        let first = windows.iter().map(|w| w.first).min().unwrap_or(0);
        let last =
            windows.iter().map(|w| w.last.max(w.closed.filter(|&c| c <= w.last + 600_000).unwrap_or(w.last)));
        let last = last.max().unwrap_or(first);
        let target = windows.first().and_then(|w| w.target);
        let sources: BTreeSet<TargetNo> = windows.iter().map(|w| w.source).filter(Option::is_some).collect();
        let source = sources.first().copied().flatten().filter(|_| sources.len() == 1);
        Self { windows, target, source, first, last, hits: Vec::new(), bounced: 0, to_source: 0 }
    }
}

/// Every campaign of a lane, with all hits that belong to it marked in `claimed`.
pub(crate) fn campaigns(
    lane: &Lane<'_>,
    lessons: &Lessons,
    claimed: &mut [bool],
    t: &Thresholds,
) -> Vec<Campaign> {
    let moved = MovedBySlot::of(lane);
    let asks = asks_by_slot(lane);
    let tryagain = tryagain_times(lane);
    let judge = Judge { lane, moved: &moved, thresholds: t, asks: &asks, tryagain: &tryagain };
    let mut found: Vec<Campaign> = Vec::new();
    for mut group in grouped(lane, windows(lane, &moved, t), t) {
        infer_source(lane, &mut group);
        judge.judge(&mut group);
        found.push(Campaign::new(group));
    }
    found.sort_by_key(|c| (c.first, c.target, c.source));
    for campaign in &mut found {
        absorb(lane, campaign, &moved, lessons, claimed, t);
    }
    found
}

/// Windows with one target that follow one another without a long pause, then by
/// source where more than one is known.
fn grouped(lane: &Lane<'_>, windows: Vec<Window>, t: &Thresholds) -> Vec<Vec<Window>> {
    let mut groups: Vec<Vec<Window>> = Vec::new();
    let mut reach = i64::MIN;
    for window in windows {
        let end = window.last;
        let follows = groups.last().and_then(|g| g.first()).is_some_and(|w| w.target == window.target)
            && (!lane.dated() || window.first - reach <= t.campaign_gap);
        if follows {
            reach = reach.max(end);
            if let Some(group) = groups.last_mut() {
                group.push(window);
            }
        } else {
            reach = end;
            groups.push(vec![window]);
        }
    }
    groups.into_iter().flat_map(by_source).collect()
}

/// Splits windows by known source. One without goes with the known one whose slot is
/// nearest: a reshard takes each donor's slots in rising order.
fn by_source(group: Vec<Window>) -> Vec<Vec<Window>> {
    let mut known: Vec<(u16, TargetNo)> =
        group.iter().filter(|w| w.source.is_some()).filter_map(|w| Some((w.slot?, w.source))).collect();
    known.sort_unstable();
    let sources: BTreeSet<TargetNo> = known.iter().map(|k| k.1).collect();
    if sources.len() < 2 {
        return vec![group];
    }
    let mut split: BTreeMap<TargetNo, Vec<Window>> = BTreeMap::new();
    for window in group {
        let source = window.source.or_else(|| {
            let slot = window.slot?;
            let at = known.partition_point(|k| k.0 < slot);
            let near = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|i| known.get(i));
            near.min_by_key(|k| k.0.abs_diff(slot)).and_then(|k| k.1)
        });
        split.entry(source).or_default().push(window);
    }
    split.into_values().collect()
}

/// Fills in the source where another window of the campaign shows it, or where the
/// records name a single node that answered ASK for this target.
fn infer_source(lane: &Lane<'_>, group: &mut [Window]) {
    let mut known: BTreeSet<u32> = group.iter().filter_map(|w| w.source).collect();
    if known.is_empty() {
        let target = group.first().and_then(|w| w.target);
        let reporters: BTreeSet<_> = group.iter().flat_map(|w| w.reporters.keys().copied()).collect();
        let keys: BTreeSet<_> = reporters.into_iter().map(|r| (Signal::Ask, target, r)).collect();
        let rows = lane.book.traits_of(&keys);
        let nodes: BTreeSet<_> = rows.flat_map(|row| row.answered_by.iter().map(|(node, _)| node)).collect();
        if nodes.len() == 1 {
            known = nodes.into_iter().filter_map(|node| lane.book.number(node)).collect();
        }
    }
    if known.len() == 1 {
        for window in group.iter_mut().filter(|w| w.source.is_none()) {
            window.source = known.first().copied();
        }
    }
}

/// Takes the MOVED that belong to a campaign's windows: s→A during a window; s→B up to
/// the lesson's wait after its end, and a reporter's first lesson of it as long as the
/// campaign goes on. Slots without an ASK that lie between two of the campaign's moved
/// with it while nobody looked: their first lessons belong to it as well.
fn absorb(
    lane: &Lane<'_>,
    campaign: &mut Campaign,
    moved: &MovedBySlot,
    lessons: &Lessons,
    claimed: &mut [bool],
    t: &Thresholds,
) {
    let wait = if lane.dated() { t.lesson_wait } else { lane.near(t) };
    let until = campaign.last + wait;
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for window in &campaign.windows {
        taken.extend(window.asks.iter().copied());
        let open_until = window
            .closed
            .unwrap_or_else(|| window.last + t.window_open.max(t.window_gaps * window.median_gap));
        for &i in moved.of_slot(window.slot) {
            let hit = &lane.hits[i];
            if claimed[i] || hit.at < window.first {
                continue;
            }
            let to_target = hit.target == window.target;
            let belongs = if to_target {
                let lesson = lessons.first(hit) == hit.at && hit.at <= until;
                hit.at <= window.end() + wait || lesson
            } else {
                hit.at <= open_until && (window.source.is_none() || hit.target == window.source)
            };
            if belongs {
                taken.insert(i);
            }
            if belongs && !to_target {
                campaign.to_source = campaign.to_source.saturating_add(hit.events);
                if asked_just_before(lane, window, hit.at, hit.reporter, t) {
                    campaign.bounced = campaign.bounced.saturating_add(hit.events);
                }
            }
        }
    }
    let slots: BTreeSet<u16> = campaign.windows.iter().filter_map(|w| w.slot).collect();
    // A slot or two before the first ASK and after the last moved unseen as well.
    let gaps = slots.iter().zip(slots.iter().skip(1)).map(|(a, b)| b - a);
    let margin = gaps.max().unwrap_or(0).saturating_mul(2).min(64);
    let between = |slot: u16| {
        let below = slots.range(..slot).next_back();
        let above = slots.range(slot..).next();
        match (below, above) {
            (Some(b), Some(a)) => a - b <= t.campaign_hole,
            (Some(edge), None) | (None, Some(edge)) => slot.abs_diff(*edge) <= margin,
            (None, None) => false,
        }
    };
    // A client that follows what it is told, and is told something new meanwhile, is told
    // of this resharding.
    let follows = followers(lane, campaign.target);
    // Nothing but a moment before the first ASK tells that this resharding had begun.
    let begin = campaign.first - if lane.dated() { t.campaign_lead } else { 0 };
    let from = lane.hits.partition_point(|h| h.at < begin);
    for (i, hit) in lane.hits.iter().enumerate().skip(from).take_while(|(_, h)| h.at <= until) {
        let Some(slot) = hit.slot.filter(|s| !hit.ask && !slots.contains(s)) else { continue };
        let new = lessons
            .pair_first(hit.slot, hit.target)
            .is_some_and(|first| first >= begin && hit.at <= first + wait);
        if !claimed[i] && campaign.target.is_some() && hit.target == campaign.target && new {
            if !(between(slot) || follows.contains(&hit.reporter)) {
                continue;
            }
            taken.insert(i);
        }
    }
    for &i in &taken {
        claimed[i] = true;
    }
    campaign.hits = taken.into_iter().collect();
}

/// Reporters whose MOVED to a target were nearly all followed by the client itself.
fn followers(lane: &Lane<'_>, target: TargetNo) -> BTreeSet<ReporterNo> {
    let reporters: BTreeSet<ReporterNo> =
        lane.hits.iter().filter(|h| !h.ask && h.target == target).map(|h| h.reporter).collect();
    let follows = |&reporter: &ReporterNo| {
        let keys = BTreeSet::from([(Signal::Moved, target, reporter)]);
        CodePath::sum(lane.book.traits_of(&keys)).followed_share() >= 0.8
    };
    reporters.into_iter().filter(follows).collect()
}

/// Whether the reporter was asked to go to the window's target just before.
fn asked_just_before(
    lane: &Lane<'_>,
    window: &Window,
    at: i64,
    reporter: ReporterNo,
    t: &Thresholds,
) -> bool {
    let bounce = if lane.dated() { t.bounce } else { 0 };
    let upto = window.asks.partition_point(|&i| lane.hits[i].at <= at);
    let recent = window.asks[..upto].iter().rev().map(|&i| &lane.hits[i]);
    recent.take_while(|ask| at - ask.at <= bounce).take(256).any(|ask| ask.reporter == reporter)
}
