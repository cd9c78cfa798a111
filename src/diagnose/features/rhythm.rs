//! The pace of hits, and whether targets are mixed or follow one another.

use super::super::thresholds::Thresholds;
use super::super::timeline::Hit;
use super::{median, total};
use std::collections::BTreeMap;

/// What the gaps between hits look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pace {
    /// Too few to tell.
    Unknown,
    /// Gaps all alike.
    Timer,
    /// Gaps as independent requests make them.
    Traffic,
    /// Clusters of hits.
    Bursts,
}

/// Gaps and interleaving of hits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rhythm {
    /// Burstiness (σ−μ)/(σ+μ) of the gaps; `None` where the log's time is too coarse.
    pub(crate) burstiness: Option<f64>,
    pub(crate) pace: Pace,
    /// Median gap between hits of different cells.
    pub(crate) median_gap: i64,
    /// Most events in any 60 s.
    pub(crate) busiest_minute: u64,
    /// Target switches as a share of those of a random order; `None` for too few hits.
    pub(crate) interleaving: Option<f64>,
}

impl Rhythm {
    pub(crate) fn of(hits: &[Hit], targets: usize, step: i64, dated: bool, t: &Thresholds) -> Self {
        let events = total(hits);
        let mut gaps: Vec<i64> = hits.windows(2).map(|w| w[1].at - w[0].at).filter(|&gap| gap > 0).collect();
        let burstiness = if dated && events >= t.timer_events { burstiness(hits, &gaps, step) } else { None };
        let pace = match burstiness {
            Some(b) if b < t.timer => Pace::Timer,
            Some(b) if b > t.bursty => Pace::Bursts,
            Some(_) => Pace::Traffic,
            None if dated && events >= t.timer_events => pace_of_counts(hits),
            None => Pace::Unknown,
        };
        Self {
            burstiness,
            pace,
            median_gap: median(&mut gaps).unwrap_or(0),
            busiest_minute: if dated { busiest(hits, 60_000) } else { events },
            interleaving: interleaving(hits, targets),
        }
    }
}

/// `None` when the mean gap is below twice the time step: then the gaps say more about
/// the clock than about the hits.
fn burstiness(hits: &[Hit], gaps: &[i64], step: i64) -> Option<f64> {
    let events = total(hits) as f64;
    let length = (hits.last()?.at - hits.first()?.at) as f64;
    let count = events - 1.0;
    let mean = length / count;
    if count < 1.0 || length <= 0.0 || mean < 2.0 * step as f64 {
        return None;
    }
    // Events of one cell are gaps of zero.
    let zeros = count - gaps.len() as f64;
    let squares: f64 = gaps.iter().map(|&g| (g as f64 - mean).powi(2)).sum();
    let deviation = ((squares + zeros * mean * mean) / count).sqrt();
    Some((deviation - mean) / (deviation + mean))
}

/// Variance over mean of the counts per second: 1 for independent requests.
fn pace_of_counts(hits: &[Hit]) -> Pace {
    let (Some(first), Some(last)) = (hits.first(), hits.last()) else { return Pace::Unknown };
    let seconds = ((last.at - first.at) / 1_000 + 1) as f64;
    if seconds < 8.0 {
        return Pace::Unknown;
    }
    let mut squares = 0.0;
    let mut at = 0;
    while at < hits.len() {
        let second = (hits[at].at - first.at) / 1_000;
        let mut count = 0.0;
        while at < hits.len() && (hits[at].at - first.at) / 1_000 == second {
            count += hits[at].events as f64;
            at += 1;
        }
        squares += count * count;
    }
    let mean = total(hits) as f64 / seconds;
    let variance = squares / seconds - mean * mean;
    if variance / mean > 1.0 + mean { Pace::Bursts } else { Pace::Traffic }
}

/// Most events within any `width`.
fn busiest(hits: &[Hit], width: i64) -> u64 {
    let (mut from, mut sum, mut most) = (0usize, 0u64, 0u64);
    for hit in hits {
        sum = sum.saturating_add(hit.events);
        while hits[from].at <= hit.at - width {
            sum = sum.saturating_sub(hits[from].events);
            from += 1;
        }
        most = most.max(sum);
    }
    most
}

/// Target switches from each cell of time to the next, as a share of what a random
/// order of the same hits gives. Within a cell nothing orders the hits, so only cells
/// are compared; with one hit a cell this is the plain count of switches.
fn interleaving(hits: &[Hit], targets: usize) -> Option<f64> {
    if targets < 2 {
        return None;
    }
    let mut cells: Vec<Vec<(u32, f64)>> = Vec::new();
    let mut cell_at = i64::MIN;
    for hit in hits {
        let Some(target) = hit.target else { continue };
        if cells.is_empty() || hit.at != cell_at {
            cells.push(Vec::new());
            cell_at = hit.at;
        }
        if let Some(cell) = cells.last_mut() {
            cell.push((target, hit.events as f64));
        }
    }
    if cells.len() < 5 * targets {
        return None;
    }
    cells.iter_mut().for_each(normalise);
    // What counts is the mix over cells, each as heavy as the next.
    let mut mix: BTreeMap<u32, f64> = BTreeMap::new();
    for &(target, share) in cells.iter().flatten() {
        *mix.entry(target).or_default() += share / cells.len() as f64;
    }
    let random = 1.0 - mix.values().map(|share| share * share).sum::<f64>();
    if random <= 1e-9 {
        return None;
    }
    let switches: f64 = cells.windows(2).map(|w| 1.0 - overlap(&w[0], &w[1])).sum();
    Some(switches / ((cells.len() - 1) as f64 * random))
}

/// One entry per target, in rising order, that add up to 1.
fn normalise(cell: &mut Vec<(u32, f64)>) {
    let sum: f64 = cell.iter().map(|c| c.1).sum();
    cell.sort_by_key(|c| c.0);
    cell.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 += later.1;
        }
        same
    });
    cell.iter_mut().for_each(|c| c.1 /= sum.max(1.0));
}

/// Chance that a draw from each cell names the same target; both are sorted.
fn overlap(a: &[(u32, f64)], b: &[(u32, f64)]) -> f64 {
    let find = |target: u32| b.binary_search_by_key(&target, |c| c.0).map_or(0.0, |at| b[at].1);
    a.iter().map(|&(target, share)| share * find(target)).sum()
}
