//! What a verdict means: sections of docs/verdicts.md, drawn for a terminal.

use crate::report::emit::page::{Page, Span, Tone, plain, prose, span};
use std::io;

/// The page that defines every kind, state and cause.
static VERDICTS: &str = include_str!("../../../docs/verdicts.md");

/// A heading and what stands below it.
pub(super) struct Section<'p> {
    level: usize,
    heading: &'p str,
    body: &'p str,
}

/// Every section about an id: a kind and a cause may share one.
pub(super) fn sections(id: &str) -> Vec<Section<'static>> {
    all(VERDICTS).into_iter().filter(|section| names(section.heading).any(|name| name == id)).collect()
}

/// Every id that has a section.
pub(super) fn ids() -> Vec<String> {
    all(VERDICTS).iter().flat_map(|section| names(section.heading).collect::<Vec<_>>()).collect()
}

/// Cuts a page at its headings. A section reaches to the next heading of its own level or
/// a higher one, so sections nest.
fn all(page: &str) -> Vec<Section<'_>> {
    let mut heads: Vec<(usize, usize, usize, &str)> = Vec::new();
    let (mut at, mut fenced) = (0, false);
    for line in page.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        if let Some((level, text)) = heading(line).filter(|_| !fenced) {
            heads.push((level, at, at + line.len(), text));
        }
        at += line.len();
    }
    let end = |i: usize, level| {
        let later = heads[i + 1..].iter().find(|&&(other, ..)| other <= level);
        later.map_or(page.len(), |&(_, start, ..)| start)
    };
    heads
        .iter()
        .enumerate()
        .map(|(i, &(level, _, from, heading))| Section { level, heading, body: &page[from..end(i, level)] })
        .collect()
}

/// `## text` as (2, text).
fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| (level, text.trim()))
}

/// The ids that a heading is about: those in backticks, or else the word that it is or
/// that follows a colon.
fn names(heading: &str) -> impl Iterator<Item = String> {
    let quoted: Vec<&str> = heading.split('`').skip(1).step_by(2).collect();
    let found = if quoted.is_empty() {
        let last = heading.rsplit(':').next().unwrap_or(heading).trim();
        if last.contains(char::is_whitespace) { Vec::new() } else { vec![last] }
    } else {
        quoted
    };
    found.into_iter().map(str::to_ascii_lowercase)
}

/// Prints a section.
pub(super) fn print(page: &mut Page<'_>, section: &Section<'_>) -> io::Result<()> {
    let title = section.heading.replace('`', "");
    page.paragraph("", &[span(Tone::Strong, title), plain(" (verdict)")])?;
    draw(page, section)
}

fn draw(page: &mut Page<'_>, section: &Section<'_>) -> io::Result<()> {
    let mut first = section.level > 0;
    let mut block: Vec<&str> = Vec::new();
    let mut fenced = false;
    // An empty line at the end closes the last block.
    for line in section.body.lines().chain([""]) {
        let fence = line.trim_start().starts_with("```");
        let begins = !fenced && (heading(line).is_some() || is_item(line) || line.starts_with('|'));
        if fence || (!fenced && (line.trim().is_empty() || begins)) {
            flush(page, &mut block, fenced, &mut first)?;
            fenced ^= fence;
        }
        if !fence && (fenced || !line.trim().is_empty()) {
            block.push(line);
        }
    }
    flush(page, &mut block, fenced, &mut first)
}

fn is_item(line: &str) -> bool {
    let text = line.trim_start();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text.starts_with("- ") || text.starts_with("* ") || (digits > 0 && text[digits..].starts_with(". "))
}

/// Prints a block: a heading, an item, a table's row, code, or a paragraph.
fn flush(page: &mut Page<'_>, block: &mut Vec<&str>, code: bool, first: &mut bool) -> io::Result<()> {
    let lines = std::mem::take(block);
    let Some(&head) = lines.first() else { return Ok(()) };
    if code {
        return lines.iter().try_for_each(|line| page.line(&[plain("    "), span(Tone::Code, *line)]));
    }
    if let Some((_, text)) = heading(head) {
        page.blank()?;
        *first = true;
        return page.paragraph("", &[span(Tone::Strong, text.replace('`', ""))]);
    }
    if head.starts_with('|') {
        return row(page, head);
    }
    let text = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    if is_item(head) {
        let (mark, rest) = text.split_once(' ').unwrap_or(("", &text));
        let mark = if mark.ends_with('.') { mark } else { page.sign("•", "-") };
        return page.paragraph(&format!("{mark} "), &spans(rest));
    }
    if !std::mem::take(first) {
        page.blank()?;
    }
    page.paragraph("", &spans(&text))
}

/// A row of a table: its first cell, then the others.
fn row(page: &mut Page<'_>, line: &str) -> io::Result<()> {
    let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
    if cells.iter().all(|cell| cell.trim_matches(['-', ':']).is_empty()) {
        return Ok(());
    }
    let (head, rest) = cells.split_first().unwrap_or((&"", &[]));
    page.paragraph(&format!("{:<10}", head.replace('`', "")), &spans(&rest.join("; ")))
}

/// Running text: **strong**, `code`, and `[links](address)` as text with their address.
fn spans(text: &str) -> Vec<Span> {
    let text = unlinked(text);
    let parts: Vec<&str> = text.split("**").collect();
    if parts.len().is_multiple_of(2) {
        return prose(&text);
    }
    let mut out = Vec::new();
    for (i, part) in parts.into_iter().enumerate() {
        if i % 2 == 1 {
            out.push(span(Tone::Strong, part.replace('`', "")));
        } else {
            out.extend(prose(&emphasis(part)));
        }
    }
    out
}

/// `*words*` without the stars, which a terminal has no sign for. A star that is no pair's
/// stays.
fn emphasis(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        let stars = part.matches('*').count();
        if i % 2 == 0 && stars > 0 && stars.is_multiple_of(2) {
            out.push_str(&part.replace('*', ""));
        } else {
            out.push_str(part);
        }
    }
    out
}

fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let parsed = link.split_once("](").and_then(|(name, after)| Some((name, after.split_once(')')?)));
        match parsed {
            Some((name, (address, after))) if !name.contains(['[', '`']) => {
                out.push_str(&format!("{before}{name} ({address})"));
                rest = after;
            }
            _ => {
                out.push_str(&format!("{before}["));
                rest = link;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::RenderContext;

    #[test]
    fn headings_name_ids() {
        for (heading, expected) in [
            ("cause: two-clusters", &["two-clusters"][..]),
            ("`failover`", &["failover"]),
            ("`slow` and `stuck`", &["slow", "stuck"]),
            ("moved-storm", &["moved-storm"]),
            ("Kinds", &["kinds"]),
            ("How sure a cause is", &[]),
        ] {
            assert_eq!(names(heading).collect::<Vec<_>>(), expected, "{heading}");
        }
    }

    #[test]
    fn sections_nest_and_code_has_no_heading() {
        let page = "# A\none\n## b\ntwo\n```\n# no\n```\n## c\nthree\n# D\nfour\n";
        let found: Vec<_> = all(page).iter().map(|s| (s.level, s.heading, s.body)).collect();
        assert_eq!(
            found,
            [
                (1, "A", "one\n## b\ntwo\n```\n# no\n```\n## c\nthree\n"),
                (2, "b", "two\n```\n# no\n```\n"),
                (2, "c", "three\n"),
                (1, "D", "four\n"),
            ]
        );
    }

    #[test]
    fn markdown_is_drawn() {
        let body = "One *line*\nand `a * b` **more.**\n\n- item\n  goes on\n- [link](https://x.example)\n1. first\n\n\
                    ## `sub`\n\ntext\n\n| a | b |\n| --- | --- |\n| `x` | y |\n\n```\n$ run --it\n```\nlast [1-5]";
        let mut out = Vec::new();
        let cx = RenderContext::default();
        draw(&mut Page::new(&mut out, &cx), &Section { level: 1, heading: "h", body }).unwrap();
        let expected = "One line and `a * b` more.\n• item goes on\n• link (https://x.example)\n1. first\n\nsub\ntext\n\
                        a         b\nx         y\n    $ run --it\n\nlast [1-5]\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
