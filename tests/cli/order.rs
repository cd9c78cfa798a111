//! The same input gives the same bytes.

use super::place::{Place, moved};
use super::reading::gzip;

/// Some files of several kinds, one longer than the ranges it is read in.
fn place() -> Place {
    let place = Place::new();
    let big: String = (0..9_000u32)
        .map(|i| match i % 30 {
            0 => moved(i / 30, (i % 1000) as u16),
            // Long lines, so that few of them fill several of the ranges that are read.
            2 => format!("2026-04-23T10:20:00Z INFO {}\n", "a long line ".repeat(600)),
            1 => format!("[pod/web-{}/app] 2026-04-23T10:20:00Z ERROR redis.exceptions.ResponseError: ASK {} 10.0.0.3:7003\n", i % 7, i % 1000),
            _ => format!("2026-04-23T10:20:00Z INFO served request {i} in {} ms, nothing to see here\n", i % 97),
        })
        .collect();
    place.write("big.log", &big);
    place.write("small/one.log", moved(3, 11));
    place.write("small/two.log.gz", gzip([moved(4, 12), moved(5, 13)].concat().as_bytes()));
    place.write("small/three.log", "redis.exceptions.ResponseError: MOVED 14 10.0.0.2:7001");
    place
}

#[test]
fn threads_do_not_show() {
    let place = place();
    for format in ["json", "hits", "text", "github"] {
        let one = place.scan(&["--format", format, "-j", "1", "big.log", "small"]).clean().out;
        assert!(one.len() > 500, "{format}");
        for threads in ["2", "8"] {
            let many = place.scan(&["--format", format, "-j", threads, "big.log", "small"]).clean().out;
            assert!(one == many, "{format} differs with -j {threads}");
        }
    }
}

#[test]
fn the_order_of_paths_does_not_show() {
    let place = place();
    let files = ["small/one.log", "big.log", "small/two.log.gz", "small/three.log"];
    let mut turned = files;
    for format in ["json", "hits"] {
        let first = place.scan(&[&["--format", format], &files[..]].concat()).clean().out;
        for _ in 0..2 {
            turned.rotate_left(1);
            let other = place.scan(&[&["--format", format], &turned[..]].concat()).clean().out;
            assert!(first == other, "{format} differs with {turned:?}");
        }
        turned.reverse();
        assert!(
            first == place.scan(&[&["--format", format], &turned[..]].concat()).clean().out,
            "{format} reversed"
        );
    }
}

/// A pipe is cut otherwise than a file, and has the same events at the same lines.
#[test]
fn a_pipe_and_a_file_agree() {
    let place = place();
    let strip = |hits: Vec<serde_json::Value>| -> Vec<String> {
        hits.into_iter()
            .map(|h| format!("{} {} {} {} {}", h["line"], h["signal"], h["slot"], h["event"], h["time"]))
            .collect()
    };
    let by_file = strip(place.scan(&["--format", "hits", "big.log"]).clean().hits());
    let by_pipe = strip(place.pipe(&["--format", "hits"], place.read("big.log")).clean().hits());
    assert_eq!(by_file.len(), 600);
    assert!(by_file == by_pipe);
}

#[test]
fn hits_and_report_agree() {
    let place = place();
    let hits = place.events(&["big.log", "small"]);
    let report = place.scan(&["--format", "json", "big.log", "small"]).clean();
    let repeats: u64 = hits.iter().map(|h| h["repeats"].as_u64().unwrap()).sum();
    let grouped: u64 =
        report.json()["groups"].as_array().unwrap().iter().map(|g| g["events"].as_u64().unwrap()).sum();
    assert_eq!((repeats, grouped), (report.total(), report.total()));
    assert_eq!(report.total(), 604);
}
