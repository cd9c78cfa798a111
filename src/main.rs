//! temporary
use scan::cli::*;
fn main() {
    let args: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let d = scan::input::discover(&args);
    let rules = scan::rules::RuleSet::builtin();
    let f = Filter::default();
    let t = TimeRules { zone: None, year: None, now: jiff::Timestamp::now() };
    let plan = ScanPlan { rules: &rules, filter: &f, times: &t, settings: Default::default() };
    let pool = rayon::ThreadPoolBuilder::new().build().unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let live = Live::default();
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let hits = std::env::var("NOHITS").is_err();
    let s = scan(&d, &plan, &pool, &stop, &live, if hits {Some(&mut out)} else {None}).unwrap();
    if !hits { println!("{:#?}", s.digest); }
}
