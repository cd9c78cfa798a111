//! Incidents in the making: which events they have, before ids and exact counts.

use super::address::{Form, form};
use super::advice;
use super::fact::Fact;
use super::features::{CodePath, ratio};
use super::identity;
use super::incident::{Cause, Incident, Kind, Severity, State, TargetShare, WindowDetail};
use super::timeline::{Book, Hit, Lane, LaneClock, OtherHit, ReporterNo, TargetNo};
use crate::model::{Clock, Endpoint, Moment, Signal, Slot, SlotSet};
use crate::tally::{Group, Place};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Steps of a time profile.
const PROFILE_STEPS: usize = 48;
/// Samples that an incident shows.
const SAMPLES: usize = 3;

/// An incident without what depends on all incidents.
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) state: State,
    pub(crate) severity: Severity,
    pub(crate) cause: Cause,
    pub(crate) reasons: Vec<Fact>,
    pub(crate) rule: Option<u32>,
    pub(crate) clock: LaneClock,
    /// (position, events), rising.
    pub(crate) times: Vec<(i64, u64)>,
    /// Events by group, as far as the ticks tell.
    pub(crate) groups: BTreeMap<u32, u64>,
    pub(crate) reporters: BTreeSet<ReporterNo>,
    pub(crate) path: CodePath,
    pub(crate) hot_slot: Option<(Slot, f64)>,
    pub(crate) windows: BTreeMap<State, u64>,
    pub(crate) window_list: Vec<WindowDetail>,
    pub(crate) source: TargetNo,
}

impl Draft {
    /// An empty draft.
    pub(crate) fn new(kind: Kind, state: State, cause: Cause, lane: &Lane<'_>) -> Self {
        Self {
            kind,
            state,
            severity: Severity::Info,
            cause,
            reasons: Vec::new(),
            rule: None,
            clock: lane.clock,
            times: Vec::new(),
            groups: BTreeMap::new(),
            reporters: BTreeSet::new(),
            path: CodePath::default(),
            hot_slot: None,
            windows: BTreeMap::new(),
            window_list: Vec::new(),
            source: None,
        }
    }

    /// Adds redirections.
    pub(crate) fn take_hits<'h>(&mut self, hits: impl Iterator<Item = &'h Hit>) {
        for hit in hits {
            self.take(hit.at, hit.group, hit.reporter, hit.events);
        }
    }

    /// Adds other events.
    pub(crate) fn take_others<'h>(&mut self, hits: impl Iterator<Item = &'h OtherHit>) {
        for hit in hits {
            self.take(hit.at, hit.group, hit.reporter, hit.events);
        }
    }

    fn take(&mut self, at: i64, group: u32, reporter: ReporterNo, events: u64) {
        self.times.push((at, events));
        let sum = self.groups.entry(group).or_default();
        *sum = sum.saturating_add(events);
        self.reporters.insert(reporter);
    }
}

/// Gives every draft its exact counts, its id and its advice, worst first.
pub(crate) fn finish(book: &Book<'_>, mut drafts: Vec<Draft>) -> Vec<Incident> {
    exact_counts(book, &mut drafts);
    let owned = owners(&drafts);
    let samples = samples_by_group(book);
    let platform = platform(book, &drafts);
    let mut built: Vec<(String, i64, Incident)> = drafts
        .iter_mut()
        .enumerate()
        .map(|(number, draft)| {
            draft.times.sort_unstable();
            let begin = draft.times.first().map_or(0, |t| t.0);
            let (stem, incident) =
                build(book, draft, &|group| owned.get(&group) == Some(&Some(number)), &samples, &platform);
            (stem, begin, incident)
        })
        .collect();
    number(&mut built);
    let mut incidents: Vec<Incident> = built.into_iter().map(|b| b.2).collect();
    incidents.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(b.events.cmp(&a.events))
            .then_with(|| a.first.cmp(&b.first))
            .then_with(|| a.id.cmp(&b.id))
    });
    incidents
}

/// The stem of an id, then a running number by start among those of the same stem.
fn number(built: &mut [(String, i64, Incident)]) {
    built.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)).then_with(|| a.2.first.cmp(&b.2.first)));
    let (mut stem, mut count) = (String::new(), 0usize);
    for (own, _, incident) in built {
        if *own == stem {
            count += 1;
        } else {
            stem.clone_from(own);
            count = 1;
        }
        incident.id = format!("{own}-{count}");
    }
}

/// Where ticks were thinned out, they say how a group's events are spread over incidents,
/// and the group says how many there are. A group without any tick left goes to the
/// largest incident that has its signal and target.
fn exact_counts(book: &Book<'_>, drafts: &mut [Draft]) {
    if book.digest.resolution.pairs_kept_one_in <= 1 {
        return;
    }
    let mut seen: FxHashMap<u32, u64> = FxHashMap::default();
    for draft in drafts.iter() {
        for (&group, &events) in &draft.groups {
            let sum = seen.entry(group).or_default();
            *sum = sum.saturating_add(events);
        }
    }
    let mut left: BTreeMap<u32, u64> = BTreeMap::new();
    for draft in drafts.iter_mut() {
        for (&group, events) in &mut draft.groups {
            let all = book.digest.groups.get(group as usize).map_or(*events, |g| g.events);
            let whole = seen.get(&group).copied().unwrap_or(*events).max(1);
            let rest = left.entry(group).or_insert(all);
            let share = (u128::from(all) * u128::from(*events) / u128::from(whole)) as u64;
            *events = share.min(*rest);
            *rest -= *events;
        }
    }
    let mut home: BTreeMap<(Signal, TargetNo), usize> = BTreeMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        for &group in draft.groups.keys() {
            if let Some(key) = book.keys.get(group as usize) {
                let own = draft.times.len();
                let best = home.entry((key.signal, key.target)).or_insert(number);
                if drafts[*best].times.len() < own {
                    *best = number;
                }
            }
        }
    }
    for (index, (key, group)) in book.keys.iter().zip(&book.digest.groups).enumerate() {
        let Ok(number) = u32::try_from(index) else { break };
        let missing =
            left.get(&number).copied().unwrap_or(if seen.contains_key(&number) { 0 } else { group.events });
        if let (true, Some(&home)) = (missing > 0, home.get(&(key.signal, key.target))) {
            let sum = drafts[home].groups.entry(number).or_default();
            *sum = sum.saturating_add(missing);
        }
    }
}

/// The one draft that has all of a group's events, if there is one.
fn owners(drafts: &[Draft]) -> FxHashMap<u32, Option<usize>> {
    let mut owners: FxHashMap<u32, Option<usize>> = FxHashMap::default();
    for (number, draft) in drafts.iter().enumerate() {
        for &group in draft.groups.keys() {
            owners.entry(group).and_modify(|owner| *owner = None).or_insert(Some(number));
        }
    }
    owners
}

/// Signal, rule, slot and target of a group.
type GroupKey<'d> = (Signal, Option<u32>, Option<Slot>, Option<&'d Endpoint>);

fn samples_by_group(book: &Book<'_>) -> FxHashMap<u32, Vec<usize>> {
    let mut groups: FxHashMap<GroupKey<'_>, u32> = FxHashMap::default();
    for (number, g) in (0u32..).zip(&book.digest.groups) {
        groups.insert((g.signal, g.rule, g.slot, g.target.as_ref()), number);
    }
    let mut samples: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (index, s) in book.digest.samples.iter().enumerate() {
        let rule = (s.signal == Signal::Other).then_some(s.rule);
        if let Some(&group) = groups.get(&(s.signal, rule, s.slot, s.target.as_ref())) {
            samples.entry(group).or_default().push(index);
        }
    }
    samples
}

fn build(
    book: &Book<'_>,
    draft: &Draft,
    owned: &dyn Fn(u32) -> bool,
    samples: &FxHashMap<u32, Vec<usize>>,
    platform: &advice::Platform,
) -> (String, Incident) {
    let redirections = !matches!(draft.kind, Kind::ClusterErrors | Kind::Other);
    let mut signals: BTreeMap<Signal, u64> = BTreeMap::new();
    let mut targets: BTreeMap<Option<&Endpoint>, (u64, SlotSet)> = BTreeMap::new();
    let mut slots = SlotSet::default();
    let mut events = 0u64;
    for (&number, &count) in &draft.groups {
        let Some(group) = book.digest.groups.get(number as usize) else { continue };
        events = events.saturating_add(count);
        let sum = signals.entry(group.signal).or_default();
        *sum = sum.saturating_add(count);
        if redirections && !group.signal.is_redirection() {
            continue;
        }
        let target = targets.entry(group.target.as_ref()).or_default();
        target.0 = target.0.saturating_add(count);
        if let Some(slot) = group.slot {
            slots.insert(slot);
            target.1.insert(slot);
        }
    }
    let named: Vec<&Endpoint> = targets.keys().copied().flatten().collect();
    let reporters: Vec<u32> = draft.reporters.iter().copied().flatten().collect();
    let labels: Vec<&str> =
        reporters.iter().filter_map(|&r| book.digest.reporters.get(r as usize)).map(String::as_str).collect();
    let stem = identity::stem(&family(book, draft, &signals), &named, &labels);
    let mut shares: Vec<TargetShare> = targets
        .iter()
        .map(|(endpoint, (events, slots))| TargetShare {
            endpoint: endpoint.cloned(),
            events: *events,
            slots: slots.clone(),
        })
        .collect();
    shares.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.endpoint.cmp(&b.endpoint)));
    let (first, last) = places(book, draft, owned, samples);
    let mut incident = Incident {
        id: String::new(),
        kind: draft.kind,
        state: draft.state,
        severity: draft.severity,
        span: span(book, draft, owned),
        events,
        signals: signals.into_iter().collect(),
        rule: draft.rule,
        slots,
        targets: shares,
        reporters,
        clients: draft.path.clients.iter().map(|c| c.0).collect(),
        reasons: draft.reasons.clone(),
        cause: draft.cause.clone(),
        advice: advice::Advice::default(),
        window_list: draft.window_list.clone(),
        source: book.endpoint(draft.source).cloned(),
        windows: draft.windows.clone(),
        hot_slot: draft.hot_slot,
        first,
        last,
        profile: profile(draft),
        samples: pick_samples(book, draft, samples),
    };
    incident.advice = advice::advise(&incident, platform);
    (stem, incident)
}

/// What names the kind of reply: all MOVED shapes share one, so that an id survives a
/// change of verdict.
fn family(book: &Book<'_>, draft: &Draft, signals: &BTreeMap<Signal, u64>) -> String {
    match draft.kind {
        Kind::AskWindow | Kind::AskCampaign => "ask".to_owned(),
        Kind::ClusterErrors => signals.keys().next().map_or_else(String::new, |s| s.id().to_owned()),
        Kind::Other => {
            let rule = draft.rule.and_then(|r| book.digest.rules.get(r as usize));
            rule.map_or_else(|| "other".to_owned(), |id| format!("other:{id}"))
        }
        _ => "moved".to_owned(),
    }
}

/// Hosts that tell where a cluster runs, and windows that may be open.
fn platform(book: &Book<'_>, drafts: &[Draft]) -> advice::Platform {
    let suffix = |ends: &[&str]| {
        book.targets.iter().any(|e| {
            let host = e.host.to_ascii_lowercase();
            form(e) == Form::Name && ends.iter().any(|end| host.ends_with(end))
        })
    };
    let pods = book.digest.reporters.iter().any(|label| label.starts_with("pod/"));
    advice::Platform {
        aws: suffix(&[".amazonaws.com", ".amazonaws.com.cn"]),
        azure: suffix(&[
            ".cache.windows.net",
            ".cache.azure.net",
            ".redis.azure.net",
            ".cache.chinacloudapi.cn",
        ]),
        kubernetes: pods || suffix(&[".svc", ".svc.cluster.local", ".cluster.local"]),
        migrating: drafts.iter().any(may_migrate),
    }
}

/// Whether a window of this draft is not known to have ended.
fn may_migrate(draft: &Draft) -> bool {
    draft
        .windows
        .keys()
        .any(|state| !matches!(state, State::Completed | State::PresumedEnded | State::Aborted))
}

/// Exact where a group is the incident's alone; else as the ticks tell.
fn span(book: &Book<'_>, draft: &Draft, owned: &dyn Fn(u32) -> bool) -> Option<(Moment, Moment)> {
    let moment = |at: i64| match draft.clock {
        LaneClock::Universal => Some(Moment::universal(at)),
        LaneClock::Local => Some(Moment::local(at)),
        LaneClock::Undated => None,
    };
    let clock = match draft.clock {
        LaneClock::Universal => Clock::Universal,
        LaneClock::Local => Clock::Local,
        LaneClock::Undated => return None,
    };
    let (mut first, mut last) = (moment(draft.times.first()?.0)?, moment(draft.times.last()?.0)?);
    // Cells round down; what they hide is the last one's rest.
    let cell = book.digest.resolution.cell_millis.max(1);
    for &number in draft.groups.keys().filter(|&&g| owned(g)) {
        if let Some((a, b)) = book.digest.groups.get(number as usize).and_then(|g| g.span)
            && a.clock == clock
            && b.clock == clock
        {
            first = if a < first { a } else { first };
            last = if b > last && b.millis - last.millis < cell { b } else { last };
        }
    }
    Some((first, last))
}

fn places(
    book: &Book<'_>,
    draft: &Draft,
    owned: &dyn Fn(u32) -> bool,
    samples: &FxHashMap<u32, Vec<usize>>,
) -> (Place, Place) {
    let group = |number: u32| book.digest.groups.get(number as usize);
    let whole: Vec<&Group> = draft.groups.keys().filter(|&&g| owned(g)).filter_map(|&g| group(g)).collect();
    let mut all: Vec<Place> = whole.iter().flat_map(|g| [g.first, g.last]).collect();
    all.extend(own_samples(book, draft, samples).into_iter().map(|i| book.digest.samples[i].place));
    if all.is_empty() {
        // Nothing is this incident's alone: the groups' ends are the best there is.
        all = draft.groups.keys().filter_map(|&g| group(g)).flat_map(|g| [g.first, g.last]).collect();
    }
    let first = all.iter().min().copied().unwrap_or_default();
    let last = all.iter().max().copied().unwrap_or_default();
    (first, last)
}

/// Samples of the draft's groups by its reporters within its time.
fn own_samples(book: &Book<'_>, draft: &Draft, samples: &FxHashMap<u32, Vec<usize>>) -> Vec<usize> {
    let (from, to) = (draft.times.first().map_or(0, |t| t.0), draft.times.last().map_or(0, |t| t.0));
    let cell = book.digest.resolution.cell_millis.max(1);
    let fits = |&&i: &&usize| {
        let Some(sample) = book.digest.samples.get(i) else { return false };
        let timely = match (sample.at, draft.clock) {
            (None, LaneClock::Undated) => true,
            (Some(at), LaneClock::Universal) => {
                at.clock == Clock::Universal && (from..to.saturating_add(cell)).contains(&at.millis)
            }
            (Some(at), LaneClock::Local) => {
                at.clock == Clock::Local && (from..to.saturating_add(cell)).contains(&at.millis)
            }
            _ => false,
        };
        timely && draft.reporters.contains(&sample.reporter)
    };
    let mut own: Vec<usize> =
        draft.groups.keys().filter_map(|g| samples.get(g)).flatten().filter(fits).copied().collect();
    own.sort_by_key(|&i| (book.digest.samples[i].place, i));
    own
}

/// The earliest of each signal and target, then whatever else is early.
fn pick_samples(book: &Book<'_>, draft: &Draft, samples: &FxHashMap<u32, Vec<usize>>) -> Vec<usize> {
    let own = own_samples(book, draft, samples);
    let mut shown: BTreeSet<(Signal, Option<&Endpoint>)> = BTreeSet::new();
    let redirections_first = |&i: &usize| !book.digest.samples[i].signal.is_redirection();
    let mut order = own;
    order.sort_by_key(|i| (redirections_first(i), book.digest.samples[*i].place, *i));
    let mut picked: Vec<usize> = Vec::new();
    for &i in &order {
        let sample = &book.digest.samples[i];
        if picked.len() < SAMPLES && shown.insert((sample.signal, sample.target.as_ref())) {
            picked.push(i);
        }
    }
    for &i in &order {
        if picked.len() < SAMPLES && !picked.contains(&i) {
            picked.push(i);
        }
    }
    picked.sort_by_key(|&i| (book.digest.samples[i].place, i));
    picked
}

fn profile(draft: &Draft) -> Vec<u64> {
    if draft.clock == LaneClock::Undated {
        return Vec::new();
    }
    let (Some(first), Some(last)) = (draft.times.first(), draft.times.last()) else { return Vec::new() };
    let length = last.0 - first.0;
    if length <= 0 {
        return vec![draft.times.iter().fold(0, |n, t| n.saturating_add(t.1))];
    }
    let steps = PROFILE_STEPS.min(usize::try_from(length).unwrap_or(PROFILE_STEPS));
    let mut bins = vec![0u64; steps];
    for &(at, events) in &draft.times {
        let share = ratio((at - first.0).unsigned_abs(), length.unsigned_abs());
        let bin = ((share * steps as f64) as usize).min(steps - 1);
        bins[bin] = bins[bin].saturating_add(events);
    }
    bins
}
