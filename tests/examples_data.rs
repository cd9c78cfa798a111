//! The data files that drive the matching tests are well formed: they parse, are
//! complete, and speak the contract's vocabulary only.

use scan::model::{Client, Signal, Slot};
use serde::Deserialize;

/// One expected event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    signal: String,
    slot: Option<u16>,
    host: Option<String>,
    port: Option<u16>,
}

/// One record with what it must give. The files name records differently.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    no: Option<usize>,
    case: Option<String>,
    section: Option<String>,
    row: Option<String>,
    lines: Vec<String>,
    expect: Vec<Event>,
    client: Option<String>,
}

/// A line that looks like an event and is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trap {
    line: String,
    why: String,
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// No line break inside a line, ids known, numbers in range.
fn check(file: &str, cases: &[Case]) {
    for (i, case) in cases.iter().enumerate() {
        let name = format!("{file}[{i}] {:?}", case.lines);
        assert!(!case.lines.is_empty(), "{name}: no line");
        assert!(case.lines.iter().all(|l| !l.contains(['\n', '\r', '⏎', '⇥', '␛'])), "{name}");
        if let Some(id) = &case.client {
            assert!(Client::ALL.iter().any(|c| c.id() == id), "{name}: client {id}");
        }
        for event in &case.expect {
            let signal = Signal::from_id(&event.signal);
            assert!(signal.is_some_and(|s| s != Signal::Other), "{name}: signal {}", event.signal);
            assert!(event.slot.is_none_or(|s| Slot::new(s).is_some()), "{name}: slot {:?}", event.slot);
            assert_ne!(event.port, Some(0), "{name}");
            // A port belongs to a host; only a redacted host may stand without one.
            match (&event.host, event.port) {
                (None, None) | (Some(_), Some(_)) => {}
                (Some(host), None) => assert!(host.starts_with('<'), "{name}: host {host} without port"),
                (None, Some(port)) => panic!("{name}: port {port} without host"),
            }
            // What is expected must be readable in the text.
            let text = case.lines.join("\n");
            let slot = event.slot.map(|s| s.to_string());
            for part in [slot.as_deref(), event.host.as_deref()].into_iter().flatten() {
                assert!(text.contains(part), "{name}: {part} is not in the text");
            }
        }
    }
}

#[test]
fn all_seventy_seven_examples_are_there() {
    let cases: Vec<Case> = read("examples.json");
    assert_eq!(cases.len(), 77);
    for (i, case) in cases.iter().enumerate() {
        assert_eq!(case.no, Some(i + 1));
        assert!(!case.expect.is_empty(), "example {} tells nothing", i + 1);
    }
    check("examples.json", &cases);
}

#[test]
fn the_catalogue_covers_every_section() {
    let cases: Vec<Case> = read("catalogue.json");
    check("catalogue.json", &cases);
    assert!(cases.iter().all(|c| c.row.as_ref().is_some_and(|r| !r.is_empty())));
    let sections =
        ["1", "1.1", "1.2", "2", "3", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9"];
    for section in sections {
        assert!(cases.iter().any(|c| c.section.as_deref() == Some(section)), "section {section}");
    }
    assert!(cases.len() >= 500, "{} cases", cases.len());
}

#[test]
fn easily_missed_cases_name_their_case() {
    let cases: Vec<Case> = read("easily_missed.json");
    check("easily_missed.json", &cases);
    assert!(cases.iter().all(|c| c.case.as_ref().is_some_and(|n| !n.is_empty())));
    assert!(cases.len() >= 50, "{} cases", cases.len());
}

#[test]
fn traps_are_single_lines_with_a_reason() {
    let traps: Vec<Trap> = read("traps.json");
    assert!(traps.len() >= 75, "{} traps", traps.len());
    for trap in traps {
        assert!(!trap.line.is_empty() && !trap.line.contains('\n'), "{:?}", trap.line);
        assert!(!trap.why.is_empty(), "{:?}", trap.line);
    }
}
