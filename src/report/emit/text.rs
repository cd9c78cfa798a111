//! The report for a reader at a terminal, often in a hurry: verdicts first, each claim
//! beside its numbers, then what to do, what not to do and how to check.

use super::page::{Page, Tone, plain, prose, span};
use super::{Emitter, RenderContext};
use crate::model::Signal;
use crate::report::escape::columns;
use crate::report::{Incident, Kind, Report, Sample, Severity, State, Strength, Time, Window, words};
use std::io::{self, Write};

/// `--format text`.
pub(super) struct Text;

/// Targets, reporters, rows and lines shown before the rest is only counted.
const TARGETS: usize = 6;
const REPORTERS: usize = 4;
const ALIKE: usize = 8;
const WINDOWS: usize = 5;
const SAMPLES: usize = 2;
const SAMPLE_ROWS: usize = 3;
/// From this many on, incidents with one verdict are told once.
const ALIKE_FROM: usize = 3;

impl Emitter for Text {
    fn emit(&self, report: &Report, cx: &RenderContext, out: &mut dyn Write) -> io::Result<()> {
        let page = &mut Page::new(out, cx);
        let verdicts = verdicts(report);
        summary(page, report)?;
        if verdicts.len() > 1 {
            page.blank()?;
            for (i, alike) in verdicts.iter().enumerate() {
                index_row(page, i + 1, verdicts.len(), alike)?;
            }
        }
        for (i, alike) in verdicts.iter().enumerate() {
            page.blank()?;
            let before = verdicts[..i].iter().position(|other| advises_the_same(other[0], alike[0]));
            verdict(page, (i + 1, verdicts.len()), alike, before.map(|at| at + 1))?;
        }
        remarks(page, report)?;
        if let Some(first) = report.incidents.first() {
            page.blank()?;
            let id = match (first.kind, first.cause.strength, &first.rule) {
                (_, _, Some(rule)) => rule,
                (kind, Strength::Undecided, _) => kind.id(),
                _ => first.cause.id.id(),
            };
            page.paragraph("", &prose(&format!("More on a verdict: `scan --explain {id}`")))?;
        }
        Ok(())
    }
}

/// The incidents, worst first, those that say the same under their worst.
fn verdicts(report: &Report) -> Vec<Vec<&Incident>> {
    let same = |a: &Incident, b: &Incident| {
        (a.kind, a.severity, &a.title, &a.rule, &a.advice)
            == (b.kind, b.severity, &b.title, &b.rule, &b.advice)
    };
    let mut out: Vec<Vec<&Incident>> = Vec::new();
    for incident in &report.incidents {
        let alike = report.incidents.iter().filter(|other| same(incident, other)).count();
        match out.iter_mut().find(|group| alike >= ALIKE_FROM && same(group[0], incident)) {
            Some(group) => group.push(incident),
            None => out.push(vec![incident]),
        }
    }
    out
}

fn summary(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let unread = report.scan.problems.iter().filter(|problem| problem.unread).count() as u64;
    let verdict = if let [only] = report.incidents.as_slice() {
        format!("1 incident of {} severity", only.severity.id())
    } else if !report.incidents.is_empty() {
        let by_severity: Vec<String> =
            Severity::ALL.iter().rev().filter_map(|&severity| count(report, severity)).collect();
        let incidents = words::count(report.incidents.len() as u64, "incident");
        format!("{incidents}: {}", by_severity.join(", "))
    } else if report.scan.sources.is_empty() && unread > 0 {
        "Nothing could be read, so nothing is known.".to_owned()
    } else if report.scan.lines == 0 {
        "The input has no line at all, so nothing is known. An empty pipe is mostly the \
         fault of the command before it."
            .to_owned()
    } else if report.events.values().all(|&events| events == 0) {
        "No redirections found, and no other cluster error.".to_owned()
    } else if report.events.iter().any(|(signal, &events)| signal.is_redirection() && events > 0) {
        "No incident.".to_owned()
    } else {
        "No redirections found.".to_owned()
    };
    page.paragraph("", &[span(Tone::Strong, verdict)])?;
    page.field("Read");
    page.entry("", &[plain(coverage(page, report))])?;
    let events = words::events(&report.events);
    if !events.is_empty() {
        page.field("Events");
        page.entry("", &[plain(events)])?;
    }
    if unread > 0 {
        page.field("Not read");
        let what = words::count(unread, "input");
        page.entry(
            "",
            &[span(Tone::Caution, format!("{what}, in full or in part: see Problems at the end"))],
        )?;
    }
    Ok(())
}

fn count(report: &Report, severity: Severity) -> Option<String> {
    let n = report.incidents.iter().filter(|incident| incident.severity == severity).count();
    (n > 0).then(|| format!("{} {}", words::number(n as u64), severity.id()))
}

/// Lines, size, sources and times.
fn coverage(page: &Page<'_>, report: &Report) -> String {
    let scan = &report.scan;
    let lines = words::count(scan.lines, "line");
    let mut parts = vec![format!("{lines} ({})", words::size(scan.bytes))];
    match scan.sources.as_slice() {
        [only] if only.name == "-" => parts.push("from standard input".to_owned()),
        [only] => parts.push(format!("of {}", page.safe(&only.name))),
        sources => parts.push(format!("of {}", words::count(sources.len() as u64, "source"))),
    }
    let mut text = parts.join(" ");
    for universal in [true, false] {
        let dated = || {
            scan.sources
                .iter()
                .filter_map(|s| s.first.zip(s.last))
                .filter(|s| s.0.is_universal() == universal)
        };
        if let (Some(first), Some(last)) = (dated().map(|s| s.0).min(), dated().map(|s| s.1).max()) {
            text.push_str(", ");
            text.push_str(&when(page, first, last));
        }
    }
    text
}

fn when(page: &Page<'_>, start: Time, end: Time) -> String {
    words::span(start, end, page.sign("–", "-"))
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Alarm,
        Severity::Medium => Tone::Caution,
        Severity::Low | Severity::Info => Tone::Calm,
    }
}

fn symbol(page: &Page<'_>, severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => page.sign("■", "#"),
        Severity::High => page.sign("▲", "!"),
        Severity::Medium => page.sign("◆", "*"),
        Severity::Low => page.sign("○", "o"),
        Severity::Info => page.sign("·", "."),
    }
}

/// One line of the list of verdicts.
fn index_row(page: &mut Page<'_>, number: usize, of: usize, alike: &[&Incident]) -> io::Result<()> {
    let worst = alike[0];
    let digits = of.to_string().len();
    let severity = format!("{} {:<8}", symbol(page, worst.severity), words::severity(worst.severity));
    let events: u64 = alike.iter().map(|incident| incident.events).sum();
    let times =
        if alike.len() > 1 { format!("{} x ", words::number(alike.len() as u64)) } else { String::new() };
    // The cause's id is shorter than its words, and is what `--explain` takes.
    let cause = worst.cause.id;
    let doubt = if worst.cause.strength == Strength::Possible { "?" } else { "" };
    let suffix = format!(": {}", words::verdict(cause, worst.cause.strength));
    let title = match worst.title.strip_suffix(&suffix) {
        Some(what) if cause.id() == worst.kind.id() => format!("{times}{what}{doubt}"),
        Some(what) => format!("{times}{what} ({}{doubt})", cause.id()),
        None => format!("{times}{}", worst.title),
    };
    let right = format!("  {:>9}  {:<11}", words::number(events), words::state_short(worst.state));
    let left = digits + 1 + columns(&severity) + 1;
    let room = page.width().saturating_sub(left + columns(&right));
    let (title, right) = if room < 24 {
        (page.safe_cut(&title, page.width() - left), String::new())
    } else {
        let title = page.safe_cut(&title, room);
        let pad = room - columns(&title);
        (title, format!("{}{right}", " ".repeat(pad)))
    };
    page.line(&[
        span(Tone::Quiet, format!("{number:>digits$} ")),
        span(tone(worst.severity), severity),
        plain(format!(" {title}")),
        span(Tone::Quiet, right),
    ])
}

/// Whether the same helps, and the same does not.
fn advises_the_same(one: &Incident, other: &Incident) -> bool {
    let (one, other) = (&one.advice, &other.advice);
    !one.do_not.is_empty() && one.steps == other.steps && one.do_not == other.do_not
}

/// One verdict, at its place in the list; `before` is one with the same advice.
fn verdict(
    page: &mut Page<'_>,
    (number, of): (usize, usize),
    alike: &[&Incident],
    before: Option<usize>,
) -> io::Result<()> {
    let worst = alike[0];
    headline(page, number, of, worst)?;
    let times =
        if alike.len() > 1 { format!("{} x ", words::number(alike.len() as u64)) } else { String::new() };
    page.paragraph("", &[span(Tone::Strong, format!("{times}{}", worst.title))])?;
    let only = if alike.len() > 1 { "The largest: " } else { "" };
    let mut state = format!("{only}{}", words::state(worst.state));
    if let Some(first) = state.get(..1) {
        state = format!("{}{}", first.to_uppercase(), &state[1..]);
    }
    let sure = match worst.cause.strength {
        Strength::Undecided => ".".to_owned(),
        strength => format!(". Verdict: {} (score {:.2}).", words::strength(strength), worst.cause.score),
    };
    page.paragraph("", &[plain(format!("{state}{sure}"))])?;
    page.blank()?;
    facts(page, worst)?;
    if alike.len() > 1 {
        alike_rows(page, &alike[1..])?;
    }
    why(page, worst)?;
    advice(page, worst, before)?;
    samples(page, worst)
}

/// A rule across the page with number and severity in it.
fn headline(page: &mut Page<'_>, number: usize, of: usize, incident: &Incident) -> io::Result<()> {
    let dash = page.sign("─", "-");
    let severity = format!("{} {}", symbol(page, incident.severity), words::severity(incident.severity));
    let place = if of > 1 { format!(" {number}/{of} ") } else { " ".to_owned() };
    let used = 2 + columns(&place) + columns(&severity) + 1;
    page.line(&[
        span(Tone::Quiet, dash.repeat(2)),
        plain(place),
        span(tone(incident.severity), severity),
        plain(" "),
        span(Tone::Quiet, dash.repeat(page.width().saturating_sub(used))),
    ])
}

fn facts(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    if let (Some(start), Some(end)) = (incident.start, incident.end) {
        page.field("When");
        let lasted = end.0.since(start.0).filter(|&millis| millis > 0);
        let lasted = lasted.map_or(String::new(), |millis| format!(", {}", words::duration(millis)));
        page.entry("", &[plain(format!("{}{lasted}", when(page, start, end)))])?;
    }
    page.field("Events");
    let mut events = match incident.kind {
        Kind::Other => words::count(incident.events, "time"),
        _ => words::events(&incident.signals),
    };
    if incident.slot_count > 0 {
        let shown = words::slots(&incident.slots);
        let slots = words::count(incident.slot_count, "slot");
        let listed = if shown.starts_with(&slots) { shown } else { format!("{slots}: {shown}") };
        events.push_str(&format!(" on {listed}"));
    }
    page.entry("", &[plain(events)])?;
    if let Some(hot) = incident.hot_slot {
        page.entry("", &[plain(format!("slot {} takes {:.0} % of them", hot.slot, hot.share * 100.0))])?;
    }
    if !incident.windows.is_empty() {
        page.field("Windows");
        let states =
            incident.windows.iter().map(|(&s, &n)| format!("{} {}", words::number(n), words::state_short(s)));
        page.entry("", &[plain(states.collect::<Vec<_>>().join(", "))])?;
    }
    windows_amiss(page, incident)?;
    sparkline(page, incident)?;
    if let Some(source) = &incident.source {
        page.field("Source");
        let name = page.safe_cut(source, page.room());
        page.row(&[plain(name)])?;
    }
    targets(page, incident)?;
    if !incident.reporters.is_empty() {
        page.field(if incident.reporters.len() == 1 { "Reporter" } else { "Reporters" });
        // A hostile name must not fill the screen.
        let names: Vec<String> = incident
            .reporters
            .iter()
            .take(REPORTERS)
            .map(|name| page.safe_cut(name, page.room() - 1))
            .collect();
        let more = incident.reporters.len() - names.len();
        let more = if more > 0 { format!(" (+{})", words::number(more as u64)) } else { String::new() };
        page.entry("", &[plain(format!("{}{more}", names.join(", ")))])?;
    }
    if !incident.clients.is_empty() {
        page.field(if incident.clients.len() == 1 { "Client" } else { "Clients" });
        page.entry("", &[plain(incident.clients.join(", "))])?;
    }
    Ok(())
}

/// The windows that need a look.
fn windows_amiss(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    if incident.window_list.len() < 2 {
        return Ok(());
    }
    let amiss =
        |w: &&Window| matches!(w.state, State::Stuck | State::Aborted | State::Reversed | State::Slow);
    let open: Vec<&Window> = incident.window_list.iter().filter(amiss).collect();
    for window in open.iter().take(WINDOWS) {
        let slot = window.slot.map_or("no slot".to_owned(), |slot| format!("slot {slot}"));
        let mut text =
            format!("{slot} {}: {} ASK", words::state_short(window.state), words::number(window.asks));
        if let (Some(start), Some(end)) = (window.start, window.end) {
            let (date, clock, _) = start.civil();
            let lasted = end.0.since(start.0).map_or(String::new(), words::duration);
            text.push_str(&format!(" from {date} {clock}, {lasted}"));
        }
        page.entry("", &[plain(text)])?;
    }
    if open.len() > WINDOWS {
        page.entry(
            "",
            &[span(Tone::Quiet, format!("and {} more", words::number((open.len() - WINDOWS) as u64)))],
        )?;
    }
    Ok(())
}

/// Events over time; left out where it could only be a lone bar.
fn sparkline(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    let (Some(step), true) = (incident.profile_step_ms, incident.profile.len() > 2 && incident.events > 4)
    else {
        return Ok(());
    };
    let most = (page.room().saturating_sub(30)).clamp(8, 60);
    let per_cell = incident.profile.len().div_ceil(most);
    let cells: Vec<u64> = incident.profile.chunks(per_cell).map(|cell| cell.iter().sum()).collect();
    let peak = cells.iter().copied().max().unwrap_or(0);
    let levels: Vec<char> = page.sign("▁▂▃▄▅▆▇█", "_.-=+*%#").chars().collect();
    let none = page.sign("·", " ");
    let bars: String = cells
        .iter()
        .map(|&events| match events {
            0 => none.to_owned(),
            events => {
                let level = u128::from(events) * levels.len() as u128 / u128::from(peak.max(1));
                levels[usize::try_from(level).unwrap_or(0).min(levels.len() - 1)].to_string()
            }
        })
        .collect();
    let width = words::duration(i64::try_from(step.saturating_mul(per_cell as u64)).unwrap_or(i64::MAX));
    page.field("Over time");
    let edge = page.sign("", "|");
    let scale = format!("  peak {} in {width}", words::number(peak));
    let bars = format!("{edge}{bars}{edge}");
    let scale = page.safe_cut(&scale, page.room().saturating_sub(columns(&bars)));
    page.row(&[plain(bars), span(Tone::Quiet, scale)])
}

fn targets(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    let named: Vec<_> = incident.targets.iter().filter_map(|t| Some((t.address()?, t))).collect();
    if named.is_empty() {
        return Ok(());
    }
    page.field(if named.len() == 1 { "Target" } else { "Targets" });
    let most = page.room().saturating_sub(34).max(12);
    let names: Vec<String> = named.iter().take(TARGETS).map(|(name, _)| page.safe_cut(name, most)).collect();
    let wide = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    let digits = named.iter().map(|(_, t)| words::number(t.events).len()).max().unwrap_or(0);
    for (name, (_, target)) in names.iter().zip(&named) {
        let pad = " ".repeat(wide - columns(name));
        let events = format!("{:>digits$}", words::number(target.events));
        let slots =
            if target.slots.is_empty() { String::new() } else { format!("  {}", slots_named(&target.slots)) };
        let left = format!("{name}{pad}  {events}");
        let slots = page.safe_cut(&slots, page.room().saturating_sub(columns(&left)));
        page.row(&[plain(left), span(Tone::Quiet, slots)])?;
    }
    if named.len() > TARGETS {
        page.entry(
            "",
            &[span(Tone::Quiet, format!("and {} more", words::number((named.len() - TARGETS) as u64)))],
        )?;
    }
    Ok(())
}

fn slots_named(ranges: &str) -> String {
    let shown = words::slots(ranges);
    let word = if ranges.bytes().all(|b| b.is_ascii_digit()) { "slot" } else { "slots" };
    if shown.contains("slots in") { shown } else { format!("{word} {shown}") }
}

/// Incidents with the same verdict, a row each.
fn alike_rows(page: &mut Page<'_>, others: &[&Incident]) -> io::Result<()> {
    page.field("The others");
    for incident in others.iter().take(ALIKE) {
        let start = incident.start.map_or("undated".to_owned(), |start| {
            let (date, clock, _) = start.civil();
            format!("{date} {clock}")
        });
        let mut parts = vec![words::events(&incident.signals)];
        if incident.slot_count > 0 {
            parts.push(slots_named(&incident.slots));
        }
        parts.extend(incident.targets.first().and_then(|target| target.address()));
        if incident.kind != Kind::Other {
            parts.push(words::state_short(incident.state).to_owned());
        }
        let room = page.room().saturating_sub(columns(&start) + 2);
        let rest = page.safe_cut(&parts.join(", "), room);
        page.row(&[span(Tone::Quiet, format!("{start}  ")), plain(rest)])?;
    }
    if others.len() > ALIKE {
        let more = words::number((others.len() - ALIKE) as u64);
        page.entry("", &[span(Tone::Quiet, format!("and {more} more: `--format json` has all"))])?;
    }
    Ok(())
}

fn why(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    let bullet = page.sign("• ", "- ");
    page.field("Why");
    let evidence = &incident.cause.evidence;
    // What decides the kind is often evidence for the cause as well.
    for fact in evidence.iter().chain(incident.reasons.iter().filter(|reason| !evidence.contains(reason))) {
        page.entry(bullet, &prose(fact))?;
    }
    page.no_field();
    if !incident.cause.alternatives.is_empty() {
        page.field("Or else");
        for other in &incident.cause.alternatives {
            page.entry(
                "",
                &[
                    plain(words::cause(other.id)),
                    span(Tone::Quiet, format!(" ({}, {})", words::strength(other.strength), other.id.id())),
                ],
            )?;
        }
    }
    Ok(())
}

fn advice(page: &mut Page<'_>, incident: &Incident, before: Option<usize>) -> io::Result<()> {
    let advice = &incident.advice;
    if let Some(number) = before {
        page.blank()?;
        page.action("Do");
        page.entry("", &[plain(format!("as for {number}; what not to do is the same too"))])?;
        return verify(page, incident);
    }
    if !advice.steps.is_empty() {
        page.blank()?;
        page.action("Do");
        for (i, step) in advice.steps.iter().enumerate() {
            let lead = if advice.steps.len() > 1 { format!("{}. ", i + 1) } else { String::new() };
            let mut spans = Vec::new();
            if let Some(client) = &step.client {
                spans.push(span(Tone::Strong, format!("{client}: ")));
            }
            spans.extend(prose(&step.text));
            page.entry(&lead, &spans)?;
        }
    }
    if !advice.do_not.is_empty() {
        page.blank()?;
        page.action("Do not");
        let cross = page.sign("✗ ", "x ");
        for dead_end in &advice.do_not {
            let mut spans = prose(dead_end.text.trim_end_matches('.'));
            if !dead_end.why.is_empty() {
                // A clause goes on after a colon, a sentence after a stop.
                spans.push(plain(if dead_end.why.starts_with(char::is_uppercase) { ". " } else { ": " }));
                spans.extend(prose(&dead_end.why));
            }
            page.entry(cross, &spans)?;
        }
    }
    verify(page, incident)
}

fn verify(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    let advice = &incident.advice;
    if !advice.verify.is_empty() {
        page.blank()?;
        page.action("Verify");
        let bullet = if advice.verify.len() > 1 { page.sign("• ", "- ") } else { "" };
        for check in &advice.verify {
            page.entry(bullet, &prose(check))?;
        }
    }
    Ok(())
}

fn samples(page: &mut Page<'_>, incident: &Incident) -> io::Result<()> {
    if incident.samples.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.field("Seen");
    for sample in incident.samples.iter().take(SAMPLES) {
        let place = format!("{}:{}", sample.source, sample.line);
        let place = page.safe_cut(&place, page.room());
        page.row(&[span(Tone::Quiet, place)])?;
        // The gutter keeps a log's text away from the line's beginning, where CI
        // runners look for commands.
        let gutter = page.sign("│ ", "| ");
        for row in excerpt(page, incident, sample, page.room() - columns(gutter)) {
            page.row(&[span(Tone::Quiet, gutter), plain(row)])?;
        }
    }
    Ok(())
}

/// A few rows of a sample, chosen so that what it is a sample of can be seen.
fn excerpt(page: &Page<'_>, incident: &Incident, sample: &Sample, width: usize) -> Vec<String> {
    let text = page.safe(sample.text.trim());
    let rows = fold(&text, width);
    if rows.len() <= SAMPLE_ROWS {
        return rows;
    }
    let names: Vec<String> =
        incident.targets.iter().filter_map(|t| t.address()).filter(|a| a.len() > 1).collect();
    let signals = incident.signals.keys().filter(|&&s| s != Signal::Other && s != Signal::Redirect);
    let needles = signals.map(|&s| words::signal(s).to_owned()).chain(names);
    let at = needles.filter_map(|needle| text.find(&needle)).min().unwrap_or(0);
    let mut passed = 0;
    let row = rows.iter().position(|row| {
        passed += row.len();
        passed > at
    });
    // One row of context before it, as far as the text has rows after it.
    let first = row.unwrap_or(0).saturating_sub(1).min(rows.len() - SAMPLE_ROWS);
    let mut shown: Vec<String> = rows[first..first + SAMPLE_ROWS].to_vec();
    let ellipsis = page.ellipsis();
    if first > 0 {
        let skip = shown[0].char_indices().nth(ellipsis.chars().count()).map_or(0, |(at, _)| at);
        shown[0].replace_range(..skip, ellipsis);
    }
    if first + SAMPLE_ROWS < rows.len()
        && let Some(last) = shown.last_mut()
    {
        let room = width.saturating_sub(columns(ellipsis));
        let mut used = 0;
        let end = last.char_indices().find_map(|(at, c)| {
            used += columns(c.encode_utf8(&mut [0; 4]));
            (used > room).then_some(at)
        });
        last.truncate(end.unwrap_or(last.len()));
        last.push_str(ellipsis);
    }
    shown
}

/// Cuts text into rows of at most `width` columns, after a blank or comma where one
/// stands near the end, else in the middle of a word: a log line is to be recognised,
/// not read.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut rest = text;
    while columns(rest) > width {
        let mut used = 0;
        let fits = rest.char_indices().find_map(|(at, c)| {
            used += columns(c.encode_utf8(&mut [0; 4]));
            (used > width).then_some(at)
        });
        // Not even one character fits: take it nevertheless, to come to an end.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let fits = fits.unwrap_or(rest.len()).max(first);
        let near = rest[..fits].rfind([' ', ',']).map(|at| at + 1).filter(|at| at * 3 > fits * 2);
        let (row, left) = rest.split_at(near.unwrap_or(fits));
        rows.push(row.to_owned());
        rest = left;
    }
    rows.push(rest.to_owned());
    rows
}

fn remarks(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let bullet = page.sign("• ", "- ");
    if !report.scan.problems.is_empty() {
        page.blank()?;
        page.field("Problems");
        for problem in &report.scan.problems {
            page.entry(
                bullet,
                &[span(Tone::Caution, &*problem.name), plain(format!(": {}", problem.message))],
            )?;
        }
    }
    if !report.scan.notes.is_empty() {
        page.blank()?;
        page.field("Notes");
        for note in &report.scan.notes {
            page.entry(bullet, &prose(note))?;
        }
    }
    Ok(())
}
