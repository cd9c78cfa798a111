//! L1: the rules: which lines tell of what, why it happens, what helps and what does
//! not. Owns the rule files' two dialects, their checks and their compiled form; knows
//! nothing of files of log lines, records or counts.
//!
//! A rule names literals that every match of its regex holds, so a scan searches for
//! the literals of all rules at once and runs a regex only on a line that has one.

mod builtin;
mod check;
mod fields;
mod literal;
mod pattern;
mod problem;
mod rarity;
mod ruleset;
mod schema;

pub use check::{CheckReport, check_builtin, check_files};
pub use literal::{Cost, Literals};
pub use pattern::{Found, Pattern, PatternError};
pub use problem::{ProblemLevel, RuleProblem};
pub use ruleset::{Rule, RuleSet};
pub use schema::{DeadEnd, Dialect, Provenance, Relation, Relations, RuleSeverity, Sample, Workaround};
