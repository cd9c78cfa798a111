//! L4: the report, one document with many views.
//!
//! [`Report`] is finished and sorted before any emitter sees it: an emitter computes
//! nothing, reads no environment and escapes every text of the log for its own sink.
//! Owns words for ids, escaping and layout; knows nothing of how a verdict was reached.

mod assemble;
mod document;
pub mod emit;
pub mod escape;
mod hit_line;
mod time;
mod words;

/// Ids that the document holds: emitters know them by this layer alone.
pub(crate) use crate::diagnose::{Kind, Severity, State, Strength};
pub use assemble::Told;
pub use document::{
    Advice, Alternative, Cause, DoNot, DoThis, Group, HotSlot, Incident, Line, Problem, Report, SCHEMA,
    SCHEMA_TEXT, Sample, Scan, Source, Target, Window,
};
pub use emit::{Emitter, Format, RenderContext};
pub use hit_line::HitLine;
pub use time::Time;
