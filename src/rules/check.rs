//! `--check-rules`: everything that is wrong with rule files, not only what keeps them
//! from running.

use super::builtin;
use super::pattern::CAPTURE_NAMES;
use super::problem::{ProblemLevel, RuleProblem};
use super::ruleset::{Loaded, Rule, load_builtin, load_path};
use super::schema::{Dialect, Sample};
use crate::model::Slot;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a check found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Files looked at.
    pub files: usize,
    /// Rules that can run.
    pub rules: usize,
    /// What is wrong, in the order of the files.
    pub problems: Vec<RuleProblem>,
}

impl CheckReport {
    /// Whether something is wrong beyond warnings.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|p| p.level == ProblemLevel::Error)
    }
}

/// Checks the rules that came with the binary.
pub fn check_builtin() -> CheckReport {
    check(builtin::FILES.iter().map(|(name, text)| load_builtin(name, text)).collect())
}

/// Checks rule files and directories of them.
pub fn check_files(paths: &[PathBuf]) -> CheckReport {
    check(paths.iter().flat_map(|path| load_path(path)).collect())
}

fn check(files: Vec<Loaded>) -> CheckReport {
    let mut report = CheckReport { files: files.len(), ..CheckReport::default() };
    let mut seen: BTreeMap<Box<str>, String> = BTreeMap::new();
    for loaded in files {
        report.problems.extend(loaded.problems);
        for (rule, _) in loaded.rules {
            report.rules += 1;
            let mut notes = Notes { rule: &rule, problems: &mut report.problems };
            if let Some(earlier) = seen.insert(rule.id.clone(), loaded.file.clone()) {
                notes.add(
                    ProblemLevel::Error,
                    "id",
                    format!("`{}` is also in {earlier}", rule.id),
                    "give one of them another id: the later one replaces the earlier".to_owned(),
                );
            }
            check_name(&mut notes);
            check_advice(&mut notes);
            check_pattern(&mut notes);
            check_samples(&mut notes);
        }
    }
    report
}

/// Problems of one rule.
struct Notes<'r> {
    rule: &'r Rule,
    problems: &'r mut Vec<RuleProblem>,
}

impl Notes<'_> {
    fn add(&mut self, level: ProblemLevel, field: &str, reason: String, remedy: String) {
        self.problems.push(RuleProblem {
            file: self.rule.file.to_string(),
            place: None,
            rule: Some(self.rule.id.to_string()),
            field: Some(field.to_owned()),
            reason,
            remedy: Some(remedy),
            level,
        });
    }

    /// The level of what a user may have good reasons for and a built-in rule not.
    fn strict(&self) -> ProblemLevel {
        if self.rule.builtin { ProblemLevel::Error } else { ProblemLevel::Warning }
    }
}

/// A file is named after its rule. The nested dialect's own data set names files after
/// the environment instead, so it is left alone.
fn check_name(notes: &mut Notes<'_>) {
    let rule = notes.rule;
    let stem =
        Path::new(&*rule.file).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    if rule.dialect == Dialect::Flat && stem != rule.short_id() {
        notes.add(
            notes.strict(),
            "id",
            format!("ends in `{}`, but the file is named `{stem}.json`", rule.short_id()),
            format!("name the file `{}.json`", rule.short_id()),
        );
    }
}

fn check_advice(notes: &mut Notes<'_>) {
    let rule = notes.rule;
    let level = notes.strict();
    if rule.root_cause.as_ref().is_none_or(|text| text.is_empty()) {
        let field = if rule.dialect == Dialect::Nested { "verdict.summary" } else { "root_cause" };
        notes.add(level, field, "is missing".to_owned(), "say why this happens".to_owned());
    }
    for (i, workaround) in rule.workarounds.iter().enumerate() {
        if workaround.action.trim().is_empty() {
            let field = format!("workarounds[{i}].action");
            notes.add(level, &field, "is empty".to_owned(), "say what to do".to_owned());
        }
        check_sources(notes, &format!("workarounds[{i}].sources"), &workaround.sources);
    }
    for (i, dead_end) in rule.dead_ends.iter().enumerate() {
        if dead_end.action.trim().is_empty() {
            let field = format!("dead_ends[{i}].action");
            notes.add(level, &field, "is empty".to_owned(), "say what people try".to_owned());
        }
        if dead_end.why_fails.trim().is_empty() {
            let field = format!("dead_ends[{i}].why_fails");
            notes.add(level, &field, "is empty".to_owned(), "say why it does not help".to_owned());
        }
        check_sources(notes, &format!("dead_ends[{i}].sources"), &dead_end.sources);
    }
}

fn check_sources(notes: &mut Notes<'_>, field: &str, sources: &[String]) {
    for (i, source) in sources.iter().enumerate() {
        if !source.starts_with("https://") && !source.starts_with("http://") {
            let reason = format!("is no address: `{source}`");
            notes.add(
                ProblemLevel::Warning,
                &format!("{field}[{i}]"),
                reason,
                "give an https:// address".to_owned(),
            );
        }
    }
}

fn check_pattern(notes: &mut Notes<'_>) {
    let rule = notes.rule;
    let field = super::schema::regex_field(rule.dialect);
    if rule.pattern.regex().is_none() {
        let reason = "the regex cannot be built".to_owned();
        notes.add(ProblemLevel::Error, field, reason, "make it simpler".to_owned());
    }
    for name in rule.pattern.strange_names() {
        let reason = format!("the capture `{name}` has no meaning");
        let remedy = format!("captures may be named {} (a digit may follow)", CAPTURE_NAMES.join(", "));
        notes.add(ProblemLevel::Warning, field, reason, remedy);
    }
    if let Some(note) = rule.cost().note().filter(|_| !rule.is_hand_parsed()) {
        let remedy = "add a word of four bytes or more that each match has and few other lines do".to_owned();
        notes.add(ProblemLevel::Warning, field, note.to_owned(), remedy);
    }
}

fn check_samples(notes: &mut Notes<'_>) {
    let rule = notes.rule;
    for (i, sample) in rule.samples.iter().enumerate() {
        if let Err(reason) = matches_as_expected(rule, sample) {
            let remedy = "correct the regex, or the sample".to_owned();
            notes.add(ProblemLevel::Error, &format!("samples[{i}]"), reason, remedy);
        }
    }
    for (i, sample) in rule.counter_samples.iter().enumerate() {
        let mut hits = 0usize;
        rule.find_in(sample.text.as_bytes(), |_| hits += 1);
        if hits > 0 {
            let reason = format!("is matched, and must not be: `{}`", sample.text);
            let remedy = "make the regex tighter".to_owned();
            notes.add(ProblemLevel::Error, &format!("counter_samples[{i}]"), reason, remedy);
        }
    }
}

/// Whether some match of the rule in the sample says what the sample expects.
fn matches_as_expected(rule: &Rule, sample: &Sample) -> Result<(), String> {
    if sample.text.contains('\n') {
        return Err("has more than one line, and a match lies within one".to_owned());
    }
    if sample.signal.is_some_and(|signal| signal != rule.signal) {
        return Err(format!("expects another signal than the rule's own, `{}`", rule.signal));
    }
    let mut slots = Vec::new();
    let mut said = Vec::new();
    let mut as_expected = false;
    rule.find_in(sample.text.as_bytes(), |found| {
        let slot = found.slot.map(|s| u64::from(Slot::get(s)));
        let host = found.target.map(|t| t.host.to_owned());
        let port = found.target.and_then(|t| t.port).map(u64::from);
        as_expected |= sample.slot.is_none_or(|want| want == slot)
            && sample.host.as_ref().is_none_or(|want| *want == host)
            && sample.port.is_none_or(|want| want == port);
        slots.extend(slot);
        said.push(format!("slot {slot:?}, host {host:?}, port {port:?}"));
    });
    if said.is_empty() {
        return Err(format!("is not matched: `{}`", sample.text));
    }
    if !as_expected {
        return Err(format!("is matched with {}, which is not what it expects", said.join("; ")));
    }
    match &sample.slots {
        Some(want) if *want != slots => {
            Err(format!("is matched with the slots {slots:?} instead of {want:?}"))
        }
        _ => Ok(()),
    }
}
