//! What is known about every source before its lines are read: label, layout, and what
//! dates without a year or a day are resolved against.

use crate::input::{Discovery, Source, reporter_names};
use crate::matcher::SourceView;
use crate::matcher::layout::{
    SourceContext, first_full_date, guess_day_first, looks_like_docker_json, source_identity,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::fs::File;
use std::io::Read;

/// Bytes at a source's start that its layout is read from.
pub(super) const HEAD: usize = 64 * 1024;

/// UTF-8's byte order mark.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the command line and the clock say about times.
#[derive(Clone, Debug)]
pub struct TimeRules {
    /// `--timezone`.
    pub zone: Option<TimeZone>,
    /// `--year`.
    pub year: Option<i16>,
    /// The start of the run.
    pub now: Timestamp,
}

/// Views of all sources.
pub(super) struct Views {
    views: Vec<SourceView>,
    heads_read: Vec<bool>,
}

impl Views {
    /// Reads the heads of regular files; those of streams come with their first bytes.
    pub(super) fn new(discovery: &Discovery, rules: &TimeRules) -> Self {
        let labels = reporter_names(&discovery.sources);
        let mut heads_read = Vec::new();
        let mut views = Vec::new();
        let mut run_date = None;
        for (source, label) in discovery.sources.iter().zip(labels) {
            let head = head(source);
            let mut view = view(source, label, rules);
            if let Some(head) = &head {
                run_date = read_head(&mut view.context, head).or(run_date);
            }
            heads_read.push(head.is_some());
            views.push(view);
        }
        // A date that some source of the run prints in full tells the year of the others.
        for view in &mut views {
            view.context.year_reference = view.context.year_reference.or(run_date.and_then(year_reference));
        }
        Self { views, heads_read }
    }

    /// The view of a source; `start` are the first bytes of a stream.
    pub(super) fn get(&self, source: u32, start: Option<&[u8]>) -> SourceView {
        let mut view = self.views[source as usize].clone();
        if let (false, Some(start)) = (self.heads_read[source as usize], start) {
            read_head(&mut view.context, &start[..start.len().min(HEAD)]);
        }
        view
    }
}

fn view(source: &Source, label: Option<String>, rules: &TimeRules) -> SourceView {
    let modified = source.modified.and_then(|time| Timestamp::try_from(time).ok()).unwrap_or(rules.now);
    let zone = rules.zone.clone().unwrap_or(TimeZone::UTC);
    let mut context = SourceContext::new(zone.to_datetime(modified));
    context.zone.clone_from(&rules.zone);
    context.fixed_year = rules.year;
    context.reporter = source_identity(&source.name);
    let reporter = context.reporter.clone().or(label);
    SourceView { context, reporter, stream: !source.is_ranged() }
}

fn head(source: &Source) -> Option<Vec<u8>> {
    if !source.is_ranged() {
        return None;
    }
    let mut head = Vec::new();
    // A file that cannot be read is told of when it is scanned.
    let file = File::open(source.path()?).ok()?;
    file.take((HEAD + BYTE_ORDER_MARK.len()) as u64).read_to_end(&mut head).ok()?;
    // As in a stream, the mark is no part of the text.
    if head.starts_with(BYTE_ORDER_MARK) {
        head.drain(..BYTE_ORDER_MARK.len());
    }
    head.truncate(HEAD);
    Some(head)
}

/// Reads what the head tells; the first full date in it, if there is one.
fn read_head(context: &mut SourceContext, head: &[u8]) -> Option<DateTime> {
    context.day_first = guess_day_first(head);
    context.docker_json = looks_like_docker_json(head);
    let date = first_full_date(head)?;
    context.year_reference = year_reference(date);
    Some(date)
}

/// Half a year after a known date: a date without a year is then taken to be the nearest
/// one to it.
fn year_reference(date: DateTime) -> Option<DateTime> {
    date.checked_add(180.days()).ok()
}
