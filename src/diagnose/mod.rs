//! L3: from a digest to incidents with a verdict each. Pure functions.

mod incident;

pub use incident::{Cause, CauseId, Incident, Kind, Severity, State, Strength, TargetShare};

/// One piece of evidence (its variants come with the diagnosis).
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {}
