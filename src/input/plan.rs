//! Which worker reads what next.

use super::chunk::Settings;
use super::source::{Discovery, Form};
use crate::model::SourceId;
use std::sync::atomic::{AtomicU64, Ordering};

/// A piece of work: a whole stream, or one range of a plain file. Orders as the input
/// does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Job {
    /// Which source.
    pub source: SourceId,
    /// Which part of it: own parts of the size that [`Settings::own`] says, from 0. A
    /// stream has part 0 only, but any number of windows.
    pub part: u64,
}

/// The order in which jobs are claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// What cannot be shared first, the largest in front, so that no worker sits alone
    /// over a large compressed file at the end.
    Fastest,
    /// As the input is ordered, for output that is printed as it is found.
    Input,
}

/// All jobs of a run, claimed one by one from any thread.
#[derive(Debug)]
pub struct Plan {
    segments: Vec<Segment>,
    jobs: u64,
    next: AtomicU64,
}

#[derive(Debug)]
struct Segment {
    source: SourceId,
    first: u64,
}

impl Plan {
    /// Cuts the sources into jobs. Empty files have none.
    pub fn new(discovery: &Discovery, settings: Settings, order: Order) -> Self {
        let own = settings.sane().own;
        let mut sources: Vec<(SourceId, u64)> =
            (0..).zip(&discovery.sources).map(|(id, source)| (id, parts(source.form, own))).collect();
        if order == Order::Fastest {
            sources.sort_by_key(|&(id, _)| {
                let source = &discovery.sources[id as usize];
                let shared = matches!(source.form, Form::Plain { .. });
                let weight = if shared { 0 } else { source.disk_bytes.unwrap_or(u64::MAX) };
                (shared, std::cmp::Reverse(weight), id)
            });
        }
        let mut jobs = 0;
        let segments = sources
            .into_iter()
            .filter(|&(_, parts)| parts > 0)
            .map(|(source, parts)| {
                let first = jobs;
                jobs += parts;
                Segment { source, first }
            })
            .collect();
        Self { segments, jobs, next: AtomicU64::new(0) }
    }

    /// The next job; none when all are claimed.
    pub fn claim(&self) -> Option<Job> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.jobs {
            return None;
        }
        let at = self.segments.partition_point(|segment| segment.first <= number);
        let segment = self.segments.get(at.checked_sub(1)?)?;
        Some(Job { source: segment.source, part: number - segment.first })
    }

    /// How many jobs there are.
    pub fn len(&self) -> u64 {
        self.jobs
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.jobs == 0
    }
}

/// How many jobs a source makes.
pub(super) fn parts(form: Form, own: usize) -> u64 {
    match form {
        Form::Plain { from, to } => (to - from).div_ceil(own as u64),
        Form::Packed { .. } | Form::Pipe | Form::Stdin => 1,
    }
}
