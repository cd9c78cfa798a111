//! Where results go: standard output, files beside it, and what happens when neither takes them.

use super::place::{Done, Place, moved};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

fn place() -> Place {
    Place::with(&[("app.log", &[moved(0, 7), moved(1, 8)].concat())])
}

#[test]
fn one_run_writes_several_formats() {
    let place = place();
    let args = [
        "-o",
        "json=r.json",
        "--output",
        "github=r.txt",
        "-o",
        "hits=r.hits",
        "-o",
        "text=r.text",
        "app.log",
    ];
    let done = place.scan(&args).clean();
    assert_eq!(done.out, place.scan(&["app.log"]).clean().out);
    for (format, file) in [("json", "r.json"), ("github", "r.txt"), ("hits", "r.hits"), ("text", "r.text")] {
        let alone = place.scan(&["--format", format, "app.log"]).clean().out;
        assert!(!alone.is_empty());
        assert_eq!(place.read(file), alone, "{format}");
    }
    assert_eq!(names(&place), ["app.log", "r.hits", "r.json", "r.text", "r.txt"]);
}

fn names(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.dir()).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What was there before stays until the new is whole.
#[test]
fn a_file_is_replaced_whole() {
    let place = place();
    place.write("r.json", "old");
    place.scan(&["-o", "json=r.json", "app.log"]).clean();
    assert!(place.read("r.json").starts_with('{'));
    place.write("r.json", "old");
    // The second output cannot be opened, so that nothing is scanned nor written.
    place.scan(&["-o", "json=r.json", "-o", "github=no/dir.txt", "app.log"]).fails(2, &["no/dir.txt"]);
    assert_eq!(
        (place.read("r.json").as_str(), names(&place)),
        ("old", vec!["app.log".into(), "r.json".into()])
    );
}

#[test]
fn an_output_that_cannot_be_opened_is_wrong_before_anything_is_read() {
    let place = place();
    std::fs::create_dir(place.path("d")).unwrap();
    for (spec, words) in [("json=d", &["d", "directory"][..]), ("json=none/r.json", &["none/r.json"])] {
        let done = place.scan(&["-o", spec, "app.log"]).fails(2, words);
        assert_eq!((done.out.as_str(), done.err.lines().count()), ("", 1), "{done:?}");
        assert!(!done.err.contains("os error"), "{done:?}");
    }
}

#[test]
fn trouble_with_the_input_still_writes_the_outputs() {
    let place = place();
    place.scan(&["-o", "json=r.json", "gone.log", "app.log"]).fails(2, &["gone.log"]);
    let report: serde_json::Value = serde_json::from_str(&place.read("r.json")).unwrap();
    assert_eq!(report["events"]["moved"], 2);
}

/// `scan … | head -1`: quiet, status 0, and soon.
#[test]
fn a_closed_standard_output_is_a_quiet_end() {
    let big: String = (0..6_000).map(|i| moved(i % 3000, (i % 16_000) as u16)).collect();
    let place = Place::with(&[("big.log", &big)]);
    for (format, threads) in [("hits", "1"), ("hits", "4"), ("json", "2"), ("text", "2"), ("github", "2")] {
        let args = ["--format", format, "-j", threads, "--fail-on", "info", "big.log"];
        let mut child = place.command(&args).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let done: Done = child.wait_with_output().unwrap().into();
        assert!(!first.is_empty());
        if format == "hits" || format == "json" {
            assert_eq!((done.code, done.err.as_str()), (0, ""), "{format} -j {threads}");
        } else {
            // A short report fits the pipe, so that its reader is not known to have gone.
            assert!(done.code <= 1 && done.err.is_empty(), "{format} -j {threads}: {done:?}");
        }
    }
}

/// A gate that uses `-o` gets its file, whoever reads the hits.
#[test]
fn a_closed_standard_output_does_not_cost_the_files() {
    let big: String = (0..6_000).map(|i| moved(i % 3000, (i % 16_000) as u16)).collect();
    let place = Place::with(&[("big.log", &big)]);
    let args = ["--format", "hits", "-o", "json=r.json", "-o", "hits=r.hits", "big.log"];
    let mut child = place.command(&args).spawn().unwrap();
    drop(child.stdout.take());
    let done: Done = child.wait_with_output().unwrap().into();
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    let report: serde_json::Value = serde_json::from_str(&place.read("r.json")).unwrap();
    assert_eq!(report["events"]["moved"], 6000);
    assert_eq!(place.read("r.hits").lines().count(), 6000);
}

#[test]
fn hits_go_to_every_place_that_asks() {
    let place = place();
    let done = place.scan(&["--format", "hits", "-o", "hits=a.hits", "-o", "hits=b.hits", "app.log"]).clean();
    assert_eq!(done.hits().len(), 2);
    assert_eq!((place.read("a.hits"), place.read("b.hits")), (done.out.clone(), done.out));
}

/// Neither a log nor another output is ever overwritten, and a report is not taken for a log.
#[test]
fn outputs_and_logs_do_not_mix() {
    let place = place();
    let log = place.read("app.log");
    place.scan(&["-o", "json=app.log", "app.log"]).fails(2, &["app.log", "is read as a log"]);
    assert_eq!(place.read("app.log"), log);
    place.scan(&["-o", "json=r", "-o", "hits=./r", "app.log"]).fails(2, &["./r", "two"]);
    assert_eq!(names(&place), ["app.log"]);
    let twice = || place.scan(&["--format", "json", "-o", "json=r.json", "."]).clean();
    let first = twice();
    assert_eq!(first.json()["scan"]["sources"].as_array().unwrap().len(), 1, "{}", first.out);
    assert_eq!(first.out, twice().out, "the report of the first run is not read by the second");
    assert_eq!(first.out, place.read("r.json"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_fails_does_not_cost_the_others() {
    let place = place();
    let args = ["-o", "github=/dev/full", "-o", "json=r.json", "app.log"];
    let done = place.scan(&args).fails(2, &["/dev/full", "No space left"]);
    assert!(done.out.contains("2 MOVED") && place.read("r.json").starts_with('{'), "{done:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    for format in ["hits", "json", "text"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done: Done = place()
            .command(&["--format", format, "app.log"])
            .stdout(Stdio::from(full))
            .output()
            .unwrap()
            .into();
        done.fails(2, &["standard output", "No space left"]);
    }
    let place = place();
    place.scan(&["-o", "json=/dev/full", "app.log"]).fails(2, &["/dev/full", "No space left"]);
}

#[test]
fn colour_is_asked_for_or_not() {
    let place = place();
    let coloured = |args: &[&str], vars: &[(&str, &str)]| {
        let mut command = place.command(&[args, &["app.log"]].concat());
        command.envs(vars.iter().copied());
        Done::from(command.output().unwrap()).clean().out.contains("\x1b[")
    };
    for (args, vars, expected) in [
        (&[][..], &[][..], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
    ] {
        assert_eq!(coloured(args, vars), expected, "{args:?} {vars:?}");
    }
}

#[test]
fn no_line_of_text_is_wider_than_its_terminal() {
    let place = place();
    for columns in ["40", "80", "100"] {
        let mut command = place.command(&["app.log"]);
        command.env("COLUMNS", columns);
        let done = Done::from(command.output().unwrap()).clean();
        let width: usize = columns.parse().unwrap();
        for line in done.out.lines() {
            assert!(line.chars().count() <= width, "{columns}: {line}");
        }
    }
}
