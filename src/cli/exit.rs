//! The exit status, fixed by the outside contract.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// Finished, nothing at `--fail-on` or above.
    Clean,
    /// Finished, something at `--fail-on` or above.
    Found,
    /// Wrong usage, a broken rule file, or input that could not be read.
    Trouble,
    /// SIGINT ended a stream; the report is of what was read.
    Interrupted,
    /// SIGTERM ended a stream; the report is of what was read.
    Terminated,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::Trouble => 2,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        })
    }
}
