//! What kind of thing a set of MOVED is: a storm is the same lesson repeated. Volume
//! only grades severity.

use super::fact::Fact;
use super::features::{DecayTrend, Features, Onset, Shape};
use super::incident::{Kind, State};
use super::thresholds::Thresholds;
use super::timeline::Lane;
use crate::model::{Client, Signal};

/// A kind with the numbers that decided it, or that failed to.
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) facts: Vec<Fact>,
}

/// Whether an interactive redis-cli, which keeps no slot map, followed by itself.
pub(crate) fn follows_by_hand(f: &Features) -> bool {
    f.path.followed_share() >= 0.8
        && f.path
            .clients
            .first()
            .is_some_and(|c| c.0 == Client::RedisCli && c.1.saturating_mul(2) >= f.path.events)
}

/// Whether the log leaves out events: then counts are lower bounds, and a silence has to
/// be longer to mean anything.
pub(crate) fn sampled(f: &Features) -> bool {
    // Valkey GLIDE logs a redirection at most once in ten seconds.
    f.path.suppressed > 0 || f.path.clients.first().is_some_and(|c| c.0 == Client::ValkeyGlide)
}

fn silence(f: &Features, t: &Thresholds) -> i64 {
    if sampled(f) { t.silence * t.sampled_silence } else { t.silence }
}

/// The first definition that holds, in the order proven storm, structural storm,
/// refresh, scattered, open burst. `structure` is measured without the first lessons of
/// resharding nearby, whose shape says nothing about the client.
pub(crate) fn kind(
    lane: &Lane<'_>,
    f: &Features,
    structure: &Features,
    shape_counts: bool,
    t: &Thresholds,
) -> Verdict {
    let l = &f.learning;
    let mut facts = Vec::new();
    // redis-cli -c keeps no map: to be redirected at every change of node is how it works.
    let enough = f.events >= t.storm_events && !follows_by_hand(f);
    let late = Fact::LateRepeats { late: l.late, of: f.located, after: t.lesson_wait / 1_000 };
    if enough && l.late_share >= t.late_share && l.late >= t.late_events {
        facts.push(late);
        if l.minutes >= t.repeat_minutes {
            facts.push(Fact::SameLesson { minutes: l.minutes });
        }
        return Verdict { kind: Kind::MovedStorm, facts };
    }
    if enough && l.minutes >= t.repeat_minutes {
        facts.push(Fact::SameLesson { minutes: l.minutes });
        return Verdict { kind: Kind::MovedStorm, facts };
    }
    if shape_counts && is_structural(structure, t) {
        let s = structure;
        facts.push(Fact::WideSpread { slots: s.slot_count(), targets: s.target_count(), low: s.spread.low });
        facts.push(Fact::OneMap { reseen: s.conflict.reseen });
        let interleaving = s.rhythm.interleaving.unwrap_or(0.0);
        facts.push(Fact::MixedTargets { interleaving, targets: s.target_count() });
        return Verdict { kind: Kind::MovedStorm, facts };
    }
    let dense = f.rhythm.busiest_minute >= t.dense_per_minute;
    let quiet = f.quiet_after();
    let needed = silence(f, t);
    // Undated, a tail of the log without a hit has to do for the silence.
    let silent =
        if lane.dated() { quiet >= needed } else { quiet >= lane.episode_gap(t).min(lane.near(t) * 4) };
    // Repeats within the wait that go on for long are no refresh, though not late yet.
    let repeating = l.per_lesson > 2 && l.slow_repeats >= 0.5;
    if dense && l.late_share < t.learned_share && f.decay.trend == DecayTrend::Decayed && silent && !repeating
    {
        facts.push(Fact::Learned { lessons: l.lessons, median: l.per_lesson, late: l.late });
        facts.push(Fact::Decayed { second_half: f.decay.second_half, of: f.events });
        if lane.dated() {
            facts.push(Fact::QuietAfter { seconds: quiet / 1_000 });
        }
        return Verdict { kind: Kind::MovedRefresh, facts };
    }
    if !dense && l.late_share < t.late_share {
        let (busiest, limit) = (f.rhythm.busiest_minute, t.dense_per_minute);
        facts.push(match lane.dated() {
            true => Fact::NeverDense { busiest, limit },
            false => Fact::FewEvents { events: f.events, needed: limit },
        });
        return Verdict { kind: Kind::MovedScattered, facts };
    }
    Verdict { kind: Kind::MovedBurstOpen, facts: what_is_missing(lane, f, needed, t) }
}

/// Whether the shape of the hits says anything about the client.
///
/// No single change of topology is wide, with targets in a random order; but a rebalance
/// to several nodes is, when clients learn one slot at a time. So where there are signs of
/// a change, at least one lesson has to persist: a client that learns needs its hottest
/// slots' lessons least long.
pub(crate) fn shape_counts(f: &Features, migration_near: bool) -> bool {
    let told = [Signal::Migration, Signal::TryAgain, Signal::Topology];
    let change = migration_near
        || f.life.onset == Onset::MidLife
        || f.decay.trend == DecayTrend::Decayed
        || told.into_iter().any(|signal| f.near.count(signal) > 0);
    !change || f.learning.persisting > 0
}

/// No single topology change has this shape: wide, several targets mixed, one map, and
/// not the code of a cluster client.
pub(crate) fn is_structural(f: &Features, t: &Thresholds) -> bool {
    f.events >= t.storm_events
        && f.spread.shape == Shape::Wide
        && f.target_count() >= 2
        && f.conflict.unordered_share() <= 0.0
        && f.rhythm.interleaving.is_some_and(|j| j >= t.mixed)
        && f.path.cluster_aware() == 0
}

/// Which test failed, and what longer log would decide it.
fn what_is_missing(lane: &Lane<'_>, f: &Features, needed: i64, t: &Thresholds) -> Vec<Fact> {
    let mut facts = Vec::new();
    if f.events < t.storm_events {
        facts.push(Fact::FewEvents { events: f.events, needed: t.storm_events });
    }
    if lane.dated() {
        let watched = f.log_end - f.first;
        if watched < t.lesson_wait {
            facts.push(Fact::ShortLog { seconds: watched / 1_000, needed: t.lesson_wait / 1_000 });
        } else if f.quiet_after() < needed {
            facts.push(Fact::ShortSilence { seconds: f.quiet_after() / 1_000, needed: needed / 1_000 });
        }
    }
    if f.learning.late > 0 {
        facts.push(Fact::BetweenTests { late: f.learning.late, of: f.located });
    }
    match f.decay.trend {
        DecayTrend::Decayed => facts.push(Fact::Decayed { second_half: f.decay.second_half, of: f.events }),
        DecayTrend::Persistent => {
            facts.push(Fact::Persistent { second_half: f.decay.second_half, of: f.events })
        }
        DecayTrend::Undecided => {}
    }
    facts
}

/// Over, or ongoing at the end of its reporters' log.
pub(crate) fn state(lane: &Lane<'_>, f: &Features, t: &Thresholds) -> State {
    if !lane.dated() {
        return State::Undated;
    }
    if f.quiet_after() >= silence(f, t).max(t.silence_gaps * f.rhythm.median_gap) {
        State::Over
    } else {
        State::OngoingAtEnd
    }
}
