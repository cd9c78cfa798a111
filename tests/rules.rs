//! The built-in rules hold what they promise, and rule files of users load or say why
//! they do not.

use scan::model::{EndpointRef, Signal, Slot};
use scan::rules::{
    Cost, Literals, ProblemLevel, Rule, RuleProblem, RuleSet, RuleSeverity, Sample, check_builtin,
    check_files,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// What a rule says of a part of a line.
#[derive(Clone, Debug)]
struct Hit<'s> {
    rule: &'s Rule,
    start: usize,
    end: usize,
    slot: Option<Slot>,
    host: Option<String>,
    port: Option<u16>,
}

/// Every rule's matches in a line; of overlapping ones the first counts, then the
/// longest, then that of the rule that comes first. Matches of one rule with one span
/// are the slots of a list.
fn hits<'s>(set: &'s RuleSet, line: &str) -> Vec<Hit<'s>> {
    let mut all = Vec::new();
    for rule in set {
        rule.find_in(line.as_bytes(), |found| {
            let EndpointRef { host, port } = found.target.unwrap_or(EndpointRef { host: "", port: None });
            let host = found.target.map(|_| host.to_owned());
            all.push(Hit { rule, start: found.start, end: found.end, slot: found.slot, host, port });
        });
    }
    all.sort_by_key(|hit| (hit.start, usize::MAX - hit.end, hit.rule.order));
    let mut kept: Vec<Hit<'s>> = Vec::new();
    for hit in all {
        let fits = kept.last().is_none_or(|last| {
            let same = last.rule.order == hit.rule.order && (last.start, last.end) == (hit.start, hit.end);
            hit.start >= last.end || same
        });
        if fits {
            kept.push(hit);
        }
    }
    kept
}

fn is_as_expected(hit: &Hit<'_>, sample: &Sample) -> bool {
    sample.slot.is_none_or(|want| want == hit.slot.map(|s| u64::from(s.get())))
        && sample.host.as_ref().is_none_or(|want| *want == hit.host)
        && sample.port.is_none_or(|want| want == hit.port.map(u64::from))
}

#[test]
fn the_built_in_rules_have_no_problem() {
    let report = check_builtin();
    let files = fs::read_dir("rules").unwrap().count();
    assert_eq!((report.files, report.rules), (files, files));
    // A dump of CLUSTER NODES holds nothing longer than `->-` in each of its open slots.
    let known = |p: &&RuleProblem| {
        p.rule.as_deref() == Some("database/redis-cluster-migration-cli")
            && p.reason.contains("fewer than four")
    };
    let problems: Vec<String> =
        report.problems.iter().filter(|p| !known(p)).map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_signal_has_a_rule_of_its_name() {
    let set = RuleSet::builtin();
    for signal in Signal::ALL.iter().filter(|s| **s != Signal::Other) {
        let id = format!("database/redis-cluster-{signal}");
        let rule = set.get(&id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(rule.signal, *signal, "{id}");
    }
    let seed = set.get("redis-cluster-slot-migration").expect("found by the last part of its id");
    assert_eq!(&*seed.id, "database/redis-cluster-slot-migration");
    assert_eq!(seed.signal, Signal::Moved);
    assert!(set.get("redis-cluster-nonsense").is_none());
}

#[test]
fn every_sample_is_matched_by_its_own_rule_and_no_other_wins() {
    let set = RuleSet::builtin();
    for rule in &set {
        assert!(!rule.samples.is_empty() && !rule.counter_samples.is_empty(), "{} has no samples", rule.id);
        for sample in &rule.samples {
            let kept = hits(&set, &sample.text);
            let own: Vec<&Hit<'_>> = kept.iter().filter(|hit| hit.rule.order == rule.order).collect();
            assert_eq!(sample.signal, Some(rule.signal));
            assert!(own.iter().any(|hit| is_as_expected(hit, sample)), "{}: {sample:?}: {kept:#?}", rule.id);
            if let Some(want) = &sample.slots {
                let got: Vec<u64> =
                    own.iter().filter_map(|hit| hit.slot).map(|s| u64::from(s.get())).collect();
                assert_eq!(got, *want, "{}: {}", rule.id, sample.text);
            }
        }
    }
}

#[test]
fn a_sample_says_nothing_else_than_its_signal_unless_it_prints_two() {
    let set = RuleSet::builtin();
    // Where one line tells of two things, both are told, and one does not cover the other.
    let pairs = [
        (Signal::TooManyRedirects, Signal::Moved),
        (Signal::TooManyRedirects, Signal::ClusterDown),
        (Signal::Redirect, Signal::Moved),
        (Signal::Topology, Signal::Moved),
        (Signal::Failover, Signal::Migration),
        (Signal::NoTopology, Signal::Unreachable),
    ];
    for rule in &set {
        for sample in &rule.samples {
            for hit in hits(&set, &sample.text) {
                let (a, b) = (rule.signal, hit.rule.signal);
                let fine = a == b || pairs.contains(&(a, b)) || pairs.contains(&(b, a));
                assert!(fine, "`{}` of {} is also {b} by {}", sample.text, rule.id, hit.rule.id);
            }
        }
    }
}

#[test]
fn counter_samples_match_no_rule_of_the_signal() {
    let set = RuleSet::builtin();
    for rule in &set {
        for sample in &rule.counter_samples {
            let wrong: Vec<&str> = hits(&set, &sample.text)
                .iter()
                .filter(|hit| hit.rule.signal == rule.signal)
                .map(|hit| &*hit.rule.id)
                .collect();
            assert!(wrong.is_empty(), "`{}` of {} is matched by {wrong:?}", sample.text, rule.id);
        }
    }
}

/// A number before an address is a candidate that the scan weighs with evidence; all
/// other rules say nothing of lines that only look like theirs.
#[test]
fn counter_samples_of_one_rule_are_silent_for_all() {
    let set = RuleSet::builtin();
    let mut spoken = BTreeSet::new();
    for rule in &set {
        for sample in &rule.counter_samples {
            for hit in hits(&set, &sample.text) {
                if &*hit.rule.id != "database/redis-cluster-redirect" {
                    spoken.insert((sample.text.clone(), hit.rule.signal));
                }
            }
        }
    }
    let wanted = [
        ("An error was signalled by the server: The cluster is down", Signal::ClusterDown),
        ("CLUSTERDOWN Hash slot not served", Signal::ClusterDown),
        ("Cannot connect to redis://10.0.0.11:6379/0: MOVED 10213 10.0.0.12:6379.", Signal::Moved),
        ("Missing slot coverage- ClusterDown", Signal::SlotUnserved),
    ];
    let wanted: BTreeSet<_> = wanted.map(|(text, signal)| (text.to_owned(), signal)).into();
    assert_eq!(spoken, wanted);
}

#[test]
fn two_events_of_one_line_are_both_found() {
    let set = RuleSet::builtin();
    let told = |line: &str| -> Vec<String> {
        hits(&set, line)
            .iter()
            .map(|hit| {
                let slot = hit.slot.map_or("-".to_owned(), |s| s.to_string());
                let port = hit.port.map_or(String::new(), |p| format!(":{p}"));
                format!("{} {slot} {}{port}", hit.rule.signal, hit.host.as_deref().unwrap_or("-"))
            })
            .collect()
    };
    let cases: &[(&str, &[&str])] = &[
        (
            "Error: Too many Cluster redirections. Last error: ReplyError: MOVED 1081 10.0.0.12:6379",
            &["too-many-redirects - -", "moved 1081 10.0.0.12:6379"],
        ),
        (
            "MOVED redirection loop detected. Node redis://10.0.0.11:6379 has further redirect to redis://10.0.0.12:6379",
            &["too-many-redirects - 10.0.0.12:6379", "moved - 10.0.0.12:6379"],
        ),
        (
            "fred-1: Syncing cluster after MOVED 12182 10.0.0.12:6379",
            &["topology - -", "moved 12182 10.0.0.12:6379"],
        ),
        (
            "Redis Cluster cannot be connected. Please provide at least one reachable node: Error 111 connecting to 10.0.0.12:6379. Connection refused.",
            &["no-topology - -", "unreachable - 10.0.0.12:6379"],
        ),
        (
            "Failover occurred in migration target. Slot 7 is now being migrated to node a8bda49a6819a3463fd0a4cf0e2d833c7cdb1b8f ()",
            &["failover - -", "migration 7 -"],
        ),
        ("[WARNING] The following slots are open: 5061,5062.", &["migration 5061 -", "migration 5062 -"]),
        (
            "Unable to connect to [10.0.0.12/<unresolved>:6379]: Connection refused: /10.0.0.12:6379",
            &["unreachable - 10.0.0.12:6379"],
        ),
    ];
    for (line, want) in cases {
        assert_eq!(told(line), *want, "{line}");
    }
}

#[test]
fn advice_is_complete_and_bilingual() {
    for rule in &RuleSet::builtin() {
        let has_chinese =
            |text: &Option<String>| text.as_ref().is_some_and(|t| t.chars().any(|c| c > '\u{2e7f}'));
        assert!(rule.root_cause.is_some() && has_chinese(&rule.root_cause_zh), "{}", rule.id);
        assert!(!rule.workarounds.is_empty() && !rule.dead_ends.is_empty(), "{}", rule.id);
        for workaround in &rule.workarounds {
            assert!(
                workaround.action_zh.is_some() && !workaround.sources.is_empty(),
                "{}: {workaround:?}",
                rule.id
            );
            assert_eq!(workaround.success_rate, None, "{} claims a rate that nobody measured", rule.id);
        }
        for dead_end in &rule.dead_ends {
            let complete = !dead_end.sources.is_empty() && has_chinese(&dead_end.why_fails_zh);
            assert!(complete && dead_end.action_zh.is_some(), "{}: {dead_end:?}", rule.id);
            assert_eq!(dead_end.fail_rate, None, "{} claims a rate that nobody measured", rule.id);
        }
        for source in rule.sources() {
            assert!(source.starts_with("https://"), "{}: {source}", rule.id);
        }
    }
}

/// While a migration may be running, one confident command that moves data wrongly
/// costs more than all good advice is worth.
#[test]
fn no_workaround_moves_data_or_restarts() {
    for rule in &RuleSet::builtin() {
        for workaround in &rule.workarounds {
            let text = format!("{} {}", workaround.action, workaround.how.as_deref().unwrap_or_default());
            for danger in
                ["--cluster fix", "rebalance", "SETSLOT", "ADDSLOTS", "FLUSHALL", "Restart", "DELSLOTS"]
            {
                assert!(!text.contains(danger), "{}: {text}", rule.id);
            }
            if rule.signal == Signal::Ask {
                assert!(!text.to_lowercase().contains("refresh"), "{}: {text}", rule.id);
            }
        }
    }
}

#[test]
fn every_built_in_match_holds_one_of_its_literals() {
    let set = RuleSet::builtin();
    for rule in &set {
        let Literals::Any(literals) = rule.literals() else { panic!("{} has no literal", rule.id) };
        for sample in set.iter().flat_map(|r| r.samples.iter().chain(&r.counter_samples)) {
            rule.find_in(sample.text.as_bytes(), |_| {
                let line = sample.text.to_ascii_lowercase();
                let held = literals.iter().any(|l| line.as_bytes().windows(l.len()).any(|w| w == &**l));
                assert!(held, "{}: {line}", rule.id);
            });
        }
    }
}

/// A record of the nested dialect, made up for this test: a printer, not Redis.
const NESTED: &str = r#"{
  "schema_version": "1.0.0", "id": "printing/paper-jam/inkjet-any", "url": "https://example.org/paper-jam",
  "error": {"signature": "PC LOAD LETTER", "regex": "(pc load letter|paper jam in tray \\d+)", "domain": "printing",
            "category": "device_error", "first_seen": "2026-01-01", "last_confirmed": "2026-02-01"},
  "environment": {"runtime": {"name": "inkjet", "version_range": ">=1"}, "os": "any", "additional": {"x": [1]}},
  "verdict": {"resolvable": "partial", "fix_success_rate": 0.5, "confidence": 0.4, "last_updated": "2026-02-01",
              "summary": "The tray is empty."},
  "dead_ends": [{"action": "Shake it", "why_fails": "Paper does not appear.", "fail_rate": 0.9, "sources": [],
                 "condition": "", "common_misconception": "x", "tradeoff": "y"}],
  "workarounds": [{"action": "Fill the tray", "success_rate": 0.8, "how": "With paper.", "tradeoff": "costs paper",
                   "sources": ["https://example.org"], "condition": "office"}],
  "transition_graph": {"leads_to": [{"error_id": "printing/anger/any", "probability": 0.5, "condition": "late"}],
                       "preceded_by": [], "frequently_confused_with": [{"error_id": "a/b", "distinction": "ink"}]},
  "metadata": {"generated_by": "manual", "generation_date": "2026-02-01", "review_status": "human_reviewed",
               "evidence_count": 3, "last_verification": "2026-02-01", "page_views": 1}
}"#;

/// Writes files into a directory of their own and loads them.
fn files(contents: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in contents {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = dir.path().to_owned();
    (dir, vec![path])
}

#[test]
fn the_nested_dialect_loads_as_it_is() {
    let (_dir, paths) = files(&[("a/inkjet-any.json", NESTED), ("notes.txt", "no rule")]);
    let (set, problems) = RuleSet::load(&paths, false);
    assert_eq!((set.len(), problems), (1, vec![]));
    let rule = set.get("printing/paper-jam/inkjet-any").unwrap();
    assert_eq!((rule.signal, rule.builtin, rule.severity), (Signal::Other, false, None));
    assert_eq!(rule.root_cause.as_deref(), Some("The tray is empty."));
    assert_eq!(rule.provenance.evidence_count, Some(3));
    assert_eq!(rule.provenance.tier.as_deref(), Some("human_reviewed"));
    assert_eq!(rule.workarounds[0].how.as_deref(), Some("With paper."));
    assert_eq!(rule.dead_ends[0].fail_rate, Some(0.9));
    assert_eq!(rule.relations.confused_with[0].note.as_deref(), Some("ink"));
    assert_eq!(rule.cost(), Cost::Quiet);
    // Case does not matter in users' rules.
    assert_eq!(hits(&set, "ERROR: PC Load Letter").len(), 1);
    let report = check_files(&paths);
    assert_eq!((report.files, report.rules, report.problems), (1, 1, vec![]));
}

/// The flat record as such data sets publish it: without a signal, with empty actions,
/// rates and a regex that knows IPv4 alone.
const FLAT: &str = r#"{"id": "database/redis-cluster-slot-migration", "signature": "x", "signature_zh": "x",
  "regex": "redis\\.exceptions\\.ResponseError: MOVED \\d+ \\d+\\.\\d+\\.\\d+\\.\\d+:\\d+", "domain": "database",
  "category": "protocol_error", "subcategory": null, "root_cause": "x", "root_cause_type": "generic", "root_cause_zh": "x",
  "versions": [{"version": "Redis 6.2", "status": "active"}], "os_specific": {}, "dead_ends": [
  {"action": "", "why_fails": "y", "fail_rate": 0.95, "condition": "", "sources": []}],
  "workarounds": [{"action": "a", "success_rate": 0.95, "how": "a", "condition": "", "sources": []}],
  "workarounds_zh": ["b"], "transition_graph": {"leads_to": [], "preceded_by": [], "frequently_confused_with": []},
  "official_doc_url": "https://redis.io/", "official_doc_section": null, "error_code": null,
  "verification_tier": "ai_generated", "confidence": 0.84, "fix_success_rate": 0.9, "resolvable": "true",
  "first_seen": "2023-08-12", "last_confirmed": "2024-06-01", "last_updated": "2024-06-01", "evidence_count": 1,
  "tags": [], "locale": "en", "aliases": []}"#;

#[test]
fn the_flat_dialect_loads_as_it_is_and_takes_the_place_of_its_id() {
    let (_dir, paths) = files(&[("redis-cluster-slot-migration.json", FLAT)]);
    let (set, problems) = RuleSet::load(&paths, true);
    assert_eq!(problems, vec![]);
    assert_eq!(set.len(), RuleSet::builtin().len());
    let rule = set.get("database/redis-cluster-slot-migration").unwrap();
    assert!(!rule.builtin);
    // It names no signal, so it keeps that of the rule it replaces.
    assert_eq!(rule.signal, Signal::Moved);
    assert_eq!(rule.workarounds[0].action_zh.as_deref(), Some("b"));
    assert_eq!(rule.workarounds[0].how, None, "an action repeated is no explanation");
    let (alone, _) = RuleSet::load(&paths, false);
    assert_eq!(alone.get("database/redis-cluster-slot-migration").unwrap().signal, Signal::Other);
    let warned: Vec<_> = check_files(&paths).problems.iter().map(|p| (p.level, p.field.clone())).collect();
    assert_eq!(warned, [(ProblemLevel::Warning, Some("dead_ends[0].action".to_owned()))]);
}

#[test]
fn a_users_rule_has_severity_slots_and_nodes() {
    let text = r#"[{"id": "x/one", "signal": "moved", "severity": "high", "root_cause": "r",
        "regex": "lost slot (?P<slot>\\d+) to (?P<endpoint>\\S+)",
        "samples": ["lost slot 7 to 10.0.0.1:6379", {"text": "Lost slot 8 to h.example:6379", "slot": 8, "host": "h.example",
        "port": 6379, "signal": "moved"}], "counter_samples": ["lost slot 99999 to 10.0.0.1:6379"]}]"#;
    let (_dir, paths) = files(&[("one.json", text)]);
    assert_eq!(check_files(&paths).problems, vec![]);
    let (set, _) = RuleSet::load(&paths, false);
    assert_eq!(set.get("one").unwrap().severity, Some(RuleSeverity::High));
    let hits = hits(&set, "LOST SLOT 9 TO 10.0.0.1:6379");
    assert_eq!((hits[0].slot.map(Slot::get), hits[0].port), (Some(9), Some(6379)));
}

#[test]
fn problems_name_file_field_reason_and_remedy() {
    let rule = |rest: &str| format!(r#"{{"id": "x/f", "root_cause": "r", {rest}}}"#);
    let cases: &[(String, &str)] = &[
        ("{\n  \"id\": x}".to_owned(), "f.json:2:9: is not JSON: expected value"),
        ("[1]".to_owned(), "f.json: [0]: is no rule; a rule is a JSON object"),
        ("{}".to_owned(), "f.json: id: is missing or empty; every rule needs its `id`"),
        (rule(r#""regex": 5"#), "f.json: regex: is a number; it must be a text"),
        (rule(r#""regex": "(?<=a)zygote""#), "f.json: regex: look-around"),
        (rule(r#""regex": "(zy)gote\\1""#), "f.json: regex: backreferences are not supported"),
        (rule(r#""regex": "(zygote""#), "f.json: regex: unclosed group"),
        (rule(r#""regex": "(?:zygote{900}){900}""#), "f.json: regex: the regex is too large"),
        (rule(r#""regex": "a*""#), "f.json: regex: the regex matches the empty text"),
        (
            rule(r#""regex": "zygote", "signal": "moves""#),
            "f.json: signal: is no signal: \"moves\"; did you mean `moved`?",
        ),
        (rule(r#""regex": "zygote", "severity": "bad""#), "f.json: severity: is no severity"),
        (
            rule(r#""regex": "zygote", "workaround": []"#),
            "f.json: workaround: is no field of a rule; did you mean `workarounds`?",
        ),
        (
            rule(r#""regex": "zygote", "dead_ends": [{"action": "a", "why_fails": "b", "fail_rate": 2}]"#),
            "f.json: dead_ends[0].fail_rate: is 2; a share is a number from 0 to 1",
        ),
        (
            rule(r#""regex": "zygote", "dead_ends": [{"action": "a"}]"#),
            "f.json: dead_ends[0].why_fails: is empty",
        ),
        (
            rule(r#""regex": "zygote", "workarounds": [{"action": "a", "sources": ["see wiki"]}]"#),
            "f.json: workarounds[0].sources[0]: is no address: `see wiki`",
        ),
        (rule(r#""regex": "zygote", "samples": ["ovum"]"#), "f.json: samples[0]: is not matched: `ovum`"),
        (
            rule(r#""regex": "zygote", "counter_samples": ["zygotes"]"#),
            "f.json: counter_samples[0]: is matched",
        ),
        (
            rule(r#""regex": "zygote (?P<slot>\\d+)", "samples": [{"text": "zygote 5", "slot": 6}]"#),
            "f.json: samples[0]: is matched with slot Some(5)",
        ),
        (rule(r#""regex": "error""#), "f.json: regex: its literal text is common in logs"),
        (rule(r#""regex": "\\d+ms""#), "f.json: regex: its literal text is common in logs"),
        (rule(r#""regex": "\\d+""#), "f.json: regex: no text is in every match"),
        (rule(r#""regex": "zygote (?P<slt>\\d+)""#), "f.json: regex: the capture `slt` has no meaning"),
        (r#"{"id": "x/g", "regex": "zygote", "root_cause": "r"}"#.to_owned(), "f.json: id: ends in `g`"),
        (r#"{"id": "x/f", "regex": "zygote"}"#.to_owned(), "f.json: root_cause: is missing; say why"),
    ];
    for (text, want) in cases {
        let (_dir, paths) = files(&[("f.json", text)]);
        let told: Vec<String> = check_files(&paths).problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|p| p.contains(want)), "{text}: {told:?}");
        assert!(told.iter().all(|p| !p.contains('\n')), "{told:?}");
    }
}

#[test]
fn one_broken_rule_does_not_keep_the_others_from_loading() {
    let good = r#"{"id": "x/good", "regex": "zygote", "surprise": 1}"#;
    let bad = r#"[{"id": "x/bad", "regex": "(?!a)b"}, {"id": "x/fine", "regex": "ovum"}]"#;
    let (dir, mut paths) = files(&[("bad.json", bad), ("broken.json", "{"), ("good.json", good)]);
    fs::write(dir.path().join("latin.json"), b"{\"id\":\n\"caf\xe9\"}").unwrap();
    paths.push(dir.path().join("missing.json"));
    let (set, problems) = RuleSet::load(&paths, false);
    let ids: Vec<&str> = set.iter().map(|r| &*r.id).collect();
    assert_eq!(ids, ["x/fine", "x/good"]);
    assert_eq!(set.iter().map(|r| r.order).collect::<Vec<_>>(), [0, 1]);
    let told: Vec<(String, Option<(usize, usize)>)> =
        problems.iter().map(|p| (p.file.rsplit('/').next().unwrap().to_owned(), p.place)).collect();
    let want = [
        ("bad.json".to_owned(), None),
        ("broken.json".to_owned(), Some((1, 1))),
        ("latin.json".to_owned(), Some((2, 5))),
        ("missing.json".to_owned(), None),
    ];
    assert_eq!(told, want);
    assert!(problems.iter().all(|p| p.level == ProblemLevel::Error));
    assert!(check_files(&paths).has_errors());
}

#[test]
fn an_id_given_twice_is_told_and_the_later_counts() {
    let rule = |regex: &str| format!(r#"{{"id": "x/twin", "root_cause": "r", "regex": "{regex}"}}"#);
    let (_dir, paths) = files(&[("a/twin.json", &rule("zygote")), ("b/twin.json", &rule("ovum"))]);
    let (set, problems) = RuleSet::load(&paths, false);
    assert_eq!((set.len(), problems), (1, vec![]));
    assert_eq!(set.get("x/twin").unwrap().pattern.as_str(), "ovum");
    let report = check_files(&paths);
    let fields: Vec<_> = report.problems.iter().map(|p| p.field.as_deref()).collect();
    assert_eq!((fields, report.has_errors()), (vec![Some("id")], true));
    assert!(report.problems[0].reason.contains("a/twin.json"), "{}", report.problems[0]);
}
