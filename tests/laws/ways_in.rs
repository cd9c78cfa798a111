//! The same text as a file, through a pipe and compressed; any order of paths.

use super::logs::{far_log, log};
use super::scanning::{Outcome, cases, outcome, own, put};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use scan::input::Settings;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Scans a named pipe while another thread writes the data to it, in pieces.
fn through_pipe(path: &Path, data: &[u8], piece: usize, settings: Settings) -> Outcome {
    std::fs::remove_file(path).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut pipe = std::fs::File::options().write(true).open(path).unwrap();
            data.chunks(piece.max(1)).for_each(|piece| pipe.write_all(piece).unwrap());
        });
        outcome(&[path.to_owned()], settings, 2)
    })
}

/// The same text in all ways, under one name.
fn check(data: &[u8], piece: usize, stream: usize) -> Result<(), TestCaseError> {
    let directory = tempfile::tempdir().unwrap();
    let path = put(directory.path(), "app.log", data);
    let file = outcome(&[path.clone()], Settings::default(), 2);
    let settings = Settings { stream, ..Settings::default() };
    put(directory.path(), "app.log", &gzip(data));
    let packed = outcome(&[path.clone()], settings, 2);
    let piped =
        if cfg!(unix) { through_pipe(&path, data, piece, settings) } else { outcome(&[path], settings, 1) };
    for (way, other) in [("compressed", packed), ("piped", piped)] {
        if let Some(difference) = file.difference(&other) {
            return Err(TestCaseError::fail(format!("{way}, buffers of {stream} bytes\n{difference}")));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(20))]

    #[test]
    fn small_logs_by_any_way(data in log(1..20), piece in 1usize..2000, stream in 1usize..3000) {
        check(&data.0, piece, stream)?;
    }
}

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn far_ends_by_any_way(data in far_log(), stream in 10_000usize..300_000) {
        check(&data.0, 5000, stream)?;
    }

    #[test]
    fn any_order_of_paths(
        logs in proptest::collection::vec(log(1..12), 2..5),
        turn in 0usize..5,
        threads in prop::sample::select(vec![1, 2, 3, 8]),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let names = ["b.log", "a.log", "a.log.1", "c.log.gz"];
        let mut paths: Vec<PathBuf> = Vec::new();
        for (name, data) in names.iter().zip(&logs) {
            let packed = name.ends_with("gz").then(|| gzip(&data.0));
            paths.push(put(directory.path(), name, packed.as_ref().unwrap_or(&data.0)));
        }
        let named = outcome(&paths, own(4096), threads);
        let turn = turn % paths.len();
        paths.rotate_left(turn);
        paths.push(paths[0].clone());
        let turned = outcome(&paths, Settings::default(), 2);
        prop_assert_eq!(named.difference(&turned), None);
        let walked = outcome(&[directory.path().to_owned()], Settings::default(), 2);
        prop_assert_eq!(named.difference(&walked), None);
    }
}

/// A file's byte order mark is not part of its text.
#[test]
fn a_byte_order_mark_changes_nothing() {
    let docker = b"\xef\xbb\xbf{\"log\":\"ERROR MOVED 39\",\"stream\":\"stdout\",\"time\":\"2026-11-21T02:00:59.1Z\"}\n{\"log\":\"99 10.0.0.1:6379\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-21T02:00:59.2Z\"}\n";
    check(docker, 7, 100).unwrap();
    check(b"\xef\xbb\xbf2026-11-21 02:00:59,130 ERROR MOVED 39 10.0.0.1:6379\n", 7, 100).unwrap();
}
