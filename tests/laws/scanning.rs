//! A scan through the library, as the command line runs it.

use proptest::test_runner::Config;
use scan::cli::{Filter, Live, ScanPlan, TimeRules, scan};
use scan::input::{Settings, discover};
use scan::rules::RuleSet;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, SystemTime};

/// The rules that come with the binary.
pub static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

/// So many cases, or 20 times as many where `SCAN_LONG_TESTS` asks for them.
pub fn cases(count: u32) -> Config {
    let long = std::env::var_os("SCAN_LONG_TESTS").is_some();
    Config {
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::with_cases(if long { count * 20 } else { count })
    }
}

/// What came of a scan, ready to be compared.
#[derive(PartialEq, Eq)]
pub struct Outcome {
    /// The lines of `--format hits`.
    pub hits: String,
    /// Everything counted.
    pub digest: String,
}

impl Outcome {
    /// The first lines that differ.
    pub fn difference(&self, other: &Self) -> Option<String> {
        difference(&self.hits, &other.hits).or_else(|| difference(&self.digest, &other.digest))
    }
}

/// The first lines that differ.
pub fn difference(a: &str, b: &str) -> Option<String> {
    let (mut a, mut b) = (a.lines(), b.lines());
    let mut before = "";
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) if a == b => before = a,
            (None, None) => return None,
            (a, b) => {
                let shown = |line: Option<&str>| line.unwrap_or("nothing").to_owned();
                return Some(format!("  after {before}\n  want {}\n  got  {}", shown(a), shown(b)));
            }
        }
    }
}

/// Settings that cut plain files into own parts of this size.
pub fn own(bytes: usize) -> Settings {
    Settings { own: bytes, ..Settings::default() }
}

/// Scans the paths with the built-in rules.
pub fn outcome(paths: &[PathBuf], settings: Settings, threads: usize) -> Outcome {
    outcome_with(&RULES, paths, settings, threads, true)
}

/// Scans the paths; with their hits, or only counted.
pub fn outcome_with(
    rules: &RuleSet,
    paths: &[PathBuf],
    settings: Settings,
    threads: usize,
    print: bool,
) -> Outcome {
    static POOLS: Mutex<BTreeMap<usize, &rayon::ThreadPool>> = Mutex::new(BTreeMap::new());
    let pool = *POOLS.lock().unwrap().entry(threads).or_insert_with(|| {
        Box::leak(Box::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()))
    });
    let times = TimeRules { zone: None, year: Some(2026), now: "2026-11-22T00:00:00Z".parse().unwrap() };
    let plan = ScanPlan { rules, filter: &Filter::default(), times: &times, settings };
    let (stop, live) = (AtomicBool::new(false), Live::default());
    let mut hits = Vec::new();
    let scanned = if print {
        scan(&discover(paths), &plan, pool, &stop, &live, Some(&mut hits))
    } else {
        scan(&discover(paths), &plan, pool, &stop, &live, None)
    };
    let scanned = scanned.unwrap();
    assert!(!scanned.stopped);
    Outcome { hits: String::from_utf8(hits).unwrap(), digest: format!("{:#?}", scanned.digest) }
}

/// Writes a file whose time is the same whenever it is written.
pub fn put(directory: &Path, name: &str, data: &[u8]) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, data).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_305_600)).unwrap();
    path
}
