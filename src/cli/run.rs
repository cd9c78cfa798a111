//! One run, from what was typed to the exit status.

use super::args::Args;
use super::config::{Config, Decided, Env, Output};
use super::exit::Exit;
use super::pipeline::{Live, ScanError, ScanPlan, Scanned, scan};
use super::progress;
use crate::diagnose::{Diagnosis, Severity, Thresholds, diagnose};
use crate::input::{Discovery, Settings, discover};
use crate::report::{Report, SCHEMA_TEXT};
use crate::rules::{RuleSet, RuleSeverity};
use crate::tally::Digest;
use clap::CommandFactory;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Runs what was typed. Messages go to `err`, everything else to `out`.
pub fn run(args: &Args, env: &Env, out: &mut (dyn Write + Send), err: &mut (dyn Write + Send)) -> Exit {
    // Modes that read no log come first: nothing about the world can keep them from working.
    if let Some(what) = &args.generate {
        debug_assert_eq!(what, "report-schema", "the only value that the parser lets through");
        return written(
            out.write_all(SCHEMA_TEXT.as_bytes()).and_then(|()| out.flush()),
            "standard output",
            err,
        );
    }
    let config = match Config::decide(args, env) {
        Ok(Decided::Scan(config)) => config,
        Ok(Decided::NoInput) => {
            let help = Args::command().render_help();
            tell(err, &format!("nothing to read: give a log, a directory, or pipe something in\n\n{help}"));
            return Exit::Trouble;
        }
        Err(error) => {
            tell(err, &format!("scan: {error}"));
            return Exit::Trouble;
        }
    };
    scan_and_report(&config, out, err)
}

fn scan_and_report(config: &Config, out: &mut (dyn Write + Send), err: &mut (dyn Write + Send)) -> Exit {
    let (rules, problems) = RuleSet::load(&config.rules, config.builtin_rules);
    if let Some(first) = problems.first() {
        let more = match problems.len() {
            1 => String::new(),
            n => format!(" ({} more; scan --check-rules PATH lists them)", n - 1),
        };
        tell(err, &format!("scan: {first}{more}"));
        // A file named on the command line that is broken is a mistake there; in a directory
        // the rest of the rules runs.
        if config.rules.iter().any(|path| !path.is_dir()) {
            return Exit::Trouble;
        }
    }
    if rules.is_empty() {
        tell(
            err,
            "scan: there is no rule to run: --no-builtin-rules needs --rules PATH with a rule that works",
        );
        return Exit::Trouble;
    }
    let mut targets = match Targets::open(config) {
        Ok(targets) => targets,
        Err(message) => {
            tell(err, &message);
            return Exit::Trouble;
        }
    };
    let discovery = discover(&config.paths);
    let scanned = match scan_all(config, &rules, &discovery, &mut targets, out) {
        Ok(scanned) => scanned,
        Err(Failure::Scan(ScanError::Output(error))) => return written(Err(error), "standard output", err),
        Err(failure) => {
            tell(err, &format!("scan: {failure}"));
            return Exit::Trouble;
        }
    };
    let (digest, signal) = (scanned.0.digest, scanned.1);
    let severities: Vec<Option<Severity>> =
        digest.rules.iter().map(|id| rules.get(id).and_then(|rule| rule.severity).map(severity)).collect();
    let diagnosis = diagnose(&digest, &severities, &Thresholds::default());
    let exit = exit_status(config, &digest, &diagnosis, signal);
    tell_problems(config, &digest, err);
    let report = super::tell::report(&digest, diagnosis, &rules);
    let printed = targets.finish(&report, config, out);
    match printed {
        Ok(()) => exit,
        Err((name, error)) => match written(Err(error), &name, err) {
            Exit::Clean => Exit::Clean,
            other => other.max(exit),
        },
    }
}

/// Why nothing came of a run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error("cannot start {0} threads: {1}; try -j 1")]
    Threads(usize, String),
}

fn scan_all(
    config: &Config,
    rules: &RuleSet,
    discovery: &Discovery,
    targets: &mut Targets,
    out: &mut (dyn Write + Send),
) -> Result<(Scanned, Option<i32>), Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(config.threads)
        .build()
        .map_err(|error| Failure::Threads(config.threads, error.to_string()))?;
    let (stop, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    watch_signals(&stop, &signal);
    let live = Live::default();
    let plan =
        ScanPlan { rules, filter: &config.filter, times: &config.times, settings: Settings::default() };
    let total = discovery.sources.iter().map(|source| source.disk_bytes).sum::<Option<u64>>();
    let scanned = std::thread::scope(|scope| {
        let (running, done) = mpsc::channel::<()>();
        if config.progress {
            let live = &live;
            scope.spawn(move || progress::show(live, total, &done));
        }
        let mut buffered = BufWriter::with_capacity(256 * 1024, out);
        let scanned = if config.format == Output::Hits {
            scan(discovery, &plan, &pool, &stop, &live, Some(&mut buffered))
        } else {
            scan(discovery, &plan, &pool, &stop, &live, targets.hits())
        };
        drop(running);
        scanned
    })?;
    let signal = i32::try_from(signal.load(Ordering::Relaxed)).ok().filter(|&n| n > 0 && scanned.stopped);
    Ok((scanned, signal))
}

/// The first SIGINT or SIGTERM ends the reading, a second one the program.
fn watch_signals(stop: &Arc<AtomicBool>, signal: &Arc<AtomicUsize>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    for (number, status) in [(SIGINT, 130), (SIGTERM, 143)] {
        // A platform without the signal needs no handler for it.
        let _ = signal_hook::flag::register_conditional_shutdown(number, status, Arc::clone(stop));
        let _ = signal_hook::flag::register(number, Arc::clone(stop));
        let _ = signal_hook::flag::register_usize(
            number,
            Arc::clone(signal),
            usize::try_from(number).unwrap_or(0),
        );
    }
}

fn severity(severity: RuleSeverity) -> Severity {
    match severity {
        RuleSeverity::Info => Severity::Info,
        RuleSeverity::Low => Severity::Low,
        RuleSeverity::Medium => Severity::Medium,
        RuleSeverity::High => Severity::High,
        RuleSeverity::Critical => Severity::Critical,
    }
}

fn exit_status(config: &Config, digest: &Digest, diagnosis: &Diagnosis, signal: Option<i32>) -> Exit {
    match signal {
        Some(signal_hook::consts::SIGINT) => return Exit::Interrupted,
        Some(_) => return Exit::Terminated,
        None => {}
    }
    if digest.problems.iter().any(|problem| problem.unread) {
        return Exit::Trouble;
    }
    match config.fail_on {
        Some(least) if diagnosis.incidents.iter().any(|incident| incident.severity >= least) => Exit::Found,
        _ => Exit::Clean,
    }
}

fn tell_problems(config: &Config, digest: &Digest, err: &mut (dyn Write + Send)) {
    for problem in &digest.problems {
        if problem.unread || !config.quiet {
            let name = crate::report::escape::terminal(problem.name.as_bytes());
            tell(
                err,
                &format!("scan: {name}: {}", crate::report::escape::terminal(problem.message.as_bytes())),
            );
        }
    }
    let lines: u64 = digest.sources.iter().map(|source| source.lines).sum();
    if lines == 0 && digest.problems.iter().all(|problem| !problem.unread) && !config.quiet {
        tell(
            err,
            "scan: the input has no line; if it came from a pipe, the command before it may have failed",
        );
    }
}

/// The files of `--output`, opened before the scan and written whole or not at all.
struct Targets {
    reports: Vec<(crate::report::Format, Target)>,
    hits: Option<Target>,
}

/// A file that takes its name only when it is complete.
struct Target {
    name: String,
    path: std::path::PathBuf,
    temporary: std::path::PathBuf,
    file: BufWriter<std::fs::File>,
}

impl Target {
    fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let cannot = |error: io::Error| format!("scan: {name}: cannot be written: {error}");
        if path.is_dir() {
            return Err(format!("scan: {name}: is a directory; give a file for --output"));
        }
        // A device or a pipe (`/dev/stderr`) is written as it is.
        let special = path.exists() && !path.is_file();
        let temporary = if special {
            path.to_owned()
        } else {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            path.with_file_name(format!(".{file}.{}.part", std::process::id()))
        };
        let file = std::fs::File::create(&temporary).map_err(cannot)?;
        Ok(Self { name, path: path.to_owned(), temporary, file: BufWriter::new(file) })
    }

    fn finish(
        mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), (String, io::Error)> {
        let written = write(&mut self.file).and_then(|()| self.file.flush());
        let kept = written.and_then(|()| {
            if self.temporary == self.path { Ok(()) } else { std::fs::rename(&self.temporary, &self.path) }
        });
        kept.map_err(|error| (std::mem::take(&mut self.name), error))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // After the rename there is nothing left under this name.
        if self.temporary != self.path {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

impl Targets {
    fn open(config: &Config) -> Result<Self, String> {
        let mut targets = Self { reports: Vec::new(), hits: None };
        for (output, path) in &config.outputs {
            let target = Target::open(path)?;
            match output {
                Output::Report(format) => targets.reports.push((*format, target)),
                Output::Hits if targets.hits.is_some() || config.format == Output::Hits => {
                    return Err("scan: hits can be written to one place in a run".to_owned());
                }
                Output::Hits => targets.hits = Some(target),
            }
        }
        Ok(targets)
    }

    fn hits(&mut self) -> Option<&mut (dyn Write + Send)> {
        self.hits.as_mut().map(|target| &mut target.file as &mut (dyn Write + Send))
    }

    fn finish(
        self,
        report: &Report,
        config: &Config,
        out: &mut (dyn Write + Send),
    ) -> Result<(), (String, io::Error)> {
        let plain =
            crate::report::RenderContext { colour: false, width: 80, unicode: true, ..config.render.clone() };
        for (format, target) in self.reports {
            target.finish(|out| format.emitter().emit(report, &plain, out))?;
        }
        if let Some(hits) = self.hits {
            hits.finish(|_| Ok(()))?;
        }
        if let Output::Report(format) = config.format {
            let mut buffered = BufWriter::new(out);
            let printed =
                format.emitter().emit(report, &config.render, &mut buffered).and_then(|()| buffered.flush());
            printed.map_err(|error| ("standard output".to_owned(), error))?;
        }
        Ok(())
    }
}

/// A closed standard output is a quiet end; any other failure to write is trouble.
fn written(result: io::Result<()>, name: &str, err: &mut (dyn Write + Send)) -> Exit {
    match result {
        Ok(()) => Exit::Clean,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            tell(err, &format!("scan: {name}: cannot be written: {error}"));
            Exit::Trouble
        }
    }
}

/// Says something on standard error; if that is closed, nobody wants to hear it.
fn tell(err: &mut (dyn Write + Send), message: &str) {
    let _ = writeln!(err, "{message}");
}
