//! The two dialects of rule files, read into one form.
//!
//! *Flat*: the signature record, whose fields stand at the top (`id`, `signature`,
//! `regex`, `root_cause`, `workarounds`, …) and which may add `signal`, `severity`,
//! `samples` and `counter_samples`. *Nested*: the canon record of the public
//! deadends.dev data set (<https://github.com/dbwls99706/deadends.dev>, `data/canons`),
//! whose regex stands in `error` and whose explanation in `verdict.summary`.
//!
//! Every field but `id` and the regex may be missing in both.

use super::fields::{Fault, Fields, nearest, wrong_type};
use crate::model::Signal;
use serde_json::{Map, Value};

/// How a rule file is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// The flat signature record.
    Flat,
    /// The nested canon record.
    Nested,
}

macro_rules! severities {
    ($($(#[$doc:meta])* $variant:ident => $id:literal,)*) => {
        /// How much the incidents of a rule matter, when its file says so; least first.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum RuleSeverity { $($(#[$doc])* $variant,)* }

        impl RuleSeverity {
            /// Every severity, least first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The id used in rule files and in every output.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

severities! {
    /// Nothing to do.
    Info => "info",
    /// Latency only.
    Low => "low",
    /// Transient errors for users.
    Medium => "medium",
    /// Persistent errors for users.
    High => "high",
    /// Data at risk.
    Critical => "critical",
}

/// Something that helps.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Workaround {
    /// What to do.
    pub action: String,
    /// How, where the file says more than `action`.
    pub how: Option<String>,
    /// `action` in Chinese.
    pub action_zh: Option<String>,
    /// When or for which client it applies.
    pub condition: Option<String>,
    /// What it costs.
    pub tradeoff: Option<String>,
    /// Share of cases in which it is said to help, 0 to 1: a claim of the file, never
    /// a measurement.
    pub success_rate: Option<f64>,
    /// Where this is said.
    pub sources: Vec<String>,
}

/// Something that looks like help and is none.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DeadEnd {
    /// What people try.
    pub action: String,
    /// `action` in Chinese.
    pub action_zh: Option<String>,
    /// Why it does not help.
    pub why_fails: String,
    /// `why_fails` in Chinese.
    pub why_fails_zh: Option<String>,
    /// When it does not help.
    pub condition: Option<String>,
    /// Share of cases in which it is said to fail, 0 to 1: a claim of the file.
    pub fail_rate: Option<f64>,
    /// Where this is said.
    pub sources: Vec<String>,
}

/// Who stands behind a rule's claims. All of it is shown as claims, with the number of
/// observations they rest on.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Provenance {
    /// How the record was checked (`verification_tier`, or `metadata.review_status`).
    pub tier: Option<String>,
    /// The author's belief that the record is right, 0 to 1.
    pub confidence: Option<f64>,
    /// Share of cases that the record says can be fixed, 0 to 1.
    pub fix_success_rate: Option<f64>,
    /// How many observations the claims rest on.
    pub evidence_count: Option<u64>,
    /// `true`, `partial` or `false`.
    pub resolvable: Option<String>,
    /// Date of the first observation, as written.
    pub first_seen: Option<String>,
    /// Date of the last confirmation, as written.
    pub last_confirmed: Option<String>,
    /// Date of the last change, as written.
    pub last_updated: Option<String>,
}

/// A rule that a rule points to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Relation {
    /// The other rule's id.
    pub id: String,
    /// When, or what tells them apart.
    pub note: Option<String>,
}

/// How a rule relates to others (`transition_graph`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Relations {
    /// What often follows.
    pub leads_to: Vec<Relation>,
    /// What often comes before.
    pub preceded_by: Vec<Relation>,
    /// What it is taken for.
    pub confused_with: Vec<Relation>,
}

/// A line that a rule must match (or, as a counter-sample, must not), with what the
/// match is expected to say. A field that the file leaves out is not compared; one that
/// it sets to `null` must be absent from the match.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sample {
    /// The line, as it stands in a log: raw, without its newline.
    pub text: String,
    /// The expected signal.
    pub signal: Option<Signal>,
    /// The expected slot, `Some(None)` for none.
    pub slot: Option<Option<u64>>,
    /// All expected slots of a line that lists several.
    pub slots: Option<Vec<u64>>,
    /// The expected host.
    pub host: Option<Option<String>>,
    /// The expected port.
    pub port: Option<Option<u64>>,
}

/// One rule as its file says it, in either dialect.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Record {
    pub(super) dialect: Dialect,
    pub(super) id: String,
    pub(super) regex: String,
    pub(super) signal: Option<Signal>,
    pub(super) severity: Option<RuleSeverity>,
    pub(super) signature: Option<String>,
    pub(super) signature_zh: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) category: Option<String>,
    pub(super) root_cause: Option<String>,
    pub(super) root_cause_zh: Option<String>,
    pub(super) workarounds: Vec<Workaround>,
    pub(super) dead_ends: Vec<DeadEnd>,
    pub(super) relations: Relations,
    pub(super) provenance: Provenance,
    pub(super) doc_url: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) samples: Vec<Sample>,
    pub(super) counter_samples: Vec<Sample>,
}

/// The JSON path of the regex in a dialect.
pub(super) const fn regex_field(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Flat => "regex",
        Dialect::Nested => "error.regex",
    }
}

/// Reads one record of either dialect. Faults of fields that the rule can do without
/// go to `faults`; without an id or a regex, or with a signal that does not exist,
/// there is no record.
pub(super) fn read_record(map: &Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Record> {
    let nested = map.get("error").is_some_and(Value::is_object);
    if nested { read_nested(map, faults) } else { read_flat(map, faults) }
}

fn read_flat(map: &Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Record> {
    let mut fields = Fields::new(map, String::new(), faults);
    fields.skip(&[
        "subcategory",
        "root_cause_type",
        "versions",
        "os_specific",
        "official_doc_section",
        "error_code",
        "locale",
        "aliases",
        "url",
    ]);
    let id = required(&mut fields, "id");
    let regex = required(&mut fields, "regex");
    let signal = read_signal(&mut fields);
    let mut workarounds = fields.objects("workarounds", read_workaround);
    let mut dead_ends = fields.objects("dead_ends", read_dead_end);
    let workarounds_zh = fields.items("workarounds_zh");
    for (workaround, (path, zh)) in workarounds.iter_mut().zip(workarounds_zh) {
        workaround.action_zh = translated(zh, path, "action", fields.faults());
    }
    let dead_ends_zh = fields.items("dead_ends_zh");
    for (dead_end, (path, zh)) in dead_ends.iter_mut().zip(dead_ends_zh) {
        dead_end.action_zh = translated(zh, path.clone(), "action", fields.faults());
        if zh.is_object() {
            dead_end.why_fails_zh = translated(zh, path, "why_fails", fields.faults());
        }
    }
    let record = Record {
        dialect: Dialect::Flat,
        id: id.unwrap_or_default(),
        regex: regex.unwrap_or_default(),
        signal: signal.unwrap_or_default(),
        severity: read_severity(&mut fields),
        signature: fields.text("signature"),
        signature_zh: fields.text("signature_zh"),
        domain: fields.text("domain"),
        category: fields.text("category"),
        root_cause: fields.text("root_cause"),
        root_cause_zh: fields.text("root_cause_zh"),
        workarounds,
        dead_ends,
        relations: fields.object("transition_graph", read_relations),
        provenance: Provenance {
            tier: fields.text("verification_tier"),
            confidence: fields.share("confidence"),
            fix_success_rate: fields.share("fix_success_rate"),
            evidence_count: fields.count("evidence_count"),
            resolvable: fields.text("resolvable"),
            first_seen: fields.text("first_seen"),
            last_confirmed: fields.text("last_confirmed"),
            last_updated: fields.text("last_updated"),
        },
        doc_url: fields.text("official_doc_url"),
        tags: fields.texts("tags"),
        samples: read_samples(&mut fields, "samples"),
        counter_samples: read_samples(&mut fields, "counter_samples"),
    };
    fields.finish();
    (!record.id.is_empty() && !record.regex.is_empty() && signal.is_some()).then_some(record)
}

/// The parts of a nested record that come from its `error` object.
#[derive(Default)]
struct ErrorPart {
    signature: Option<String>,
    regex: Option<String>,
    domain: Option<String>,
    category: Option<String>,
    first_seen: Option<String>,
    last_confirmed: Option<String>,
}

/// The parts of a nested record that come from its `verdict` object.
#[derive(Default)]
struct VerdictPart {
    summary: Option<String>,
    resolvable: Option<String>,
    fix_success_rate: Option<f64>,
    confidence: Option<f64>,
    last_updated: Option<String>,
}

/// The parts of a nested record that come from its `metadata` object.
#[derive(Default)]
struct MetadataPart {
    review_status: Option<String>,
    evidence_count: Option<u64>,
}

fn read_nested(map: &Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Record> {
    let mut fields = Fields::new(map, String::new(), faults);
    fields.skip(&["schema_version", "environment"]);
    let id = required(&mut fields, "id");
    let error = fields.object("error", |error| ErrorPart {
        signature: error.text("signature"),
        regex: required(error, "regex"),
        domain: error.text("domain"),
        category: error.text("category"),
        first_seen: error.text("first_seen"),
        last_confirmed: error.text("last_confirmed"),
    });
    let verdict = fields.object("verdict", |verdict| VerdictPart {
        summary: verdict.text("summary"),
        resolvable: verdict.text("resolvable"),
        fix_success_rate: verdict.share("fix_success_rate"),
        confidence: verdict.share("confidence"),
        last_updated: verdict.text("last_updated"),
    });
    let metadata = fields.object("metadata", |metadata| {
        metadata.skip(&[
            "generated_by",
            "generation_date",
            "last_verification",
            "page_views",
            "human_hits",
            "ai_agent_hits",
        ]);
        MetadataPart {
            review_status: metadata.text("review_status"),
            evidence_count: metadata.count("evidence_count"),
        }
    });
    let record = Record {
        dialect: Dialect::Nested,
        id: id.unwrap_or_default(),
        regex: error.regex.unwrap_or_default(),
        signal: None,
        severity: None,
        signature: error.signature,
        signature_zh: None,
        domain: error.domain,
        category: error.category,
        root_cause: verdict.summary,
        root_cause_zh: None,
        workarounds: fields.objects("workarounds", read_workaround),
        dead_ends: fields.objects("dead_ends", read_dead_end),
        relations: fields.object("transition_graph", read_relations),
        provenance: Provenance {
            tier: metadata.review_status,
            confidence: verdict.confidence,
            fix_success_rate: verdict.fix_success_rate,
            evidence_count: metadata.evidence_count,
            resolvable: verdict.resolvable,
            first_seen: error.first_seen,
            last_confirmed: error.last_confirmed,
            last_updated: verdict.last_updated,
        },
        doc_url: fields.text("url"),
        tags: Vec::new(),
        samples: Vec::new(),
        counter_samples: Vec::new(),
    };
    fields.finish();
    (!record.id.is_empty() && !record.regex.is_empty()).then_some(record)
}

/// A text that a rule cannot do without.
fn required(fields: &mut Fields<'_, '_>, name: &'static str) -> Option<String> {
    let known_type = !fields.has(name) || fields.value(name).is_none_or(Value::is_string);
    let text = fields.text(name).filter(|text| !text.is_empty());
    if text.is_none() && known_type {
        fields.fault(name, "is missing or empty".to_owned(), format!("every rule needs its `{name}`"));
    }
    text
}

/// `None` for a signal that does not exist, `Some(None)` for no signal.
fn read_signal(fields: &mut Fields<'_, '_>) -> Option<Option<Signal>> {
    let Some(value) = fields.value("signal") else { return Some(None) };
    let name = value.as_str().unwrap_or_default();
    let signal = Signal::from_id(name);
    if signal.is_none() {
        let ids: Vec<&str> = Signal::ALL.iter().map(|s| s.id()).collect();
        let remedy = match nearest(name, &ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it must be one of {}", ids.join(", ")),
        };
        fields.fault("signal", format!("is no signal: {value}"), remedy);
    }
    signal.map(Some)
}

fn read_severity(fields: &mut Fields<'_, '_>) -> Option<RuleSeverity> {
    let value = fields.value("severity")?;
    let severity = value.as_str().and_then(|name| RuleSeverity::ALL.iter().copied().find(|s| s.id() == name));
    if severity.is_none() {
        let ids: Vec<&str> = RuleSeverity::ALL.iter().map(|s| s.id()).collect();
        fields.fault(
            "severity",
            format!("is no severity: {value}"),
            format!("it must be one of {}", ids.join(", ")),
        );
    }
    severity
}

fn read_workaround(fields: &mut Fields<'_, '_>) -> Workaround {
    let action = fields.text("action").unwrap_or_default();
    // Flat records often repeat the action as its own explanation.
    let how = fields.text("how").filter(|how| !how.is_empty() && *how != action);
    Workaround {
        action,
        how,
        action_zh: None,
        condition: fields.text("condition").filter(|c| !c.is_empty()),
        tradeoff: fields.text("tradeoff").filter(|t| !t.is_empty()),
        success_rate: fields.share("success_rate"),
        sources: fields.texts("sources"),
    }
}

fn read_dead_end(fields: &mut Fields<'_, '_>) -> DeadEnd {
    fields.skip(&["common_misconception", "tradeoff"]);
    DeadEnd {
        action: fields.text("action").unwrap_or_default(),
        action_zh: None,
        why_fails: fields.text("why_fails").unwrap_or_default(),
        why_fails_zh: None,
        condition: fields.text("condition").filter(|c| !c.is_empty()),
        fail_rate: fields.share("fail_rate"),
        sources: fields.texts("sources"),
    }
}

/// A translation: a text, or an object that has it as a field.
fn translated(value: &Value, path: String, name: &str, faults: &mut Vec<Fault>) -> Option<String> {
    let text = match value {
        Value::Object(map) => map.get(name)?.as_str(),
        other => other.as_str(),
    };
    if text.is_none() && !value.is_null() {
        wrong_type(faults, path, value, "a text, or an object of texts");
    }
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn read_relations(fields: &mut Fields<'_, '_>) -> Relations {
    Relations {
        leads_to: read_relation_list(fields, "leads_to"),
        preceded_by: read_relation_list(fields, "preceded_by"),
        confused_with: read_relation_list(fields, "frequently_confused_with"),
    }
}

/// Relations are ids in flat records, and objects with an `error_id` in nested ones.
fn read_relation_list(fields: &mut Fields<'_, '_>, name: &'static str) -> Vec<Relation> {
    let mut out = Vec::new();
    for (path, item) in fields.items(name) {
        match item {
            Value::String(id) => out.push(Relation { id: id.clone(), note: None }),
            Value::Object(map) => {
                let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
                let id = text("error_id").or_else(|| text("id"));
                match id {
                    Some(id) => {
                        out.push(Relation { id, note: text("distinction").or_else(|| text("condition")) })
                    }
                    None => wrong_type(fields.faults(), path, item, "an object with an `error_id`"),
                }
            }
            other => wrong_type(fields.faults(), path, other, "the id of a rule"),
        }
    }
    out
}

fn read_samples(fields: &mut Fields<'_, '_>, name: &'static str) -> Vec<Sample> {
    let mut out = Vec::new();
    for (path, item) in fields.items(name) {
        match item {
            Value::String(text) => out.push(Sample { text: text.clone(), ..Sample::default() }),
            Value::Object(map) => {
                let mut one = Fields::new(map, path, fields.faults());
                let text = required(&mut one, "text");
                let signal = read_signal(&mut one).flatten();
                let slot = one.has("slot").then(|| one.count("slot"));
                let port = one.has("port").then(|| one.count("port"));
                let host = one.has("host").then(|| one.text("host"));
                let slots = one
                    .has("slots")
                    .then(|| one.items("slots").into_iter().filter_map(|(_, slot)| slot.as_u64()).collect());
                one.skip(&["slot", "slots", "host", "port"]);
                one.finish();
                if let Some(text) = text {
                    out.push(Sample { text, signal, slot, slots, host, port });
                }
            }
            other => wrong_type(fields.faults(), path, other, "a line of text, or an object with `text`"),
        }
    }
    out
}
