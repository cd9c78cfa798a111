//! One match in a line, as the matcher hands it on.

use super::{Client, EndpointRef, Level, LineLocus, PathMarks, Signal, Slot, Stamp};

/// One (line, signal, slot, target) with what its record tells; borrowed from the
/// stretch of input it was found in.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'c> {
    /// Where its line starts.
    pub place: LineLocus,
    /// Byte offset of the match in the source: the order within a line.
    pub offset: u64,
    /// The signal.
    pub signal: Signal,
    /// Index of the rule that found it, in the run's rule set.
    pub rule: u32,
    /// The slot, where the line or its record prints it.
    pub slot: Option<Slot>,
    /// The target, where the line or its record prints it.
    pub endpoint: Option<EndpointRef<'c>>,
    /// The client that the record proves.
    pub client: Option<Client>,
    /// Label of who logged it.
    pub reporter: Option<&'c str>,
    /// Time of the line, else of its record.
    pub stamp: Option<Stamp>,
    /// Whether it is counted; false for one that repeats an event of its record, and
    /// for a candidate without evidence.
    pub event: bool,
    /// How many times it happened: n where a `message repeated n times` says so.
    pub repeats: u32,
    /// Level of its record.
    pub level: Option<Level>,
    /// What its record tells of the code path.
    pub marks: PathMarks,
    /// Name of the command, as its line prints it.
    pub command: Option<&'c [u8]>,
    /// The node that answered, as its line prints it.
    pub answered_by: Option<EndpointRef<'c>>,
    /// The line around the match, at most a few hundred bytes.
    pub text: &'c [u8],
}
