//! Workflow commands of GitHub Actions: one annotation per incident, and the text
//! report in a group.
//!
//! The runner keeps ten annotations of a kind per step and cuts a message at 4,096
//! characters, both without a word (actions/runner, `ExecutionContext.cs`). So the
//! worst come first, the tenth tells how many more there are, and a message is cut
//! here, visibly. Titles hold no numbers, so that a re-run repeats them.

use super::{Emitter, Format, RenderContext};
use crate::report::escape::{self, github_data, github_property};
use crate::report::{Incident, Report, Severity, Strength, words};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// `--format github`.
pub(super) struct Github;

/// Annotations that a step may have of each kind.
const ANNOTATIONS: usize = 10;
/// UTF-16 units of a message.
const MESSAGE: usize = 4096;

impl Emitter for Github {
    fn emit(&self, report: &Report, cx: &RenderContext, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"::group::scan report\n")?;
        Format::Text.emitter().emit(report, cx, out)?;
        out.write_all(b"::endgroup::\n")?;
        let unread = report.scan.problems.iter().filter(|problem| problem.unread).count() as u64;
        for command in ["error", "warning", "notice"] {
            let mut room = ANNOTATIONS;
            if command == "warning" && unread > 0 {
                let text =
                    format!("{} not read in full: see the report above.", words::count(unread, "input"));
                writeln!(out, "::warning title=scan could not read everything::{}", github_data(&text))?;
                room -= 1;
            }
            let incidents: Vec<&Incident> =
                report.incidents.iter().filter(|incident| kind(incident.severity) == command).collect();
            let shown = if incidents.len() > room { room - 1 } else { incidents.len() };
            for incident in &incidents[..shown] {
                annotate(command, incident, cx, out)?;
            }
            if shown < incidents.len() {
                let more = words::number((incidents.len() - shown) as u64);
                let text = format!(
                    "{more} more incidents of this severity are not annotated: see the report above."
                );
                writeln!(out, "::{command} title=scan::{}", github_data(&text))?;
            }
        }
        Ok(())
    }
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

fn annotate(command: &str, incident: &Incident, cx: &RenderContext, out: &mut dyn Write) -> io::Result<()> {
    let visible = |text: &str| escape::terminal(text.as_bytes());
    let mut properties = Vec::new();
    if let Some(path) = path(&incident.first.source, cx) {
        properties.push(format!("file={}", github_property(&visible(&path))));
        properties.push(format!("line={}", incident.first.line));
    }
    properties.push(format!("title={}", github_property(&visible(&incident.title))));
    let lines: Vec<String> = message(incident).iter().map(|line| visible(line)).collect();
    let text = cut(&lines.join("\n"));
    writeln!(out, "::{command} {}::{}", properties.join(","), github_data(&text))
}

/// The annotation's text, line by line.
fn message(incident: &Incident) -> Vec<String> {
    let mut lines = Vec::new();
    let mut what = words::events(&incident.signals);
    if incident.slot_count > 0 {
        what.push_str(&format!(" on {}", words::count(incident.slot_count, "slot")));
    }
    if let (Some(start), Some(end)) = (incident.start, incident.end) {
        what.push_str(&format!(", {}", words::span(start, end, "–")));
    }
    lines.push(format!("{what}, {}.", words::state(incident.state)));
    let targets: Vec<String> = incident.targets.iter().filter_map(|target| target.address()).collect();
    if !targets.is_empty() {
        lines.push(format!("Targets: {}", words::some(&targets, 3)));
    }
    if !incident.reporters.is_empty() {
        lines.push(format!("Reporters: {}", words::some(&incident.reporters, 3)));
    }
    if incident.cause.strength != Strength::Undecided {
        let (strength, cause) = (words::strength(incident.cause.strength), words::cause(incident.cause.id));
        lines.push(format!("Cause ({strength}): {cause}"));
    }
    lines.extend(incident.cause.evidence.iter().map(|text| format!("- {text}")));
    for step in &incident.advice.steps {
        let client = step.client.as_ref().map_or(String::new(), |client| format!("{client}: "));
        lines.push(format!("Do: {client}{}", step.text));
    }
    for dead_end in &incident.advice.do_not {
        lines.push(format!("Do not: {} ({})", dead_end.text, dead_end.why));
    }
    lines.extend(incident.advice.verify.iter().map(|text| format!("Verify: {text}")));
    lines
}

/// At most [`MESSAGE`] UTF-16 units, cut at a line or else at a character.
fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= MESSAGE {
        return text.to_owned();
    }
    let tail = "\n… see the report";
    let room = MESSAGE - tail.encode_utf16().count();
    let mut used = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        used += c.len_utf16();
        (used > room).then_some(at)
    });
    let kept = &text[..end.unwrap_or(text.len())];
    let kept = kept.rsplit_once('\n').map_or(kept, |(whole, _)| whole);
    format!("{kept}{tail}")
}

/// A source's path as the runner wants it: relative to the workspace when inside it,
/// else as typed; nothing for standard input.
fn path(source: &str, cx: &RenderContext) -> Option<String> {
    if source == "-" || source.is_empty() {
        return None;
    }
    let typed = Path::new(source);
    let absolute = match (&cx.working_dir, typed.is_absolute()) {
        (_, true) => Some(typed.to_owned()),
        (Some(dir), false) => Some(dir.join(typed)),
        (None, false) => None,
    };
    let inside = absolute
        .zip(cx.workspace.as_ref())
        .and_then(|(absolute, root)| plainly(&absolute).strip_prefix(plainly(root)).map(Path::to_owned).ok());
    let path = inside.unwrap_or_else(|| plainly(typed));
    let text = path.to_string_lossy();
    Some(if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() })
}

/// Without `.`, and without `..` where its parent is known.
fn plainly(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_workspace() {
        let cx = RenderContext {
            workspace: Some("/w/repo".into()),
            working_dir: Some("/w/repo/sub".into()),
            ..RenderContext::default()
        };
        for (source, expected) in [
            ("app.log", Some("sub/app.log")),
            ("./app.log", Some("sub/app.log")),
            ("../app.log", Some("app.log")),
            ("/w/repo/logs/a.log", Some("logs/a.log")),
            ("/var/log/a.log", Some("/var/log/a.log")),
            ("../../out.log", Some("../../out.log")),
            ("/w/repository/a.log", Some("/w/repository/a.log")),
            ("-", None),
        ] {
            assert_eq!(path(source, &cx).as_deref(), expected, "{source}");
        }
        assert_eq!(path("./a/../b.log", &RenderContext::default()).as_deref(), Some("b.log"));
    }

    #[test]
    fn long_messages_end_at_a_line() {
        assert_eq!(cut("short"), "short");
        let exact = "é".repeat(MESSAGE);
        assert_eq!(cut(&exact), exact);
        let long = cut(&"a line of text 😀\n".repeat(500));
        assert!(long.encode_utf16().count() <= MESSAGE);
        assert!(long.ends_with("😀\n… see the report"), "{long}");
        let one = cut(&"😀".repeat(MESSAGE));
        assert!(one.encode_utf16().count() <= MESSAGE && one.ends_with("see the report"));
    }
}
