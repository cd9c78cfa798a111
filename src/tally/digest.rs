//! What is left of all input once every tally is merged: the only thing that the
//! diagnosis sees. Plain, sorted data; no thresholds.

use crate::model::{Client, Endpoint, Level, LogText, Moment, PathMark, Signal, Slot};

/// A finished tally, in deterministic order.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// Every source of the run, in the run's order.
    pub sources: Vec<SourceFacts>,
    /// Labels of reporters (`pod/web-1/web`, `file/app.log`), sorted. `None` as a
    /// reporter anywhere below means that nothing names one (a bare stdin).
    pub reporters: Vec<String>,
    /// Ids of the rules that hits name, sorted.
    pub rules: Vec<String>,
    /// Exact counts by (signal, rule if other, slot, target), sorted by that key.
    pub groups: Vec<Group>,
    /// When the events of the groups happened, who reported them: sorted by
    /// (when, group, reporter).
    pub ticks: Vec<Tick>,
    /// How the ticks were thinned out.
    pub resolution: Resolution,
    /// Facts about the code that logged, by (signal, target, reporter), sorted.
    pub traits: Vec<TraitRow>,
    /// Visible process starts, sorted by (when, reporter).
    pub starts: Vec<Start>,
    /// Evidence that logging went on: sorted by (when, source).
    pub activity: Vec<Activity>,
    /// Example lines, sorted by (signal, rule, target, reporter, when, place).
    pub samples: Vec<Sample>,
    /// What could not be read, in the order of the input.
    pub problems: Vec<Problem>,
    /// Remarks on the input as a whole, sorted.
    pub notes: Vec<String>,
}

/// One source: a file or standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFacts {
    /// Path as given or walked to; `-` for standard input.
    pub name: String,
    /// Bytes read, after decompression and transcoding.
    pub bytes: u64,
    /// Lines read; a last line without newline counts.
    pub lines: u64,
    /// Earliest and latest time seen in it (not every line is looked at, but its
    /// first and last dated lines are).
    pub span: Option<(Moment, Moment)>,
}

/// Exact count of the events of one (signal, rule if other, slot, target).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The signal.
    pub signal: Signal,
    /// Index into [`Digest::rules`]; present for [`Signal::Other`] only.
    pub rule: Option<u32>,
    /// The slot, where printed.
    pub slot: Option<Slot>,
    /// The target, where printed.
    pub target: Option<Endpoint>,
    /// True for the row that holds what was folded when there were too many groups;
    /// its slot and target are `None`.
    pub folded: bool,
    /// How many events; a `message repeated n times` counts n.
    pub events: u64,
    /// Earliest and latest time of its dated events. When it has events of both
    /// clocks, the universal one is given.
    pub span: Option<(Moment, Moment)>,
    /// Place of the first event, in the order of the input.
    pub first: Place,
    /// Place of the last event, in the order of the input.
    pub last: Place,
}

/// A place that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Index into [`Digest::sources`].
    pub source: u32,
    /// Line number, from 1.
    pub line: u64,
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// At a time that the log prints, rounded down to the digest's resolution.
    At(Moment),
    /// No time is printed: somewhere in this 4 KiB block of a source.
    Undated {
        /// Index into [`Digest::sources`].
        source: u32,
        /// Block number: byte offset divided by [`UNDATED_BLOCK`].
        block: u32,
    },
}

/// Bytes of a block that stands for the order of undated events.
pub const UNDATED_BLOCK: u64 = 4096;

/// Events of one group, by one reporter, in one cell of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// When.
    pub when: When,
    /// Index into [`Digest::groups`].
    pub group: u32,
    /// Index into [`Digest::reporters`].
    pub reporter: Option<u32>,
    /// How many events (`repeats` included).
    pub events: u64,
}

/// How the ticks were thinned out to stay within memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Width of a time cell in milliseconds: 1, 1,000 or 10,000.
    pub cell_millis: i64,
    /// Of the (group, reporter) pairs, one in this many was kept (1: all). Which one
    /// does not depend on time, so shapes in time survive; sums over ticks do not.
    pub pairs_kept_one_in: u64,
}

impl Default for Resolution {
    fn default() -> Self {
        Self { cell_millis: 1, pairs_kept_one_in: 1 }
    }
}

/// Counters about the code that logged events of (signal, target, reporter).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraitRow {
    /// The signal.
    pub signal: Signal,
    /// The target, where printed.
    pub target: Option<Endpoint>,
    /// Index into [`Digest::reporters`].
    pub reporter: Option<u32>,
    /// Events by proven client, sorted; events without proof are not listed.
    pub clients: Vec<(Client, u64)>,
    /// Events by log level, sorted; events without a level are not listed.
    pub levels: Vec<(Level, u64)>,
    /// Events by code path mark, sorted.
    pub marks: Vec<(PathMark, u64)>,
    /// Events by command name in upper case where the record prints it, sorted; at
    /// most 16 names, the rest under `…`.
    pub commands: Vec<(String, u64)>,
    /// Events by the node that answered, where the record prints it, sorted; at most
    /// 16.
    pub answered_by: Vec<(Endpoint, u64)>,
    /// Events that came from a `message repeated n times` or a like notice.
    pub suppressed: u64,
    /// All events of the row.
    pub events: u64,
}

/// A process start that the log shows (a banner).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    /// When.
    pub when: When,
    /// Index into [`Digest::reporters`].
    pub reporter: Option<u32>,
}

/// A line with a time, one per block of a source: proof that the log went on there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Activity {
    /// The line's time.
    pub at: Moment,
    /// Index into [`Digest::sources`].
    pub source: u32,
    /// Byte offset of the line: the bytes between two neighbours of a source are the
    /// log volume in between (the exposure of a decay test).
    pub offset: u64,
    /// Who logged that line; index into [`Digest::reporters`].
    pub reporter: Option<u32>,
}

/// An example line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The signal of the event it shows.
    pub signal: Signal,
    /// Index into [`Digest::rules`], always present.
    pub rule: u32,
    /// The event's slot.
    pub slot: Option<Slot>,
    /// The event's target.
    pub target: Option<Endpoint>,
    /// Index into [`Digest::reporters`].
    pub reporter: Option<u32>,
    /// The event's time.
    pub at: Option<Moment>,
    /// Where.
    pub place: Place,
    /// The line around the event, at most 512 bytes.
    pub text: LogText,
}

/// Something that could not be read, or not in full.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Index into [`Digest::sources`] where it is about one.
    pub source: Option<u32>,
    /// Path or other name of what it is about.
    pub name: String,
    /// What happened and, where it helps, what to do: one or two sentences.
    pub message: String,
    /// Whether this makes the exit status 2 (input not read, or only in part).
    pub unread: bool,
}
