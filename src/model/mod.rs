//! L0: the nouns shared by all layers. No input or output here.

mod chunk;
mod client;
mod endpoint;
mod hash;
mod hit;
mod locus;
mod log_text;
mod moment;
mod redact;
mod signal;
mod slot;
mod traits;

pub use chunk::{Chunk, REACH};
pub use client::Client;
pub use endpoint::{Endpoint, EndpointRef};
pub use hash::FixedHash;
pub use hit::Hit;
pub use locus::{LINE_BLOCK, LineLocus, Locus, SourceId};
pub use log_text::LogText;
pub use moment::{Clock, Moment, Stamp};
pub use redact::redact;
pub use signal::Signal;
pub use slot::{Slot, SlotSet, SlotSetError};
pub use traits::{Level, PathMark, PathMarks};
