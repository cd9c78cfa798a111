//! L5: the command line: what was typed, what was decided, and one run from input to exit
//! status. The only layer that reads the environment, prints, and knows exit codes.

mod args;
mod config;
mod context;
mod exit;
mod filter;
mod ordered;
mod outputs;
mod pipeline;
mod progress;
mod rule_modes;
mod run;
mod tell;

pub use args::Args;
pub use config::{Config, Decided, Env, Output, UsageError};
pub use context::TimeRules;
pub use exit::Exit;
pub use filter::{Bound, Filter, Glob};
pub use ordered::{Numbered, Ordered};
pub use pipeline::{Live, ScanError, ScanPlan, Scanned, scan};
pub use rule_modes::{RuleChoice, check_rules, explain, list_rules};
pub use run::run;
