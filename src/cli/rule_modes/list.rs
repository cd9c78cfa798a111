//! `--list-rules`: a row for each rule.

use super::{RuleChoice, say};
use crate::cli::exit::Exit;
use crate::report::RenderContext;
use crate::report::emit::page::{Page, Span, Tone, plain, span};
use crate::report::escape::columns;
use crate::rules::{Cost, Rule, RuleSet};
use std::io::{self, Write};

/// Fewer columns than this tell nothing of what a rule looks for.
const LEAST_SUBJECT: usize = 30;
/// Columns between two columns.
const GAP: usize = 2;
/// Columns that what stands on a row of its own is moved in by.
const INDENT: usize = 4;
/// Longest subject that is printed in full, in bytes: rule files may hold anything.
const LONGEST: usize = 1000;

/// Lists the rules, sorted by id.
///
/// With `fit` rows are cut to the width of the page, columns without content are left out,
/// and where a row cannot hold everything a rule takes two. Without (a pipe) every row is
/// one line in full and all columns are there.
///
/// # Errors
/// Those of `out`.
pub fn list_rules(
    choice: RuleChoice<'_>,
    cx: &RenderContext,
    fit: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let Some(rules) = choice.load(err) else { return Ok(Exit::Trouble) };
    if rules.is_empty() {
        say(err, "there is no rule: --no-builtin-rules needs --rules PATH with a rule that works");
        return Ok(Exit::Trouble);
    }
    let page = &mut Page::new(out, cx);
    if fit {
        fitted(page, &rules)?
    } else {
        full(page, &rules)?
    }
    Ok(Exit::Clean)
}

/// One line a rule, for `grep` and the like.
fn full(page: &mut Page<'_>, rules: &RuleSet) -> io::Result<()> {
    let mut rows = vec![["ID", "SIGNAL", "SEVERITY", "COST", "FROM", "LOOKS FOR"].map(str::to_owned)];
    for rule in rules {
        let from = if rule.builtin { "built-in" } else { &rule.file };
        let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        rows.push([
            page.safe(&rule.id),
            rule.signal.id().to_owned(),
            or_dash(severity(rule)),
            or_dash(cost(rule)),
            page.safe(from),
            page.safe(subject(rule)),
        ]);
    }
    let wide = widths(&rows);
    for row in &rows {
        page.line(&[plain(padded(row, &wide))])?;
    }
    Ok(())
}

/// Rows that fit the page.
fn fitted(page: &mut Page<'_>, rules: &RuleSet) -> io::Result<()> {
    let mut heads = vec![["ID", "SIGNAL", "SEVERITY", "COST"].map(str::to_owned)];
    for rule in rules {
        let mark = if rule.builtin { "" } else { "*" };
        let id = format!("{}{mark}", page.safe(&rule.id));
        heads.push([id, rule.signal.id().to_owned(), severity(rule).to_owned(), cost(rule).to_owned()]);
    }
    // A column of which no rule has anything is no column.
    for column in 2..4 {
        if heads[1..].iter().all(|row| row[column].is_empty()) {
            heads.iter_mut().for_each(|row| row[column].clear());
        }
    }
    let wide = widths(&heads);
    let left: usize = wide.iter().filter(|&&w| w > 0).map(|w| w + GAP).sum();
    let room = page.width().saturating_sub(left);
    let one_row = room >= LEAST_SUBJECT;
    for (i, head) in heads.iter().enumerate() {
        let rule = i.checked_sub(1).and_then(|i| rules.iter().nth(i));
        let tone = if rule.is_some() { Tone::Strong } else { Tone::Quiet };
        let looks_for = rule.map_or("LOOKS FOR", subject);
        let id = page.safe_cut(&head[0], page.width());
        let rest = padded(&head[1..], &wide[1..]);
        let pad = " ".repeat(wide[0].saturating_sub(columns(&id)) + GAP);
        if one_row {
            let looks_for = page.safe_cut(looks_for, room);
            let gap = " ".repeat(left.saturating_sub(wide[0] + GAP + columns(&rest)));
            page.line(&[
                span(tone, id),
                plain(pad),
                quiet_head(rule, rest),
                plain(gap),
                quiet_head(rule, looks_for),
            ])?;
        } else {
            let rest = page.safe_cut(&rest, page.width().saturating_sub(columns(&id) + columns(&pad)));
            page.line(&[span(tone, id), plain(pad), quiet_head(rule, rest)])?;
            if rule.is_some() {
                let looks_for = page.safe_cut(looks_for, page.width() - INDENT);
                page.line(&[plain(" ".repeat(INDENT)), span(Tone::Quiet, looks_for)])?;
            }
        }
    }
    page.blank()?;
    if rules.iter().any(|rule| !rule.builtin) {
        page.paragraph("", &[span(Tone::Quiet, "* from --rules")])?;
    }
    let (count, noun) = (rules.len(), if rules.len() == 1 { "rule" } else { "rules" });
    let foot = [plain(format!("{count} {noun}. More on one: ")), span(Tone::Code, "scan --explain ID")];
    page.paragraph("", &foot)
}

fn quiet_head(rule: Option<&Rule>, text: String) -> Span {
    span(if rule.is_some() { Tone::Plain } else { Tone::Quiet }, text)
}

fn severity(rule: &Rule) -> &'static str {
    rule.severity.map_or("", |severity| severity.id())
}

/// What a rule costs beside the search for literals; empty when that is nothing.
fn cost(rule: &Rule) -> &'static str {
    match rule.cost() {
        // What is parsed by hand needs no literal.
        _ if rule.is_hand_parsed() => "",
        Cost::Quiet => "",
        Cost::Short => "short-text",
        Cost::Common => "common-text",
        Cost::EveryLine => "every-line",
    }
}

/// What a rule looks for: its signature, or the first sentence of its root cause.
fn subject(rule: &Rule) -> &str {
    let text = match (&rule.signature, &rule.root_cause) {
        (Some(signature), _) if !signature.trim().is_empty() => signature,
        (_, Some(cause)) => first_sentence(cause),
        _ => "",
    };
    let end = (0..=text.len().min(LONGEST)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text[..end].trim()
}

fn first_sentence(text: &str) -> &str {
    let ends = text.char_indices().filter_map(|(at, c)| match c {
        '。' | '！' | '？' => Some(at + c.len_utf8()),
        '.' | '!' | '?' if text[at + 1..].starts_with([' ', '\n']) => Some(at + 1),
        '\n' => Some(at),
        _ => None,
    });
    ends.into_iter().next().map_or(text, |end| &text[..end])
}

fn widths<const N: usize>(rows: &[[String; N]]) -> [usize; N] {
    std::array::from_fn(|i| rows.iter().map(|row| columns(&row[i])).max().unwrap_or(0))
}

/// Cells with blanks up to the width of their column; columns without content are none.
fn padded(cells: &[String], wide: &[usize]) -> String {
    let mut out = String::new();
    for (cell, &wide) in cells.iter().zip(wide).filter(|&(_, &wide)| wide > 0) {
        out.push_str(cell);
        out.extend(std::iter::repeat_n(' ', wide - columns(cell) + GAP));
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_a_stop_before_a_blank() {
        for (text, first) in [
            ("One. Two.", "One."),
            ("Version 7.2 and later. Two", "Version 7.2 and later."),
            ("no end", "no end"),
            ("第一句。第二句。", "第一句。"),
            ("line\nline", "line"),
            ("", ""),
        ] {
            assert_eq!(first_sentence(text), first);
        }
    }
}
