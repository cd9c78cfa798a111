//! `--check-rules`: everything that is wrong with rule files, one problem a line.

use super::say;
use crate::cli::exit::Exit;
use crate::report::RenderContext;
use crate::report::emit::page::{Page, Tone, plain, span};
use crate::rules::{ProblemLevel, RuleProblem, check_builtin, check_files};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Checks the rule files of `paths`, or the built-in rules without any: a line
/// `FILE:LINE:COLUMN: LEVEL: FIELD: REASON; REMEDY` for each problem (line and column only
/// where the file is no JSON), then a summary. [`Exit::Trouble`] when there is any error,
/// or nothing to check.
///
/// # Errors
/// Those of `out`.
pub fn check_rules(
    paths: &[PathBuf],
    cx: &RenderContext,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let report = if paths.is_empty() { check_builtin() } else { check_files(paths) };
    if report.files == 0 {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        say(err, &format!("{}: holds no rule file; their names end in .json", names.join(", ")));
        return Ok(Exit::Trouble);
    }
    let page = &mut Page::new(out, cx);
    for problem in &report.problems {
        print(page, problem)?;
    }
    let count = |level| report.problems.iter().filter(|problem| problem.level == level).count();
    let (errors, warnings) = (count(ProblemLevel::Error), count(ProblemLevel::Warning));
    let found = match (errors, warnings) {
        (0, 0) => "no problem".to_owned(),
        (0, n) => some(n, "warning"),
        (n, 0) => some(n, "error"),
        (e, w) => format!("{}, {}", some(e, "error"), some(w, "warning")),
    };
    let whose = if paths.is_empty() { "built-in " } else { "" };
    let files = some(report.files, "file");
    page.line(&[plain(format!("{} in {files}: {found}", some(report.rules, &format!("{whose}rule"))))])?;
    Ok(if report.has_errors() { Exit::Trouble } else { Exit::Clean })
}

fn print(page: &mut Page<'_>, problem: &RuleProblem) -> io::Result<()> {
    let (level, tone) = match problem.level {
        ProblemLevel::Error => ("error", Tone::Alarm),
        ProblemLevel::Warning => ("warning", Tone::Caution),
    };
    let mut place = problem.file.clone();
    if let Some((line, column)) = problem.place {
        place.push_str(&format!(":{line}:{column}"));
    }
    let mut rest = String::from(": ");
    if let Some(rule) = problem.rule.as_deref().filter(|rule| !names(&problem.file, rule)) {
        rest.push_str(&format!("{rule}: "));
    }
    if let Some(field) = &problem.field {
        rest.push_str(&format!("{field}: "));
    }
    rest.push_str(&problem.reason);
    if let Some(remedy) = &problem.remedy {
        rest.push_str(&format!("; {remedy}"));
    }
    page.line(&[plain(format!("{place}: ")), span(tone, level), plain(rest)])
}

/// Whether a file's name tells its rule, as it should; in a file of many rules it cannot.
fn names(file: &str, rule: &str) -> bool {
    Path::new(file)
        .file_stem()
        .is_some_and(|stem| Some(stem.to_string_lossy().as_ref()) == rule.rsplit('/').next())
}

fn some(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
