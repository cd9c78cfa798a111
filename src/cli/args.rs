//! What can be typed. What it means is decided in `config`.

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Parser, ValueEnum};
use std::path::PathBuf;

const ABOUT: &str =
    "Tells from logs what is wrong between an application and its Redis or Valkey Cluster, and what to do";

const LONG_ABOUT: &str = "\
Tells from logs what is wrong between an application and its Redis or Valkey Cluster, and what to do.

scan reads application, client and server logs, counts every redirection (MOVED, ASK) and cluster error \
once, tells MOVED storms from ASK migration windows, and names the likely cause with its evidence, \
the workaround for the client in use, and the dead ends to avoid. It only reads.";

const EXAMPLES: &str = "\
Examples:
  scan app.log                              report on one log
  scan /var/log/app/                        every log in a directory, rotated and compressed ones too
  kubectl logs --prefix --timestamps -l app=web --tail=-1 | scan
  scan --format hits app.log | jq .slot     every hit as a JSON line
  scan --format github ci-logs/             annotations in a CI job
  scan --explain moved                      what a signal, rule or verdict means

Exit status: 0 scan finished; 1 an incident at --fail-on or above; 2 wrong usage or unreadable input.";

/// The command line.
#[derive(Parser, Debug, Clone)]
#[command(name = "scan", version, about = ABOUT, long_about = LONG_ABOUT, after_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// Files, directories, or `-` for standard input (default: standard input, if piped)
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// What goes to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format_values())]
    pub format: String,

    /// Also write a format to a file (repeatable), e.g. `-o json=report.json`
    #[arg(short, long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,

    /// A rule file or a directory of them, added to the built-in rules (repeatable)
    #[arg(long, value_name = "PATH", help_heading = "Rules")]
    pub rules: Vec<PathBuf>,

    /// Leave the built-in rules out
    #[arg(long, help_heading = "Rules")]
    pub no_builtin_rules: bool,

    /// List the rules and what they look for
    #[arg(long, help_heading = "Rules", conflicts_with_all = ["explain", "check_rules", "generate"])]
    pub list_rules: bool,

    /// Explain a rule, a signal or a verdict
    #[arg(long, value_name = "ID", help_heading = "Rules")]
    pub explain: Option<String>,

    /// Check rule files (the built-in ones without PATH) and exit
    #[arg(long, value_name = "PATH", num_args = 0.., help_heading = "Rules")]
    pub check_rules: Option<Vec<PathBuf>>,

    /// Exit with status 1 when an incident of this severity or above was found
    #[arg(long, value_name = "SEVERITY", default_value = "never",
          value_parser = PossibleValuesParser::new(["never", "info", "low", "medium", "high", "critical"]))]
    pub fail_on: String,

    /// Only events at or after this time: RFC 3339, or a span back from now such as `2h`
    #[arg(long, value_name = "TIME", help_heading = "Filters", allow_hyphen_values = true)]
    pub since: Option<String>,

    /// Only events at or before this time
    #[arg(long, value_name = "TIME", help_heading = "Filters", allow_hyphen_values = true)]
    pub until: Option<String>,

    /// Only these slots, e.g. `0-5460,7001`
    #[arg(long, value_name = "SET", help_heading = "Filters")]
    pub slot: Option<String>,

    /// Only this target
    #[arg(long, value_name = "HOST[:PORT]", help_heading = "Filters")]
    pub node: Option<String>,

    /// Only these signals, e.g. `moved,ask`
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Filters")]
    pub signal: Vec<String>,

    /// Only reporters that match, e.g. `pod/web-*` (repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Filters")]
    pub reporter: Vec<String>,

    /// Zone of times that name none, e.g. `Europe/Berlin`, `+02:00`, `UTC`
    #[arg(long, value_name = "ZONE", help_heading = "Times", allow_hyphen_values = true)]
    pub timezone: Option<String>,

    /// Year of times that name none
    #[arg(long, value_name = "YYYY", help_heading = "Times", value_parser = clap::value_parser!(i16).range(1970..=2286))]
    pub year: Option<i16>,

    /// Threads to scan with (default: one per processor)
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Colours and styles
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// Progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,

    /// No notes on standard error
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// More notes on standard error: sources, times, throughput
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub verbose: bool,

    /// Print a generated file: report-schema
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["report-schema"]))]
    pub generate: Option<String>,
}

/// When to do something that depends on a terminal.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// When it goes to a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Ids of everything that `--format` takes.
pub(super) fn format_ids() -> Vec<&'static str> {
    let reports = crate::report::Format::ALL.iter().map(|format| format.id());
    reports.chain(["hits"]).collect()
}

fn format_values() -> PossibleValuesParser {
    PossibleValuesParser::new(format_ids())
}
