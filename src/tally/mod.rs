//! L1: the mergeable aggregate, the waist of the program. Whatever crosses a thread,
//! a file or a machine is a tally; thresholds come after it.

mod digest;

pub use digest::{
    Activity, Digest, Group, Place, Problem, Resolution, Sample, SourceFacts, Start, Tick, TraitRow,
    UNDATED_BLOCK, When,
};
