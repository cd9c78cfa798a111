//! One run's reading: workers, jobs, and what came of them.

use super::chunk::{Kind, Settings, Window};
use super::decode::Decoded;
use super::plan::{Job, Order, Plan, parts};
use super::problem::{InputProblem, Trouble};
use super::pump::Pump;
use super::ranges::{RangeReader, Span};
use super::raw::{self, Tap};
use super::sniff::Content;
use super::source::{Discovery, Form, Identity, Source};
use crate::model::SourceId;
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far a run has come, for a progress display on another thread.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    files: AtomicU64,
}

impl Progress {
    /// Bytes read from disk or pipe, before decompression.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Sources read to their end.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    pub(super) fn add_bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }
}

/// What reading came to.
#[derive(Debug, Default)]
pub struct Reading {
    /// Bytes of text that were shown, after decoding, for each source.
    pub bytes: Vec<u64>,
    /// What went wrong while reading, in the order of the sources.
    pub problems: Vec<InputProblem>,
    /// The stop flag ended the run before everything was read.
    pub stopped: bool,
}

/// The reading of one run, shared by its workers.
#[derive(Debug)]
pub struct Intake<'d> {
    discovery: &'d Discovery,
    settings: Settings,
    plan: Plan,
    shelves: Vec<Shelf>,
    stop: &'d AtomicBool,
    progress: &'d Progress,
    cut_short: AtomicBool,
}

/// What the workers share about one source.
#[derive(Debug)]
struct Shelf {
    held: Mutex<Held>,
    /// Jobs that are not done yet.
    left: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Debug, Default)]
struct Held {
    file: Option<Arc<File>>,
    trouble: Option<Trouble>,
    /// Opening it failed: the other parts need not try.
    lost: bool,
}

/// A mutex here guards plain values that are never left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'d> Intake<'d> {
    /// Plans the reading of all sources. `stop` ends streams and the claiming of jobs
    /// soon after it is set; `progress` is counted up meanwhile.
    pub fn new(
        discovery: &'d Discovery,
        settings: Settings,
        order: Order,
        stop: &'d AtomicBool,
        progress: &'d Progress,
    ) -> Self {
        let settings = settings.sane();
        let shelf = |source: &Source| {
            let left = parts(source.form, settings.own);
            if left == 0 {
                progress.files.fetch_add(1, Ordering::Relaxed);
            }
            let held = Held { file: source.handle.clone(), ..Held::default() };
            Shelf { held: Mutex::new(held), left: AtomicU64::new(left), bytes: AtomicU64::new(0) }
        };
        Self {
            discovery,
            settings,
            plan: Plan::new(discovery, settings, order),
            shelves: discovery.sources.iter().map(shelf).collect(),
            stop,
            progress,
            cut_short: AtomicBool::new(false),
        }
    }

    /// How many jobs there are: more workers than that have nothing to do.
    pub fn jobs(&self) -> u64 {
        self.plan.len()
    }

    /// A worker with buffers of its own; one for each thread.
    pub fn worker(&self) -> Worker<'_> {
        Worker { intake: self, ranges: RangeReader::new(self.settings), pump: Pump::new(self.settings) }
    }

    /// What came of it, once the workers are done.
    pub fn finish(self) -> Reading {
        let mut reading = Reading { stopped: self.cut_short.load(Ordering::Relaxed), ..Reading::default() };
        for ((id, shelf), source) in (0..).zip(self.shelves).zip(&self.discovery.sources) {
            reading.bytes.push(shelf.bytes.into_inner());
            let held = shelf.held.into_inner().unwrap_or_else(PoisonError::into_inner);
            if let Some(trouble) = held.trouble {
                reading.problems.push(problem(id, source, trouble));
            }
        }
        reading
    }

    /// The source's file: the one kept open, or opened again by name.
    fn open(&self, job: Job, source: &Source) -> Option<Arc<File>> {
        let mut held = lock(&self.shelves[job.source as usize].held);
        if held.lost {
            return None;
        }
        if let Some(file) = &held.file {
            return Some(Arc::clone(file));
        }
        match open(source) {
            Ok(file) => {
                let file = Arc::new(file);
                held.file = Some(Arc::clone(&file));
                Some(file)
            }
            Err(trouble) => {
                held.lost = true;
                held.trouble = Some(trouble);
                None
            }
        }
    }

    /// Keeps the trouble that is nearest to the source's start.
    fn blame(&self, job: Job, trouble: Trouble) {
        let mut held = lock(&self.shelves[job.source as usize].held);
        let place = |trouble: &Trouble| match trouble {
            Trouble::Shrunk { at } | Trouble::Read { at, .. } => *at,
            _ => 0,
        };
        if held.trouble.as_ref().is_none_or(|known| place(&trouble) < place(known)) {
            held.trouble = Some(trouble);
        }
    }

    fn done(&self, job: Job, bytes: u64) {
        let shelf = &self.shelves[job.source as usize];
        shelf.bytes.fetch_add(bytes, Ordering::Relaxed);
        if shelf.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            lock(&shelf.held).file = None;
            self.progress.files.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

fn problem(id: SourceId, source: &Source, trouble: Trouble) -> InputProblem {
    let unread = trouble.leaves_unread();
    InputProblem { name: source.name.clone(), source_id: Some(id), unread, trouble }
}

fn open(source: &Source) -> Result<File, Trouble> {
    let failed = |error: std::io::Error| Trouble::from_open(&error);
    let Some(path) = &source.path else { return raw::stdin().map_err(failed) };
    let file = File::open(path).map_err(failed)?;
    if source.identity.is_some() {
        let metadata = file.metadata().map_err(failed)?;
        if Identity::of(&metadata, Some(path)) != source.identity {
            return Err(Trouble::Replaced);
        }
    }
    Ok(file)
}

/// A thread's share of the reading, with buffers that are made once.
#[derive(Debug)]
pub struct Worker<'i> {
    intake: &'i Intake<'i>,
    ranges: RangeReader,
    pump: Pump,
}

impl Worker<'_> {
    /// Takes the next job; none when all are taken or the run is stopped.
    pub fn claim(&mut self) -> Option<Job> {
        let job = self.intake.plan.claim()?;
        if self.intake.is_stopped() {
            self.intake.cut_short.store(true, Ordering::Relaxed);
            return None;
        }
        Some(job)
    }

    /// Reads a job and shows it to `each`, window by window in the order of the source.
    /// What goes wrong is kept for [`Intake::finish`].
    pub fn read(&mut self, job: Job, each: &mut dyn FnMut(&mut Window<'_>)) {
        let Some(source) = self.intake.discovery.sources.get(job.source as usize) else { return };
        let bytes = match self.intake.open(job, source) {
            None => 0,
            Some(file) => match source.form {
                Form::Plain { from, to } => self.read_range(job, &file, from..to, each),
                Form::Packed { from } => {
                    let raw = Tap::regular(file, from, self.intake.stop, self.intake.progress);
                    self.read_stream(job, source, raw, each)
                }
                Form::Pipe | Form::Stdin => {
                    let raw = Tap::pipe(file, self.intake.stop, self.intake.progress);
                    self.read_stream(job, source, raw, each)
                }
            },
        };
        self.intake.done(job, bytes);
    }

    fn read_range(
        &mut self,
        job: Job,
        file: &File,
        text: std::ops::Range<u64>,
        each: &mut dyn FnMut(&mut Window<'_>),
    ) -> u64 {
        let own = self.intake.settings.own as u64;
        let start = job.part * own;
        let range = start..(start + own).min(text.end - text.start);
        let span = Span { source: job.source, file, from: text.start, to: text.end };
        let window = match self.ranges.window(span, range) {
            Ok(window) => window,
            Err(error) => {
                self.intake.blame(job, Trouble::from_read(text.start + start, &error));
                return 0;
            }
        };
        let own = window.own();
        let count = own.end - own.start;
        let mut window = Window(Kind::Range(window));
        if count > 0 {
            each(&mut window);
        }
        if let Kind::Range(window) = &window.0
            && let Some(at) = window.shrunk()
        {
            self.intake.blame(job, Trouble::Shrunk { at: text.start + at });
        }
        self.intake.progress.add_bytes(count);
        count
    }

    fn read_stream(
        &mut self,
        job: Job,
        source: &Source,
        raw: Tap<'_>,
        each: &mut dyn FnMut(&mut Window<'_>),
    ) -> u64 {
        let (mut decoded, content) = match Decoded::open(raw) {
            Ok(opened) => opened,
            Err(trouble) => {
                if !self.intake.is_stopped() {
                    self.intake.blame(job, trouble);
                }
                return 0;
            }
        };
        let pumped = self.pump.run(job.source, &mut decoded, each);
        if self.intake.is_stopped() {
            // Where the stop cut the data is no damage of the data.
            self.intake.cut_short.store(true, Ordering::Relaxed);
            return pumped.bytes;
        }
        if let Some(error) = &pumped.error {
            self.intake.blame(job, Trouble::from_read(decoded.raw().count(), error));
        } else if let Some(trouble) = decoded.trouble() {
            self.intake.blame(job, trouble.clone());
        } else if matches!(content, Content::Text { .. })
            && source.disk_bytes.is_some_and(|expected| decoded.raw().count() < expected)
        {
            self.intake.blame(job, Trouble::Shrunk { at: decoded.raw().count() });
        }
        pumped.bytes
    }
}
