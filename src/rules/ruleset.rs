//! The set of rules that a scan runs.

use super::builtin;
use super::fields::Fault;
use super::literal::{Cost, Literals};
use super::pattern::{Found, Pattern};
use super::problem::{ProblemLevel, RuleProblem};
use super::schema::{
    DeadEnd, Dialect, Provenance, Record, Relations, RuleSeverity, Sample, Workaround, read_record,
    regex_field,
};
use crate::model::Signal;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Largest rule file that is read, in bytes.
const MAX_FILE: u64 = 32 * 1024 * 1024;

/// Built-in rules of which the scan runs a hand-written form, since nearly every line of
/// a redirection storm matches one of them. Their regexes say what that form matches.
const HAND_PARSED: &[&str] =
    &["database/redis-cluster-ask", "database/redis-cluster-moved", "database/redis-cluster-redirect"];

/// One rule, ready to run.
#[derive(Debug)]
pub struct Rule {
    /// Its id, such as `database/redis-cluster-moved`.
    pub id: Box<str>,
    /// Its place in the set, which is sorted by id: of two matches that begin together
    /// and are of one length, that of the lower place counts.
    pub order: u32,
    /// Whether it came with the binary.
    pub builtin: bool,
    /// Which dialect its file is written in.
    pub dialect: Dialect,
    /// The file it came from; `rules/NAME` when it came with the binary.
    pub file: Box<str>,
    /// What a match of it is; [`Signal::Other`] when its file names none.
    pub signal: Signal,
    /// How much its incidents matter, when its file says so.
    pub severity: Option<RuleSeverity>,
    /// Its regex.
    pub pattern: Pattern,
    /// A line as the rule's author saw it.
    pub signature: Option<String>,
    /// `signature` in Chinese.
    pub signature_zh: Option<String>,
    /// Field of knowledge, such as `database`.
    pub domain: Option<String>,
    /// Kind of error, such as `protocol_error`.
    pub category: Option<String>,
    /// Why it happens.
    pub root_cause: Option<String>,
    /// `root_cause` in Chinese.
    pub root_cause_zh: Option<String>,
    /// What helps.
    pub workarounds: Vec<Workaround>,
    /// What does not.
    pub dead_ends: Vec<DeadEnd>,
    /// What comes before and after.
    pub relations: Relations,
    /// Who says so.
    pub provenance: Provenance,
    /// The page that documents it.
    pub doc_url: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// Lines that it must match.
    pub samples: Vec<Sample>,
    /// Lines that it must not match.
    pub counter_samples: Vec<Sample>,
}

impl Rule {
    /// Whether a scan runs a hand-written parser in the place of its regex. A user's
    /// rule that takes the id of such a built-in one is run by its regex.
    pub fn is_hand_parsed(&self) -> bool {
        self.builtin && HAND_PARSED.contains(&&*self.id)
    }

    /// Literals of which every match holds one.
    pub fn literals(&self) -> &Literals {
        self.pattern.literals()
    }

    /// What the rule costs beside the search for literals.
    pub fn cost(&self) -> Cost {
        self.pattern.cost()
    }

    /// Gives every match in a line; see [`Pattern::find_in`].
    pub fn find_in<'l>(&self, line: &'l [u8], visit: impl FnMut(Found<'l>)) {
        self.pattern.find_in(line, visit);
    }

    /// The last part of its id, which its file is named after.
    pub fn short_id(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// Every address that its claims rest on, in the order of the file, once each.
    pub fn sources(&self) -> Vec<&str> {
        let advice = self.workarounds.iter().flat_map(|w| &w.sources);
        let all = advice.chain(self.dead_ends.iter().flat_map(|d| &d.sources)).chain(&self.doc_url);
        let mut out: Vec<&str> = Vec::new();
        for source in all {
            if !out.contains(&source.as_str()) {
                out.push(source);
            }
        }
        out
    }
}

/// Rules sorted by id, each id once.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

impl RuleSet {
    /// The rules that came with the binary.
    pub fn builtin() -> Self {
        Self::load(&[], true).0
    }

    /// The built-in rules (if wanted), then those of `paths` in that order: files, or
    /// directories whose `*.json` are taken in the order of their names. A rule with
    /// the id of an earlier one takes its place; if it names no signal it keeps the
    /// earlier one's.
    ///
    /// What cannot be read or run is left out and told as a problem; the rest loads.
    pub fn load(paths: &[PathBuf], with_builtin: bool) -> (Self, Vec<RuleProblem>) {
        let mut problems = Vec::new();
        let mut by_id: BTreeMap<Box<str>, Rule> = BTreeMap::new();
        let mut add = |loaded: Loaded| {
            problems.extend(loaded.problems.into_iter().filter(|p| p.level == ProblemLevel::Error));
            for (mut rule, signal_named) in loaded.rules {
                if let (Some(earlier), false) = (by_id.get(&rule.id), signal_named) {
                    rule.signal = earlier.signal;
                }
                by_id.insert(rule.id.clone(), rule);
            }
        };
        if with_builtin {
            let loaded: Vec<Loaded> =
                builtin::FILES.par_iter().map(|(name, text)| load_builtin(name, text)).collect();
            loaded.into_iter().for_each(&mut add);
        }
        for path in paths {
            load_path(path).into_iter().for_each(&mut add);
        }
        let mut rules: Vec<Rule> = by_id.into_values().collect();
        for (order, rule) in (0..).zip(&mut rules) {
            rule.order = order;
        }
        (Self { rules }, problems)
    }

    /// The rule with this id, or else the only one whose id's last part this is.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        let exact = self.rules.binary_search_by(|rule| (*rule.id).cmp(id));
        if let Ok(at) = exact {
            return self.rules.get(at);
        }
        let mut short = self.rules.iter().filter(|rule| rule.short_id() == id);
        short.next().filter(|_| short.next().is_none())
    }

    /// The rule with this place in the set.
    pub fn by_order(&self, order: u32) -> Option<&Rule> {
        self.rules.get(order as usize)
    }

    /// The rules in the order of their ids.
    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.rules.iter()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl<'s> IntoIterator for &'s RuleSet {
    type Item = &'s Rule;
    type IntoIter = std::slice::Iter<'s, Rule>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What one file gave.
pub(super) struct Loaded {
    /// How the file is named in messages.
    pub(super) file: String,
    /// Its rules, and whether each names its signal.
    pub(super) rules: Vec<(Rule, bool)>,
    /// What is wrong with it. A problem of level `Error` means a rule left out.
    pub(super) problems: Vec<RuleProblem>,
}

pub(super) fn load_builtin(name: &str, text: &str) -> Loaded {
    load_text(format!("rules/{name}"), text, true)
}

/// Loads a file, or the `*.json` of a directory in the order of their names.
pub(super) fn load_path(path: &Path) -> Vec<Loaded> {
    if !path.is_dir() {
        return vec![load_file(path)];
    }
    let entries: Vec<_> = WalkDir::new(path).sort_by_file_name().into_iter().collect();
    entries.into_par_iter().filter_map(|entry| load_entry(path, entry)).collect()
}

/// What a directory's entry gave; `None` for one that is no rule file.
fn load_entry(root: &Path, entry: walkdir::Result<DirEntry>) -> Option<Loaded> {
    match entry {
        Ok(entry) if entry.file_type().is_dir() || entry.path().extension() != Some(OsStr::new("json")) => {
            None
        }
        Ok(entry) => Some(load_file(entry.path())),
        Err(error) => {
            let file = error.path().unwrap_or(root).display().to_string();
            let why = error.io_error().map_or_else(|| "cannot be read".to_owned(), ToString::to_string);
            Some(unreadable(file, &why))
        }
    }
}

fn load_file(path: &Path) -> Loaded {
    let file = path.display().to_string();
    match read_limited(path) {
        Ok(bytes) if bytes.len() as u64 > MAX_FILE => unreadable(file, "is larger than 32 MiB"),
        Ok(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => load_text(file, text, false),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
                let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
                let mut loaded = unreadable(file, "is not UTF-8 text");
                loaded.problems.iter_mut().for_each(|p| p.place = Some((line, column)));
                loaded
            }
        },
        Err(error) => unreadable(file, &error.to_string()),
    }
}

fn read_limited(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(file: String, why: &str) -> Loaded {
    let problem = RuleProblem {
        file: file.clone(),
        place: None,
        rule: None,
        field: None,
        reason: why.to_owned(),
        remedy: None,
        level: ProblemLevel::Error,
    };
    Loaded { file, rules: Vec::new(), problems: vec![problem] }
}

/// Loads the text of a file: one record, or a list of records.
pub(super) fn load_text(file: String, text: &str, builtin: bool) -> Loaded {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut loaded = Loaded { file, rules: Vec::new(), problems: Vec::new() };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(records)) => {
            for (i, record) in records.iter().enumerate() {
                load_record(&mut loaded, record, &format!("[{i}]"), builtin);
            }
        }
        Ok(record) => load_record(&mut loaded, &record, "", builtin),
        Err(error) => {
            // serde_json repeats the place in its message.
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or(&message);
            loaded.problems.push(RuleProblem {
                file: loaded.file.clone(),
                place: Some((error.line(), error.column())),
                rule: None,
                field: None,
                reason: format!("is not JSON: {reason}"),
                remedy: None,
                level: ProblemLevel::Error,
            });
        }
    }
    loaded
}

fn load_record(loaded: &mut Loaded, record: &Value, path: &str, builtin: bool) {
    let file = loaded.file.clone();
    let mut problem = |rule: Option<&str>, field: &str, reason: String, remedy: String, level| {
        let field = match (path, field) {
            ("", "") => None,
            ("", field) => Some(field.to_owned()),
            (path, "") => Some(path.to_owned()),
            (path, field) => Some(format!("{path}.{field}")),
        };
        let (file, rule) = (file.clone(), rule.map(str::to_owned));
        loaded.problems.push(RuleProblem {
            file,
            place: None,
            rule,
            field,
            reason,
            remedy: Some(remedy),
            level,
        });
    };
    let Value::Object(map) = record else {
        let remedy = "a rule is a JSON object, and a file holds one or a list of them".to_owned();
        problem(None, "", "is no rule".to_owned(), remedy, ProblemLevel::Error);
        return;
    };
    let mut faults: Vec<Fault> = Vec::new();
    let read = read_record(map, &mut faults);
    let id = map.get("id").and_then(Value::as_str);
    // Without a record the faults that prevented it are among these.
    let level = if builtin || read.is_none() { ProblemLevel::Error } else { ProblemLevel::Warning };
    for fault in faults {
        let level = if fault.unknown && !builtin { ProblemLevel::Warning } else { level };
        problem(id, &fault.field, fault.reason, fault.remedy, level);
    }
    let Some(record) = read else { return };
    // The regexes of the built-in rules say themselves where case is of no matter.
    match Pattern::new(&record.regex, !builtin) {
        Ok(pattern) => {
            let signal_named = record.signal.is_some();
            let rule = rule_of(record, pattern, loaded.file.as_str(), builtin);
            loaded.rules.push((rule, signal_named));
        }
        Err(error) => {
            let remedy = error.remedy().to_owned();
            problem(id, regex_field(record.dialect), error.to_string(), remedy, ProblemLevel::Error);
        }
    }
}

fn rule_of(record: Record, pattern: Pattern, file: &str, builtin: bool) -> Rule {
    Rule {
        id: record.id.into(),
        order: 0,
        builtin,
        dialect: record.dialect,
        file: file.into(),
        signal: record.signal.unwrap_or(Signal::Other),
        severity: record.severity,
        pattern,
        signature: record.signature,
        signature_zh: record.signature_zh,
        domain: record.domain,
        category: record.category,
        root_cause: record.root_cause,
        root_cause_zh: record.root_cause_zh,
        workarounds: record.workarounds,
        dead_ends: record.dead_ends,
        relations: record.relations,
        provenance: record.provenance,
        doc_url: record.doc_url,
        tags: record.tags,
        samples: record.samples,
        counter_samples: record.counter_samples,
    }
}
