//! What can be given to the program: files, directories, pipes, compressed and rotated logs.

use super::place::{Done, Place, moved, told};
use clap::Parser;
use scan::cli::{Args, Env, run};
use std::io::Write;
use std::process::{Command, Stdio};

pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Magic bytes decide, whatever the name says: every compression under every name.
#[test]
fn compressed_logs_are_known_by_their_bytes() {
    let text = [moved(0, 1), moved(1, 2)].concat();
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let forms =
        [gzip(text.as_bytes()), zstd, bzip2(text.as_bytes()), xz(text.as_bytes()), text.clone().into_bytes()];
    let names = ["a.gz", "b.zst", "c.bz2", "d.xz", "e.log", "f"];
    let place = Place::new();
    let mut paths = Vec::new();
    for (i, form) in forms.iter().enumerate() {
        for name in names {
            let path = format!("{i}/{name}");
            place.write(&path, form);
            paths.push(path);
        }
        assert_eq!(place.pipe(&["--format", "json"], form).clean().total(), 2, "form {i} from a pipe");
    }
    let args: Vec<&str> = ["--format", "hits"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let events = place.scan(&args).clean().events();
    for path in &paths {
        let of_it: Vec<u64> = events
            .iter()
            .filter(|e| e["source"] == path.as_str())
            .map(|e| e["line"].as_u64().unwrap())
            .collect();
        assert_eq!(of_it, [1, 2], "{path}");
    }
}

#[test]
fn several_members_are_one_log() {
    let place = Place::new();
    place.write("a.gz", [gzip(moved(0, 1).as_bytes()), gzip(moved(1, 2).as_bytes())].concat());
    assert_eq!(told(&place.events(&["a.gz"])), ["moved 1 10.0.0.2:7001", "moved 2 10.0.0.2:7001"]);
}

/// Without PATH standard input is read: a pipe, a file, nothing, or a closed one.
#[test]
fn without_a_path_standard_input_is_read() {
    let place = Place::with(&[("app.log", &moved(0, 7))]);
    for args in [&["--format", "hits"][..], &["--format", "hits", "-"]] {
        let events = place.pipe(args, moved(0, 7)).clean().events();
        assert_eq!(told(&events), ["moved 7 10.0.0.2:7001"]);
        assert_eq!((events[0]["source"].as_str(), events[0]["reporter"].is_null()), (Some("-"), true));
    }
    let file = std::fs::File::open(place.path("app.log")).unwrap();
    let from_file: Done = place.command(&["--format", "json"]).stdin(file).output().unwrap().into();
    assert_eq!(from_file.clean().total(), 1);
    for done in [place.scan(&[]), place.pipe(&[], "")] {
        done.fails(0, &["no line"]);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_standard_input_is_an_empty_one() {
    let place = Place::new();
    let done: Done = Command::new("/bin/sh")
        .args(["-c", "exec \"$0\" <&-", env!("CARGO_BIN_EXE_scan")])
        .env_clear()
        .current_dir(place.dir())
        .output()
        .unwrap()
        .into();
    done.fails(0, &["no line"]);
}

/// A terminal as standard input would wait for ever: the usage is shown instead.
#[test]
fn a_terminal_is_not_read() {
    let env = Env { stdin_tty: true, ..Env::read() };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = run(&Args::parse_from(["scan"]), &env, &mut out, &mut err);
    let err = String::from_utf8(err).unwrap();
    assert_eq!(format!("{exit:?}"), "Trouble");
    assert!(out.is_empty() && err.contains("Usage: scan") && err.contains("nothing to read"), "{err}");
}

#[test]
fn a_file_given_twice_is_read_once() {
    let place = Place::with(&[("d/app.log", &moved(0, 7))]);
    let absolute = place.path("d/app.log");
    assert_eq!(place.events(&["d/app.log", "d", "./d/app.log", absolute.to_str().unwrap()]).len(), 1);
    std::fs::hard_link(&absolute, place.path("d/other.log")).unwrap();
    assert_eq!(place.events(&["d"]).len(), 1, "two names of one file");
}

#[test]
fn a_directory_is_walked() {
    let place = Place::with(&[
        ("logs/a.log", &moved(0, 1)),
        ("logs/deep/er/b.txt", &moved(1, 2)),
        ("logs/.hidden", &moved(2, 3)),
        ("logs/picture.png", "\u{89}PNG\r\n\0\0\0\0MOVED 9 10.0.0.2:7001"),
        ("logs/empty.log", ""),
    ]);
    place.write("logs/c.log.gz", gzip(moved(3, 4).as_bytes()));
    let done = place.scan(&["--format", "hits", "logs"]);
    assert_eq!(done.code, 0, "{done:?}");
    let mut slots: Vec<u64> = done.events().iter().map(|e| e["slot"].as_u64().unwrap()).collect();
    slots.sort_unstable();
    assert!(slots.starts_with(&[1, 2]) && slots.ends_with(&[4]) && !slots.contains(&9), "{slots:?}");
    assert!(
        done.hits().iter().any(|h| h["source"] == "logs/deep/er/b.txt"),
        "the path as walked to: {done:?}"
    );
}

/// `-` comes last, whatever its place on the command line.
#[test]
fn standard_input_is_the_last_source() {
    let place = Place::with(&[("z.log", &moved(0, 1))]);
    let done = place.pipe(&["--format", "hits", "-", "z.log"], moved(1, 2)).clean();
    let sources: Vec<String> = done.hits().iter().map(|h| h["source"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sources, ["z.log", "-"]);
}

/// In any order of the shell, a rotated set is one timeline of one reporter, oldest first.
#[test]
fn a_rotated_set_is_one_timeline() {
    let place = Place::with(&[("app.log", &moved(40, 4)), ("app.log.1", &moved(30, 3))]);
    place.write("app.log.2.gz", gzip(moved(20, 2).as_bytes()));
    place.write("app.log.10.gz", gzip(moved(10, 1).as_bytes()));
    let set = ["app.log", "app.log.1", "app.log.10.gz", "app.log.2.gz"];
    let events = place.events(&set);
    let slots: Vec<u64> = events.iter().map(|e| e["slot"].as_u64().unwrap()).collect();
    assert_eq!(slots, [1, 2, 3, 4]);
    assert!(events.iter().all(|e| e["reporter"] == "file/app.log"), "{events:?}");
    let report = place.scan(&[&["--format", "json"], &set[..]].concat()).clean().json();
    let incidents = report["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!(incidents[0]["start"], "2026-04-23T10:15:10.000Z");
    assert_eq!(incidents[0]["end"], "2026-04-23T10:15:40.000Z");
    assert_eq!(incidents[0]["reporters"], serde_json::json!(["file/app.log"]));
}

#[test]
fn the_copy_of_a_compressed_log_is_read_once() {
    let place = Place::with(&[("app.log.1", &moved(0, 1))]);
    place.write("app.log.1.gz", gzip(moved(0, 1).as_bytes()));
    let done = place.scan(&["--format", "hits", "."]);
    assert_eq!((done.code, done.events().len()), (0, 1), "{done:?}");
    assert!(done.err.contains("app.log.1.gz") && done.err.contains("same data"), "{done:?}");
}

/// What arrives slowly is reported as it arrives.
#[test]
fn a_slow_pipe_is_read_to_its_end() {
    let place = Place::new();
    let mut child = place.start(&["--format", "hits"]);
    let mut stdin = child.stdin.take().unwrap();
    for piece in [&moved(0, 1)[..50], &moved(0, 1)[50..], &moved(1, 2)[..20], &moved(1, 2)[20..]] {
        stdin.write_all(piece.as_bytes()).unwrap();
        stdin.flush().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    drop(stdin);
    let done: Done = child.wait_with_output().unwrap().into();
    assert_eq!(told(&done.clean().events()), ["moved 1 10.0.0.2:7001", "moved 2 10.0.0.2:7001"]);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_a_stream() {
    let place = Place::new();
    let made = Command::new("mkfifo").arg(place.path("pipe")).status().unwrap();
    assert!(made.success());
    let child = place.command(&["--format", "hits", "pipe"]).stdin(Stdio::null()).spawn().unwrap();
    std::fs::OpenOptions::new()
        .write(true)
        .open(place.path("pipe"))
        .unwrap()
        .write_all(moved(0, 5).as_bytes())
        .unwrap();
    let done: Done = child.wait_with_output().unwrap().into();
    assert_eq!(done.clean().events()[0]["source"], "pipe");
}
