//! A stream that is ended by a signal: what was read is reported.

use super::place::{Done, Place, moved};
use std::io::Write;
use std::process::{Child, Command};
use std::time::Duration;

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Starts a run on a pipe that stays open, and waits until it has shown to have read all.
fn reading(place: &Place, args: &[&str], input: &str) -> (Child, std::process::ChildStdin) {
    let mut child = place.start(args);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(900));
    (child, stdin)
}

#[test]
fn a_signal_ends_a_stream_with_its_report() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        for format in ["json", "hits"] {
            let place = Place::new();
            let input: String = (0..20).map(|i| moved(i, i as u16)).collect();
            let (child, stdin) = reading(&place, &["--format", format, "-o", "json=r.json"], &input);
            send(signal, &child);
            let done: Done = child.wait_with_output().unwrap().into();
            drop(stdin);
            assert_eq!((done.code, done.err.as_str()), (status, ""), "{signal} {format}");
            let report: serde_json::Value = serde_json::from_str(&place.read("r.json")).unwrap();
            assert_eq!(report["events"]["moved"], 20, "{signal} {format}");
            if format == "json" { assert_eq!(done.total(), 20) } else { assert_eq!(done.events().len(), 20) }
        }
    }
}
