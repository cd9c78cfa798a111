//! Modes that read no log: what the rules are, what an id means, what is wrong with rule
//! files.
//!
//! Rule files are written by anybody, so every text of theirs goes through a [`Page`],
//! which escapes it. Output goes to `out`, messages to `err`; a failure to write `out` is
//! returned, since the caller knows what a closed standard output means.
//!
//! [`Page`]: crate::report::emit::page::Page

mod check;
mod explain;
mod list;
mod meanings;
mod rule_page;
mod signal_page;
mod verdict_page;

pub use check::check_rules;
pub use explain::explain;
pub use list::list_rules;

use crate::report::escape;
use crate::rules::RuleSet;
use std::io::Write;
use std::path::PathBuf;

/// The rules that a run asks for.
#[derive(Clone, Copy, Debug)]
pub struct RuleChoice<'a> {
    /// `--rules`: files and directories, in the order given.
    pub paths: &'a [PathBuf],
    /// Whether the built-in rules are wanted too.
    pub builtin: bool,
}

impl RuleChoice<'_> {
    /// Loads them and tells the first problem on `err` with the number of the others.
    ///
    /// `None` when a file that was named itself cannot be used, which is a mistake on the
    /// command line; in a directory the rest of the rules is good enough.
    pub fn load(&self, err: &mut dyn Write) -> Option<RuleSet> {
        let (rules, problems) = RuleSet::load(self.paths, self.builtin);
        let Some(first) = problems.first() else { return Some(rules) };
        let more = match problems.len() {
            1 => String::new(),
            n => format!(" ({} more; `scan --check-rules PATH` lists them)", n - 1),
        };
        say(err, &format!("{first}{more}"));
        let named = |file: &str| self.paths.iter().any(|p| !p.is_dir() && p.display().to_string() == file);
        (!problems.iter().any(|problem| named(&problem.file))).then_some(rules)
    }
}

/// Says something on standard error; if that is closed, nobody wants to hear it.
fn say(err: &mut dyn Write, message: &str) {
    let _ = writeln!(err, "scan: {}", escape::terminal(message.as_bytes()));
}
