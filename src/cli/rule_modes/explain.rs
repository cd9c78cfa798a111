//! `--explain ID`: whatever goes by an id.

use super::{RuleChoice, rule_page, say, signal_page, verdict_page};
use crate::cli::config::meant;
use crate::cli::exit::Exit;
use crate::model::Signal;
use crate::report::RenderContext;
use crate::report::emit::page::Page;
use crate::rules::RuleSet;
use std::io::{self, Write};

/// Longest id that takes part in the search for what was meant, whose cost is a product
/// of two lengths.
const LONGEST: usize = 100;

/// Explains a rule (by its id, or the last part of it where only one rule has it), a
/// signal, or a verdict (kind, state or cause), and all of them where an id means several.
/// [`Exit::Trouble`] when it means nothing.
///
/// # Errors
/// Those of `out`.
pub fn explain(
    id: &str,
    choice: RuleChoice<'_>,
    cx: &RenderContext,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let Some(rules) = choice.load(err) else { return Ok(Exit::Trouble) };
    let wanted = id.trim();
    // Ids of signals and verdicts have no capitals, but the replies that they stand for have.
    let folded = wanted.to_ascii_lowercase();
    let rule = Some(wanted).filter(|wanted| !wanted.is_empty());
    let rule = rule.and_then(|wanted| rules.get(wanted).or_else(|| rules.get(&folded)));
    let signal = Signal::from_id(&folded);
    let verdicts = verdict_page::sections(&folded);
    if rule.is_none() && signal.is_none() && verdicts.is_empty() {
        say(err, &unknown(wanted, &rules));
        return Ok(Exit::Trouble);
    }
    let page = &mut Page::new(out, cx);
    let mut first = true;
    if let Some(rule) = rule {
        rule_page::print(page, rule)?;
        first = false;
    }
    if let Some(signal) = signal {
        separate(page, &mut first)?;
        signal_page::print(page, signal, &rules)?;
    }
    for section in &verdicts {
        separate(page, &mut first)?;
        verdict_page::print(page, section)?;
    }
    Ok(Exit::Clean)
}

/// An empty line between two explanations.
fn separate(page: &mut Page<'_>, first: &mut bool) -> io::Result<()> {
    if std::mem::take(first) { Ok(()) } else { page.blank() }
}

fn unknown(wanted: &str, rules: &RuleSet) -> String {
    let ambiguous: Vec<&str> =
        rules.iter().filter(|rule| rule.short_id() == wanted).map(|rule| &*rule.id).take(5).collect();
    if !wanted.is_empty() && ambiguous.len() > 1 {
        return format!("several rules end in `{wanted}`: {}; give one in full", ambiguous.join(", "));
    }
    let verdicts = verdict_page::ids();
    let known = Signal::ALL.iter().map(|signal| signal.id()).chain(verdicts.iter().map(String::as_str));
    let ids = rules.iter().flat_map(|rule| [&*rule.id, rule.short_id()]);
    let near = match wanted.len() {
        0..=LONGEST => meant(&wanted.to_ascii_lowercase(), known.chain(ids).filter(|id| id.len() <= LONGEST)),
        _ => String::new(),
    };
    let hint = if near.is_empty() { "; `scan --list-rules` lists the rules" } else { &near };
    format!("no rule, signal or verdict `{wanted}`{hint}")
}
