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
///
/// Large episodes that share most of their pairs recur. A small one recurs with a large
/// one that it shares most of its pairs with, or in whose span it lies with the same
/// reporters and targets. Small ones that are left are a stream of single hits: those
/// with a target in common belong together, however far apart they are.
pub(crate) fn conditions(lane: &Lane<'_>, hits: &[usize], t: &Thresholds) -> Vec<Condition> {
    let episodes = cut(lane, hits, lane.episode_gap(t));
    let is_large = |episode: &Vec<usize>| {
        episode.iter().fold(0u64, |n, &i| n.saturating_add(lane.hits[i].events)) >= t.dense_per_minute
    };
    let (large, small): (Vec<_>, Vec<_>) = episodes.into_iter().partition(is_large);
    let mut recurring = Recurring::default();
    for episode in large {
        let pairs = pairs_of(lane, &episode);
        let at = recurring.home_of(&pairs, t).unwrap_or(recurring.conditions.len());
        recurring.join(at, episode, pairs);
    }
    let scopes: Vec<Scope> = recurring.conditions.iter().map(|c| Scope::of(lane, &c.hits)).collect();
    let mut streams = Streams::default();
    for episode in small {
        let pairs = pairs_of(lane, &episode);
        let inside = || {
            let scope = Scope::of(lane, &episode);
            // More than a few dozen large conditions are not searched.
            scopes.iter().take(64).position(|large| scope.lies_in(large))
        };
        match recurring.home_of(&pairs, t).or_else(inside) {
            Some(at) => recurring.add_to(at, episode),
            None => streams.join(lane, episode),
        }
    }
    let mut all: Vec<Condition> = recurring.conditions.into_iter().chain(streams.finish()).collect();
    for condition in &mut all {
        condition.hits.sort_unstable();
    }
    all.sort_by_key(|c| c.hits.first().copied());
    all
}

type Pair = (SlotNo, TargetNo);

/// Conditions by what they teach.
#[derive(Default)]
struct Recurring {
    conditions: Vec<Condition>,
    /// The condition that taught a pair last.
    home: FxHashMap<Pair, usize>,
    /// Pairs of each condition.
    sizes: Vec<usize>,
}

impl Recurring {
    /// The condition that shares most of these pairs, or most of its own.
    fn home_of(&self, pairs: &BTreeSet<Pair>, t: &Thresholds) -> Option<usize> {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for at in pairs.iter().filter_map(|pair| self.home.get(pair)) {
            *shared.entry(*at).or_default() += 1;
        }
        let best = shared.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
        let enough = |&(at, count): &(usize, usize)| {
            count as f64 >= t.recurring_share * pairs.len().min(self.sizes[at]) as f64
        };
        best.filter(enough).map(|(at, _)| at)
    }

    fn join(&mut self, at: usize, episode: Vec<usize>, pairs: BTreeSet<Pair>) {
        if at == self.conditions.len() {
            self.conditions.push(Condition::default());
            self.sizes.push(0);
        }
        self.add_to(at, episode);
        for pair in pairs {
            if self.home.insert(pair, at).is_none_or(|before| before != at) {
                self.sizes[at] += 1;
            }
        }
    }

    fn add_to(&mut self, at: usize, episode: Vec<usize>) {
        self.conditions[at].hits.extend(episode);
        self.conditions[at].episodes += 1;
    }
}

/// Small episodes joined by the targets that they name.
#[derive(Default)]
struct Streams {
    episodes: Vec<Vec<usize>>,
    /// Which episode an episode was joined to; itself for the first of a stream.
    leader: Vec<usize>,
    named: BTreeMap<TargetNo, usize>,
}

impl Streams {
    fn join(&mut self, lane: &Lane<'_>, episode: Vec<usize>) {
        let own = self.episodes.len();
        let targets: BTreeSet<TargetNo> = episode.iter().map(|&i| lane.hits[i].target).collect();
        self.episodes.push(episode);
        self.leader.push(own);
        for target in targets {
            let other = *self.named.entry(target).or_insert(own);
            let (a, b) = (self.root(own), self.root(other));
            let (first, second) = (a.min(b), a.max(b));
            self.leader[second] = first;
        }
    }

    fn root(&self, mut at: usize) -> usize {
        while self.leader[at] != at {
            at = self.leader[at];
        }
        at
    }

    fn finish(self) -> Vec<Condition> {
        let mut joined: BTreeMap<usize, Condition> = BTreeMap::new();
        for (number, episode) in self.episodes.iter().enumerate() {
            let stream = joined.entry(self.root(number)).or_default();
            stream.hits.extend(episode);
            stream.episodes += 1;
        }
        joined.into_values().collect()
    }
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

fn pairs_of(lane: &Lane<'_>, hits: &[usize]) -> BTreeSet<Pair> {
    hits.iter().map(|&i| (lane.hits[i].slot, lane.hits[i].target)).collect()
}

/// Who is told to go where, and when.
struct Scope {
    links: BTreeSet<(ReporterNo, TargetNo)>,
    first: i64,
    last: i64,
}

impl Scope {
    fn of(lane: &Lane<'_>, hits: &[usize]) -> Self {
        let hits = || hits.iter().map(|&i| &lane.hits[i]);
        Self {
            links: hits().map(|h| (h.reporter, h.target)).collect(),
            first: hits().map(|h| h.at).min().unwrap_or(0),
            last: hits().map(|h| h.at).max().unwrap_or(0),
        }
    }

    fn lies_in(&self, other: &Self) -> bool {
        other.first <= self.first && self.last <= other.last && self.links.is_subset(&other.links)
    }
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
