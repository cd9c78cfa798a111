//! Options that choose what is looked at, and how times are read.

use super::place::{Place, moved};
use jiff::{Timestamp, ToSpan};

const LOG: &str = "\
[pod/web-1/app] 2026-04-23T10:15:00Z ERROR redis.exceptions.ResponseError: MOVED 100 10.0.0.1:7001
[pod/web-2/app] 2026-04-23T10:16:00Z ERROR redis.exceptions.ResponseError: MOVED 200 10.0.0.1:7002
[pod/api-1/app] 2026-04-23T10:17:00Z ERROR redis.exceptions.ResponseError: ASK 300 10.0.0.2:7001
[pod/api-1/app] 2026-04-23T10:18:00Z ERROR redis.exceptions.ResponseError: TRYAGAIN Multiple keys request during rehashing of slot
[pod/web-1/app] 2026-04-23T10:19:00Z ERROR redis.exceptions.ResponseError: MOVED 400 fd00::5:7001
";

#[test]
fn filters_choose_events() {
    let place = Place::with(&[("app.log", LOG)]);
    for (args, lines) in [
        (&[][..], &[1, 2, 3, 4, 5][..]),
        (&["--slot", "100"], &[1]),
        (&["--slot", "0-199,300-16383"], &[1, 3, 5]),
        (&["--node", "10.0.0.1"], &[1, 2]),
        (&["--node", "10.0.0.1:7002"], &[2]),
        (&["--node", "fd00::5"], &[5]),
        (&["--node", "[fd00::5]:7001"], &[5]),
        (&["--node", "10.0.0.9"], &[]),
        (&["--signal", "ask,tryagain"], &[3, 4]),
        (&["--signal", "moved"], &[1, 2, 5]),
        (&["--signal", "moved", "--signal", "ask"], &[1, 2, 3, 5]),
        (&["--reporter", "pod/web-*"], &[1, 2, 5]),
        (&["--reporter", "pod/web-?/app", "--reporter", "*api*"], &[1, 2, 3, 4, 5]),
        (&["--reporter", "web"], &[]),
        (&["--since", "2026-04-23T10:16:00Z"], &[2, 3, 4, 5]),
        (&["--until", "2026-04-23T10:16:00Z"], &[1, 2]),
        (&["--since", "2026-04-23T12:16:30+02:00", "--until", "2026-04-23T10:18:00Z"], &[3, 4]),
        (&["--since", "2026-04-23"], &[1, 2, 3, 4, 5]),
        (&["--until", "2026-04-23"], &[]),
        (&["--slot", "0-250", "--reporter", "pod/web-2/*", "--signal", "moved"], &[2]),
    ] {
        let args = [args, &["app.log"]].concat();
        let counted: Vec<u64> = place.events(&args).iter().map(|e| e["line"].as_u64().unwrap()).collect();
        assert_eq!(counted, lines, "{args:?}");
        let report = place.scan(&[&["--format", "json"], &args[..]].concat()).clean();
        assert_eq!(report.total(), lines.len() as u64, "{args:?}");
        assert_eq!(report.json()["scan"]["lines"], 5, "all lines are read: {args:?}");
    }
}

#[test]
fn a_span_counts_back_from_now() {
    let at = |hours: i64| (Timestamp::now() - hours.hours()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let line = |hours: i64, slot: u16| {
        format!("{} redis.exceptions.ResponseError: MOVED {slot} 10.0.0.1:7001\n", at(hours))
    };
    let place = Place::with(&[("app.log", &[line(50, 1), line(5, 2), line(1, 3)].concat())]);
    for (args, slots) in [
        (&["--since", "2h"][..], &[3][..]),
        (&["--since", "2d"], &[2, 3]),
        (&["--since", "100h", "--until", "180m"], &[1, 2]),
        (&["--until", "3h"], &[1, 2]),
    ] {
        let events = place.events(&[args, &["app.log"]].concat());
        let counted: Vec<u64> = events.iter().map(|e| e["slot"].as_u64().unwrap()).collect();
        assert_eq!(counted, slots, "{args:?}");
    }
}

#[test]
fn undated_events_are_left_out_by_time_with_a_note() {
    let text = ["redis.exceptions.ResponseError: MOVED 1 10.0.0.2:7001\n".to_owned(), moved(0, 2)].concat();
    let place = Place::with(&[("undated.log", &text)]);
    let report = place.scan(&["--format", "json", "--since", "2020-01-01T00:00:00Z", "undated.log"]).clean();
    assert_eq!(report.total(), 1);
    let notes = report.json()["scan"]["notes"].to_string();
    assert!(notes.contains("time") || notes.contains("undated"), "{notes}");
    assert_eq!(place.scan(&["--format", "json", "undated.log"]).clean().total(), 2);
}

#[test]
fn a_zone_and_a_year_are_taken_from_the_command_line() {
    let local = "2026-04-23 10:15:30,123 ERROR redis.exceptions.ResponseError: MOVED 1 10.0.0.2:7001\n";
    let no_year = "Apr 23 10:15:30 host app[1]: redis.exceptions.ResponseError: MOVED 1 10.0.0.2:7001\n";
    let place = Place::with(&[("local.log", local), ("no-year.log", no_year)]);
    for (args, time) in [
        (&["local.log"][..], "2026-04-23T10:15:30.123"),
        (&["--timezone", "UTC", "local.log"], "2026-04-23T10:15:30.123Z"),
        (&["--timezone", "+02:00", "local.log"], "2026-04-23T10:15:30.123+02:00"),
        (&["--timezone", "-0330", "local.log"], "2026-04-23T10:15:30.123-03:30"),
        (&["--timezone", "Europe/Berlin", "local.log"], "2026-04-23T10:15:30.123+02:00"),
        (&["--year", "2019", "no-year.log"], "2019-04-23T10:15:30.000"),
        (&["--year", "2019", "--timezone", "UTC", "no-year.log"], "2019-04-23T10:15:30.000Z"),
    ] {
        assert_eq!(place.events(args)[0]["time"], time, "{args:?}");
    }
    // A bound is compared in the zone that was given.
    assert_eq!(
        place.events(&["--timezone", "+02:00", "--since", "2026-04-23T08:15:00Z", "local.log"]).len(),
        1
    );
    assert_eq!(
        place.events(&["--timezone", "+02:00", "--since", "2026-04-23T08:16:00Z", "local.log"]).len(),
        0
    );
}
