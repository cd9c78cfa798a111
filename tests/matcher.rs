//! The matcher held to lines whose expected result is written down: the example lines,
//! the catalogue of messages, what is easily missed and what only looks alike.

use scan::matcher::layout::SourceContext;
use scan::matcher::{Matcher, Scratch, Sink, SourceView};
use scan::model::{Chunk, Hit, Locus, Moment};
use scan::rules::RuleSet;
use serde_json::Value;

/// What a hit says, as the data files write it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    line: u64,
    event: bool,
    signal: String,
    slot: Option<u64>,
    host: Option<String>,
    port: Option<u64>,
    client: Option<String>,
}

#[derive(Default)]
struct Collect(Vec<Seen>);

impl Sink for Collect {
    fn hit(&mut self, hit: &Hit<'_>) {
        self.0.push(Seen {
            line: hit.place.newlines_before + 1,
            event: hit.event,
            signal: hit.signal.id().to_owned(),
            slot: hit.slot.map(|s| u64::from(s.get())),
            host: hit.endpoint.map(|e| e.host.to_owned()),
            port: hit.endpoint.and_then(|e| e.port).map(u64::from),
            client: hit.client.map(|c| c.id().to_owned()),
        });
    }
    fn start(&mut self, _: Option<Moment>, _: Locus, _: Option<&str>) {}
    fn activity(&mut self, _: Moment, _: Locus, _: Option<&str>) {}
    fn last_time(&mut self, _: Moment) {}
}

fn scan(text: &str) -> Vec<Seen> {
    static RULES: std::sync::LazyLock<RuleSet> = std::sync::LazyLock::new(RuleSet::builtin);
    static MATCHER: std::sync::LazyLock<Matcher<'static>> =
        std::sync::LazyLock::new(|| Matcher::new(&RULES).unwrap());
    let reference = "2026-11-21T12:00:00".parse().unwrap();
    let view = SourceView { context: SourceContext::new(reference), reporter: None, stream: true };
    let bytes = text.as_bytes();
    let chunk = Chunk { source: 0, bytes, offset: 0, own: 0..bytes.len(), at_start: true, at_end: true };
    let mut sink = Collect::default();
    MATCHER.scan_chunk(&chunk, &view, 0, &mut Scratch::default(), &mut sink);
    sink.0
}

/// Signal, slot, host, port.
type Event = (String, Option<u64>, Option<String>, Option<u64>);

/// The events among the hits, sorted.
fn events(seen: &[Seen]) -> Vec<Event> {
    let counted = seen.iter().filter(|s| s.event);
    let mut out: Vec<_> = counted.map(|s| (s.signal.clone(), s.slot, s.host.clone(), s.port)).collect();
    out.sort();
    out
}

fn expected(entry: &Value) -> Vec<Event> {
    let read = |e: &Value| {
        let text = |key: &str| e[key].as_str().map(str::to_owned);
        (text("signal").unwrap(), e["slot"].as_u64(), text("host"), e["port"].as_u64())
    };
    let mut out: Vec<_> = entry["expect"].as_array().unwrap().iter().map(read).collect();
    out.sort();
    out
}

fn entries(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Holds every entry of a data file to its expectation and lists all that differ.
fn hold(file: &str) {
    let mut wrong = Vec::new();
    let all = entries(file);
    for entry in &all {
        let lines: Vec<&str> =
            entry["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
        let text = lines.join("\n") + "\n";
        let seen = scan(&text);
        if events(&seen) != expected(entry) {
            wrong.push(format!("{text}  want {:?}\n  got  {seen:?}", expected(entry)));
            continue;
        }
        let client = entry["client"].as_str();
        let proven = seen.iter().filter(|s| s.event).all(|s| s.client.as_deref() == client);
        if !proven {
            let got: Vec<_> = seen.iter().map(|s| &s.client).collect();
            wrong.push(format!("{text}  want client {client:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn the_example_lines() {
    assert_eq!(entries("examples").len(), 77);
    hold("examples");
}

#[test]
fn what_is_easily_missed() {
    hold("easily_missed");
}

#[test]
fn every_row_of_the_catalogue() {
    hold("catalogue");
}

#[test]
fn what_only_looks_alike() {
    let mut wrong = Vec::new();
    for entry in entries("traps") {
        let line = entry["line"].as_str().unwrap();
        let seen = scan(&format!("{line}\n"));
        if !events(&seen).is_empty() {
            wrong.push(format!("{line}\n  {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
