//! Changes of owner in the middle of other redirections: connect errors or CLUSTERDOWN,
//! then MOVED to a new node for slots that were said to live at another.
//!
//! A client that knows no cluster is redirected before, during and after a failover. Its
//! first lessons about the new owner belong to the failover, the rest to its storm.

use super::episodes::Condition;
use super::features::{Lessons, Succession};
use super::thresholds::Thresholds;
use super::timeline::{Hit, Lane};
use crate::model::Signal;
use std::collections::{BTreeMap, BTreeSet};

/// Hits that teach a new owner, with the change that they teach.
pub(crate) struct Takeover {
    pub(crate) condition: Condition,
    pub(crate) change: Succession,
}

const TROUBLE: &[Signal] = &[
    Signal::ClusterDown,
    Signal::SlotUnserved,
    Signal::Unreachable,
    Signal::Failover,
    Signal::MasterDown,
    Signal::NoTopology,
];

/// Every takeover among hits that nothing has claimed.
pub(crate) fn takeovers(
    lane: &Lane<'_>,
    lessons: &Lessons,
    claimed: &[bool],
    t: &Thresholds,
) -> Vec<Takeover> {
    if !lane.dated() {
        return Vec::new();
    }
    let mut last_named: BTreeMap<u32, i64> = BTreeMap::new();
    for hit in lane.hits.iter().filter(|h| !h.ask) {
        if let Some(target) = hit.target {
            last_named.insert(target, hit.at);
        }
    }
    // Stretches of trouble do not overlap, so one walk over the hits keeps the owners.
    let mut owners: BTreeMap<u16, u32> = BTreeMap::new();
    let mut walked = 0;
    let mut found = Vec::new();
    for (begin, end) in troubles(lane, t) {
        let from = lane.hits.partition_point(|h| h.at < begin);
        for hit in &lane.hits[walked.min(from)..from] {
            name_owner(&mut owners, hit);
        }
        let to = lane.hits.partition_point(|h| h.at <= end + t.lead).max(from);
        let mut changes = Changes::new();
        for hit in &lane.hits[from..to] {
            if let (Some(slot), Some((old, new))) = (hit.slot, name_owner(&mut owners, hit)) {
                changes.entry((old, new)).or_insert((BTreeSet::new(), hit.at)).0.insert(slot);
            }
        }
        walked = to;
        let elected =
            lane.others.iter().any(|o| o.signal == Signal::Failover && (begin..=end).contains(&o.at));
        let gone = |old: u32, at: i64| last_named.get(&old).is_some_and(|&last| last <= at + t.skew);
        if let Some(change) = main_change(changes, gone, elected) {
            found.extend(takeover(lane, lessons, claimed, begin, change, t));
        }
    }
    found
}

/// Who took over from whom, for which slots, from when.
type Changes = BTreeMap<(u32, u32), (BTreeSet<u16>, i64)>;

/// Notes the owner that a MOVED names; tells the change if another was named before.
fn name_owner(owners: &mut BTreeMap<u16, u32>, hit: &Hit) -> Option<(u32, u32)> {
    if hit.ask {
        return None;
    }
    let new = hit.target?;
    let old = owners.insert(hit.slot?, new)?;
    (old != new).then_some((old, new))
}

/// The change of most slots whose old owner is never named again. One slot alone needs
/// an election beside it.
fn main_change(changes: Changes, gone: impl Fn(u32, i64) -> bool, elected: bool) -> Option<Succession> {
    let (&(from, to), (slots, at)) = changes
        .iter()
        .filter(|((old, _), (_, at))| gone(*old, *at))
        .max_by(|a, b| a.1.0.len().cmp(&b.1.0.len()).then(b.0.cmp(a.0)))?;
    let enough = slots.len() >= 2 || elected;
    enough.then_some(Succession { from, to, slots: slots.len() as u64, overlap: 1.0, gone: true, at: *at })
}

/// The hits that teach a new owner, up to the lesson's wait, and those that named the old
/// one for the first time while it was already in trouble: until the election is over the
/// other nodes still name the dead one.
fn takeover(
    lane: &Lane<'_>,
    lessons: &Lessons,
    claimed: &[bool],
    begin: i64,
    change: Succession,
    t: &Thresholds,
) -> Option<Takeover> {
    let from = lane.hits.partition_point(|h| h.at < begin);
    let hits: Vec<usize> = lane
        .hits
        .iter()
        .enumerate()
        .skip(from)
        .take_while(|(_, h)| h.at < change.at + t.lesson_wait)
        .filter(|&(i, h)| !h.ask && !claimed[i])
        .filter(|(_, h)| {
            let dying = h.target == Some(change.from) && (h.at - change.at).abs() <= t.lead;
            h.target == Some(change.to) || dying
        })
        .filter(|(_, h)| lessons.pair_first(h.slot, h.target).is_some_and(|first| first >= begin))
        .map(|(i, _)| i)
        .collect();
    (!hits.is_empty()).then_some(Takeover { condition: Condition { hits, episodes: 1 }, change })
}

/// Stretches with errors that a failing node makes.
fn troubles(lane: &Lane<'_>, t: &Thresholds) -> Vec<(i64, i64)> {
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for other in lane.others.iter().filter(|o| TROUBLE.contains(&o.signal)) {
        match stretches.last_mut() {
            Some(last) if other.at - last.1 <= t.lead => last.1 = other.at,
            _ => stretches.push((other.at, other.at)),
        }
    }
    stretches
}
