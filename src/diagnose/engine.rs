//! The order in which incidents claim events.

use super::Diagnosis;
use super::campaign::{Campaign, campaigns};
use super::cause::SOME_EVENTS;
use super::causes::{Scene, score_migration, score_moved};
use super::clusters::Clusters;
use super::draft::{Draft, finish};
use super::episodes::{Condition, conditions, split_slots};
use super::errors::cluster_errors;
use super::fact::{Fact, Note};
use super::features::{Features, Lessons, OtherIndex, Succession};
use super::incident::{Cause, CauseId, Kind, Severity, State, WindowDetail};
use super::other::foreign;
use super::severity;
use super::storm;
use super::takeover::takeovers;
use super::thresholds::Thresholds;
use super::timeline::{Book, Lane, LaneClock, TargetNo};
use crate::model::{Signal, Slot};
use crate::tally::Digest;
use std::collections::BTreeMap;

pub(crate) fn run(digest: &Digest, severities: &[Option<Severity>], t: &Thresholds) -> Diagnosis {
    let book = Book::new(digest);
    let lanes = Lane::all(&book);
    let mut notes = Vec::new();
    if lanes.len() > 1 {
        notes.push(Note::SeparateClocks { clocks: lanes.iter().map(|lane| lane.clock).collect() });
    }
    if digest.resolution.pairs_kept_one_in > 1 {
        notes.push(Note::Thinned { kept_one_in: digest.resolution.pairs_kept_one_in });
    }
    let mut drafts = Vec::new();
    for lane in &lanes {
        let mut work = Work::new(lane, t);
        work.migrations();
        work.takeovers = takeovers(lane, &work.lessons, &work.claimed, t);
        work.moved();
        drafts.extend(cluster_errors(lane, &work.other_claimed, &work.takeovers, t));
        drafts.append(&mut work.drafts);
        drafts.extend(foreign(lane, severities, t));
        if work.clusters.count > 1 {
            notes.push(Note::TwoClusters {
                first: work.clusters.reporters(0),
                second: work.clusters.reporters(1),
                shared_slots: work.clusters.shared_slots,
            });
        }
    }
    Diagnosis { incidents: finish(&book, drafts), notes }
}

/// Takeovers that are told apart within one condition at most.
const TAKEOVERS: usize = 8;

/// One lane on its way to incidents.
struct Work<'l, 'd> {
    lane: &'l Lane<'d>,
    t: &'l Thresholds,
    lessons: Lessons,
    others: OtherIndex,
    clusters: Clusters,
    /// Hits that an incident has.
    claimed: Vec<bool>,
    /// Other events that an incident uses as evidence.
    other_claimed: Vec<bool>,
    campaigns: Vec<Campaign>,
    takeovers: Vec<super::takeover::Takeover>,
    drafts: Vec<Draft>,
}

impl<'l, 'd> Work<'l, 'd> {
    fn new(lane: &'l Lane<'d>, t: &'l Thresholds) -> Self {
        Self {
            lane,
            t,
            lessons: Lessons::of(lane),
            others: OtherIndex::of(lane),
            clusters: Clusters::of(lane, t),
            claimed: vec![false; lane.hits.len()],
            other_claimed: vec![false; lane.others.len()],
            campaigns: Vec::new(),
            takeovers: Vec::new(),
            drafts: Vec::new(),
        }
    }

    fn features(&self, hits: &[usize]) -> Features {
        Features::of(self.lane, hits, &self.lessons, &self.others, self.t)
    }

    /// ASK windows and campaigns.
    fn migrations(&mut self) {
        self.campaigns = campaigns(self.lane, &self.lessons, &mut self.claimed, self.t);
        for number in 0..self.campaigns.len() {
            let campaign = &self.campaigns[number];
            let f = self.features(&campaign.hits);
            let cause = score_migration(self.lane, campaign, &f, self.t).verdict(f.events, self.lane.dated());
            let kind = if campaign.windows.len() > 1 { Kind::AskCampaign } else { Kind::AskWindow };
            let mut draft = Draft::new(kind, campaign.state(), cause, self.lane);
            draft.windows = campaign.states();
            draft.window_list = campaign.windows.iter().map(|w| self.detail(w)).collect();
            draft.window_list.sort_by_key(|w| (w.span.map(|s| s.0), w.slot));
            draft.source = campaign.source;
            draft.reasons = self.window_reasons(campaign);
            let uses = [Signal::TryAgain, Signal::Migration, Signal::TooManyRedirects, Signal::ExecAbort];
            self.complete(draft, &f, &campaign.hits.clone(), &uses);
        }
    }

    fn detail(&self, window: &super::window::Window) -> WindowDetail {
        let moment = |at: i64| self.lane.moment(at);
        WindowDetail {
            slot: window.slot.and_then(Slot::new),
            target: self.lane.book.endpoint(window.target).cloned(),
            state: window.state,
            asks: window.events,
            span: moment(window.first).zip(moment(window.last)),
            closed: window.closed.and_then(moment),
        }
    }

    /// Windows whose state is worth a name, and how far the end of the log is.
    fn window_reasons(&self, campaign: &Campaign) -> Vec<Fact> {
        let mut reasons = Vec::new();
        if !self.lane.dated() {
            reasons.push(Fact::Undated);
        }
        let odd = [State::Stuck, State::Reversed, State::Aborted, State::Slow];
        for state in odd {
            for window in campaign.windows.iter().filter(|w| w.state == state).take(3) {
                reasons.push(Fact::Window {
                    slot: window.slot.and_then(Slot::new),
                    state,
                    asks: window.events,
                    seconds: window.length() / 1_000,
                });
                if let (Some(slot), Some(by)) =
                    (window.slot.and_then(Slot::new), window.overtaken_by.and_then(Slot::new))
                {
                    reasons.push(Fact::Overtaken { slot, by });
                }
            }
        }
        let closed = campaign.windows.iter().filter(|w| w.closed.is_some()).count() as u64;
        if closed > 0 {
            reasons.push(Fact::Closed { windows: closed, of: campaign.windows.len() as u64 });
        }
        let reporters = campaign.windows.iter().flat_map(|w| w.reporters.keys().copied()).collect();
        let last_ask = campaign.windows.iter().map(|w| w.last).max().unwrap_or(campaign.last);
        let seconds = (self.lane.end_for(&reporters) - last_ask).max(0) / 1_000;
        if self.lane.dated() {
            let close = seconds <= self.t.window_open / 1_000;
            let open = close || campaign.windows.iter().any(|w| w.state == State::InProgressAtEnd);
            reasons.push(if open { Fact::UpToTheEnd { seconds } } else { Fact::QuietAfter { seconds } });
        }
        reasons
    }

    /// All other MOVED.
    fn moved(&mut self) {
        for cluster in 0..self.clusters.count {
            let free: Vec<usize> = (0..self.lane.hits.len())
                .filter(|&i| !self.claimed[i] && !self.lane.hits[i].ask)
                .filter(|&i| self.clusters.of_reporter(self.lane.hits[i].reporter) == cluster)
                .collect();
            for condition in conditions(self.lane, &free, self.t) {
                self.condition(condition);
            }
        }
    }

    /// One condition: an incident, or several where a part of it has a cause of its own.
    fn condition(&mut self, condition: Condition) {
        let f = self.features(&condition.hits);
        if let Some(parts) = self.without_flapping(&condition, &f) {
            for part in parts {
                let f = self.features(&part.hits);
                self.incident(&part, &f, None);
            }
            return;
        }
        let (mut rest, mut f) = (condition, f);
        // Each round takes some hits away; no real condition has more than a few.
        for _ in 0..TAKEOVERS {
            let whole = self.judge(&f, &rest.hits, None);
            let found = if whole.0 == Kind::Failover { None } else { self.takeover_in(&rest) };
            let Some((part, number)) = found else {
                self.incident_of(&rest, &f, whole);
                return;
            };
            self.incident(&part, &self.features(&part.hits), Some(number));
            rest.hits.retain(|i| part.hits.binary_search(i).is_err());
            f = self.features(&rest.hits);
        }
        self.incident(&rest, &f, None);
    }

    /// The part of a condition that a change of owner explains, if that is its likeliest
    /// cause. With a client that knows no cluster the rest is its storm.
    fn takeover_in(&self, condition: &Condition) -> Option<(Condition, usize)> {
        for (number, takeover) in self.takeovers.iter().enumerate() {
            let hits: Vec<usize> = takeover
                .condition
                .hits
                .iter()
                .filter(|i| condition.hits.binary_search(i).is_ok())
                .copied()
                .collect();
            if hits.is_empty() || hits.len() == condition.hits.len() {
                continue;
            }
            let f = self.features(&hits);
            if self.judge(&f, &hits, Some(&takeover.change)).0 == Kind::Failover {
                return Some((Condition { hits, episodes: 1 }, number));
            }
        }
        None
    }

    /// A few flapping slots in a larger condition are an incident of their own.
    fn without_flapping(&self, condition: &Condition, f: &Features) -> Option<[Condition; 2]> {
        let flapping = &f.conflict.flapping;
        if flapping.is_empty() || f.conflict.unordered_share() >= self.t.conflict_share {
            return None;
        }
        let (own, rest) = split_slots(self.lane, condition, flapping);
        (!rest.hits.is_empty()).then_some([own, rest])
    }

    fn incident(&mut self, condition: &Condition, f: &Features, takeover: Option<usize>) {
        let change = takeover.and_then(|number| self.takeovers.get(number)).map(|t| &t.change);
        let judged = self.judge(f, &condition.hits, change);
        self.incident_of(condition, f, judged);
    }

    fn incident_of(&mut self, condition: &Condition, f: &Features, judged: (Kind, Cause, Vec<Fact>)) {
        let (kind, cause, mut reasons) = judged;
        if condition.episodes > 1 {
            reasons.push(Fact::Recurring { episodes: condition.episodes });
        }
        let mut draft = Draft::new(kind, storm::state(self.lane, f, self.t), cause, self.lane);
        draft.reasons = reasons;
        let uses = used_by(&draft.cause);
        self.complete(draft, f, &condition.hits, &uses);
    }

    /// Kind and cause of a set of MOVED.
    fn judge(&self, f: &Features, hits: &[usize], takeover: Option<&Succession>) -> (Kind, Cause, Vec<Fact>) {
        let outside = self.outside_campaigns(hits);
        let reduced = (outside.len() < hits.len()).then(|| self.features(&outside));
        let structure = reduced.as_ref().unwrap_or(f);
        let shape_counts = storm::shape_counts(f, self.migration_near(f));
        let verdict = storm::kind(self.lane, f, structure, shape_counts, self.t);
        let flapping = !f.conflict.flapping.is_empty();
        let mut kind = if flapping { Kind::Flapping } else { verdict.kind };
        let scene = Scene {
            lane: self.lane,
            features: f,
            structure,
            shape_counts,
            kind,
            campaigns: &self.campaigns,
            clusters: &self.clusters,
            takeover,
            takeovers: &self.takeovers,
            thresholds: self.t,
        };
        let mut reasons = verdict.facts;
        let hidden = hits.iter().map(|&i| &self.lane.hits[i]).filter(|h| !h.proven);
        let hidden = hidden.fold(0u64, |n, h| n.saturating_add(h.events));
        // What may be ASK for all we know does not carry more than some events do.
        let mostly_hidden = hidden.saturating_mul(2) > f.events;
        let weight = if mostly_hidden { f.events.min(SOME_EVENTS - 1) } else { f.events };
        if mostly_hidden {
            reasons.push(Fact::UnknownKind { events: hidden, of: f.events });
        }
        let cause = score_moved(&scene).verdict(weight, self.lane.dated());
        if cause.id == CauseId::Failover && !flapping {
            kind = Kind::Failover;
        }
        if let (Kind::Flapping, Some((slot, alternations))) = (kind, f.conflict.most_alternations)
            && let Some(slot) = Slot::new(slot)
        {
            reasons.insert(0, Fact::Alternates { slot, alternations });
        }
        if storm::sampled(f) {
            reasons.push(Fact::Sampled { events: f.path.suppressed });
        }
        if self.lane.clock == LaneClock::Undated {
            reasons.push(Fact::Undated);
        }
        (kind, cause, reasons)
    }

    /// Whether slots migrate in this log around the time of these hits.
    fn migration_near(&self, f: &Features) -> bool {
        let gap = if self.lane.dated() { self.t.campaign_gap } else { self.lane.episode_gap(self.t) };
        self.campaigns.iter().any(|c| c.first <= f.last + gap && f.first <= c.last + gap)
    }

    /// Hits without the first lessons of a resharding nearby, for what is measured of a
    /// client's shape.
    fn outside_campaigns(&self, hits: &[usize]) -> Vec<usize> {
        let (t, hole) = (self.t, self.t.campaign_hole);
        // Per target: the time and the stretch of slots of its campaigns.
        let mut reach: BTreeMap<TargetNo, Vec<Reach>> = BTreeMap::new();
        for campaign in self.campaigns.iter().filter(|c| c.target.is_some()) {
            let slots = || campaign.windows.iter().filter_map(|w| w.slot);
            if let (Some(low), Some(high)) = (slots().min(), slots().max()) {
                let until = campaign.last + t.lesson_wait;
                let stretch = (campaign.first, until, low.saturating_sub(hole), high.saturating_add(hole));
                reach.entry(campaign.target).or_default().push(stretch);
            }
        }
        let taught = |i: usize| {
            let hit = &self.lane.hits[i];
            let (Some(slot), Some(list)) = (hit.slot, reach.get(&hit.target)) else { return false };
            let Some(first) = self.lessons.pair_first(hit.slot, hit.target) else { return false };
            list.iter().any(|&(from, until, low, high)| {
                (from..=until).contains(&first) && hit.at <= until && (low..=high).contains(&slot)
            })
        };
        if reach.is_empty() { hits.to_vec() } else { hits.iter().copied().filter(|&i| !taught(i)).collect() }
    }

    /// Adds events, neighbours, severity and the rest that all redirections share.
    fn complete(&mut self, mut draft: Draft, f: &Features, hits: &[usize], uses: &[Signal]) {
        let lane = self.lane;
        draft.take_hits(hits.iter().filter_map(|&i| lane.hits.get(i)));
        for &i in &f.near.indexes {
            if uses.contains(&lane.others[i].signal) && !self.other_claimed[i] {
                self.other_claimed[i] = true;
                draft.take_others(std::iter::once(&lane.others[i]));
            }
        }
        draft.severity = severity::of_redirections(draft.kind, draft.state, &draft.cause, &f.path);
        draft.path = f.path.clone();
        let moved = !matches!(draft.kind, Kind::AskWindow | Kind::AskCampaign);
        draft.hot_slot = f
            .top_slot
            .filter(|&(_, share)| moved && share >= self.t.hot_share && f.events >= self.t.storm_events)
            .and_then(|(slot, share)| Slot::new(slot).map(|slot| (slot, share)));
        self.drafts.push(draft);
    }
}

/// From when to when, and from which slot to which.
type Reach = (i64, i64, u16, u16);

/// Which other signals are evidence for a cause: they belong to its incident.
fn used_by(cause: &Cause) -> Vec<Signal> {
    let mut uses = vec![Signal::TooManyRedirects, Signal::ExecAbort];
    uses.extend_from_slice(match cause.id {
        CauseId::Failover | CauseId::NodeReplaced => &[
            Signal::ClusterDown,
            Signal::SlotUnserved,
            Signal::Unreachable,
            Signal::Failover,
            Signal::MasterDown,
            Signal::Loading,
            Signal::NoTopology,
            Signal::Topology,
        ],
        CauseId::UnreachableAddress | CauseId::OwnerDown | CauseId::UnknownEndpoint => {
            &[Signal::Unreachable, Signal::NoTopology]
        }
        CauseId::TargetAuth => &[Signal::Auth],
        CauseId::BenignRefresh | CauseId::StaleSlotMap => &[Signal::Topology],
        CauseId::Resharding => &[Signal::Migration, Signal::TryAgain],
        _ => &[],
    });
    uses
}
