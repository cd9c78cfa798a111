//! What a rule says, with what its claims rest on.

use crate::model::Signal;
use crate::report::emit::page::{Page, Span, Tone, plain, prose, span};
use crate::report::escape::columns;
use crate::rules::{DeadEnd, Provenance, Rule, Sample, Workaround};
use std::io;

/// Samples that are shown before the rest is only counted.
const SAMPLES: usize = 5;

/// Prints all of a rule.
pub(super) fn print(page: &mut Page<'_>, rule: &Rule) -> io::Result<()> {
    page.paragraph("", &[span(Tone::Strong, &*rule.id), plain(" (rule)")])?;
    page.field("Signal");
    let about = if rule.signal == Signal::Other { " (not about redirections)" } else { "" };
    page.entry("", &[plain(rule.signal.id()), span(Tone::Quiet, about)])?;
    if let Some(severity) = rule.severity {
        page.field("Severity");
        page.entry("", &[plain(severity.id())])?;
    }
    let topic: Vec<&str> = [&rule.domain, &rule.category].into_iter().filter_map(|t| t.as_deref()).collect();
    if !topic.is_empty() {
        page.field("Topic");
        page.entry("", &[plain(topic.join(", "))])?;
    }
    page.field("From");
    page.entry("", &[plain(if rule.builtin { "the built-in rules" } else { &rule.file })])?;
    looks_like(page, rule)?;
    if let Some(note) = rule.cost().note().filter(|_| !rule.is_hand_parsed()) {
        page.field("Cost");
        page.entry("", &[plain(note)])?;
    }
    why(page, rule)?;
    advice(page, rule, &rule.sources(), &mut Vec::new())?;
    samples(page, "Matches", &rule.samples)?;
    samples(page, "Never", &rule.counter_samples)?;
    relations(page, rule)?;
    provenance(page, &rule.provenance)?;
    sources(page, rule)
}

/// The line that the rule's author saw.
pub(super) fn looks_like(page: &mut Page<'_>, rule: &Rule) -> io::Result<()> {
    page.field("Looks like");
    texts(page, "", rule.signature.as_deref().unwrap_or_default())?;
    page.no_field();
    Ok(())
}

/// The root cause.
pub(super) fn why(page: &mut Page<'_>, rule: &Rule) -> io::Result<()> {
    page.field("Why");
    told(page, "", rule.root_cause.as_deref().unwrap_or_default(), "")?;
    page.no_field();
    Ok(())
}

/// Workarounds and dead ends, with the numbers that their sources have among `sources`.
/// Of the dead ends those whose action is among `told` are left out; the others are added
/// to it.
pub(super) fn advice<'r>(
    page: &mut Page<'_>,
    rule: &'r Rule,
    sources: &[&str],
    told: &mut Vec<&'r str>,
) -> io::Result<()> {
    let said = Said { reports: rule.provenance.evidence_count, sources };
    let workarounds: Vec<&Workaround> =
        rule.workarounds.iter().filter(|w| !w.action.trim().is_empty()).collect();
    if !workarounds.is_empty() {
        page.blank()?;
        page.action("Do");
    }
    for (i, step) in workarounds.iter().enumerate() {
        let lead = if workarounds.len() > 1 { format!("{}. ", i + 1) } else { String::new() };
        workaround(page, &lead, step, &said)?;
    }
    let dead_ends: Vec<&DeadEnd> = rule
        .dead_ends
        .iter()
        .filter(|d| !d.action.trim().is_empty() && !told.contains(&d.action.as_str()))
        .collect();
    if !dead_ends.is_empty() {
        page.blank()?;
        page.action("Do not");
    }
    for step in dead_ends {
        told.push(&step.action);
        dead_end(page, step, &said)?;
    }
    page.no_field();
    Ok(())
}

/// What a rule's claims rest on.
struct Said<'s> {
    reports: Option<u64>,
    sources: &'s [&'s str],
}

impl Said<'_> {
    /// ` [1] [3]`, for after a claim.
    fn numbers(&self, own: &[String]) -> String {
        let places = own.iter().filter_map(|own| self.sources.iter().position(|source| source == own));
        places.map(|place| format!(" [{}]", place + 1)).collect()
    }
}

fn workaround(page: &mut Page<'_>, lead: &str, step: &Workaround, said: &Said<'_>) -> io::Result<()> {
    told(page, lead, &step.action, &said.numbers(&step.sources))?;
    let below = " ".repeat(lead.len());
    told(page, &below, step.how.as_deref().unwrap_or_default(), "")?;
    for (word, text) in [("When: ", &step.condition), ("Price: ", &step.tradeoff)] {
        if let Some(text) = text {
            remark(page, &below, &format!("{word}{text}"))?;
        }
    }
    match step.success_rate {
        Some(rate) => remark(page, &below, &format!("Helps: {}", claim(rate, said.reports))),
        None => Ok(()),
    }
}

fn dead_end(page: &mut Page<'_>, step: &DeadEnd, said: &Said<'_>) -> io::Result<()> {
    let why = step.why_fails.trim();
    let numbers = said.numbers(&step.sources);
    let (after_action, after_why) = if why.is_empty() { (&*numbers, "") } else { ("", &*numbers) };
    told(page, page.sign("✗ ", "x "), &step.action, after_action)?;
    told(page, "  ", why, after_why)?;
    if let Some(condition) = &step.condition {
        remark(page, "  ", &format!("When: {condition}"))?;
    }
    match step.fail_rate {
        Some(rate) => remark(page, "  ", &format!("Fails: {}", claim(rate, said.reports))),
        None => Ok(()),
    }
}

/// A rate of a rule file: somebody's claim, never a measurement of this program.
fn claim(rate: f64, reports: Option<u64>) -> String {
    let percent = (rate.clamp(0.0, 1.0) * 100.0).round();
    match reports {
        Some(1) => format!("claims {percent} % (1 report)"),
        Some(n) => format!("claims {percent} % ({n} reports)"),
        None => format!("claims {percent} % (number of reports not given)"),
    }
}

fn samples(page: &mut Page<'_>, label: &'static str, samples: &[Sample]) -> io::Result<()> {
    if samples.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.field(label);
    let bullet = page.sign("• ", "- ");
    for sample in samples.iter().take(SAMPLES) {
        texts(page, bullet, &sample.text)?;
    }
    match samples.len().saturating_sub(SAMPLES) {
        0 => {}
        more => page.entry("", &[span(Tone::Quiet, format!("and {more} more in the rule's file"))])?,
    }
    page.no_field();
    Ok(())
}

fn relations(page: &mut Page<'_>, rule: &Rule) -> io::Result<()> {
    let relations = &rule.relations;
    let kinds = [
        ("leads to", &relations.leads_to),
        ("comes after", &relations.preceded_by),
        ("is taken for", &relations.confused_with),
    ];
    if kinds.iter().all(|(_, list)| list.is_empty()) {
        return Ok(());
    }
    page.blank()?;
    page.field("Related");
    for (verb, list) in kinds {
        for relation in list {
            let note =
                relation.note.as_ref().map_or_else(String::new, |note| format!(": {}", one_line(note)));
            page.entry("", &[span(Tone::Quiet, format!("{verb} ")), plain(&*relation.id), plain(note)])?;
        }
    }
    Ok(())
}

fn provenance(page: &mut Page<'_>, provenance: &Provenance) -> io::Result<()> {
    let reports = provenance.evidence_count;
    let plain_text = |name: &str, text: &Option<String>| Some(format!("{name}: {}", text.as_ref()?));
    let rate = |name: &str, rate: Option<f64>| Some(format!("{name}: {}", claim(rate?, reports)));
    let lines = [
        plain_text("checked", &provenance.tier),
        rate("confidence", provenance.confidence),
        rate("can be fixed", provenance.fix_success_rate),
        plain_text("resolvable", &provenance.resolvable),
        reports.map(|n| format!("reports: {n}")),
        plain_text("first seen", &provenance.first_seen),
        plain_text("last confirmed", &provenance.last_confirmed),
        plain_text("last updated", &provenance.last_updated),
    ];
    if lines.iter().all(Option::is_none) {
        return Ok(());
    }
    page.blank()?;
    page.field("Provenance");
    for line in lines.into_iter().flatten() {
        page.entry("", &[plain(one_line(&line))])?;
    }
    Ok(())
}

fn sources(page: &mut Page<'_>, rule: &Rule) -> io::Result<()> {
    let sources = rule.sources();
    if sources.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.field("Sources");
    let digits = sources.len().to_string().len() + 2;
    for (i, source) in sources.iter().enumerate() {
        // Whole, however narrow the page: an address is there to be copied.
        let number = format!("{:<digits$} ", format!("[{}]", i + 1));
        page.row(&[span(Tone::Quiet, number), plain(*source)])?;
    }
    Ok(())
}

/// What the file says in words, with `code` marked; `after` ends it.
fn told(page: &mut Page<'_>, lead: &str, text: &str, after: &str) -> io::Result<()> {
    lines(page, lead, text, |line, last| {
        let mut spans = prose(line);
        spans.extend((last && !after.is_empty()).then(|| span(Tone::Quiet, after)));
        spans
    })
}

/// What the file quotes: backticks stand for themselves.
fn texts(page: &mut Page<'_>, lead: &str, text: &str) -> io::Result<()> {
    lines(page, lead, text, |line, _| vec![plain(line)])
}

fn remark(page: &mut Page<'_>, lead: &str, text: &str) -> io::Result<()> {
    lines(page, lead, text, |line, _| vec![span(Tone::Quiet, line)])
}

/// An entry for each line of a text that has something in it; `lead` before the first,
/// blanks before the others.
fn lines(
    page: &mut Page<'_>,
    lead: &str,
    text: &str,
    spans: impl Fn(&str, bool) -> Vec<Span>,
) -> io::Result<()> {
    let below = " ".repeat(columns(lead));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let mut lead = lead;
    while let Some(line) = lines.next() {
        page.entry(lead, &spans(line, lines.peek().is_none()))?;
        lead = &below;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::claim;

    #[test]
    fn rates_are_claims() {
        for (rate, reports, text) in [
            (0.95, Some(1), "claims 95 % (1 report)"),
            (0.955, Some(12), "claims 96 % (12 reports)"),
            (1.0, Some(0), "claims 100 % (0 reports)"),
            (0.5, None, "claims 50 % (number of reports not given)"),
            (7.0, None, "claims 100 % (number of reports not given)"),
        ] {
            assert_eq!(claim(rate, reports), text);
        }
    }
}
