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
