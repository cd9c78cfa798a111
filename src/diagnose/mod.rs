//! L3: from a digest to incidents with a verdict each. Pure functions.
mod incident;
pub use incident::*;
#[derive(Clone, Debug)]
pub struct Fact;
