//! What a signal means, and the rules that find it with their advice.

use super::{meanings, rule_page};
use crate::model::Signal;
use crate::report::emit::page::{Page, Tone, plain, prose, span};
use crate::rules::{Rule, RuleSet};
use std::io;

/// Prints a signal's meaning, then its rules: the general one first. A dead end that
/// several rules warn of is told once.
pub(super) fn print(page: &mut Page<'_>, signal: Signal, rules: &RuleSet) -> io::Result<()> {
    page.paragraph("", &[span(Tone::Strong, signal.id()), plain(" (signal)")])?;
    page.paragraph("", &prose(meanings::of(signal)))?;
    let mut own: Vec<&Rule> = rules.iter().filter(|rule| rule.signal == signal).collect();
    // The general rule is named after its signal alone.
    own.sort_by_key(|rule| !rule.short_id().ends_with(signal.id()));
    let mut told = Vec::new();
    for rule in own {
        page.blank()?;
        page.paragraph("", &[span(Tone::Strong, &*rule.id), plain(" (rule)")])?;
        rule_page::looks_like(page, rule)?;
        rule_page::why(page, rule)?;
        rule_page::advice(page, rule, &[], &mut told)?;
    }
    Ok(())
}
