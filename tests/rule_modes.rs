//! The modes that read no log: what they print, for whom, and how they end.

use scan::cli::{Exit, RuleChoice, check_rules, explain, list_rules};
use scan::diagnose::{CauseId, Kind, State};
use scan::model::Signal;
use scan::report::RenderContext;
use scan::rules::RuleSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Status, standard output, standard error.
type Ran = (Exit, String, String);

fn ran(mode: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> std::io::Result<Exit>) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = mode(&mut out, &mut err).unwrap();
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn page(width: usize) -> RenderContext {
    RenderContext { width, ..RenderContext::default() }
}

const BUILTIN: RuleChoice<'_> = RuleChoice { paths: &[], builtin: true };
/// For what does not depend on rules, which take time to load.
const NONE: RuleChoice<'_> = RuleChoice { paths: &[], builtin: false };

fn explained(id: &str, choice: RuleChoice<'_>) -> Ran {
    ran(|out, err| explain(id, choice, &page(80), out, err))
}

fn wide(line: &str) -> usize {
    line.chars().map(|c| unicode_width::UnicodeWidthChar::width(c).unwrap_or(0)).sum()
}

/// A directory with these files.
fn dir(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

const RICH: &str = r#"{
  "id": "net/rich", "severity": "critical", "signature": "rich error 日本語 happened", "regex": "rich error",
  "root_cause": "Because `x` did. Second sentence.",
  "workarounds": [
    {"action": "Do this", "how": "First line\nSecond line", "condition": "v2", "tradeoff": "slower",
     "success_rate": 0.95, "sources": ["https://a.example/1"]},
    {"action": "Do that", "sources": ["https://a.example/2", "https://a.example/1"]}
  ],
  "dead_ends": [{"action": "Restart", "why_fails": "It comes back.", "condition": "always", "fail_rate": 0.5}],
  "transition_graph": {"leads_to": ["net/next"], "preceded_by": ["net/before"],
    "frequently_confused_with": [{"error_id": "net/other", "distinction": "that one is red"}]},
  "confidence": 0.8, "evidence_count": 1, "first_seen": "2024-01-01",
  "samples": ["a rich error", "2 rich error", "3 rich error", "4 rich error", "5 rich error", "6 rich error"],
  "counter_samples": ["poor error"]
}"#;

#[test]
fn a_rule_is_told_in_full_and_its_rates_as_claims() {
    let dir = dir(&[("rich.json", RICH)]);
    let paths = [dir.path().to_owned()];
    let choice = RuleChoice { paths: &paths, builtin: false };
    let (exit, out, err) = explained("rich", choice);
    assert_eq!((exit, err.as_str()), (Exit::Clean, ""));
    let out = out.replace(&dir.path().display().to_string(), "DIR");
    let expected = "\
net/rich (rule)
Signal      other (not about redirections)
Severity    critical
From        DIR/rich.json
Looks like  rich error 日本語 happened
Why         Because `x` did. Second sentence.

Do          1. Do this [1]
               First line
               Second line
               When: v2
               Price: slower
               Helps: claims 95 % (1 report)
            2. Do that [2] [1]

Do not      ✗ Restart
              It comes back.
              When: always
              Fails: claims 50 % (1 report)

Matches     • a rich error
            • 2 rich error
            • 3 rich error
            • 4 rich error
            • 5 rich error
            and 1 more in the rule's file

Never       • poor error

Related     leads to net/next
            comes after net/before
            is taken for net/other: that one is red

Provenance  confidence: claims 80 % (1 report)
            reports: 1
            first seen: 2024-01-01

Sources     [1] https://a.example/1
            [2] https://a.example/2
";
    assert_eq!(out, expected);
    // The whole id does as well, and other rules do not hide it.
    let both = RuleChoice { paths: &paths, builtin: true };
    assert_eq!(explained("net/rich", both).1.replace(&dir.path().display().to_string(), "DIR"), expected);
}

#[test]
fn every_id_explains_itself() {
    let rules = RuleSet::builtin();
    let signals = Signal::ALL.iter().map(|s| (s.id(), format!("{} (signal)", s.id()), NONE));
    let kinds = Kind::ALL.iter().map(|k| (k.id(), format!("kind: {} (verdict)", k.id()), NONE));
    let states = State::ALL.iter().map(|s| (s.id(), format!("state: {} (verdict)", s.id()), NONE));
    let causes = CauseId::ALL.iter().map(|c| (c.id(), format!("cause: {} (verdict)", c.id()), NONE));
    let rules = rules.iter().enumerate().map(|(i, rule)| {
        let id = if i % 2 == 0 { &*rule.id } else { rule.short_id() };
        (id, format!("{} (rule)", rule.id), BUILTIN)
    });
    for (id, head, choice) in signals.chain(kinds).chain(states).chain(causes).chain(rules) {
        let (exit, out, err) = explained(id, choice);
        assert_eq!((exit, err.as_str()), (Exit::Clean, ""), "{id}");
        let at = out
            .lines()
            .position(|line| line == head)
            .unwrap_or_else(|| panic!("{id}: no `{head}` in\n{out}"));
        let text: String =
            out.lines().skip(at + 1).take_while(|line| !line.ends_with(" (verdict)")).collect();
        assert!(text.len() > 30, "{id}: {text}");
    }
}

#[test]
fn an_id_of_two_things_prints_both() {
    let (_, out, _) = explained("failover", BUILTIN);
    let heads: Vec<&str> = out.lines().filter(|line| line.ends_with(')') && !line.starts_with(' ')).collect();
    assert_eq!(
        heads,
        [
            "failover (signal)",
            "database/redis-cluster-failover (rule)",
            "kind: failover (verdict)",
            "cause: failover (verdict)"
        ]
    );
}

#[test]
fn a_signal_has_its_rules_with_advice_and_no_dead_end_twice() {
    let rules = RuleSet::builtin();
    for &signal in Signal::ALL {
        let out = explained(signal.id(), BUILTIN).1;
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut own: Vec<_> = rules.iter().filter(|rule| rule.signal == signal).collect();
        for rule in &own {
            assert!(out.contains(&format!("\n{} (rule)\n", rule.id)), "{signal}: {}", rule.id);
            for workaround in &rule.workarounds {
                let action = workaround.action.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(flat.contains(&action), "{signal}: {action}");
            }
            for dead_end in &rule.dead_ends {
                let action = dead_end.action.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(flat.matches(&format!("✗ {action} ")).count(), 1, "{signal}: {action}");
            }
        }
        // The rule that is named after the signal comes first.
        own.retain(|rule| rule.short_id().ends_with(signal.id()));
        let first = out.lines().find(|line| line.ends_with(" (rule)"));
        assert!(own.is_empty() || first == Some(&format!("{} (rule)", own[0].id)), "{signal}: {first:?}");
    }
    assert!(explained("MOVED", BUILTIN).1.starts_with("moved (signal)\n"));
}

#[test]
fn what_is_unknown_is_told_with_what_was_meant() {
    let twins = dir(&[
        ("a.json", r#"{"id": "a/twin", "regex": "aaaaaa", "root_cause": "x"}"#),
        ("b.json", r#"{"id": "b/twin", "regex": "bbbbbb", "root_cause": "x"}"#),
    ]);
    let paths = [twins.path().to_owned()];
    let choice = RuleChoice { paths: &paths, builtin: true };
    let long = "x".repeat(5000);
    for (id, message) in [
        ("movd", "scan: no rule, signal or verdict `movd`, did you mean `moved`?\n"),
        ("Moved-strom", "scan: no rule, signal or verdict `Moved-strom`, did you mean `moved-storm`?\n"),
        (
            "stale-slotmap",
            "scan: no rule, signal or verdict `stale-slotmap`, did you mean `stale-slot-map`?\n",
        ),
        (
            "redis-cluster-mvoed",
            "scan: no rule, signal or verdict `redis-cluster-mvoed`, did you mean `redis-cluster-moved`?\n",
        ),
        ("qqqqqqqq", "scan: no rule, signal or verdict `qqqqqqqq`; `scan --list-rules` lists the rules\n"),
        ("", "scan: no rule, signal or verdict ``; `scan --list-rules` lists the rules\n"),
        (
            "\u{1b}[2J\u{202e}qqqqqqqqq",
            "scan: no rule, signal or verdict `\\x1b[2J\\u{202e}qqqqqqqqq`; `scan --list-rules` lists the rules\n",
        ),
        ("twin", "scan: several rules end in `twin`: a/twin, b/twin; give one in full\n"),
        (&long, &format!("scan: no rule, signal or verdict `{long}`; `scan --list-rules` lists the rules\n")),
    ] {
        assert_eq!(explained(id, choice), (Exit::Trouble, String::new(), message.to_owned()), "{id}");
    }
}

#[test]
fn a_verdict_is_wrapped_and_has_no_markup() {
    for width in [40, 60, 80, 120] {
        for cause in CauseId::ALL {
            let (_, out, _) = ran(|out, err| explain(cause.id(), NONE, &page(width), out, err));
            assert!(!out.contains("**") && !out.contains("\n#"), "{out}");
            for line in out.lines() {
                assert!(wide(line) <= width, "{width}: {line}");
            }
        }
    }
    let coloured = RenderContext { colour: true, ..page(80) };
    let (_, out, _) = ran(|out, err| explain("undecided", BUILTIN, &coloured, out, err));
    assert!(
        out.starts_with("\u{1b}[1mcause: undecided\u{1b}[0m (verdict)\n\u{1b}[1mMeaning.\u{1b}[0m The log"),
        "{out}"
    );
}

#[test]
fn a_pipe_gets_every_rule_as_one_full_line() {
    let dir = dir(&[("rich.json", RICH)]);
    let paths = [dir.path().to_owned()];
    let choice = RuleChoice { paths: &paths, builtin: true };
    let (exit, out, err) = ran(|out, err| list_rules(choice, &page(40), false, out, err));
    assert_eq!((exit, err.as_str()), (Exit::Clean, ""));
    let (rules, _) = RuleSet::load(&paths, true);
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "SIGNAL", "SEVERITY", "COST", "FROM", "LOOKS", "FOR"]);
    assert_eq!(rows.len(), rules.len() + 1);
    for (row, rule) in rows[1..].iter().zip(&rules) {
        assert_eq!(row[..2], [&*rule.id, rule.signal.id()]);
        let signature = rule.signature.as_deref().unwrap();
        assert_eq!(row[5..].join(" "), signature.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let rich = rows.iter().find(|row| row[0] == "net/rich").unwrap();
    assert_eq!(rich[2..4], ["critical", "-"]);
    assert!(rich[4].ends_with("rich.json"));
    let sorted: Vec<&str> = rows[1..].iter().map(|row| row[0]).collect();
    assert!(sorted.is_sorted(), "{sorted:?}");
}

#[test]
fn a_terminal_gets_rows_that_fit() {
    let dir = dir(&[
        ("rich.json", RICH),
        ("slow.json", r#"{"id": "net/slow", "regex": "\\d+", "root_cause": "It is slow. Really."}"#),
    ]);
    let paths = [dir.path().to_owned()];
    for (choice, ids) in [
        (BUILTIN, RuleSet::builtin()),
        (RuleChoice { paths: &paths, builtin: true }, RuleSet::load(&paths, true).0),
    ] {
        for width in [40, 60, 80, 100, 120] {
            let (_, out, _) = ran(|out, err| list_rules(choice, &page(width), true, out, err));
            for line in out.lines() {
                assert!(wide(line) <= width, "{width}: {line}");
            }
            if width >= 80 {
                for rule in &ids {
                    let id = format!("{}{} ", rule.id, if rule.builtin { "" } else { "*" });
                    assert!(out.lines().any(|line| line.starts_with(&id)), "{width}: {id} in\n{out}");
                }
            }
        }
    }
    let own = RuleChoice { paths: &paths, builtin: false };
    let (_, out, _) = ran(|out, err| list_rules(own, &page(80), true, out, err));
    assert_eq!(
        out,
        "ID         SIGNAL  SEVERITY  COST        LOOKS FOR\n\
         net/rich*  other   critical              rich error 日本語 happened\n\
         net/slow*  other             every-line  It is slow.\n\
         \n\
         * from --rules\n\
         2 rules. More on one: `scan --explain ID`\n"
    );
}

#[test]
fn no_rule_at_all_is_told() {
    let (exit, out, err) = ran(|out, err| list_rules(NONE, &page(80), true, out, err));
    assert_eq!((exit, out.as_str()), (Exit::Trouble, ""));
    assert!(err.contains("--no-builtin-rules needs --rules PATH"), "{err}");
    // What a signal or a verdict means does not depend on rules.
    assert_eq!(explained("moved", NONE).0, Exit::Clean);
}

#[test]
fn a_broken_file_is_a_mistake_where_it_is_named_and_a_warning_in_a_directory() {
    let dir = dir(&[("bad.json", "{\n  oops"), ("rich.json", RICH), ("worse.json", "[1]")]);
    let named = [dir.path().join("bad.json")];
    let (exit, out, err) = explained("moved", RuleChoice { paths: &named, builtin: true });
    assert_eq!((exit, out.as_str()), (Exit::Trouble, ""));
    assert!(err.starts_with("scan: ") && err.contains("bad.json:2:3: is not JSON"), "{err}");
    let whole = [dir.path().to_owned()];
    let (exit, out, err) = explained("net/rich", RuleChoice { paths: &whole, builtin: true });
    assert_eq!(exit, Exit::Clean);
    assert!(out.starts_with("net/rich (rule)\n"));
    assert!(
        err.lines().count() == 1 && err.contains("(1 more; `scan --check-rules PATH` lists them)"),
        "{err}"
    );
}

#[test]
fn checks_end_with_a_summary_and_the_right_status() {
    let dir = dir(&[
        ("good.json", r#"{"id": "x/good", "regex": "goodness", "root_cause": "x"}"#),
        (
            "many.json",
            r#"[{"id": "x/one", "regex": "number one"}, {"id": "x/two", "regex": "a*", "root_cause": "x"}]"#,
        ),
        ("note.json", r#"{"id": "x/note", "regex": "noteworthy", "root_cause": "x", "colour": "red"}"#),
        ("text.json", "{\n  \"id\": nothing\n}"),
    ]);
    let at = |name: &str| dir.path().join(name);
    let empty = tempfile::tempdir().unwrap();
    let cases: [(Vec<PathBuf>, Exit, &[&str], &str); 7] = [
        (vec![], Exit::Clean, &[], "built-in rules in"),
        (vec![at("good.json")], Exit::Clean, &[], "1 rule in 1 file: no problem"),
        (
            vec![at("note.json")],
            Exit::Clean,
            &["note.json: warning: colour: is no field of a rule; "],
            "1 rule in 1 file: 1 warning",
        ),
        (
            vec![at("text.json")],
            Exit::Trouble,
            &["text.json:2:10: error: is not JSON: "],
            "0 rules in 1 file: 1 error",
        ),
        (
            vec![at("many.json")],
            Exit::Trouble,
            // In a file of many rules the line says which one it is about.
            &[
                "many.json: error: x/two: [1].regex: the regex matches the empty text",
                "many.json: warning: x/one: root_cause: is missing",
            ],
            "1 rule in 1 file: 1 error, 2 warnings",
        ),
        (
            vec![dir.path().to_owned()],
            Exit::Trouble,
            &["note.json: warning: ", "text.json:2:10: error: "],
            "3 rules in 4 files: 2 errors, 3 warnings",
        ),
        (vec![at("absent.json")], Exit::Trouble, &["absent.json: error: "], "0 rules in 1 file: 1 error"),
    ];
    for (paths, expected, parts, summary) in cases {
        let (exit, out, err) = ran(|out, err| check_rules(&paths, &page(40), out, err));
        assert_eq!((exit, err.as_str()), (expected, ""), "{paths:?}\n{out}");
        for part in parts {
            assert!(out.lines().any(|line| line.contains(part)), "{paths:?}: no {part} in\n{out}");
        }
        assert!(out.lines().last().unwrap().contains(summary), "{paths:?}\n{out}");
    }
    let nothing = [empty.path().to_owned()];
    let (exit, out, err) = ran(|out, err| check_rules(&nothing, &page(80), out, err));
    assert_eq!((exit, out.as_str()), (Exit::Trouble, ""));
    assert!(err.ends_with(": holds no rule file; their names end in .json\n"), "{err}");
}

#[test]
fn text_of_rule_files_never_acts() {
    let evil = r"\u001b[2J\u202e\u0007::error::x\r##[error]";
    let rule = r#"{"id": "x/EVIL", "regex": "evil EVIL", "severity": "EVIL", "signature": "EVIL", "root_cause": "EVIL",
        "domain": "EVIL", "workarounds": [{"action": "EVIL", "how": "EVIL", "condition": "EVIL", "tradeoff": "EVIL",
        "sources": ["EVIL"]}], "dead_ends": [{"action": "EVIL", "why_fails": "EVIL", "condition": "EVIL"}],
        "transition_graph": {"leads_to": [{"error_id": "EVIL", "condition": "EVIL"}]}, "verification_tier": "EVIL",
        "first_seen": "EVIL", "samples": ["EVIL"], "counter_samples": ["EVIL"], "EVIL": 1, "signal": null}"#;
    // In a regex the text has to be taken as it is.
    let rule = rule.replacen("evil EVIL", "evil word", 1).replace("EVIL", evil);
    let id: String = serde_json::from_str(&format!("\"x/{evil}\"")).unwrap();
    let dir = dir(&[("evil.json", &rule), ("broken.json", &rule.replace("evil word", "(?<=a)b"))]);
    let paths = [dir.path().to_owned()];
    let choice = RuleChoice { paths: &paths, builtin: true };
    let cx = page(80);
    let runs = [
        ran(|out, err| explain(&id, choice, &cx, out, err)),
        ran(|out, err| explain("other", choice, &cx, out, err)),
        ran(|out, err| explain("x/nothing", choice, &cx, out, err)),
        ran(|out, err| list_rules(choice, &cx, true, out, err)),
        ran(|out, err| list_rules(choice, &cx, false, out, err)),
        ran(|out, err| check_rules(&paths, &cx, out, err)),
    ];
    assert!(runs[0].1.contains("\\x1b[2J\\u{202e}\\x07"), "{}", runs[0].1);
    for (_, out, err) in &runs {
        for text in [out, err] {
            let acts = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
            assert!(!text.contains(acts), "{text:?}");
            assert!(!text.contains("##["), "{text}");
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
        }
    }
}

#[test]
fn a_closed_output_is_the_callers_matter() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (cx, mut err) = (page(80), Vec::new());
    for done in [
        list_rules(BUILTIN, &cx, true, &mut Closed, &mut err),
        explain("moved", BUILTIN, &cx, &mut Closed, &mut err),
        check_rules(&[], &cx, &mut Closed, &mut err),
    ] {
        assert_eq!(done.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    }
    assert!(err.is_empty());
}

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (kind, after) = after.split_once('\n').unwrap();
        let (text, after) = after.split_once("```\n").unwrap();
        out.push((kind, text));
        rest = after;
    }
    out
}

/// docs/rules.md is run: its files are made where they are shown, its commands run from
/// there, and they must print what the page says.
#[test]
fn the_page_about_rules_holds() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("my-rules")).unwrap();
    let (mut files, mut commands) = (0, 0);
    let mut seen = 0;
    for (kind, text) in blocks(&page) {
        let at = page[seen..].find(text).unwrap() + seen;
        // A file is named in the paragraph before it.
        let named =
            page[..at].rsplit('`').find(|part| part.starts_with("my-rules/") && part.ends_with(".json"));
        seen = at + text.len();
        match kind {
            "log" => fs::write(dir.path().join("app.log"), text).unwrap(),
            "json" | "json broken" => {
                fs::write(dir.path().join(named.unwrap()), text).unwrap();
                files += 1;
            }
            "console" => {
                for session in text.split("$ scan ").skip(1) {
                    let (line, expected) = session.split_once('\n').unwrap();
                    let mut scan = assert_cmd::Command::cargo_bin("scan").unwrap();
                    let ran =
                        scan.args(line.split(' ')).current_dir(dir.path()).env_clear().output().unwrap();
                    let err = String::from_utf8(ran.stderr).unwrap();
                    assert_eq!(String::from_utf8(ran.stdout).unwrap(), expected, "{line}: {err}");
                    let status = if expected.contains(": error: ") { 2 } else { 0 };
                    assert_eq!((ran.status.code(), err.as_str()), (Some(status), ""), "{line}");
                    commands += 1;
                }
            }
            other => panic!("what is a block of {other}?"),
        }
    }
    assert_eq!((files, commands), (4, 7));
    let status = |line: &str| {
        let mut scan = assert_cmd::Command::cargo_bin("scan").unwrap();
        scan.args(line.split(' ')).current_dir(dir.path()).env_clear().output().unwrap().status.code()
    };
    fs::remove_file(dir.path().join("my-rules/typo.json")).unwrap();
    for (line, expected) in [
        ("--list-rules", 0),
        ("--explain moved", 0),
        ("--check-rules", 0),
        ("--rules my-rules app.log", 0),
        ("--no-builtin-rules --rules my-rules app.log", 0),
        ("--rules my-rules --fail-on high app.log", 1),
    ] {
        assert_eq!(status(line), Some(expected), "{line}");
    }
    assert!(page.contains(&format!("has {} of its\nown", RuleSet::builtin().len())), "the number of rules");
}
