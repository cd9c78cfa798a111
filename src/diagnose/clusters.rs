//! Whether a log holds two clusters: reporters whose maps agree within themselves, have
//! no target in common with others, and contradict them wherever both name a slot.

use super::address::two_names;
use super::thresholds::Thresholds;
use super::timeline::{Lane, ReporterNo};
use std::collections::{BTreeMap, BTreeSet};

/// Reporters by cluster.
pub(crate) struct Clusters {
    /// Number of the cluster of each reporter; one that is not listed is in cluster 0.
    of: BTreeMap<ReporterNo, usize>,
    /// How many clusters, at least 1.
    pub(crate) count: usize,
    /// Slots that the first two clusters both name.
    pub(crate) shared_slots: usize,
}

#[derive(Default)]
struct Side {
    reporters: BTreeSet<ReporterNo>,
    targets: BTreeSet<u32>,
    /// Owner of each slot, as last named.
    owners: BTreeMap<u16, u32>,
    first: i64,
    last: i64,
}

impl Clusters {
    /// The cluster of a reporter.
    pub(crate) fn of_reporter(&self, reporter: ReporterNo) -> usize {
        self.of.get(&reporter).copied().unwrap_or(0)
    }

    /// Reporters of a cluster.
    pub(crate) fn reporters(&self, cluster: usize) -> Vec<u32> {
        self.of.iter().filter(|&(_, &c)| c == cluster).filter_map(|(&r, _)| r).collect()
    }

    pub(crate) fn of(lane: &Lane<'_>, t: &Thresholds) -> Self {
        let mut sides = sides(lane);
        let mut groups: Vec<Side> = Vec::new();
        // Reporters with a target in common ask one cluster.
        while let Some(mut side) = sides.pop() {
            while let Some(at) = sides.iter().position(|s| !s.targets.is_disjoint(&side.targets)) {
                side.join(sides.swap_remove(at));
            }
            groups.push(side);
        }
        groups.sort_by(|a, b| a.first.cmp(&b.first).then_with(|| a.reporters.cmp(&b.reporters)));
        // Groups that contradict nobody stay with the first: different pods simply meet
        // different slots.
        let mut clusters: Vec<Side> = Vec::new();
        for group in groups {
            match clusters.iter_mut().find(|c| !c.contradicts(&group, lane, t)) {
                Some(cluster) => cluster.join(group),
                None => clusters.push(group),
            }
        }
        let shared_slots = match clusters.as_slice() {
            [a, b, ..] => a.rivals(b).count(),
            _ => 0,
        };
        let count = clusters.len().max(1);
        let mut of = BTreeMap::new();
        if count > 1 {
            for (number, cluster) in clusters.into_iter().enumerate() {
                of.extend(cluster.reporters.into_iter().map(|r| (r, number)));
            }
        }
        Self { of, count, shared_slots }
    }
}

/// What each reporter names. More than a few hundred reporters are not compared: their
/// targets overlap in any real log.
fn sides(lane: &Lane<'_>) -> Vec<Side> {
    let mut sides: BTreeMap<ReporterNo, Side> = BTreeMap::new();
    for hit in &lane.hits {
        let (Some(slot), Some(target)) = (hit.slot, hit.target) else { continue };
        let side = sides.entry(hit.reporter).or_insert_with(|| Side { first: hit.at, ..Side::default() });
        side.reporters.insert(hit.reporter);
        side.targets.insert(target);
        side.owners.insert(slot, target);
        side.last = hit.at;
    }
    if sides.len() > 512 {
        return Vec::new();
    }
    sides.into_values().collect()
}

impl Side {
    fn join(&mut self, other: Self) {
        self.reporters.extend(other.reporters);
        self.targets.extend(other.targets);
        self.owners.extend(other.owners);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// Disjoint targets make every shared slot a conflict. Each side needs two targets:
    /// two nodes that disagree, or one node under two names, look the same with one.
    /// Sides that follow one another in time are a change of addresses.
    fn contradicts(&self, other: &Self, lane: &Lane<'_>, t: &Thresholds) -> bool {
        let overlap = self.last.min(other.last) - self.first.max(other.first);
        let shorter = (self.last - self.first).min(other.last - other.first);
        self.targets.len() >= 2
            && other.targets.len() >= 2
            && self.targets.is_disjoint(&other.targets)
            && 2 * overlap >= shorter
            && overlap >= 0
            && self.rivals(other).count() >= t.two_maps_slots
            && !self.renames(other, lane, t)
    }

    /// Owners that both sides name for a slot.
    fn rivals<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (u32, u32)> + 's {
        self.owners.iter().filter_map(|(slot, &own)| Some((own, *other.owners.get(slot)?)))
    }

    /// Whether the other side names the same nodes in another form: then there is one
    /// cluster under two sets of names.
    fn renames(&self, other: &Self, lane: &Lane<'_>, t: &Thresholds) -> bool {
        let alike = |&(a, b): &(u32, u32)| matches!((lane.book.endpoint(Some(a)), lane.book.endpoint(Some(b))), (Some(a), Some(b)) if two_names(a, b));
        let all = self.rivals(other).count();
        self.rivals(other).filter(alike).count() as f64 >= t.two_maps_share * all as f64
    }
}
