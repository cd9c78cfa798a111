//! MOVED that no window took, cut into episodes and joined into recurring conditions.

use super::thresholds::Thresholds;
use super::timeline::{Lane, ReporterNo, SlotNo, TargetNo};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Episodes that share most of what they teach.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condition {
    /// Indexes into the lane's hits, rising.
    pub(crate) hits: Vec<usize>,
    /// How many episodes it has.
    pub(crate) episodes: usize,
}

/// The conditions among these hits (rising indexes), in order of their first hit.
pub(crate) fn conditions(lane: &Lane<'_>, hits: &[usize], t: &Thresholds) -> Vec<Condition> {
    let episodes = cut(lane, hits, lane.episode_gap(t));
    let mut joined: Vec<Condition> = Vec::new();
    let mut home: FxHashMap<(SlotNo, TargetNo), usize> = FxHashMap::default();
    let mut sizes: Vec<usize> = Vec::new();
    for episode in episodes {
        let pairs = pairs_of(lane, &episode);
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for pair in &pairs {
            if let Some(&at) = home.get(pair) {
                *shared.entry(at).or_default() += 1;
            }
        }
        let best = shared.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
        let same =
            best.filter(|&(at, count)| count as f64 >= t.recurring_share * pairs.len().min(sizes[at]) as f64);
        let at = same.map_or(joined.len(), |(at, _)| at);
        if at == joined.len() {
            joined.push(Condition::default());
            sizes.push(0);
        }
        joined[at].hits.extend(episode);
        joined[at].episodes += 1;
        for pair in pairs {
            if home.insert(pair, at).is_none_or(|before| before != at) {
                sizes[at] += 1;
            }
        }
    }
    gather_stragglers(lane, joined, t)
}

fn cut(lane: &Lane<'_>, hits: &[usize], gap: i64) -> Vec<Vec<usize>> {
    let mut episodes: Vec<Vec<usize>> = Vec::new();
    let mut last = i64::MIN;
    for &i in hits {
        let at = lane.hits[i].at;
        match episodes.last_mut() {
            Some(episode) if at.saturating_sub(last) <= gap => episode.push(i),
            _ => episodes.push(vec![i]),
        }
        last = at;
    }
    episodes
}

fn pairs_of(lane: &Lane<'_>, hits: &[usize]) -> BTreeSet<(SlotNo, TargetNo)> {
    hits.iter().map(|&i| (lane.hits[i].slot, lane.hits[i].target)).collect()
}

/// Who is told to go where, over a condition.
struct Scope {
    links: BTreeSet<(ReporterNo, TargetNo)>,
    first: i64,
    last: i64,
    events: u64,
}

impl Scope {
    fn of(lane: &Lane<'_>, condition: &Condition) -> Self {
        let hits = || condition.hits.iter().map(|&i| &lane.hits[i]);
        Self {
            links: hits().map(|h| (h.reporter, h.target)).collect(),
            first: hits().next().map_or(0, |h| h.at),
            last: hits().next_back().map_or(0, |h| h.at),
            events: hits().fold(0, |n, h| n.saturating_add(h.events)),
        }
    }
}

/// Few hits far apart are no incident of their own each: those inside the span of a
/// large condition with the same reporters and targets join it, and the rest join each
/// other where they name a target in common.
fn gather_stragglers(lane: &Lane<'_>, all: Vec<Condition>, t: &Thresholds) -> Vec<Condition> {
    let scopes: Vec<Scope> = all.iter().map(|c| Scope::of(lane, c)).collect();
    let small = |i: usize| scopes[i].events < t.dense_per_minute;
    let large: Vec<usize> = (0..all.len()).filter(|&i| !small(i)).collect();
    // Leftovers by target: the first condition that named it.
    let mut named: BTreeMap<TargetNo, usize> = BTreeMap::new();
    let mut into: Vec<usize> = (0..all.len()).collect();
    for i in (0..all.len()).filter(|&i| small(i)) {
        let inside = large.iter().take(64).find(|&&big| {
            scopes[big].first <= scopes[i].first
                && scopes[i].last <= scopes[big].last
                && scopes[i].links.is_subset(&scopes[big].links)
        });
        if let Some(&big) = inside {
            into[i] = big;
            continue;
        }
        let targets: BTreeSet<TargetNo> = scopes[i].links.iter().map(|l| l.1).collect();
        let known = targets.iter().filter_map(|target| named.get(target)).min().copied();
        into[i] = known.unwrap_or(i);
        for target in targets {
            named.entry(target).or_insert(into[i]);
        }
    }
    let mut merged: BTreeMap<usize, Condition> = BTreeMap::new();
    for (i, condition) in all.into_iter().enumerate() {
        let home = merged.entry(into[i]).or_default();
        home.hits.extend(condition.hits);
        home.episodes += condition.episodes;
    }
    let mut merged: Vec<Condition> = merged.into_values().collect();
    for condition in &mut merged {
        condition.hits.sort_unstable();
    }
    merged.sort_by_key(|c| c.hits.first().copied());
    merged
}

/// A condition's hits in these slots, and the rest.
pub(crate) fn split_slots(
    lane: &Lane<'_>,
    condition: &Condition,
    slots: &BTreeSet<u16>,
) -> (Condition, Condition) {
    let in_slots = |&&i: &&usize| lane.hits[i].slot.is_some_and(|slot| slots.contains(&slot));
    let own: Vec<usize> = condition.hits.iter().filter(in_slots).copied().collect();
    let rest: Vec<usize> = condition.hits.iter().filter(|i| !in_slots(i)).copied().collect();
    (
        Condition { hits: own, episodes: condition.episodes },
        Condition { hits: rest, episodes: condition.episodes },
    )
}
