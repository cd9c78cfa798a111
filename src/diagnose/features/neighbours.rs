//! Other signals beside the redirections: errors of the same reporter, close by.

use super::super::thresholds::Thresholds;
use super::super::timeline::{Hit, Lane, ReporterNo};
use crate::model::Signal;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A lane's other signals by reporter, each list in order of time.
#[derive(Default)]
pub(crate) struct OtherIndex {
    by_reporter: FxHashMap<ReporterNo, Vec<usize>>,
}

impl OtherIndex {
    pub(crate) fn of(lane: &Lane<'_>) -> Self {
        let mut index = Self::default();
        for (i, other) in lane.others.iter().enumerate() {
            index.by_reporter.entry(other.reporter).or_default().push(i);
        }
        index
    }
}

/// Connect errors to one node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ConnectErrors {
    pub(crate) events: u64,
    /// Of those, events soon after a redirection to that node.
    pub(crate) after_redirect: u64,
    pub(crate) first: i64,
    pub(crate) last: i64,
}

/// Other signals near a set of hits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Neighbours {
    /// Events by signal.
    pub(crate) events: BTreeMap<Signal, u64>,
    /// Indexes into the lane's other hits, rising.
    pub(crate) indexes: Vec<usize>,
    /// Connect errors by node.
    pub(crate) unreachable: BTreeMap<Option<u32>, ConnectErrors>,
    /// Refused logins soon after a redirection to that node, or to one that the error
    /// does not name.
    pub(crate) auth_after_redirect: u64,
    /// Errors shortly before or at the onset.
    pub(crate) leading: BTreeMap<Signal, u64>,
    /// From the first to the last TRYAGAIN.
    pub(crate) tryagain_length: i64,
}

impl Neighbours {
    /// `onset` is when what the hits tell of began: errors up to then led to it.
    pub(crate) fn of(lane: &Lane<'_>, hits: &[Hit], onset: i64, others: &OtherIndex, t: &Thresholds) -> Self {
        let mut found = Self::default();
        let (near, lead) = (lane.near(t), lane.lead(t));
        let mut times: BTreeMap<ReporterNo, Vec<(i64, Option<u32>)>> = BTreeMap::new();
        for hit in hits {
            times.entry(hit.reporter).or_default().push((hit.at, hit.target));
        }
        let mut indexes: BTreeSet<usize> = BTreeSet::new();
        let mut tryagain: Option<(i64, i64)> = None;
        for (reporter, mine) in &times {
            let Some(list) = others.by_reporter.get(reporter) else { continue };
            let (first, last) = (mine[0].0, mine[mine.len() - 1].0);
            let from = list.partition_point(|&i| lane.others[i].at < first - lead);
            for &i in list[from..].iter().take_while(|&&i| lane.others[i].at <= last + near) {
                let other = &lane.others[i];
                let next = mine.partition_point(|m| m.0 < other.at);
                let after = next.checked_sub(1).map(|p| other.at - mine[p].0);
                let before = mine.get(next).map(|m| m.0 - other.at);
                let leads = other.at <= first && first - other.at <= lead;
                if !(leads || after.is_some_and(|d| d <= near) || before.is_some_and(|d| d <= near)) {
                    continue;
                }
                indexes.insert(i);
                count(found.events.entry(other.signal).or_default(), other.events);
                if other.at <= onset + lead / 2 && other.at >= onset - lead {
                    count(found.leading.entry(other.signal).or_default(), other.events);
                }
                match other.signal {
                    Signal::Unreachable => {
                        let errors = found
                            .unreachable
                            .entry(other.target)
                            .or_insert(ConnectErrors { first: other.at, ..ConnectErrors::default() });
                        count(&mut errors.events, other.events);
                        errors.first = errors.first.min(other.at);
                        errors.last = errors.last.max(other.at);
                        if redirected_before(mine, other.at, near, other.target) {
                            count(&mut errors.after_redirect, other.events);
                        }
                    }
                    Signal::Auth if redirected_before(mine, other.at, near / 6, other.target) => {
                        count(&mut found.auth_after_redirect, other.events);
                    }
                    Signal::TryAgain => {
                        let span = tryagain.get_or_insert((other.at, other.at));
                        *span = (span.0.min(other.at), span.1.max(other.at));
                    }
                    _ => {}
                }
            }
        }
        found.tryagain_length = tryagain.map_or(0, |(first, last)| last - first);
        found.indexes = indexes.into_iter().collect();
        found
    }

    /// Events of a signal.
    pub(crate) fn count(&self, signal: Signal) -> u64 {
        self.events.get(&signal).copied().unwrap_or(0)
    }

    /// Events of a signal at the onset.
    pub(crate) fn led_by(&self, signal: Signal) -> u64 {
        self.leading.get(&signal).copied().unwrap_or(0)
    }
}

/// Whether a redirection to this node came at most `within` before. Bounded: in a dense
/// storm the last few hundred hits before an error are enough to name every target.
fn redirected_before(mine: &[(i64, Option<u32>)], at: i64, within: i64, target: Option<u32>) -> bool {
    let end = mine.partition_point(|m| m.0 <= at);
    let recent = mine[..end].iter().rev().take(512).take_while(|m| at - m.0 <= within);
    recent.into_iter().any(|m| target.is_none() || m.1 == target)
}

fn count(sum: &mut u64, events: u64) {
    *sum = sum.saturating_add(events);
}
