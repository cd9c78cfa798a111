//! The program against the recorded logs of `fixtures/` and what really happened while they were
//! written. The fields of a truth file are told in `tests/lab/README.md`; `tests/lab/verify.py` holds
//! fresh recordings to the same.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use scan::model::SlotSet;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Signals whose counted hits must be exactly the truth's. Others only where the truth lists them.
const STRICT: [&str; 7] = ["moved", "ask", "redirect", "tryagain", "clusterdown", "crossslot", "migration"];
/// How far a report's times may be off.
const TOLERANCE_MS: i64 = 2_000;

/// A value in a truth file, or a list of those that are right.
#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
enum AnyOf<T> {
    Several(Vec<T>),
    One(T),
}

impl<T: PartialEq> AnyOf<T> {
    fn holds(&self, value: &T) -> bool {
        match self {
            Self::One(only) => only == value,
            Self::Several(any) => any.contains(value),
        }
    }
}

#[derive(Deserialize, Clone, Debug)]
struct Truth {
    log: String,
    client_id: Option<String>,
    events: Vec<Event>,
    incidents: Vec<Wanted>,
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Event {
    line: u64,
    signal: AnyOf<String>,
    slot: AnyOf<Option<u16>>,
    host: AnyOf<Option<String>>,
    port: AnyOf<Option<u16>>,
    client: Option<AnyOf<String>>,
    #[serde(default)]
    optional: bool,
}

/// An incident that a right report holds; what is not there is not judged.
#[derive(Deserialize, Clone, Debug)]
struct Wanted {
    kind: AnyOf<String>,
    states: Option<AnyOf<String>>,
    causes: Option<AnyOf<String>>,
    slots_within: Option<String>,
    start: Option<String>,
    start_from: Option<String>,
    end: Option<String>,
}

/// A line of `--format hits`. A field more or less than the contract's is an error.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
struct Hit {
    source: String,
    line: u64,
    signal: String,
    slot: Option<u16>,
    host: Option<String>,
    port: Option<u16>,
    client: Option<String>,
    #[expect(dead_code, reason = "that the field is there is what is checked")]
    reporter: Option<String>,
    time: Option<String>,
    #[expect(dead_code, reason = "that the field is there is what is checked")]
    rule: String,
    event: bool,
    repeats: u64,
}

impl Hit {
    fn is_of(&self, event: &Event) -> bool {
        self.line == event.line
            && event.signal.holds(&self.signal)
            && event.slot.holds(&self.slot)
            && event.host.holds(&self.host)
            && event.port.holds(&self.port)
            && event
                .client
                .as_ref()
                .is_none_or(|c| self.client.as_ref().is_some_and(|client| c.holds(client)))
    }

    fn say(&self) -> String {
        format!(
            "line {}: {} {:?} {:?}:{:?} client {:?}, event {}",
            self.line, self.signal, self.slot, self.host, self.port, self.client, self.event
        )
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn truths() -> Vec<(String, Truth)> {
    let mut found: Vec<(String, Truth)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(".truth.json")?.to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            Some((name.clone(), serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"))))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn truth(name: &str) -> Truth {
    truths().into_iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no truth of {name}")).1
}

/// Standard output of a run that must end well.
fn scan(args: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_scan"))
        .args(args)
        .env_clear()
        .current_dir(folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "scan {args:?}: {errors}");
    assert_eq!(errors, "", "scan {args:?} has nothing to complain of");
    String::from_utf8(done.stdout).expect("output is UTF-8")
}

fn hits(log: &str) -> Vec<Hit> {
    let read = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{log}: {e}: {line}"));
    scan(&["--format", "hits", log]).lines().map(read).collect()
}

fn report(log: &str) -> Value {
    serde_json::from_str(&scan(&["--format", "json", log])).unwrap()
}

// -- events --------------------------------------------------------------------

fn wrong_events(truth: &Truth, hits: &[Hit]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for event in &truth.events {
        let here: Vec<usize> = (0..hits.len())
            .filter(|i| !used.contains(i) && hits[*i].event && hits[*i].is_of(event))
            .collect();
        if here.len() > 1 || (here.is_empty() && !event.optional) {
            let near: Vec<String> = hits.iter().filter(|hit| hit.line == event.line).map(Hit::say).collect();
            wrong.push(format!("{event:?} is counted {} times; hits there: {near:?}", here.len()));
        }
        used.extend(here);
    }
    let listed = |signal: &String| truth.events.iter().any(|event| event.signal.holds(signal));
    for (i, hit) in hits.iter().enumerate() {
        if used.contains(&i) {
            if hit.client.is_some() && truth.client_id.is_some() && hit.client != truth.client_id {
                wrong.push(format!("{}: the client is {:?}", hit.say(), truth.client_id));
            }
        } else if hit.event && (STRICT.contains(&hit.signal.as_str()) || listed(&hit.signal)) {
            wrong.push(format!("{}: no such event happened", hit.say()));
        }
    }
    wrong
}

/// The sums that must agree whatever happened.
fn wrong_sums(truth: &Truth, hits: &[Hit], report: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for hit in hits.iter().filter(|hit| hit.event) {
        *sums.entry(&hit.signal).or_default() += hit.repeats;
    }
    let total: u64 = sums.values().sum();
    let events = report["events"].as_object().unwrap();
    let listed: u64 = events.values().map(|n| n.as_u64().unwrap()).sum();
    let groups = report["groups"].as_array().unwrap();
    let grouped: u64 = groups.iter().map(|group| group["events"].as_u64().unwrap()).sum();
    if total != listed || total != grouped {
        wrong.push(format!("hits count {total}, events {listed}, groups {grouped}"));
    }
    // A report may tell the kind of a bare redirection; the other signals keep their numbers.
    for (signal, n) in sums.iter().filter(|(signal, _)| !["moved", "ask", "redirect"].contains(*signal)) {
        if events.get(*signal).and_then(Value::as_u64) != Some(*n) {
            wrong.push(format!("{n} {signal} in the hits, {:?} in the report", events.get(*signal)));
        }
    }
    let in_incidents = array(&report["incidents"]).iter().map(|i| i["events"].as_u64().unwrap()).sum::<u64>();
    if in_incidents > total {
        wrong.push(format!("incidents hold {in_incidents} of {total} events: one belongs to several"));
    }
    let text = std::fs::read(folder().join(&truth.log)).unwrap();
    let lines =
        text.iter().filter(|b| **b == b'\n').count() + usize::from(text.last().is_some_and(|b| *b != b'\n'));
    let source = &report["scan"]["sources"][0];
    if source["bytes"] != text.len() || source["lines"] != lines || report["scan"]["lines"] != lines {
        wrong.push(format!("{} bytes and {lines} lines are reported as {source}", text.len()));
    }
    wrong
}

/// Order and form of the hits.
fn wrong_form(truth: &Truth, hits: &[Hit]) -> Vec<String> {
    let mut wrong = Vec::new();
    if !hits.is_sorted_by_key(|hit| hit.line) {
        wrong.push("hits are not in the order of the input".to_owned());
    }
    for hit in hits {
        if hit.source != truth.log {
            wrong.push(format!("{}: the source is {}", hit.say(), hit.source));
        }
        if hit.time.as_deref().is_some_and(|time| millis(time).is_none()) {
            wrong.push(format!("{}: time {:?}", hit.say(), hit.time));
        }
    }
    wrong
}

// -- incidents -----------------------------------------------------------------

fn wrong_incidents(truth: &Truth, report: &Value) -> Vec<String> {
    let incidents = array(&report["incidents"]);
    truth.incidents.iter().filter_map(|wanted| unmatched(wanted, truth, incidents)).collect()
}

/// `None` when one of the incidents is the wanted one, else what is wrong with the nearest.
fn unmatched(wanted: &Wanted, truth: &Truth, incidents: &[Value]) -> Option<String> {
    let of_kind = incidents.iter().filter(|i| wanted.kind.holds(&text(&i["kind"])));
    let nearest = of_kind.map(|incident| wrong_with(wanted, truth, incident)).min_by_key(Vec::len);
    match nearest {
        Some(wrong) if wrong.is_empty() => None,
        Some(wrong) => Some(format!("{:?}: {}", wanted.kind, wrong.join("; "))),
        None => {
            let kinds: Vec<String> = incidents.iter().map(|i| text(&i["kind"])).collect();
            Some(format!("no {:?} among {kinds:?}", wanted.kind))
        }
    }
}

fn wrong_with(wanted: &Wanted, truth: &Truth, incident: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut one_of = |name: &str, accepted: &Option<AnyOf<String>>, is: String| {
        if accepted.as_ref().is_some_and(|accepted| !accepted.holds(&is)) {
            wrong.push(format!("{name} is {is}, not {accepted:?}"));
        }
    };
    one_of("state", &wanted.states, text(&incident["state"]));
    one_of("cause", &wanted.causes, text(&incident["cause"]["id"]));
    let slots: SlotSet = incident["slots"].as_str().unwrap_or_default().parse().unwrap_or_default();
    if let Some(within) = &wanted.slots_within {
        let within: SlotSet = within.parse().unwrap();
        let beyond: Vec<u16> =
            (0..16_384).filter(|slot| has(&slots, *slot) && !has(&within, *slot)).collect();
        if !beyond.is_empty() {
            wrong.push(format!("slots {beyond:?} are not of it"));
        }
    }
    // Where one incident is all that happened, it holds every slot of its events.
    for slot in all_slots(wanted, truth).into_iter().filter(|slot| !has(&slots, *slot)) {
        wrong.push(format!("slot {slot} is missing"));
    }
    let mut between = |name: &str, from: &Option<String>, to: &Option<String>| {
        let Some(to) = to else { return };
        let from = from.as_ref().unwrap_or(to);
        let is = incident[name].as_str();
        let right = is.and_then(millis).is_some_and(|is| {
            (millis(from).unwrap() - TOLERANCE_MS..=millis(to).unwrap() + TOLERANCE_MS).contains(&is)
        });
        if !right {
            wrong.push(format!("{name} is {is:?}, not from {from} to {to}"));
        }
    };
    between("start", &wanted.start_from, &wanted.start);
    between("end", &None, &wanted.end);
    wrong
}

fn all_slots(wanted: &Wanted, truth: &Truth) -> BTreeSet<u16> {
    let signals: &[&str] = match &wanted.kind {
        AnyOf::Several(kinds) if *kinds == ["ask-campaign"] => &["ask"],
        AnyOf::Several(kinds) if *kinds == ["moved-storm"] => &["moved", "redirect"],
        _ => return BTreeSet::new(),
    };
    let of_it =
        truth.events.iter().filter(|event| signals.iter().any(|s| event.signal.holds(&(*s).to_owned())));
    of_it.filter_map(|event| if let AnyOf::One(slot) = event.slot { slot } else { None }).collect()
}

fn has(slots: &SlotSet, slot: u16) -> bool {
    scan::model::Slot::new(slot).is_some_and(|slot| slots.contains(slot))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A time without a zone is UTC: the recorder runs every program so.
fn millis(text: &str) -> Option<i64> {
    let universal = || text.parse::<Timestamp>().ok();
    let local = || Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    universal().or_else(local).map(Timestamp::as_millisecond)
}

// -- tests -----------------------------------------------------------------------

fn all_wrong(truth: &Truth, hits: &[Hit], report: &Value) -> Vec<String> {
    let mut wrong = wrong_events(truth, hits);
    wrong.extend(wrong_form(truth, hits));
    wrong.extend(wrong_sums(truth, hits, report));
    wrong.extend(wrong_incidents(truth, report));
    wrong
}

#[test]
fn every_recorded_log_is_told_as_it_was() {
    let schema: Value = serde_json::from_str(&scan(&["--generate", "report-schema"])).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let truths = truths();
    assert!(truths.len() >= 30, "{} truth files", truths.len());
    let mut complaints = Vec::new();
    let (mut events, mut incidents) = (0, 0);
    for (name, truth) in &truths {
        let (hits, report) = (hits(&truth.log), report(&truth.log));
        let invalid =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path()));
        let wrong = all_wrong(truth, &hits, &report).into_iter().chain(invalid);
        complaints.extend(wrong.map(|wrong| format!("{name}: {wrong}")));
        events += truth.events.len();
        incidents += truth.incidents.len();
    }
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
    assert!(events > 2_000 && incidents > 15, "{events} events and {incidents} incidents is no test");
}

/// All logs in one run: nothing of one may change what is counted of another.
#[test]
fn all_logs_in_one_run_have_the_events_of_each() {
    let mut in_one: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for line in scan(&["--format", "hits", "."]).lines() {
        let hit: Hit = serde_json::from_str(line).unwrap();
        in_one.entry(hit.source.clone()).or_default().push(hit);
    }
    for (name, truth) in truths() {
        let hits = in_one.remove(&format!("./{}", truth.log)).unwrap_or_default();
        assert_eq!(wrong_events(&truth, &hits), Vec::<String>::new(), "{name}");
    }
    assert!(in_one.is_empty(), "hits in what is no log: {:?}", in_one.keys());
}

/// The comparison itself: each twist of the truth must be found out.
#[test]
fn a_twisted_truth_is_found_out() {
    let mut truth = truth("redis-py-8-stuck-slot");
    // An event that has all fields first, as the one to twist.
    truth.events.sort_by_key(|event| event.port == AnyOf::One(None));
    let (hits, report) = (hits(&truth.log), report(&truth.log));
    assert_eq!(all_wrong(&truth, &hits, &report), Vec::<String>::new());
    /// A field's name, and how it is made untrue.
    type Twist = (&'static str, fn(&mut Truth));
    let twists: [Twist; 14] = [
        ("an event less", |t| drop(t.events.pop())),
        ("an event more", |t| t.events.push(Event { line: 1, ..t.events[0].clone() })),
        ("an event twice", |t| t.events.push(t.events[0].clone())),
        ("line", |t| t.events[0].line += 1),
        ("slot", |t| t.events[0].slot = AnyOf::One(Some(16_000))),
        ("host", |t| t.events[0].host = AnyOf::Several(vec![Some("localhost".into()), None])),
        ("port", |t| t.events[0].port = AnyOf::One(None)),
        ("signal", |t| t.events[0].signal = AnyOf::One("crossslot".into())),
        ("client", |t| t.client_id = Some("jedis".into())),
        ("kind", |t| t.incidents[0].kind = AnyOf::One("ask-window-ish".into())),
        ("state", |t| t.incidents[0].states = Some(AnyOf::One("completed".into()))),
        ("cause", |t| t.incidents[0].causes = Some(AnyOf::One("failover".into()))),
        ("slots", |t| t.incidents[0].slots_within = Some("1502-1600".into())),
        ("start", |t| {
            t.incidents[0].start_from = None;
            t.incidents[0].start = Some("2026-11-21T04:52:20Z".into());
        }),
    ];
    for (what, twist) in twists {
        let mut twisted = truth.clone();
        twist(&mut twisted);
        assert!(!all_wrong(&twisted, &hits, &report).is_empty(), "a wrong {what} goes unnoticed");
    }
    let mut fewer = hits.clone();
    fewer.iter_mut().find(|hit| hit.event).unwrap().repeats = 2;
    assert!(!wrong_sums(&truth, &fewer, &report).is_empty(), "a wrong sum goes unnoticed");
}
