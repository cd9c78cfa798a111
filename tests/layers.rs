//! The crate's modules import each other in one direction only, none is unsafe, and none
//! but the binary prints.
//!
//! The source text is read as tokens: comments and strings are no imports, a group
//! (`crate::{a, b::c}`) is one import for each of its members, and `super::` counts as
//! what it leads to.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that may hold the word `unsafe`, by their path under `src`.
const UNSAFE: &[&str] = &["matcher/kernel.rs"];

/// Files that may print straight to the process's streams.
const PRINTING: &[&str] = &["main.rs"];

/// What the modules of a layer may import beside their own. The crate's root is no layer:
/// it only lists them.
fn may_import(from: &[String], to: &str) -> bool {
    let Some(layer) = from.first() else { return true };
    let emitter = layer == "report" && from.get(1).is_some_and(|module| module == "emit");
    let allowed: &[&str] = match layer.as_str() {
        "model" => &[],
        "rules" | "input" | "tally" => &["model"],
        "matcher" => &["model", "rules"],
        "diagnose" => &["model", "rules", "tally"],
        "report" if emitter => &["model"],
        "report" => &["model", "diagnose", "tally"],
        "cli" | "main" => return true,
        _ => return false,
    };
    to == layer || allowed.contains(&to)
}

/// The source text as words, path separators and single characters, without comments,
/// strings and character literals.
fn tokens(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match chars[i] {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => depth += 1,
                        ('*', '/') => depth -= 1,
                        _ => {
                            i += 1;
                            if i < chars.len() {
                                continue;
                            }
                            break;
                        }
                    }
                    i += 2;
                    if depth == 0 {
                        break;
                    }
                }
            }
            '"' => i = after_string(&chars, i),
            // A character literal; else a lifetime, which is as good as a word.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            c if word(c) => {
                let start = i;
                while i < chars.len() && word(chars[i]) {
                    i += 1;
                }
                let text: String = chars[start..i].iter().collect();
                let raw = matches!(text.as_str(), "r" | "br" | "cr") && matches!(at(i), '"' | '#');
                match raw.then(|| after_raw_string(&chars, i)).flatten() {
                    Some(end) => i = end,
                    None => out.push(text),
                }
            }
            ':' if at(i + 1) == ':' => {
                out.push("::".to_owned());
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    out.push(c.to_string());
                }
                i += 1;
            }
        }
    }
    out
}

fn after_string(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// Where a raw string ends whose hashes and quote start at `from`; none if it is one of
/// the identifiers `r#name`.
fn after_raw_string(chars: &[char], from: usize) -> Option<usize> {
    let hashes = chars[from..].iter().take_while(|&&c| c == '#').count();
    (chars.get(from + hashes) == Some(&'"')).then_some(())?;
    let mut i = from + hashes + 1;
    while i < chars.len() {
        if chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes {
            return Some(i + 1 + hashes);
        }
        i += 1;
    }
    Some(i)
}

/// Modules that the source of `module` names, as paths from the crate's root.
fn imports(module: &[String], source: &str) -> Vec<Vec<String>> {
    let tokens = tokens(source);
    let mut out = Vec::new();
    // Modules written inside the file, with the depth of braces that each ends at.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut i = 0;
    while i < tokens.len() {
        match tokens[i].as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.pop_if(|(_, end)| *end == depth);
            }
            "mod" if tokens.get(i + 2).is_some_and(|t| t == "{") => {
                inline.push((tokens[i + 1].clone(), depth));
            }
            start @ ("crate" | "super") if tokens.get(i + 1).is_some_and(|t| t == "::") => {
                let mut base: Vec<String> = Vec::new();
                if start == "super" {
                    base = module.iter().chain(inline.iter().map(|(name, _)| name)).cloned().collect();
                    base.pop();
                }
                let mut next = i + 2;
                while tokens.get(next).is_some_and(|t| t == "super") {
                    base.pop();
                    next += 2;
                }
                i = members(&tokens, next, &base, &mut out);
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    out
}

/// Reads a path, or the members of a group in braces, behind `base::`; tells where it ends.
fn members(tokens: &[String], from: usize, base: &[String], out: &mut Vec<Vec<String>>) -> usize {
    let Some(token) = tokens.get(from) else { return from };
    if token != "{" {
        let path = base.iter().chain([token]).cloned().collect::<Vec<_>>();
        if tokens.get(from + 1).is_some_and(|t| t == "::") {
            return members(tokens, from + 2, &path, out);
        }
        out.push(path);
        return from + 1;
    }
    let mut i = from + 1;
    while tokens.get(i).is_some_and(|t| t != "}") {
        i = if tokens[i] == "," { i + 1 } else { members(tokens, i, base, out) };
    }
    i + 1
}

/// What is wrong with one file, given by its path under `src`.
fn faults(file: &str, source: &str) -> Vec<String> {
    let mut module: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    let mut out: Vec<String> = imports(&module, source)
        .into_iter()
        .filter(|path| !may_import(&module, &path[0]))
        .map(|path| format!("{file} imports {}", path.join("::")))
        .collect();
    let tokens = tokens(source);
    if tokens.iter().any(|t| t == "unsafe") && !UNSAFE.contains(&file) {
        out.push(format!("{file} is unsafe"));
    }
    let prints = |pair: &[String]| {
        matches!(pair[0].as_str(), "println" | "print" | "eprintln" | "eprint" | "dbg") && pair[1] == "!"
    };
    if tokens.windows(2).any(prints) && !PRINTING.contains(&file) {
        out.push(format!("{file} prints"));
    }
    out
}

fn sources(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn layers_import_downwards_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 50, "only {} files", files.len());
    let mut found = Vec::new();
    for path in files {
        let file = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        found.extend(faults(&file, &fs::read_to_string(&path).unwrap()));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_wrong_arrow_is_seen() {
    for (file, source, wrong) in [
        ("model/slot.rs", "use crate::rules::Rule;", "model/slot.rs imports rules::Rule"),
        ("rules/a.rs", "use crate::{model::Slot, tally::{Tally, Merge}};", "rules/a.rs imports tally::Tally"),
        ("matcher/scan.rs", "fn f() -> crate::tally::Tally {}", "matcher/scan.rs imports tally::Tally"),
        ("matcher/layout/mod.rs", "use super::super::input::X;", "matcher/layout/mod.rs imports input::X"),
        ("tally/t.rs", "mod tests { use super::super::super::input::X; }", "tally/t.rs imports input::X"),
        (
            "report/emit/json.rs",
            "use crate::diagnose::Incident;",
            "report/emit/json.rs imports diagnose::Incident",
        ),
        ("report/words.rs", "use crate::cli;", "report/words.rs imports cli"),
        ("newcomer/mod.rs", "use crate::model::Slot;", "newcomer/mod.rs imports model::Slot"),
        ("input/raw.rs", "fn f() { unsafe { g() } }", "input/raw.rs is unsafe"),
        ("cli/run.rs", "fn f() { eprintln!(\"x\") }", "cli/run.rs prints"),
    ] {
        let found = faults(file, source);
        assert!(found.contains(&wrong.to_owned()), "{source}\n{found:?}");
    }
}

#[test]
fn right_arrows_and_mere_words_pass() {
    for (file, source) in [
        ("lib.rs", "pub mod cli; pub use crate::cli::run;"),
        ("main.rs", "use scan::cli::run; fn main() { println!() }"),
        ("cli/run.rs", "use crate::{diagnose, input::{Intake, Job}, matcher};"),
        ("matcher/scan.rs", "use crate::rules::RuleSet; use super::layout::peel;"),
        ("matcher/line.rs", "mod tests { use super::super::scan::X; fn f() { let _ = '{'; } }"),
        (
            "model/a.rs",
            "//! See [`crate::rules`].\n/* crate::cli::x */ const A: &str = r#\"crate::cli::x\"#;",
        ),
        ("model/b.rs", "const A: &str = \"unsafe \\\" crate::cli::x\"; #![deny(unsafe_code)]"),
        ("report/emit/json.rs", "use crate::report::Report; use crate::model::Slot; use super::Emitter;"),
    ] {
        assert_eq!(faults(file, source), Vec::<String>::new(), "{source}");
    }
}
