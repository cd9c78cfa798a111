//! The verdicts on whole synthetic logs.

mod builder;
mod causes;
mod generators;
mod laws;
mod mistakes;
mod storms;
mod windows;

use super::{Diagnosis, Incident, Kind, Thresholds, diagnose};
use builder::Log;

fn verdict(log: &Log) -> Diagnosis {
    diagnose(&log.digest(), &[], &Thresholds::default())
}

/// The incident with most events.
fn main_incident(log: &Log) -> Incident {
    let diagnosis = verdict(log);
    diagnosis.incidents.into_iter().max_by_key(|i| i.events).expect("an incident")
}

/// What a failed assertion needs to show.
fn describe(diagnosis: &Diagnosis) -> String {
    let lines = diagnosis.incidents.iter().map(|i| {
        format!(
            "{} {} {} n={} cause={} {} {:.2} alt={:?} reasons={:?} evidence={:?}",
            i.kind.id(),
            i.state.id(),
            i.severity.id(),
            i.events,
            i.cause.id.id(),
            i.cause.strength.id(),
            i.cause.score,
            i.cause.alternatives,
            i.reasons,
            i.cause.evidence,
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn has(diagnosis: &Diagnosis, kind: Kind) -> bool {
    diagnosis.incidents.iter().any(|i| i.kind == kind)
}
