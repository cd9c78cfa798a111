//! Mistakes and damage: each is named with what to do, the rest is still reported.

use super::place::{Place, moved};
use super::reading::gzip;

fn place() -> Place {
    Place::with(&[("app.log", &moved(0, 7))])
}

#[test]
fn a_missing_file_does_not_hide_the_others() {
    let done =
        place().scan(&["--format", "json", "gone.log", "app.log"]).fails(2, &["gone.log", "no such file"]);
    assert_eq!(done.err.lines().count(), 1, "{done:?}");
    assert_eq!(done.total(), 1);
    let problem = &done.json()["scan"]["problems"][0];
    assert!(problem.to_string().contains("gone.log"), "{problem}");
    let done = place().scan(&["gone.log", "app.log"]).fails(2, &[]);
    assert!(done.out.contains("gone.log") && done.out.contains("1 MOVED"), "{done:?}");
}

#[test]
fn two_wins_over_one() {
    let args = ["--fail-on", "info", "app.log"];
    assert_eq!(place().scan(&args).code, 1);
    place().scan(&[&args[..], &["gone.log"]].concat()).fails(2, &["gone.log"]);
}

#[cfg(unix)]
#[test]
fn a_socket_is_not_a_log() {
    let place = place();
    let _listener = std::os::unix::net::UnixListener::bind(place.path("s.sock")).unwrap();
    let done =
        place.scan(&["--format", "json", "s.sock", "app.log"]).fails(2, &["s.sock", "socket", "give a file"]);
    assert_eq!(done.total(), 1);
}

/// Root may read everything, so the rule is held where it can be: as a user, or else by a
/// directory entry that nobody can open.
#[cfg(unix)]
#[test]
fn what_may_not_be_opened_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.write("locked.log", moved(1, 8));
    std::fs::set_permissions(place.path("locked.log"), PermissionsExt::from_mode(0o000)).unwrap();
    let name = if std::fs::File::open(place.path("locked.log")).is_ok() {
        std::os::unix::fs::symlink("loop.log", place.path("loop.log")).unwrap();
        "loop.log"
    } else {
        "locked.log"
    };
    let done = place.scan(&["--format", "json", name, "app.log"]).fails(2, &[name]);
    assert_eq!(done.total(), 1);
}

#[test]
fn a_damaged_gzip_is_read_as_far_as_it_goes() {
    // Text that does not compress well, so that half of the file holds many lines.
    let text: String =
        (0..4000u32).map(|i| moved(i % 3000, (i.wrapping_mul(2_654_435_761) % 16_384) as u16)).collect();
    let whole = gzip(text.as_bytes());
    let mut flipped = whole.clone();
    flipped[whole.len() / 2..][..64].fill(0xaa);
    let no_trailer = &whole[..whole.len() - 8];
    for (name, bytes, word, least) in [
        ("half.gz", &whole[..whole.len() / 2], "cut off", 500),
        ("no-trailer.gz", no_trailer, "cut off", 4000),
        ("flipped.gz", &flipped, "damaged", 100),
    ] {
        let place = Place::new();
        place.write(name, bytes);
        let done = place.scan(&["--format", "json", name]).fails(2, &[name, word]);
        assert_eq!(done.err.lines().count(), 1, "{done:?}");
        assert!((least..=4000).contains(&done.total()), "{name}: {}", done.total());
        place.pipe(&["--format", "json"], bytes).fails(2, &["-: ", word]);
    }
    let place = Place::new();
    place.write("garbage.gz", [&whole[..], b"garbage after the end"].concat());
    let done = place.scan(&["--format", "json", "garbage.gz"]).fails(0, &["garbage.gz", "ignored"]);
    assert_eq!(done.total(), 4000);
}

#[test]
fn wrong_usage_says_what_would_be_right() {
    for (args, words) in [
        (&["--formt", "json"][..], &["--formt", "--format"][..]),
        (&["--format", "jsno"], &["jsno", "json"]),
        (&["--no-builtin-rule"], &["--no-builtin-rules"]),
        (&["--fail-on", "hihg"], &["hihg", "high"]),
        (&["--signal", "movd"], &["movd", "moved"]),
        (&["--slot", "16384"], &["--slot", "16384"]),
        (&["--slot", "9-3"], &["--slot"]),
        (&["--slot", "x"], &["--slot", "x"]),
        (&["--since", "soon"], &["--since", "soon", "2h"]),
        (&["--until", "yesterdayish"], &["--until", "RFC 3339"]),
        (&["--timezone", "Mars/Base"], &["--timezone", "Mars/Base", "Europe/Berlin"]),
        (&["--year", "26"], &["--year", "26"]),
        (&["-j", "0"], &["0"]),
        (&["-j", "many"], &["many"]),
        (&["-q", "-v"], &["--quiet", "--verbose"]),
        (&["-o", "json"], &["json", "json=report.json"]),
        (&["-o", "jsn=x"], &["jsn", "did you mean `json`"]),
        (&["--generate", "report-shema"], &["report-shema", "report-schema"]),
    ] {
        let done = place().scan(&[args, &["app.log"]].concat()).fails(2, words);
        assert_eq!(done.out, "", "{args:?}: nothing is reported");
    }
}

#[test]
fn severities_gate_the_exit_status() {
    let storm: String = (0..200).map(|i| moved(i, (i * 37 % 5000) as u16)).collect();
    let down = "2026-04-23T10:15:30Z ERROR redis.exceptions.ResponseError: CLUSTERDOWN The cluster is down\n";
    let crossslot = "2026-04-23T10:15:30Z ERROR redis.exceptions.ResponseError: CROSSSLOT Keys in request don't hash to the same slot\n";
    let place = Place::with(&[
        ("storm.log", &storm),
        ("low.log", crossslot),
        ("high.log", down),
        ("calm.log", "all is well\n"),
    ]);
    let levels = ["info", "low", "medium", "high", "critical"];
    for name in ["storm.log", "high.log", "low.log", "calm.log"] {
        let report = place.scan(&["--format", "json", name]).clean().json();
        let rank = |i: &serde_json::Value| levels.iter().position(|l| i["severity"] == *l).unwrap();
        let worst = report["incidents"].as_array().unwrap().iter().map(rank).max();
        assert_eq!(worst.is_none(), name == "calm.log", "{name}");
        assert_eq!(place.scan(&["--fail-on", "never", name]).clean().code, 0);
        for (rank, level) in levels.iter().enumerate() {
            let fails = worst.is_some_and(|worst| worst >= rank);
            assert_eq!(place.scan(&["--fail-on", level, name]).code, i32::from(fails), "{name} {level}");
        }
    }
    for (name, severity) in [("low.log", "low"), ("high.log", "high")] {
        assert_eq!(place.scan(&["--format", "json", name]).json()["incidents"][0]["severity"], severity);
    }
}
