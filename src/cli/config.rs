//! What was decided: the last place that reads the environment, the clock and the
//! terminal.

use super::args::{Args, When, format_ids};
use super::context::TimeRules;
use super::filter::{Bound, Filter, Glob};
use crate::diagnose::Severity;
use crate::model::Signal;
use crate::report::{Format, RenderContext};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::path::PathBuf;

/// The world as the run finds it; tests make their own.
#[derive(Clone, Debug)]
pub struct Env {
    /// Variables that matter, by name.
    pub vars: std::collections::BTreeMap<String, String>,
    /// Whether standard output, standard error and standard input are terminals.
    pub stdout_tty: bool,
    /// See `stdout_tty`.
    pub stderr_tty: bool,
    /// See `stdout_tty`.
    pub stdin_tty: bool,
    /// Columns of the terminal, if there is one.
    pub columns: Option<usize>,
    /// The clock.
    pub now: Timestamp,
    /// The working directory.
    pub working_dir: Option<PathBuf>,
    /// Processors to use.
    pub processors: usize,
}

impl Env {
    /// Reads the world.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub fn read() -> Self {
        let names = [
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "CLICOLOR",
            "COLUMNS",
            "TERM",
            "LC_ALL",
            "LC_CTYPE",
            "LANG",
            "GITHUB_ACTIONS",
            "GITHUB_WORKSPACE",
        ];
        let vars =
            names.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))).collect();
        Self {
            vars,
            stdout_tty: std::io::stdout().is_terminal(),
            stderr_tty: std::io::stderr().is_terminal(),
            stdin_tty: std::io::stdin().is_terminal(),
            columns: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            now: Timestamp::now(),
            working_dir: std::env::current_dir().ok(),
            processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }

    fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// What goes where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// A view of the finished report.
    Report(Format),
    /// Hits as they are found.
    Hits,
}

impl Output {
    fn parse(id: &str) -> Option<Self> {
        if id == "hits" { Some(Self::Hits) } else { Format::from_id(id).map(Self::Report) }
    }
}

/// What a scan was decided to be.
#[derive(Debug)]
pub struct Config {
    /// What to read; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// What goes to standard output.
    pub format: Output,
    /// What else goes to which file.
    pub outputs: Vec<(Output, PathBuf)>,
    /// Rule files beside the built-in rules.
    pub rules: Vec<PathBuf>,
    /// Whether the built-in rules are in force.
    pub builtin_rules: bool,
    /// Severity from which on the exit status is 1.
    pub fail_on: Option<Severity>,
    /// Which hits count.
    pub filter: Filter,
    /// What is known about times.
    pub times: TimeRules,
    /// Number of worker threads.
    pub threads: usize,
    /// Whether progress is shown.
    pub progress: bool,
    /// How much is told on standard error.
    pub quiet: bool,
    /// See `quiet`.
    pub verbose: bool,
    /// How a report is drawn.
    pub render: RenderContext,
}

/// A mistake on the command line: what, and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Nothing was given and a terminal would have to be read.
#[derive(Debug)]
pub enum Decided {
    /// A scan.
    Scan(Box<Config>),
    /// No path and no pipe: only the usage can be shown.
    NoInput,
}

impl Config {
    /// Decides what the arguments mean in this world.
    ///
    /// # Errors
    /// A mistake in an argument.
    pub fn decide(args: &Args, env: &Env) -> Result<Decided, UsageError> {
        let mut paths = args.paths.clone();
        if paths.is_empty() {
            if env.stdin_tty {
                return Ok(Decided::NoInput);
            }
            paths.push("-".into());
        }
        let format = Output::parse(&args.format).unwrap_or(Output::Report(Format::Text));
        let outputs = args.output.iter().map(|spec| output(spec)).collect::<Result<_, _>>()?;
        Ok(Decided::Scan(Box::new(Self {
            paths,
            format,
            outputs,
            rules: args.rules.clone(),
            builtin_rules: !args.no_builtin_rules,
            fail_on: Severity::ALL.iter().copied().find(|s| s.id() == args.fail_on),
            filter: filter(args, env)?,
            times: times(args, env)?,
            threads: args.threads.map_or(env.processors, usize::from),
            progress: match args.progress {
                When::Always => true,
                When::Never => false,
                When::Auto => env.stderr_tty && !args.quiet,
            },
            quiet: args.quiet,
            verbose: args.verbose,
            render: render(args, env),
        })))
    }
}

/// How output is drawn in this world.
pub(super) fn render(args: &Args, env: &Env) -> RenderContext {
    RenderContext {
        colour: colour(args.color, env),
        width: width(env),
        unicode: unicode(env),
        workspace: env.var("GITHUB_WORKSPACE").map(PathBuf::from),
        working_dir: env.working_dir.clone(),
    }
}

fn output(spec: &str) -> Result<(Output, PathBuf), UsageError> {
    let wrong = |what: String| UsageError(format!("--output {spec}: {what}"));
    let (id, file) = spec
        .split_once('=')
        .filter(|(_, file)| !file.is_empty())
        .ok_or_else(|| wrong("give a format and a file, such as json=report.json".into()))?;
    match Output::parse(id) {
        Some(output) => Ok((output, file.into())),
        None => Err(wrong(format!(
            "no format `{id}`{}; formats: {}",
            meant(id, format_ids()),
            format_ids().join(", ")
        ))),
    }
}

/// `, did you mean …?` when something similar exists.
pub(super) fn meant<'i>(typed: &str, ids: impl IntoIterator<Item = &'i str>) -> String {
    let near = ids.into_iter().map(|id| (strsim::damerau_levenshtein(typed, id), id)).min();
    match near {
        Some((distance, id)) if distance <= (typed.len() / 3).max(2) => format!(", did you mean `{id}`?"),
        _ => String::new(),
    }
}

fn filter(args: &Args, env: &Env) -> Result<Filter, UsageError> {
    let bound = |name: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(|text| Bound::parse(text, env.now)).transpose();
        parsed.map_err(|error| UsageError(format!("--{name}: {error}")))
    };
    let slots = args.slot.as_deref().map(str::parse).transpose();
    let node = args.node.as_deref().map(node);
    let signals = args.signal.iter().map(|id| {
        Signal::from_id(id.trim()).ok_or_else(|| {
            let ids = Signal::ALL.iter().map(|s| s.id());
            UsageError(format!("--signal: no signal `{id}`{}; see scan --help", meant(id, ids)))
        })
    });
    Ok(Filter {
        since: bound("since", &args.since)?,
        until: bound("until", &args.until)?,
        slots: slots.map_err(|error| UsageError(format!("--slot: {error}")))?,
        node,
        signals: signals.collect::<Result<_, _>>()?,
        reporters: args.reporter.iter().map(|glob| Glob::new(glob)).collect(),
    })
}

/// `HOST`, `HOST:PORT`, `[V6]:PORT`, or an IPv6 address alone.
fn node(text: &str) -> (String, Option<u16>) {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return (text.to_owned(), None);
    }
    match text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) => (bare(host), Some(port)),
        None => (bare(text), None),
    }
}

fn times(args: &Args, env: &Env) -> Result<TimeRules, UsageError> {
    let zone = args.timezone.as_deref().map(|name| {
        let offset = || {
            let with_date = format!("2000-01-01T00:00:00{name}");
            jiff::fmt::temporal::DateTimeParser::new().parse_timestamp(&with_date).ok()?;
            let sign = if name.starts_with('-') { -1 } else { 1 };
            let digits: Vec<i32> =
                name.trim_start_matches(['+', '-']).split(':').map(|part| part.parse().unwrap_or(0)).collect();
            let (hours, minutes) = match digits[..] {
                [hhmm] if name.len() == 5 => (hhmm / 100, hhmm % 100),
                [hours, minutes, ..] => (hours, minutes),
                [hours] => (hours, 0),
                [] => (0, 0),
            };
            jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().map(TimeZone::fixed)
        };
        TimeZone::get(name).ok().or_else(offset).ok_or_else(|| {
            UsageError(format!("--timezone: no zone `{name}`; give a name such as Europe/Berlin, an offset such as +02:00, or UTC"))
        })
    });
    Ok(TimeRules { zone: zone.transpose()?, year: args.year, now: env.now })
}

fn colour(when: When, env: &Env) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        // https://no-color.org and https://bixense.com/clicolors
        When::Auto if env.var("NO_COLOR").is_some() => false,
        When::Auto if env.var("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        When::Auto => env.stdout_tty && env.var("TERM") != Some("dumb") && env.var("CLICOLOR") != Some("0"),
    }
}

/// At least 40 columns; 80 where nothing is known; no wider than is read with ease.
fn width(env: &Env) -> usize {
    let told = env.var("COLUMNS").and_then(|text| text.parse().ok());
    let width = told.or(env.columns.filter(|_| env.stdout_tty)).unwrap_or(80);
    width.clamp(40, 120)
}

fn unicode(env: &Env) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env.var(name));
    // Away from a terminal the reader is a file or a CI log, which are UTF-8.
    !env.stdout_tty || locale.is_some_and(|l| l.to_ascii_lowercase().replace('-', "").contains("utf8"))
}
