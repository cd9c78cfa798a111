//! Sources → chunks → hits → tallies, by all threads at once; then one tally → digest.

use super::context::{TimeRules, Views};
use super::filter::{Filter, Verdict};
use super::ordered::{Numbered, Ordered};
use crate::input::{Discovery, InputProblem, Intake, Job, Order, Progress, Settings, Window};
use crate::matcher::{Matcher, Scratch, Sink, SourceView, newlines};
use crate::model::{Chunk, Hit, LINE_BLOCK, Locus, Moment, Signal};
use crate::report::HitLine;
use crate::rules::RuleSet;
use crate::tally::{Digest, Merge, Problem, Tally, activity_block};
use memchr::memmem;
use rayon::ThreadPool;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The rule of bare pairs, which are only noted where nothing proves them.
const BARE_RULE: &str = "database/redis-cluster-redirect";

/// What a scan needs beside its input.
pub struct ScanPlan<'p> {
    /// The rules to run.
    pub rules: &'p RuleSet,
    /// Which hits are looked at.
    pub filter: &'p Filter,
    /// What the command line says about times.
    pub times: &'p TimeRules,
    /// How the input is cut; only speed depends on it.
    pub settings: Settings,
}

/// What a scan came to.
pub struct Scanned {
    /// Everything counted.
    pub digest: Digest,
    /// Whether a signal ended it before the input did.
    pub stopped: bool,
    /// Events that `--since` or `--until` left out because they have no time.
    pub undated: u64,
}

/// Why a scan could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The rules' literals do not fit the searcher.
    #[error("the rules cannot be searched for together: {0}; give fewer rule files")]
    Rules(#[from] aho_corasick::BuildError),
    /// Writing the hits failed.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Scans all sources. With `hits`, every hit is also written there as a JSON line, in the
/// order of the input.
///
/// # Errors
/// When the rules cannot be compiled together, or `hits` cannot be written; trouble with
/// the input is part of the digest instead.
pub fn scan(
    discovery: &Discovery,
    plan: &ScanPlan<'_>,
    pool: &ThreadPool,
    stop: &AtomicBool,
    progress: &Live,
    hits: Option<&mut (dyn Write + Send + '_)>,
) -> Result<Scanned, ScanError> {
    let matcher = Matcher::new(plan.rules)?;
    let views = Views::new(discovery, plan.times);
    let order = if hits.is_some() { Order::Input } else { Order::Fastest };
    let intake = Intake::new(discovery, plan.settings, order, stop, &progress.reading);
    let ids: Vec<String> = plan.rules.iter().map(|rule| rule.id.to_string()).collect();
    let names: Vec<String> = discovery.sources.iter().map(|source| source.name.clone()).collect();
    #[expect(clippy::redundant_closure, reason = "only a call shortens the lifetime of the trait object")]
    let ordered = hits.map(|out| Ordered::new(out));
    let run = Run {
        matcher: &matcher,
        views: &views,
        plan,
        names: &names,
        ids: &ids,
        ordered: ordered.as_ref(),
        claims: Mutex::new(0),
        undated: AtomicU64::new(0),
        progress,
        stop,
    };
    let tallies = pool.broadcast(|_| run.work(&intake));
    let undated = run.undated.into_inner();
    let mut tally = Tally::default();
    for other in tallies {
        tally.merge(other);
    }
    let reading = intake.finish();
    for (id, bytes) in (0..).zip(&reading.bytes) {
        tally.add_read(id, *bytes, 0);
    }
    for problem in discovery.problems.iter().chain(&reading.problems) {
        tally.add_problem(told(problem));
    }
    if let Some(ordered) = ordered {
        ordered.finish()?;
    }
    Ok(Scanned { digest: tally.finish(&names, &ids), stopped: reading.stopped, undated })
}

fn told(problem: &InputProblem) -> Problem {
    let message = problem.message();
    Problem { source: problem.source_id, name: problem.name.clone(), message, unread: problem.unread }
}

/// Counters for a progress display on another thread.
#[derive(Debug, Default)]
pub struct Live {
    /// Bytes and files read.
    pub reading: Progress,
    /// Hits counted so far.
    pub hits: AtomicU64,
}

struct Run<'r, 'o> {
    matcher: &'r Matcher<'r>,
    views: &'r Views,
    plan: &'r ScanPlan<'r>,
    names: &'r [String],
    ids: &'r [String],
    ordered: Option<&'r Ordered<'o>>,
    /// The number of jobs claimed, which is the next job's turn to write hits.
    claims: Mutex<u64>,
    /// Events that were left out because they have no time.
    undated: AtomicU64,
    progress: &'r Live,
    stop: &'r AtomicBool,
}

impl Run<'_, '_> {
    /// One worker: claims jobs until none is left.
    fn work(&self, intake: &Intake<'_>) -> Tally {
        let mut worker = intake.worker();
        let mut scratch = Scratch::default();
        let mut recorder = Recorder::new(self);
        loop {
            // Claiming and numbering must not be torn apart by another worker.
            let claimed = {
                let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
                worker.claim().map(|job| {
                    *claims += 1;
                    (job, *claims - 1)
                })
            };
            let Some((job, turn)) = claimed else { return recorder.tally };
            recorder.begin_job(job, turn);
            worker.read(job, &mut |window| recorder.window(window, &mut scratch));
            recorder.end_job();
        }
    }
}

/// Takes what the matcher finds: counts it, and keeps hits for output.
struct Recorder<'r, 'o> {
    run: &'r Run<'r, 'o>,
    tally: Tally,
    job: Job,
    turn: u64,
    view: Option<SourceView>,
    /// Newlines of the job so far, up to the window's own part.
    lines: u64,
    unfinished_line: bool,
    out: Numbered,
    lines_of_window: WindowLines,
}

/// Line numbers of hits, counted from the start of the job.
#[derive(Default)]
struct WindowLines {
    /// Offset in the source of the own part's first byte.
    own_offset: u64,
    /// Places of the window's newlines, from its first byte on, found once it has a hit.
    newlines: Vec<u64>,
}

impl WindowLines {
    fn begin(&mut self, chunk: &Chunk<'_>) {
        self.own_offset = chunk.own_offset();
        self.newlines.clear();
        self.newlines.extend(memchr::memchr_iter(b'\n', chunk.bytes).map(|i| chunk.offset + i as u64));
    }

    /// Newlines from the start of the own part to this place; negative before it.
    fn relative(&self, offset: u64) -> i64 {
        let before = |place: u64| self.newlines.partition_point(|&newline| newline < place) as i64;
        before(offset) - before(self.own_offset)
    }
}

impl<'r, 'o> Recorder<'r, 'o> {
    fn new(run: &'r Run<'r, 'o>) -> Self {
        Self {
            run,
            tally: Tally::default(),
            job: Job { source: 0, part: 0 },
            turn: 0,
            view: None,
            lines: 0,
            unfinished_line: false,
            out: Numbered::default(),
            lines_of_window: WindowLines::default(),
        }
    }

    fn begin_job(&mut self, job: Job, turn: u64) {
        (self.job, self.turn, self.lines, self.unfinished_line) = (job, turn, 0, false);
        self.view = None;
    }

    fn end_job(&mut self) {
        let last = u64::from(self.unfinished_line);
        self.tally.add_read(self.job.source, 0, self.lines + last);
        if let Some(ordered) = self.run.ordered {
            ordered.end(self.turn, self.job.source, self.lines);
        }
    }

    fn window(&mut self, window: &mut Window<'_>, scratch: &mut Scratch) {
        let (run, glance) = (self.run, window.glance());
        let view = self
            .view
            .take()
            .unwrap_or_else(|| run.views.get(self.job.source, glance.at_start.then_some(glance.bytes)));
        run.matcher.pulse(&glance, &view, activity_block, self);
        let lines = self.count_lines(&glance, &view);
        if glance.at_end && glance.own.end == glance.bytes.len() {
            self.unfinished_line = glance.own_bytes().last().is_some_and(|&b| b != b'\n');
        }
        if !run.matcher.is_quiet(&glance, &view, scratch) {
            let chunk = window.whole();
            if run.ordered.is_some() {
                self.lines_of_window.begin(&chunk);
            }
            run.matcher.scan_chunk(&chunk, &view, self.lines, scratch, self);
            if let (Some(ordered), false) = (run.ordered, self.out.is_empty())
                && !ordered.write(self.turn, self.job.source, std::mem::take(&mut self.out))
            {
                run.stop.store(true, Ordering::Relaxed);
            }
        }
        self.view = Some(view);
        self.lines += lines;
    }

    /// Counts the newlines of the own part, for a regular file by block.
    fn count_lines(&mut self, chunk: &Chunk<'_>, view: &SourceView) -> u64 {
        if view.stream {
            return newlines(chunk.own_bytes());
        }
        let (mut at, mut total) = (chunk.own.start, 0);
        while at < chunk.own.end {
            let offset = chunk.offset + at as u64;
            let left_in_block = usize::try_from(LINE_BLOCK - offset % LINE_BLOCK).unwrap_or(usize::MAX);
            let end = chunk.own.end.min(at.saturating_add(left_in_block));
            let count = newlines(&chunk.bytes[at..end]);
            self.tally.add_newlines(chunk.source, offset, u32::try_from(count).unwrap_or(u32::MAX));
            total += count;
            at = end;
        }
        total
    }
}

impl Sink for Recorder<'_, '_> {
    fn hit(&mut self, hit: &Hit<'_>) {
        match self.run.plan.filter.judge(hit) {
            Verdict::Passes => {}
            Verdict::LeftOut => return,
            Verdict::Undated => {
                if hit.event {
                    self.run.undated.fetch_add(hit.repeats.into(), Ordering::Relaxed);
                }
                return;
            }
        }
        if hit.event {
            self.run.progress.hits.fetch_add(1, Ordering::Relaxed);
            self.tally.add(hit);
        } else if self.run.ids.get(hit.rule as usize).is_some_and(|id| id == BARE_RULE)
            && hit.signal == Signal::Redirect
        {
            self.tally.add_unproven(hit.place);
        }
        if self.run.ordered.is_none() {
            return;
        }
        let start = self.out.bytes().len();
        let line = HitLine {
            source: &self.run.names[self.job.source as usize],
            line: 0,
            signal: hit.signal,
            slot: hit.slot,
            target: hit.endpoint,
            client: hit.client,
            reporter: hit.reporter,
            time: hit.stamp,
            rule: &self.run.ids[hit.rule as usize],
            event: hit.event,
            repeats: hit.repeats.into(),
        };
        let out = self.out.bytes();
        line.write_to(out);
        // The number is told when the lines of all jobs before are counted.
        const PLACE: &[u8] = b",\"line\":0,";
        if let Some(at) = memmem::find(&out[start..], PLACE) {
            let digit = start + at + PLACE.len() - 2;
            out.remove(digit);
            let in_job = self.lines as i64 + self.lines_of_window.relative(hit.place.locus.offset);
            self.out.mark(digit, in_job);
        }
    }

    fn start(&mut self, at: Option<Moment>, place: Locus, reporter: Option<&str>) {
        self.tally.add_start(at, place, reporter);
    }

    fn activity(&mut self, at: Moment, place: Locus, reporter: Option<&str>) {
        self.tally.add_activity(at, place, reporter);
    }

    fn last_time(&mut self, at: Moment) {
        self.tally.add_last_time(at, self.job.source);
    }
}
