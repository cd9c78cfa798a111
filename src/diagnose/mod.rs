//! L3: from a digest to incidents with a verdict each. Pure, deterministic functions that
//! are total: any digest gives a diagnosis.
//!
//! What it decides is defined in docs/verdicts.md. Evidence and advice are data here;
//! `wording` and `advice_texts` hold the words.
//!
//! The order is one of claims, since an event belongs to one incident at most: ASK
//! campaigns take their ASK and the MOVED around them, takeovers take what teaches a new
//! owner, the rest of MOVED is cut into conditions, and other signals go to the incident
//! that they are evidence for or become one of their own.

mod address;
mod advice;
mod advice_texts;
mod campaign;
mod cause;
mod causes;
mod clusters;
mod draft;
mod engine;
mod episodes;
mod errors;
mod exposure;
mod fact;
mod features;
mod identity;
mod incident;
mod other;
#[cfg(test)]
mod scenarios;
mod severity;
mod storm;
mod takeover;
mod thresholds;
mod timeline;
mod window;
mod wording;

pub use advice::{Advice, AdviceId, Param, Step};
pub use advice_texts::{AdviceText, advice_text};
pub use fact::{Fact, Note};
pub use incident::{Cause, CauseId, Incident, Kind, Severity, State, Strength, TargetShare, WindowDetail};
pub use thresholds::Thresholds;
pub use timeline::LaneClock;
pub use wording::{fact_words, note_words};

use crate::tally::Digest;

/// What a run's digest means.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// Worst first, then by number of events.
    pub incidents: Vec<Incident>,
    /// Remarks on the whole.
    pub notes: Vec<Note>,
}

/// Diagnoses a digest.
///
/// `rule_severities` belongs to `Digest::rules`, index by index: the severity that a rule
/// which is not about redirections claims for its hits. Missing entries mean none.
pub fn diagnose(digest: &Digest, rule_severities: &[Option<Severity>], thresholds: &Thresholds) -> Diagnosis {
    engine::run(digest, rule_severities, thresholds)
}
