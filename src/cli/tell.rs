//! From a diagnosis to the report: words for facts, and the rules' own advice where a
//! step refers to it.

use crate::diagnose::{Diagnosis, Incident, Step, fact_words, note_words};
use crate::report::{Advice, DoNot, DoThis, Report, Told};
use crate::rules::{Rule, RuleSet};
use crate::tally::Digest;

/// The report of a finished scan, in which so many undated events were left out by time.
pub(super) fn report(digest: &Digest, diagnosis: Diagnosis, rules: &RuleSet, undated: u64) -> Report {
    let mut notes: Vec<String> =
        diagnosis.notes.iter().map(|note| note_words(note, &digest.reporters)).collect();
    if undated > 0 {
        let (events, have) = if undated == 1 { ("event", "has") } else { ("events", "have") };
        notes.push(format!("{undated} {events} that {have} no time left out by --since or --until"));
    }
    let told = diagnosis.incidents.into_iter().map(|incident| tell(digest, incident, rules)).collect();
    Report::new(digest, told, notes)
}

fn tell(digest: &Digest, incident: Incident, rules: &RuleSet) -> Told {
    let rule_of = |index: Option<u32>| digest.rules.get(index? as usize).and_then(|id| rules.get(id));
    let mut evidence: Vec<String> = Vec::new();
    for words in incident.cause.evidence.iter().chain(&incident.reasons).map(fact_words) {
        // What decides the kind is often evidence for the cause as well.
        if !evidence.contains(&words) {
            evidence.push(words);
        }
    }
    let mut advice = Advice::default();
    for step in &incident.advice.do_ {
        match rule_of(step.rule) {
            Some(rule) => {
                advice.steps.extend(workarounds(rule));
                advice.do_not.extend(dead_ends(rule));
            }
            None => advice.steps.push(DoThis {
                text: step.text_en(),
                client: step.client.map(|client| client.id().to_owned()),
                rule: None,
            }),
        }
    }
    for step in &incident.advice.do_not {
        match rule_of(step.rule) {
            Some(rule) => advice.do_not.extend(dead_ends(rule)),
            None => advice.do_not.push(DoNot { text: step.text_en(), why: step.why_en().to_owned() }),
        }
    }
    advice.verify = incident.advice.verify.iter().map(Step::text_en).collect();
    let subject = rule_of(incident.rule).and_then(subject);
    Told { incident, subject, evidence, advice }
}

fn workarounds(rule: &Rule) -> impl Iterator<Item = DoThis> + '_ {
    rule.workarounds.iter().filter(|w| !w.action.is_empty()).map(|workaround| DoThis {
        text: claimed(workaround.action.clone(), "helps", workaround.success_rate, rule),
        client: None,
        rule: Some(rule.id.to_string()),
    })
}

fn dead_ends(rule: &Rule) -> impl Iterator<Item = DoNot> + '_ {
    rule.dead_ends.iter().filter(|d| !d.action.is_empty()).map(|dead_end| DoNot {
        text: dead_end.action.clone(),
        why: claimed(dead_end.why_fails.clone(), "fails", dead_end.fail_rate, rule),
    })
}

/// What a rule is about: its signature, or the start of its root cause.
fn subject(rule: &Rule) -> Option<String> {
    rule.signature.clone().or_else(|| rule.root_cause.clone())
}

/// A rule's rate is a claim of its file, and is shown as one.
fn claimed(text: String, verb: &str, rate: Option<f64>, rule: &Rule) -> String {
    let Some(rate) = rate else { return text };
    let percent = (rate.clamp(0.0, 1.0) * 100.0).round();
    match rule.provenance.evidence_count {
        Some(count) => format!("{text} (claimed: {verb} in {percent} %, from {count} reports)"),
        None => format!("{text} (claimed: {verb} in {percent} %)"),
    }
}
