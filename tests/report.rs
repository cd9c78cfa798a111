//! The report document and its emitters, all on one fixed rich report.

#[path = "report/sample.rs"]
mod sample;

use sample::HOSTILE;
use scan::diagnose::{CauseId, Kind, Severity, State, Strength};
use scan::model::{Client, Signal};
use scan::report::{Format, RenderContext, Report, SCHEMA_TEXT};
use scan::tally::{Problem, SourceFacts};
use serde_json::Value;
use unicode_width::UnicodeWidthChar;

fn emitted(format: Format, report: &Report, cx: &RenderContext) -> String {
    let mut out = Vec::new();
    format.emitter().emit(report, cx, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(report: &Report, width: usize) -> String {
    emitted(Format::Text, report, &RenderContext { width, ..RenderContext::default() })
}

fn columns(line: &str) -> usize {
    line.chars().map(|c| c.width().unwrap_or(0)).sum()
}

#[test]
fn every_format_has_a_snapshot() {
    for &format in Format::ALL {
        assert_eq!(Format::from_id(format.id()), Some(format));
        insta::assert_snapshot!(format.id(), emitted(format, &sample::report(), &RenderContext::default()));
    }
    assert_eq!(Format::from_id("hits"), None);
}

#[test]
fn text_at_other_widths_and_in_other_dress() {
    let report = sample::report();
    for width in [40, 60, 120] {
        insta::assert_snapshot!(format!("text-{width}"), text(&report, width));
    }
    let ascii = emitted(Format::Text, &report, &RenderContext { unicode: false, ..RenderContext::default() });
    assert!(ascii.is_ascii());
    insta::assert_snapshot!("text-ascii", ascii);
    let colour = emitted(Format::Text, &report, &RenderContext { colour: true, ..RenderContext::default() });
    insta::assert_snapshot!("text-colour", colour.replace('\u{1b}', "␛"));
}

#[test]
fn text_stays_on_the_page() {
    for width in [24, 40, 59, 60, 72, 80, 100, 200] {
        for unicode in [true, false] {
            let cx = RenderContext { width, unicode, ..RenderContext::default() };
            for report in [sample::report(), sample::many(Severity::High, 2), sample::hostile("日本 のログ ")]
            {
                for line in emitted(Format::Text, &report, &cx).lines() {
                    assert_eq!(line.trim_end(), line, "trailing blank at {width}");
                    // Only a word without a blank in it may stand out, be it a part of a
                    // command that goes on.
                    let shown = line.trim_end_matches(" \\").trim_start();
                    let shown = shown.trim_start_matches(['-', '•', 'x', '✗']).trim_start();
                    assert!(columns(line) <= width || !shown.contains(' '), "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn one_page_of_80_columns_holds_no_longer_line_at_all() {
    for line in text(&sample::report(), 80).lines() {
        assert!(columns(line) <= 80, "{line}");
    }
}

#[test]
fn a_long_command_can_be_copied() {
    let page = text(&sample::report(), 80);
    let lines = page.lines().skip_while(|line| !line.contains("for n in"));
    let mut command = String::new();
    for line in lines {
        let line = line.trim().trim_start_matches("• ");
        command.push_str(line.trim_end_matches('\\'));
        if !line.ends_with('\\') {
            break;
        }
    }
    assert_eq!(
        command,
        "for n in 10.0.0.11:6379 10.0.0.12:6379 2001:db8::13:6379; do redis-cli -h \"${n%:*}\" -p \"${n##*:}\" \
         CLIENT LIST | grep -o 'lib-name=[^ ]*'; done | sort | uniq -c"
    );
}

fn source(name: &str, lines: u64) -> SourceFacts {
    let span = (lines > 0).then(|| (sample::at(0), sample::at(60)));
    SourceFacts { name: name.to_owned(), bytes: lines * 100, lines, span }
}

fn unreadable() -> Problem {
    Problem { source: None, name: "app.log".into(), message: "permission denied.".into(), unread: true }
}

#[test]
fn nothing_found_is_not_nothing_read() {
    let clean = sample::nothing(vec![source("a.log", 1000), source("b.log", 234)], Vec::new());
    insta::assert_snapshot!("nothing-found", text(&clean, 80));
    insta::assert_snapshot!("nothing-found-json", emitted(Format::Json, &clean, &RenderContext::default()));
    insta::assert_snapshot!(
        "nothing-found-github",
        emitted(Format::Github, &clean, &RenderContext::default())
    );
    let unread = sample::nothing(Vec::new(), vec![unreadable()]);
    insta::assert_snapshot!("nothing-readable", text(&unread, 80));
    let empty = sample::nothing(vec![source("-", 0)], Vec::new());
    insta::assert_snapshot!("no-line", text(&empty, 80));
    let first_lines: Vec<String> =
        [&clean, &unread, &empty].iter().map(|r| text(r, 80).lines().next().unwrap().to_owned()).collect();
    assert!(first_lines[0] != first_lines[1] && first_lines[1] != first_lines[2], "{first_lines:?}");
}

#[test]
fn the_same_advice_is_given_once() {
    let mut report = sample::report();
    let advice = report.incidents[0].advice.clone();
    report.incidents[1].advice = advice;
    let page = text(&report, 80);
    assert_eq!(page.matches("Use `redis.cluster.RedisCluster`").count(), 1, "{page}");
    assert_eq!(page.matches("Do          as for 1; what not to do is the same too").count(), 1, "{page}");
    // How to check names nodes, which differ.
    assert_eq!(page.matches("`redis-cli -h 10.0.0.12 -p 6379 INFO errorstats`").count(), 2, "{page}");
}

#[test]
fn nothing_hostile_acts_on_a_terminal() {
    for hostile in HOSTILE {
        let report = sample::hostile(hostile);
        for &format in Format::ALL {
            let out = emitted(format, &report, &RenderContext::default());
            for c in out.chars().filter(|&c| c != '\n') {
                let hidden = c.is_control()
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
                assert!(!hidden, "{c:?} in {} of {hostile:?}", format.id());
            }
        }
    }
}

/// Name, properties and message.
type Command = (String, Vec<(String, String)>, String);

/// A command as the runner of GitHub Actions reads it off a line
/// (actions/runner, `ActionCommand.cs`).
fn workflow_command(line: &str) -> Option<Command> {
    const NAMES: &[&str] = &[
        "error",
        "warning",
        "notice",
        "debug",
        "group",
        "endgroup",
        "add-mask",
        "add-path",
        "add-matcher",
        "remove-matcher",
        "echo",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
    ];
    let unescape = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    if let Some((_, old)) = line.split_once("##[") {
        return Some((old.to_owned(), Vec::new(), String::new()));
    }
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
    if !NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let properties = rest.split(',').filter_map(|pair| pair.trim().split_once('='));
    let properties = properties.map(|(key, value)| {
        let value = unescape(value).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        (key.to_owned(), value)
    });
    Some((name.to_owned(), properties.collect(), unescape(data).replace("%25", "%")))
}

#[test]
fn nothing_hostile_is_a_workflow_command() {
    for hostile in HOSTILE {
        let report = sample::hostile(hostile);
        for &format in Format::ALL {
            for colour in [false, true] {
                let out = emitted(format, &report, &RenderContext { colour, ..RenderContext::default() });
                let names: Vec<String> =
                    out.lines().filter_map(workflow_command).map(|(name, ..)| name).collect();
                let expected: &[&str] = match format {
                    Format::Github => &[
                        "group", "endgroup", "error", "error", "error", "error", "warning", "notice",
                        "notice",
                    ],
                    _ => &[],
                };
                assert_eq!(names, expected, "{} of {hostile:?}", format.id());
                if format != Format::Json {
                    for act in ["##vso[", "##teamcity[", "\n--- ", "\n+++ ", "\n~~~ ", "\n^^^ "] {
                        assert!(!out.contains(act), "{act:?} in {} of {hostile:?}", format.id());
                    }
                }
            }
        }
    }
}

#[test]
fn annotations_say_where_and_what() {
    let cx = RenderContext {
        workspace: Some("/work/repo".into()),
        working_dir: Some("/work/repo/service".into()),
        ..RenderContext::default()
    };
    let out = emitted(Format::Github, &sample::report(), &cx);
    let commands: Vec<_> = out.lines().filter_map(workflow_command).collect();
    let (name, properties, message) = &commands[2];
    assert_eq!(name, "error");
    let property = |key: &str| properties.iter().find(|p| p.0 == key).map(|p| p.1.as_str());
    assert_eq!(property("file"), Some("service/logs/app.log"));
    assert_eq!(property("line"), Some("17"));
    assert_eq!(property("title"), Some("MOVED storm: the client is not cluster aware"));
    assert!(
        message.starts_with("41,196 MOVED, 12 too many redirects on 10,923 slots, 2026-04-23"),
        "{message}"
    );
    assert!(message.contains("\nDo: redis-py: Use `redis.cluster.RedisCluster`"), "{message}");
    // The percent sign of a shell expansion came through its escape.
    assert!(message.contains("\"${n%:*}\""), "{message}");
}

#[test]
fn annotations_stay_within_the_runners_limits() {
    for (severity, command) in
        [(Severity::Critical, "error"), (Severity::Medium, "warning"), (Severity::Info, "notice")]
    {
        for count in [0, 1, 10, 11, 1000] {
            let mut report = sample::many(severity, count);
            report.scan.problems.clear();
            for incident in &mut report.incidents {
                incident.cause.evidence = vec!["😀 evidence".repeat(60); 20];
            }
            let out = emitted(Format::Github, &report, &RenderContext::default());
            let annotations: Vec<_> = out
                .lines()
                .filter_map(workflow_command)
                .filter(|(name, ..)| name.contains(command))
                .collect();
            assert_eq!(annotations.len(), count.min(10), "{command} {count}");
            for (_, _, message) in &annotations {
                assert!(message.encode_utf16().count() <= 4096);
            }
            let says_more =
                annotations.last().is_some_and(|(_, _, message)| message.contains("more incidents"));
            assert_eq!(says_more, count > 10, "{command} {count}");
            if count == 1000 {
                assert!(annotations[9].2.starts_with("991 more incidents"), "{}", annotations[9].2);
            }
        }
    }
}

#[test]
fn what_was_not_read_takes_one_of_the_ten_warnings() {
    let report = sample::many(Severity::Medium, 10);
    let out = emitted(Format::Github, &report, &RenderContext::default());
    let warnings: Vec<_> =
        out.lines().filter_map(workflow_command).filter(|(name, ..)| name == "warning").collect();
    assert_eq!(warnings.len(), 10);
    assert_eq!(warnings[0].2, "1 input not read in full: see the report above.");
    assert!(warnings[9].2.starts_with("2 more incidents"), "{}", warnings[9].2);
}

#[test]
fn json_follows_its_schema_and_reads_back() {
    let schema: Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut reports = vec![
        sample::report(),
        sample::many(Severity::Low, 3),
        sample::nothing(Vec::new(), vec![unreadable()]),
        sample::nothing(vec![source("-", 0)], Vec::new()),
    ];
    reports.extend(HOSTILE.iter().map(|hostile| sample::hostile(hostile)));
    for report in &reports {
        let out = emitted(Format::Json, report, &RenderContext::default());
        let document: Value = serde_json::from_str(&out).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new());
        let read: Report = serde_json::from_str(&out).unwrap();
        assert_eq!(&read, report);
        assert_eq!(out, emitted(Format::Json, &read, &RenderContext::default()));
    }
}

#[test]
fn the_schema_refuses_what_the_document_has_not() {
    let schema: Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let good: Value =
        serde_json::from_str(&emitted(Format::Json, &sample::report(), &RenderContext::default())).unwrap();
    let spoilt = |pointer: &str, value: Value| {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        !validator.is_valid(&document)
    };
    assert!(spoilt("/schema", "scan-report/2".into()));
    assert!(spoilt("/incidents/0/kind", "storm".into()));
    assert!(spoilt("/incidents/0/start", "yesterday".into()));
    assert!(spoilt("/incidents/0/slots", "all".into()));
    assert!(spoilt("/groups/0/slot", 16384.into()));
    for object in [
        "",
        "/scan",
        "/scan/sources/0",
        "/scan/problems/0",
        "/groups/0",
        "/groups/0/first_line",
        "/incidents/0",
        "/incidents/0/targets/0",
        "/incidents/0/cause",
        "/incidents/0/advice",
        "/incidents/0/advice/do/0",
        "/incidents/0/advice/do_not/0",
        "/incidents/0/samples/0",
        "/incidents/1/hot_slot",
    ] {
        let mut document = good.clone();
        document.pointer_mut(object).unwrap().as_object_mut().unwrap().insert("more".into(), 1.into());
        assert!(!validator.is_valid(&document), "a further field in {object:?}");
    }
}

#[test]
fn the_schema_lists_every_id() {
    let schema: Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
    let listed = |pointer: &str| -> Vec<String> {
        let ids = schema.pointer(pointer).and_then(Value::as_array).unwrap();
        ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    fn ids<T: Copy>(all: &[T], id: fn(T) -> &'static str) -> Vec<String> {
        all.iter().map(|&value| id(value).to_owned()).collect()
    }
    assert_eq!(listed("/$defs/signal/enum"), ids(Signal::ALL, Signal::id));
    assert_eq!(listed("/$defs/incident/properties/kind/enum"), ids(Kind::ALL, Kind::id));
    assert_eq!(listed("/$defs/state/enum"), ids(State::ALL, State::id));
    assert_eq!(listed("/$defs/incident/properties/severity/enum"), ids(Severity::ALL, Severity::id));
    assert_eq!(listed("/$defs/causeId/enum"), ids(CauseId::ALL, CauseId::id));
    assert_eq!(listed("/$defs/strength/enum"), ids(Strength::ALL, Strength::id));
    assert_eq!(listed("/$defs/incident/properties/clients/items/enum"), ids(Client::ALL, Client::id));
}

#[test]
fn the_document_adds_up_and_is_sorted() {
    let report = sample::report();
    let groups: u64 = report.groups.iter().map(|group| group.events).sum();
    assert_eq!(report.events.values().sum::<u64>(), groups);
    assert!(report.incidents.is_sorted_by_key(|incident| std::cmp::Reverse(incident.severity)));
    assert_eq!(report.incidents[0].kind, Kind::MovedStorm);
    let storm = &report.incidents[0];
    let millis = storm.end.unwrap().0.since(storm.start.unwrap().0).unwrap();
    let covered = storm.profile_step_ms.unwrap() * storm.profile.len() as u64;
    assert!(covered > u64::try_from(millis).unwrap() && covered < u64::try_from(millis).unwrap() + 1000);
}

#[test]
fn a_possible_cause_is_not_told_as_a_fact() {
    let page = text(&sample::doubtful(), 80);
    assert!(page.contains("Scattered MOVED: possibly a client keeps a stale slot map\n"), "{page}");
    assert!(page.contains(" Scattered MOVED (stale-slot-map?) "), "{page}");
}

#[test]
fn no_output_has_a_password() {
    let report = sample::report();
    for &format in Format::ALL {
        let out = emitted(format, &report, &RenderContext::default());
        assert!(
            !out.contains("s3cret") && out.contains("redis://web:***@redis-4.redis.svc:6379"),
            "{}",
            format.id()
        );
    }
}

#[test]
fn files_get_no_colour_and_terminals_no_stray_one() {
    let plain = text(&sample::report(), 80);
    let colour =
        emitted(Format::Text, &sample::report(), &RenderContext { colour: true, ..RenderContext::default() });
    assert!(!plain.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut rest = colour.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    // Colour does without the backticks and changes no word.
    let words = |text: &str| text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&stripped), words(&plain));
}
