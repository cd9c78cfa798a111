//! Rules of users, and their mistakes.

use super::place::{Place, moved, told};

const DISK: &str = r#"{
  "id": "ops/disk-full",
  "signature": "ENOSPC: no space left on device",
  "regex": "ENOSPC|no space left on device",
  "domain": "ops",
  "category": "disk",
  "severity": "high",
  "root_cause": "The disk is full.",
  "workarounds": [{"action": "Delete old core dumps", "success_rate": 0.9, "condition": "", "sources": ["https://example.org/disk"]}],
  "dead_ends": [{"action": "Restart the service", "why_fails": "The disk stays full", "fail_rate": 0.8, "condition": "", "sources": []}]
}"#;

fn place() -> Place {
    let log = format!("{}2026-04-23T10:15:31Z ERROR write failed: ENOSPC, errno 28\n", moved(0, 7));
    Place::with(&[("app.log", &log), ("rules/disk-full.json", DISK)])
}

#[test]
fn a_rule_that_is_not_about_redis_is_counted_and_reported() {
    let place = place();
    for rules in ["rules", "rules/disk-full.json"] {
        let events = place.events(&["--rules", rules, "app.log"]);
        assert_eq!(told(&events), ["moved 7 10.0.0.2:7001", "other null null:null"], "{rules}");
        assert_eq!((&events[1]["rule"], &events[1]["line"]), (&"ops/disk-full".into(), &2.into()));
    }
    let report = place.scan(&["--format", "json", "--rules", "rules", "app.log"]).clean().json();
    assert_eq!(report["events"]["other"], 1);
    let group = report["groups"].as_array().unwrap().iter().find(|g| g["signal"] == "other").unwrap();
    assert_eq!(group["rule"], "ops/disk-full");
    let incident = report["incidents"].as_array().unwrap().iter().find(|i| i["kind"] == "other").unwrap();
    assert_eq!((&incident["severity"], &incident["events"]), (&"high".into(), &1.into()));
    let advice = incident["advice"].to_string();
    assert!(advice.contains("Delete old core dumps") && advice.contains("ops/disk-full"), "{advice}");
    assert!(advice.contains("Restart the service") && advice.contains("The disk stays full"), "{advice}");
    let text = place.scan(&["--rules", "rules", "app.log"]).clean().out;
    assert!(text.contains("Delete old core dumps") && text.contains("claimed"), "{text}");
    assert_eq!(
        place.scan(&["--rules", "rules", "--fail-on", "high", "--no-builtin-rules", "app.log"]).code,
        1
    );
}

#[test]
fn built_in_rules_can_be_left_out() {
    let place = place();
    let events = place.events(&["--no-builtin-rules", "--rules", "rules", "app.log"]);
    assert_eq!(told(&events), ["other null null:null"]);
    place.scan(&["--no-builtin-rules", "app.log"]).fails(2, &["--no-builtin-rules", "--rules"]);
}

/// A rule of the same id takes the place of the built-in one, and its signal unless it names one.
#[test]
fn the_same_id_replaces() {
    let place = place();
    let own = DISK
        .replace("ops/disk-full", "database/redis-cluster-crossslot")
        .replace("\"severity\": \"high\",", "");
    let crossslot =
        "redis.exceptions.ResponseError: CROSSSLOT Keys in request don't hash to the same slot\nENOSPC\n";
    place.write("cross.log", crossslot);
    assert_eq!(told(&place.events(&["cross.log"])), ["crossslot null null:null"]);
    for (signal, expected) in [("", "crossslot"), ("\"signal\": \"other\",", "other")] {
        place.write(
            "own/redis-cluster-crossslot.json",
            own.replace("\"domain\"", &format!("{signal}\"domain\"")),
        );
        let events = place.events(&["--rules", "own", "cross.log"]);
        assert_eq!(
            (events.len(), &events[0]["signal"], &events[0]["line"]),
            (1, &expected.into(), &2.into())
        );
        assert_eq!(events[0]["rule"], "database/redis-cluster-crossslot");
    }
}

#[test]
fn regexes_of_users_ignore_case() {
    let place = place();
    place.write("case.log", "enospc\nEnoSpc\nENOSPC\n");
    assert_eq!(place.events(&["--rules", "rules", "case.log"]).len(), 3);
}

/// A rule file that was named is a mistake when it is broken; what is wrong is told with its place.
#[test]
fn a_broken_rule_file_is_named_with_line_and_column() {
    let place = place();
    place.write("broken.json", "{\n  \"id\": \"ops/broken\",\n  \"regex\": oops\n}\n");
    let done = place.scan(&["--rules", "broken.json", "app.log"]).fails(2, &["broken.json:3:12"]);
    assert_eq!((done.out.as_str(), done.err.lines().count()), ("", 1), "{done:?}");
    place.write("regex.json", DISK.replace("ENOSPC|no space", "(ENOSPC|no space"));
    place.scan(&["--rules", "regex.json", "app.log"]).fails(2, &["regex.json", "regex"]);
    place.scan(&["--rules", "gone.json", "app.log"]).fails(2, &["gone.json"]);
}

/// In a directory the rest runs, and one warning has the number.
#[test]
fn a_directory_with_broken_rules_runs_the_rest() {
    let place = place();
    let look =
        DISK.replace("ENOSPC|no space left on device", "(?<=x)ENOSPC").replace("ops/disk-full", "ops/look");
    place.write("rules/look.json", look);
    let done =
        place.scan(&["--format", "hits", "--rules", "rules", "app.log"]).fails(0, &["rules/look.json"]);
    assert_eq!(done.err.lines().count(), 1, "{done:?}");
    assert_eq!(done.events().len(), 2, "{done:?}");
    place.write("rules/not.json", "{");
    let done =
        place.scan(&["--format", "hits", "--rules", "rules", "app.log"]).fails(0, &["rules/", "1 more"]);
    assert_eq!((done.err.lines().count(), done.events().len()), (1, 2), "{done:?}");
}
