//! Whether the hits are as old as the process, and whether reporters began together.

use super::super::thresholds::Thresholds;
use super::super::timeline::{Hit, Lane, ReporterNo};
use std::collections::BTreeMap;

/// When the hits began in the life of those who report them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Onset {
    /// Soon after a visible process start: a matter of configuration.
    Born,
    /// After a stretch of clean log: a matter of topology or connections.
    MidLife,
    /// The file begins with hits: a cut, not a birth.
    Unknown,
}

/// Life cycle of a set of hits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) onset: Onset,
    /// Reporters whose first hits lie within a short time.
    pub(crate) began_together: usize,
    /// Reporters in all.
    pub(crate) reporters: usize,
    /// Whether a visible process start ended the hits.
    pub(crate) ended_by_restart: bool,
    /// The shortest clean stretch before a first hit, for mid-life.
    pub(crate) clean: i64,
}

impl Life {
    pub(crate) fn of(lane: &Lane<'_>, hits: &[Hit], median_gap: i64, t: &Thresholds) -> Self {
        let mut spans: BTreeMap<ReporterNo, (i64, i64)> = BTreeMap::new();
        for hit in hits {
            spans.entry(hit.reporter).or_insert((hit.at, hit.at)).1 = hit.at;
        }
        let mut life = Self {
            onset: Onset::Unknown,
            began_together: 0,
            reporters: spans.len(),
            ended_by_restart: false,
            clean: 0,
        };
        if !lane.dated() {
            return life;
        }
        let (mut born, mut mid, mut restarted) = (0usize, 0usize, 0usize);
        let mut clean = i64::MAX;
        for (&reporter, &(first, last)) in &spans {
            let starts = lane.starts_of(reporter);
            let before = starts[..starts.partition_point(|&at| at <= first)].last().copied();
            let since = first - before.unwrap_or_else(|| lane.begin_for(reporter)).min(first);
            if before.is_some() && since <= t.born {
                born += 1;
            } else if since >= t.clean.max(t.silence_gaps * median_gap) {
                mid += 1;
                clean = clean.min(since);
            }
            let quiet = lane.end_for(&[reporter].into()) - last >= t.silence;
            let next = starts.get(starts.partition_point(|&at| at < last));
            if quiet && next.is_some_and(|&at| at - last <= t.born) {
                restarted += 1;
            }
        }
        if born * 2 > spans.len() {
            life.onset = Onset::Born;
        } else if mid * 2 > spans.len() {
            life.onset = Onset::MidLife;
            life.clean = clean;
        }
        life.ended_by_restart = restarted * 2 > spans.len();
        let mut firsts: Vec<i64> = spans.values().map(|s| s.0).collect();
        firsts.sort_unstable();
        let mut from = 0;
        for (to, &at) in firsts.iter().enumerate() {
            while at - firsts[from] > t.synchronised {
                from += 1;
            }
            life.began_together = life.began_together.max(to + 1 - from);
        }
        life
    }
}
