//! L1: from the paths on a command line to bytes in memory.
//!
//! [`discover`] turns paths into ordered [`Source`]s. [`Intake`] cuts them into
//! [`Job`]s that any number of [`Worker`]s claim from one counter; a worker hands each
//! stretch of a source to a callback as a [`Window`]. A plain file is read in ranges by
//! all workers at once, anything else (pipes, compressed files, UTF-16) is pumped by
//! the one worker that claimed it. Both ways show the same bytes around a place, so a
//! finding depends on its source and position alone, never on how the source was cut.
//!
//! Files are read, never mapped: a log that is truncated while it is mapped kills the
//! reader.

mod chunk;
mod codec;
mod decode;
mod discover;
mod intake;
mod label;
mod peek;
mod plan;
mod problem;
mod pump;
mod ranges;
mod raw;
pub mod rotation;
mod sniff;
mod source;
mod walk;

pub use chunk::{MARGIN, SEAM, Settings, Window};
pub use discover::discover;
pub use intake::{Intake, Progress, Reading, Worker};
pub use label::reporter_names;
pub use plan::{Job, Order, Plan};
pub use problem::{InputProblem, Trouble};
pub use sniff::{Codec, Foreign};
pub use source::{Discovery, Source};
