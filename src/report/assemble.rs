//! From a digest and its incidents to the document.

use super::document::{
    Advice, Alternative, Cause, Group, HotSlot, Incident, Line, Problem, Report, SCHEMA, Sample, Scan,
    Source, Target, Window,
};
use super::{Time, words};
use crate::diagnose::{self, CauseId, Kind, State};
use crate::model::{Endpoint, Moment, Signal, redact};
use crate::tally::{Digest, Place};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Host of a group's row that stands for what was folded.
const FOLDED: &str = "(other)";

/// An incident with the words made for it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The incident.
    pub incident: diagnose::Incident,
    /// For kind `other`: what its rule is about, in a few words.
    pub subject: Option<String>,
    /// The evidence for its cause, strongest first.
    pub evidence: Vec<String>,
    /// What to do about it.
    pub advice: Advice,
}

impl Report {
    /// The document of a finished run. `notes` are remarks of the
    /// diagnosis, to follow those on the input.
    pub fn new(digest: &Digest, incidents: Vec<Told>, notes: Vec<String>) -> Self {
        let names = Names { digest };
        let mut events = BTreeMap::from([(Signal::Moved, 0), (Signal::Ask, 0)]);
        for group in &digest.groups {
            *events.entry(group.signal).or_insert(0u64) += group.events;
        }
        let mut incidents: Vec<Incident> = incidents.into_iter().map(|told| names.incident(told)).collect();
        incidents.sort_by(|a, b| rank(a).cmp(&rank(b)));
        Self {
            schema: SCHEMA.to_owned(),
            scan: names.scan(notes),
            events,
            groups: digest.groups.iter().map(|group| names.group(group)).collect(),
            incidents,
        }
    }
}

/// Worst first; of equal severity what still goes on, then what has most events.
fn rank(incident: &Incident) -> impl Ord + use<'_> {
    let goes_on =
        matches!(incident.state, State::OngoingAtEnd | State::InProgressAtEnd | State::Stuck | State::Slow);
    (Reverse(incident.severity), !goes_on, Reverse(incident.events), incident.start, &incident.id)
}

/// Turns the digest's indexes into names.
struct Names<'d> {
    digest: &'d Digest,
}

impl Names<'_> {
    fn scan(&self, notes: Vec<String>) -> Scan {
        let sources = self.digest.sources.iter().map(|source| Source {
            name: source.name.clone(),
            bytes: source.bytes,
            lines: source.lines,
            first: source.span.map(|span| Time(span.0)),
            last: source.span.map(|span| Time(span.1)),
        });
        let problems = self.digest.problems.iter().map(|problem| Problem {
            name: problem.name.clone(),
            message: redacted(problem.message.as_bytes()),
            unread: problem.unread,
        });
        Scan {
            sources: sources.collect(),
            bytes: self.digest.sources.iter().map(|source| source.bytes).sum(),
            lines: self.digest.sources.iter().map(|source| source.lines).sum(),
            problems: problems.collect(),
            notes: self.digest.notes.iter().cloned().chain(notes).collect(),
        }
    }

    fn group(&self, group: &crate::tally::Group) -> Group {
        let (host, port) = address(group.target.as_ref());
        Group {
            signal: group.signal,
            rule: group.rule.map(|rule| self.rule(rule)),
            slot: group.slot.map(crate::model::Slot::get),
            host: if group.folded { Some(FOLDED.to_owned()) } else { host },
            port,
            events: group.events,
            first: group.span.map(|span| Time(span.0)),
            last: group.span.map(|span| Time(span.1)),
            first_line: self.line(group.first),
            last_line: self.line(group.last),
        }
    }

    fn incident(&self, told: Told) -> Incident {
        let Told { incident, subject, evidence, advice } = told;
        let title = title(&incident, subject.as_deref());
        let targets = incident.targets.iter().map(|target| {
            let (host, port) = address(target.endpoint.as_ref());
            Target { host, port, events: target.events, slots: target.slots.to_string() }
        });
        let cause = Cause {
            id: incident.cause.id,
            strength: incident.cause.strength,
            score: (incident.cause.score * 100.0).round() / 100.0,
            evidence: redact_all(&evidence),
            alternatives: (incident.cause.alternatives.iter())
                .map(|&(id, strength)| Alternative { id, strength })
                .collect(),
        };
        let hot_slot = incident
            .hot_slot
            .map(|(slot, share)| HotSlot { slot: slot.get(), share: (share * 1000.0).round() / 1000.0 });
        Incident {
            kind: incident.kind,
            state: incident.state,
            severity: incident.severity,
            title,
            start: incident.span.map(|span| Time(span.0)),
            end: incident.span.map(|span| Time(span.1)),
            events: incident.events,
            signals: incident.signals.iter().copied().collect(),
            rule: incident.rule.map(|rule| self.rule(rule)),
            slots: incident.slots.to_string(),
            slot_count: incident.slots.len() as u64,
            hot_slot,
            targets: targets.collect(),
            reporters: incident.reporters.iter().map(|&reporter| self.reporter(reporter)).collect(),
            source: incident.source.map(|source| source.to_string()),
            reasons: redact_all(&incident.reasons.iter().map(diagnose::fact_words).collect::<Vec<_>>()),
            window_list: incident.window_list.iter().map(window).collect(),
            clients: incident.clients.iter().map(|client| client.id().to_owned()).collect(),
            cause,
            advice,
            first: self.line(incident.first),
            last: self.line(incident.last),
            profile_step_ms: step(incident.span, incident.profile.len()),
            profile: incident.profile,
            samples: incident.samples.iter().filter_map(|&sample| self.sample(sample)).collect(),
            windows: incident.windows,
            id: incident.id,
        }
    }

    fn sample(&self, index: usize) -> Option<Sample> {
        let sample = self.digest.samples.get(index)?;
        let Line { source, line } = self.line(sample.place);
        Some(Sample { source, line, text: redacted(sample.text.raw()) })
    }

    fn line(&self, place: Place) -> Line {
        let source = self.digest.sources.get(place.source as usize);
        Line { source: source.map(|s| s.name.clone()).unwrap_or_default(), line: place.line }
    }

    fn rule(&self, index: u32) -> String {
        self.digest.rules.get(index as usize).cloned().unwrap_or_default()
    }

    fn reporter(&self, index: u32) -> String {
        self.digest.reporters.get(index as usize).cloned().unwrap_or_default()
    }
}

fn redacted(text: &[u8]) -> String {
    String::from_utf8_lossy(&redact(text)).into_owned()
}

/// Without credentials, each text once.
fn redact_all(texts: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts.iter().map(|text| redacted(text.as_bytes())) {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

fn window(window: &diagnose::WindowDetail) -> Window {
    let (host, port) = address(window.target.as_ref());
    Window {
        slot: window.slot.map(crate::model::Slot::get),
        host,
        port,
        state: window.state,
        asks: window.asks,
        start: window.span.map(|span| Time(span.0)),
        end: window.span.map(|span| Time(span.1)),
        closed: window.closed.map(Time),
    }
}

fn address(endpoint: Option<&Endpoint>) -> (Option<String>, Option<u16>) {
    endpoint.map_or((None, None), |e| (Some(e.host.to_string()), e.port))
}

/// Width of a step when the span, its last millisecond included, is cut into equal
/// steps.
fn step(span: Option<(Moment, Moment)>, steps: usize) -> Option<u64> {
    let (start, end) = span?;
    let millis = u64::try_from(end.since(start)?).ok()? + 1;
    (steps > 0).then(|| millis.div_ceil(steps as u64))
}

/// What it is and why, without anything that changes when the log goes on.
fn title(incident: &diagnose::Incident, subject: Option<&str>) -> String {
    let what = match incident.kind {
        Kind::Other => subject.unwrap_or_else(|| words::kind(Kind::Other)).to_owned(),
        Kind::ClusterErrors => {
            let signals = incident.signals.iter().map(|&(signal, _)| words::errors(signal));
            signals.collect::<Vec<_>>().join(", ")
        }
        kind => words::kind(kind).to_owned(),
    };
    match incident.cause.id {
        CauseId::Undecided => what,
        cause => format!("{what}: {}", words::verdict(cause, incident.cause.strength)),
    }
}
