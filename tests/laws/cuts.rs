//! Any cut into chunks, any number of threads.

use super::logs::{far_log, log};
use super::scanning::{RULES, cases, difference, outcome, outcome_with, own, put};
use proptest::prelude::*;
use scan::rules::RuleSet;
use std::path::PathBuf;

/// The same log with all these sizes of own parts and numbers of threads.
fn check(rules: &RuleSet, data: &[u8], cuts: &[(usize, usize)]) -> Result<(), TestCaseError> {
    let directory = tempfile::tempdir().unwrap();
    let path = [put(directory.path(), "app.log", data)];
    let whole = outcome_with(rules, &path, own(1 << 30), 1, true);
    let failed = |what: String| Err(TestCaseError::fail(what));
    for &(bytes, threads) in cuts {
        let cut = outcome_with(rules, &path, own(bytes), threads, true);
        if let Some(difference) = whole.difference(&cut) {
            return failed(format!("own parts of {bytes} bytes, {threads} threads\n{difference}"));
        }
    }
    let unprinted = outcome_with(rules, &path, own(4096), 2, false);
    if let Some(difference) = difference(&whole.digest, &unprinted.digest) {
        return failed(format!("own parts of 4096 bytes, hits not printed\n{difference}"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn small_logs_cut_anywhere(data in log(1..8), odd in 2usize..64) {
        check(&RULES, &data.0, &[(1, 2), (7, 1), (odd, 3), (100, 2)])?;
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn logs_cut_and_shared(data in log(4..60), cut in 500usize..5000) {
        check(&RULES, &data.0, &[(cut, 2), (4096, 8)])?;
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn far_ends_of_a_log(data in far_log(), cut in 20_000usize..300_000) {
        check(&RULES, &data.0, &[(cut, 2), (65_536, 3), (100_000, 2)])?;
    }
}

#[test]
fn recorded_logs() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "log"));
    paths.sort();
    assert!(paths.len() >= 30);
    let whole = outcome(&paths, own(1 << 30), 1);
    assert!(whole.hits.lines().count() > 1000);
    for (bytes, threads) in [(65_536, 2), (100_000, 8), (30_011, 3)] {
        let cut = outcome(&paths, own(bytes), threads);
        assert_eq!(whole.difference(&cut), None, "own parts of {bytes} bytes, {threads} threads");
    }
}

/// Cuts of `data` into parts of 4 KiB and more, where a match, its literal and its line's
/// start come to lie in different ones.
fn hold(rules: &RuleSet, data: &[u8], hits: usize) {
    let directory = tempfile::tempdir().unwrap();
    let path = [put(directory.path(), "app.log", data)];
    let whole = outcome_with(rules, &path, own(1 << 30), 1, true);
    assert_eq!(whole.hits.lines().count(), hits, "{:.2000}", whole.hits);
    check(rules, data, &[(4096, 2), (4999, 3), (9000, 1), (65_536, 2), (100_000, 2)]).unwrap();
}

fn line(parts: &[&[u8]]) -> Vec<u8> {
    [parts.concat(), b"\n".to_vec()].concat()
}

const MOVED: &[u8] = b" MOVED 3999 10.0.0.12:6379 ";

#[test]
fn a_coloured_line_whose_message_is_far_from_its_start() {
    let far = vec![b'x'; 12_000];
    hold(&RULES, &line(&[b"\x1b[31mERROR\x1b[0m ", &far, MOVED, &far, b" ASK 42 10.0.0.13:6379"]), 2);
}

#[test]
fn a_piece_of_a_docker_line_whose_seam_is_far_from_its_start() {
    let head = vec![b'x'; 16_000];
    let piece = |text: &[&[u8]], end: &[u8]| {
        let text = text.concat();
        line(&[b"{\"log\":\"", &text, end, b"\",\"stream\":\"stdout\",\"time\":\"2026-11-21T02:00:59.1Z\"}"])
    };
    let cut = [piece(&[&head, b" MOVED 39"], b""), piece(&[b"99 10.0.0.12:6379 ", &head], b"\\n")].concat();
    hold(&RULES, &[&cut[..], &cut].concat(), 2);
}

#[test]
fn hits_of_a_line_in_their_order_wherever_their_literals_stand() {
    let rule = br#"{"id":"x/far","regex":"alpha\\d+.*zebra","signature":"alpha1 zebra"}"#;
    let directory = tempfile::tempdir().unwrap();
    let path = put(directory.path(), "far.json", rule);
    let (rules, problems) = RuleSet::load(&[path], true);
    assert!(problems.is_empty(), "{problems:?}");
    let gap = vec![b'x'; 9000];
    hold(&rules, &line(&[b"alpha1 ", &gap, MOVED, &gap, b"zebra", MOVED, b"alpha2 zebra"]), 2);
}

#[test]
fn a_rule_without_a_literal_beside_a_line_of_any_length() {
    let rule = br#"{"id":"x/digits","regex":"\\b\\d{7}\\b","signature":"5550123"}"#;
    let directory = tempfile::tempdir().unwrap();
    let path = put(directory.path(), "digits.json", rule);
    let (rules, problems) = RuleSet::load(&[path], true);
    assert!(problems.is_empty(), "{problems:?}");
    let long = vec![b'x'; 80_000];
    let log =
        [line(&[MOVED, &long, MOVED, &long, b" 5550123"]), line(&[b"call 5550124"]), line(&[MOVED])].concat();
    // What is far down a long line is not seen by a rule without a literal.
    hold(&rules, &log, 4);
}

/// Messages all along a line: each is in sight of the next, the first not of the last.
#[test]
fn a_line_of_half_a_megabyte_full_of_messages() {
    let mut text = b"redis.exceptions: ".to_vec();
    for i in 0..25 {
        let slot = if i % 3 == 0 { 3999 } else { i };
        text.extend(format!(" MOVED {slot} 10.0.0.12:6379\" \"{slot} 10.0.0.13:6379\" -> Redirected to slot [{slot}] located at 10.0.0.{}:6379", 12 + i % 2).bytes());
        text.resize(text.len() + 20_000, b'.');
    }
    text.push(b'.');
    hold(&RULES, &line(&[&text]), 75);
}
