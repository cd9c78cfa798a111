//! L1: the mergeable aggregate, the waist of the program. Whatever crosses a thread,
//! a file or a machine is a tally; thresholds come after it.

mod activity;
mod digest;
mod groups;
mod labels;
mod merge;
mod strands;
#[expect(clippy::module_inception, reason = "the file is named after its main type")]
mod tally;
mod ticks;

pub use activity::activity_block;

pub use digest::{
    Activity, Digest, Group, Place, Problem, Resolution, Sample, SourceFacts, Start, Tick, TraitRow,
    UNDATED_BLOCK, When,
};
pub use merge::Merge;
pub use tally::Tally;
