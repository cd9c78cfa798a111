//! docs/verdicts.md has a heading for every id that a report can print, and no other.

use scan::diagnose::{CauseId, Kind, State};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PARTS: [&str; 6] = ["Meaning", "Fingerprint", "Confused with", "Do", "Dead ends", "Check"];

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verdicts.md"))
        .expect("docs/verdicts.md")
}

fn headings(page: &str, class: &str) -> Vec<String> {
    let prefix = format!("### {class}: ");
    page.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
}

/// The text from a heading to the next.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = page.find(&format!("{heading}\n")).expect("heading") + heading.len();
    let rest = &page[start..];
    let end = rest.find("\n#").unwrap_or(rest.len());
    rest[..end].trim()
}

#[test]
fn every_id_has_one_heading_and_every_heading_is_an_id() {
    let page = page();
    let expected = [
        ("kind", Kind::ALL.iter().map(|k| k.id()).collect::<Vec<_>>()),
        ("state", State::ALL.iter().map(|s| s.id()).collect()),
        ("cause", CauseId::ALL.iter().map(|c| c.id()).collect()),
    ];
    for (class, ids) in expected {
        let found = headings(&page, class);
        let unique: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(unique.len(), found.len(), "a heading of {class} twice");
        assert_eq!(unique, ids.into_iter().collect(), "{class}");
    }
}

#[test]
fn every_cause_tells_all_six_parts() {
    let page = page();
    for cause in CauseId::ALL {
        let text = section(&page, &format!("### cause: {}", cause.id()));
        for part in PARTS {
            assert!(text.contains(&format!("**{part}.** ")), "{}: {part}", cause.id());
        }
    }
}

#[test]
fn every_section_says_something() {
    let page = page();
    for (class, ids) in [
        ("kind", Kind::ALL.iter().map(|k| k.id()).collect::<Vec<_>>()),
        ("state", State::ALL.iter().map(|s| s.id()).collect()),
    ] {
        for id in ids {
            assert!(section(&page, &format!("### {class}: {id}")).len() > 30, "{class} {id}");
        }
    }
}
