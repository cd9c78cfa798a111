//! The report document: what `--format json` prints and every other format is a view
//! of. Its fields are fixed by the outside contract and described in `schema.json`;
//! a new field needs a line there, and a changed meaning a new [`SCHEMA`] id.

use super::Time;
use crate::diagnose::{CauseId, Kind, Severity, State, Strength};
use crate::model::Signal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Id of the document's shape.
pub const SCHEMA: &str = "scan-report/1";

/// The document's JSON Schema (draft 2020-12), as `--generate report-schema` prints it.
pub const SCHEMA_TEXT: &str = include_str!("schema.json");

/// All that a run found, finished and in its final order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was read.
    pub scan: Scan,
    /// Events by signal; `moved` and `ask` are always there, others when not zero.
    pub events: BTreeMap<Signal, u64>,
    /// Every (signal, slot, target) with its events; their sum is that of `events`.
    pub groups: Vec<Group>,
    /// What is wrong, worst first.
    pub incidents: Vec<Incident>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// Every source in the run's order.
    pub sources: Vec<Source>,
    /// Bytes of all sources, decompressed.
    pub bytes: u64,
    /// Lines of all sources.
    pub lines: u64,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Remarks on the input as a whole.
    pub notes: Vec<String>,
}

/// A file or standard input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Path as given or walked to; `-` for standard input.
    pub name: String,
    /// Bytes, decompressed.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Earliest time seen in it.
    pub first: Option<Time>,
    /// Latest time seen in it.
    pub last: Option<Time>,
}

/// Something that could not be read, or not in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Path or other name of what it is about.
    pub name: String,
    /// What happened and what to do.
    pub message: String,
    /// Whether input is missing from the report because of it.
    pub unread: bool,
}

/// A place in the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Name of a source.
    pub source: String,
    /// Line number from 1.
    pub line: u64,
}

/// The events of one (signal, slot, target).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The signal.
    pub signal: Signal,
    /// Id of the rule, for signal `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The slot, where printed.
    pub slot: Option<u16>,
    /// The target's host, where printed; `(other)` in a row that stands for what was
    /// folded because there were too many.
    pub host: Option<String>,
    /// The target's port, where printed.
    pub port: Option<u16>,
    /// How many events.
    pub events: u64,
    /// Time of the earliest dated event.
    pub first: Option<Time>,
    /// Time of the latest dated event.
    pub last: Option<Time>,
    /// The first event in the order of the input.
    pub first_line: Line,
    /// The last event in the order of the input.
    pub last_line: Line,
}

/// Events with one verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Stable id; no time, slot, cause or count is in it.
    pub id: String,
    /// What shape the events have.
    #[serde(with = "by_id::kind")]
    pub kind: Kind,
    /// Where in its life it was when the log ended.
    #[serde(with = "by_id::state")]
    pub state: State,
    /// How much it matters.
    #[serde(with = "by_id::severity")]
    pub severity: Severity,
    /// Headline in words, without counts and times.
    pub title: String,
    /// Time of its first event.
    pub start: Option<Time>,
    /// Time of its last event.
    pub end: Option<Time>,
    /// How many events.
    pub events: u64,
    /// Events by signal.
    pub signals: BTreeMap<Signal, u64>,
    /// Id of the rule, for kind `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Slots as ranges: `0-5460,7001`.
    pub slots: String,
    /// How many slots.
    pub slot_count: u64,
    /// A slot that takes half of the events or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hot_slot: Option<HotSlot>,
    /// The node that a migration's slots leave, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Targets, most events first.
    pub targets: Vec<Target>,
    /// Who logged it, sorted.
    pub reporters: Vec<String>,
    /// Proven clients, most events first.
    pub clients: Vec<String>,
    /// Windows by state, for ASK windows and campaigns.
    #[serde(default, with = "by_id::windows", skip_serializing_if = "BTreeMap::is_empty")]
    pub windows: BTreeMap<State, u64>,
    /// Each window, in order of its first ASK.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub window_list: Vec<Window>,
    /// Why it has this kind and state, or what a longer log would have to show.
    pub reasons: Vec<String>,
    /// The likely cause.
    pub cause: Cause,
    /// What to do about it.
    pub advice: Advice,
    /// The first event in the order of the input.
    pub first: Line,
    /// The last event in the order of the input.
    pub last: Line,
    /// Events in equal steps from `start` on; empty when undated.
    pub profile: Vec<u64>,
    /// Width of a step of `profile` in milliseconds.
    pub profile_step_ms: Option<u64>,
    /// Example lines.
    pub samples: Vec<Sample>,
}

/// One slot's way to one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// The slot; null for all ASK that name none.
    pub slot: Option<u16>,
    /// Host of the node that it goes to.
    pub host: Option<String>,
    /// Port of that node.
    pub port: Option<u16>,
    /// What became of it.
    #[serde(with = "by_id::state")]
    pub state: State,
    /// ASK events.
    pub asks: u64,
    /// Time of its first ASK; the migration may have begun before.
    pub start: Option<Time>,
    /// Time of its last ASK.
    pub end: Option<Time>,
    /// Time of the first MOVED to its target, which proves that the slot arrived.
    pub closed: Option<Time>,
}

/// A slot that takes half of the events or more: which slot pays, not why.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HotSlot {
    /// The slot.
    pub slot: u16,
    /// Its share of the incident's events, 0 to 1, in thousandths.
    pub share: f64,
}

/// One target's part of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Host as printed; null for events that print none.
    pub host: Option<String>,
    /// Port.
    pub port: Option<u16>,
    /// How many events name it.
    pub events: u64,
    /// Slots that they name, as ranges.
    pub slots: String,
}

impl Target {
    /// The address as servers print it; `None` where none is printed.
    pub(crate) fn address(&self) -> Option<String> {
        let host = self.host.as_ref()?;
        Some(self.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    }
}

/// A cause with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Which.
    #[serde(with = "by_id::cause")]
    pub id: CauseId,
    /// How sure, in words.
    #[serde(with = "by_id::strength")]
    pub strength: Strength,
    /// How sure, 0 to 0.95, in hundredths. It only ranks.
    pub score: f64,
    /// The numbers it rests on, strongest first, in words.
    pub evidence: Vec<String>,
    /// Other causes that the evidence allows, likeliest first.
    pub alternatives: Vec<Alternative>,
}

/// Another cause that the evidence allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// Which.
    #[serde(with = "by_id::cause")]
    pub id: CauseId,
    /// How sure.
    #[serde(with = "by_id::strength")]
    pub strength: Strength,
}

/// What to do about an incident. Commands stand in backticks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// What helps, best first.
    #[serde(rename = "do")]
    pub steps: Vec<DoThis>,
    /// What does not help, or harms.
    pub do_not: Vec<DoNot>,
    /// How to see whether it is true, or fixed.
    pub verify: Vec<String>,
}

/// Something that helps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoThis {
    /// What.
    pub text: String,
    /// For which client, when it is for one.
    pub client: Option<String>,
    /// Id of the rule that it comes from, when it comes from one.
    pub rule: Option<String>,
}

/// Something that does not help, or harms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoNot {
    /// What.
    pub text: String,
    /// Why it fails.
    pub why: String,
}

/// An example line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Name of a source.
    pub source: String,
    /// Line number from 1.
    pub line: u64,
    /// The text around the event, without credentials; broken UTF-8 as U+FFFD. It is
    /// text from a log: hostile until escaped.
    pub text: String,
}

/// Serde for enums that know their ids.
mod by_id {
    macro_rules! by_id {
        ($module:ident, $type:ty) => {
            pub(super) mod $module {
                use serde::{Deserialize, Deserializer, Serializer, de};

                pub(in super::super) fn serialize<S: Serializer>(
                    value: &$type,
                    out: S,
                ) -> Result<S::Ok, S::Error> {
                    out.serialize_str(value.id())
                }

                pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
                    from: D,
                ) -> Result<$type, D::Error> {
                    let id = String::deserialize(from)?;
                    read(&id).ok_or_else(|| de::Error::custom(format!("unknown id `{id}`")))
                }

                pub(super) fn read(id: &str) -> Option<$type> {
                    <$type>::ALL.iter().copied().find(|value| value.id() == id)
                }
            }
        };
    }

    by_id!(kind, crate::diagnose::Kind);
    by_id!(state, crate::diagnose::State);
    by_id!(severity, crate::diagnose::Severity);
    by_id!(cause, crate::diagnose::CauseId);
    by_id!(strength, crate::diagnose::Strength);

    pub(super) mod windows {
        use crate::diagnose::State;
        use serde::{Deserialize, Deserializer, Serializer, de};
        use std::collections::BTreeMap;

        pub(in super::super) fn serialize<S: Serializer>(
            value: &BTreeMap<State, u64>,
            out: S,
        ) -> Result<S::Ok, S::Error> {
            out.collect_map(value.iter().map(|(state, count)| (state.id(), count)))
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<BTreeMap<State, u64>, D::Error> {
            let pairs = BTreeMap::<String, u64>::deserialize(from)?;
            let read = |(id, count): (String, u64)| {
                let state = super::state::read(&id);
                state.map(|s| (s, count)).ok_or_else(|| de::Error::custom(format!("unknown state `{id}`")))
            };
            pairs.into_iter().map(read).collect()
        }
    }
}
