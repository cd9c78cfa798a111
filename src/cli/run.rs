//! One run, from what was typed to the exit status.

use super::args::Args;
use super::config::{Config, Decided, Env, render};
use super::exit::Exit;
use super::outputs::{STDOUT, Targets, plain_words};
use super::pipeline::{Live, ScanError, ScanPlan, Scanned, scan};
use super::progress;
use super::rule_modes::{RuleChoice, check_rules, explain, list_rules};
use crate::diagnose::{Diagnosis, Severity, Thresholds, diagnose};
use crate::input::{Discovery, Settings, discover};
use crate::report::SCHEMA_TEXT;
use crate::rules::{RuleSet, RuleSeverity};
use crate::tally::Digest;
use clap::CommandFactory;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Runs what was typed. Messages go to `err`, everything else to `out`.
pub fn run(args: &Args, env: &Env, out: &mut (dyn Write + Send), err: &mut (dyn Write + Send)) -> Exit {
    // Modes that read no log come first: nothing about the world can keep them from working.
    if let Some(what) = &args.generate {
        debug_assert_eq!(what, "report-schema", "the only value that the parser lets through");
        return written(out.write_all(SCHEMA_TEXT.as_bytes()).and_then(|()| out.flush()), STDOUT, err);
    }
    if let Some(done) = rule_mode(args, env, out, err) {
        return done.unwrap_or_else(|error| written(Err(error), STDOUT, err));
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

/// Runs a mode that is about the rules, if one is wanted.
fn rule_mode(
    args: &Args,
    env: &Env,
    out: &mut (dyn Write + Send),
    err: &mut (dyn Write + Send),
) -> Option<io::Result<Exit>> {
    let choice = RuleChoice { paths: &args.rules, builtin: !args.no_builtin_rules };
    let cx = render(args, env);
    let mut out = BufWriter::new(out);
    let done = if args.list_rules {
        list_rules(choice, &cx, env.stdout_tty, &mut out, err)
    } else if let Some(id) = &args.explain {
        explain(id, choice, &cx, &mut out, err)
    } else if let Some(paths) = &args.check_rules {
        let paths: Vec<_> = paths.iter().chain(&args.rules).cloned().collect();
        check_rules(&paths, &cx, &mut out, err)
    } else {
        return None;
    };
    Some(done.and_then(|exit| out.flush().map(|()| exit)))
}

fn scan_and_report(config: &Config, out: &mut (dyn Write + Send), err: &mut (dyn Write + Send)) -> Exit {
    let choice = RuleChoice { paths: &config.rules, builtin: config.builtin_rules };
    let Some(rules) = choice.load(err) else { return Exit::Trouble };
    if rules.is_empty() {
        tell(
            err,
            "scan: there is no rule to run: --no-builtin-rules needs --rules PATH with a rule that works",
        );
        return Exit::Trouble;
    }
    let mut discovery = discover(&config.paths);
    let mut targets = match Targets::open(config, &mut discovery) {
        Ok(targets) => targets,
        Err(message) => {
            tell(err, &message);
            return Exit::Trouble;
        }
    };
    let Ran { scanned, signal, closed } = match scan_all(config, &rules, &discovery, &mut targets, out) {
        Ok(ran) => ran,
        Err(Failure::Hits(name, error)) => return written(Err(error), &name, err),
        Err(failure) => {
            tell(err, &format!("scan: {failure}"));
            return Exit::Trouble;
        }
    };
    let Scanned { digest, undated, .. } = scanned;
    let severities: Vec<Option<Severity>> =
        digest.rules.iter().map(|id| rules.get(id).and_then(|rule| rule.severity).map(severity)).collect();
    let diagnosis = diagnose(&digest, &severities, &Thresholds::default());
    let exit = exit_status(config, &digest, &diagnosis, signal);
    tell_problems(config, &digest, err);
    let report = super::tell::report(&digest, diagnosis, &rules, undated);
    let printed = targets.finish(&report, config, out);
    match printed {
        // As with a report whose reader has gone.
        Ok(()) if closed => Exit::Clean,
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
    Scan(ScanError),
    #[error("{0}: cannot be written: {1}")]
    Hits(String, io::Error),
    #[error("cannot start {0} threads: {1}; try -j 1")]
    Threads(usize, String),
}

fn scan_all(
    config: &Config,
    rules: &RuleSet,
    discovery: &Discovery,
    targets: &mut Targets,
    out: &mut (dyn Write + Send),
) -> Result<Ran, Failure> {
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
        let mut hits = targets.hits(config, out);
        let sink = hits.as_mut().map(|hits| hits as &mut (dyn Write + Send));
        let scanned = scan(discovery, &plan, &pool, &stop, &live, sink);
        drop(running);
        let closed = hits.as_ref().is_some_and(|hits| hits.closed);
        let failed = hits.and_then(|hits| hits.failed);
        match scanned {
            Ok(scanned) => Ok((scanned, closed)),
            Err(ScanError::Output(error)) => {
                Err(Failure::Hits(failed.unwrap_or_else(|| STDOUT.to_owned()), error))
            }
            Err(error) => Err(Failure::Scan(error)),
        }
    });
    let (scanned, closed) = scanned?;
    let signal = i32::try_from(signal.load(Ordering::Relaxed)).ok().filter(|&n| n > 0 && scanned.stopped);
    Ok(Ran { scanned, signal, closed })
}

/// A scan, and what ended it.
struct Ran {
    scanned: Scanned,
    /// The signal that ended it before its input did.
    signal: Option<i32>,
    /// Whether the reader of standard output has gone.
    closed: bool,
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

/// A closed standard output is a quiet end; any other failure to write is trouble.
fn written(result: io::Result<()>, name: &str, err: &mut (dyn Write + Send)) -> Exit {
    match result {
        Ok(()) => Exit::Clean,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            tell(err, &format!("scan: {name}: cannot be written: {}", plain_words(&error)));
            Exit::Trouble
        }
    }
}

/// Says something on standard error; if that is closed, nobody wants to hear it.
fn tell(err: &mut (dyn Write + Send), message: &str) {
    let _ = writeln!(err, "{message}");
}
