//! Causes that lie in a change of the cluster, and in clients that did not learn of it.

use super::super::cause::{Board, DECISIVE, STRONG, WEAK};
use super::super::fact::Fact;
use super::super::features::{DecayTrend, Onset, Shape};
use super::super::incident::{CauseId, Kind};
use super::super::storm::follows_by_hand;
use super::super::timeline::TargetNo;
use super::Scene;
use crate::model::{Endpoint, PathMark, Signal};

pub(crate) fn score(scene: &Scene<'_, '_>, board: &mut Board) {
    stale(scene, board);
    refresh(scene, board);
    resharding(scene, board);
    failover(scene, board);
    replaced(scene, board);
    owner_down(scene, board);
}

fn narrow(scene: &Scene<'_, '_>) -> Option<Fact> {
    let f = scene.features;
    match f.spread.shape {
        Shape::Narrow => {
            Some(Fact::NarrowSpread { slots: f.slot_count(), targets: f.target_count(), high: f.spread.high })
        }
        Shape::Point => Some(Fact::FewSlots { slots: f.slot_count() }),
        _ => None,
    }
}

fn late(scene: &Scene<'_, '_>) -> Fact {
    let l = &scene.features.learning;
    let after = scene.thresholds.lesson_wait / 1_000;
    if l.late > 0 {
        Fact::LateRepeats { late: l.late, of: scene.features.located, after }
    } else {
        Fact::SameLesson { minutes: l.minutes }
    }
}

fn stale(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::StaleSlotMap as This;
    let f = scene.features;
    if scene.unlearned() {
        board.add(This, STRONG, late(scene));
    }
    if f.target_count() == 1
        && let Some(fact) = narrow(scene)
    {
        board.add(This, WEAK, fact);
    }
    // Persistence means something once every client had the time to learn.
    let watched = scene.lane.dated() && f.log_end - f.first >= scene.thresholds.lesson_wait;
    let repeats = scene.unlearned()
        || (scene.kind == Kind::MovedBurstOpen && watched && f.decay.trend == DecayTrend::Persistent);
    board.add_if(f.life.onset == Onset::MidLife && repeats, This, STRONG, || Fact::MidLife {
        clean: f.life.clean / 1_000,
    });
    board.add_if(f.decay.trend == DecayTrend::Persistent && repeats, This, WEAK, || Fact::Persistent {
        second_half: f.decay.second_half,
        of: f.events,
    });
    board.add_if(f.life.ended_by_restart, This, STRONG, || Fact::EndedByRestart);
    let (with, of) = (f.life.reporters, scene.lane.reporter_count());
    board.add_if(scene.unlearned() && of > with, This, WEAK, || Fact::SomeReporters { with, of });
    let aware = f.path.marked(PathMark::ClusterClient);
    board.add_if(scene.unlearned() && aware > 0, This, WEAK, || Fact::ClusterCode {
        events: aware,
        of: f.path.events,
    });
    board.against(scene.wide_and_mixed() || scene.few_slots_mixed(), &[This], 3);
    board.against(f.decay.trend == DecayTrend::Decayed, &[This], 2);
    board.against(scene.kind == Kind::MovedRefresh, &[This], 4);
    board.against(f.life.onset == Onset::Born, &[This], 1);
    let plain = f.path.marked(PathMark::StandaloneClient) > f.path.cluster_aware();
    board.against(plain, &[This], 4);
}

fn refresh(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::BenignRefresh as This;
    let (f, t) = (scene.features, scene.thresholds);
    let l = &f.learning;
    let learned = Fact::Learned { lessons: l.lessons, median: l.per_lesson, late: l.late };
    let once = l.late_share < t.learned_share && l.per_lesson <= 2 && l.lessons > 0;
    board.add_if(scene.kind == Kind::MovedRefresh, This, DECISIVE, || learned.clone());
    board.add_if(once, This, WEAK, || learned);
    let followed = f.path.marked(PathMark::Followed);
    board.add_if(f.path.followed_share() >= 0.8, This, STRONG, || Fact::Followed {
        events: followed,
        of: f.path.events,
    });
    let together = f.life.began_together >= t.synchronised_reporters;
    board.add_if(together, This, WEAK, || Fact::BeganTogether {
        reporters: f.life.began_together,
        of: f.life.reporters,
    });
    board.add_if(!together && f.life.onset == Onset::MidLife, This, WEAK, || Fact::MidLife {
        clean: f.life.clean / 1_000,
    });
    let quiet = scene.lane.dated() && f.quiet_after() >= t.silence;
    board.add_if(quiet && once, This, WEAK, || Fact::QuietAfter { seconds: f.quiet_after() / 1_000 });
    let by_hand = follows_by_hand(f);
    board.add_if(by_hand, This, DECISIVE, || Fact::Followed { events: followed, of: f.path.events });
    board.against(by_hand, &[CauseId::StaleSlotMap, CauseId::ReplicaReads, CauseId::StandaloneClient], 4);
    board.against(scene.kind == Kind::MovedStorm, &[This], 4);
    board.against(scene.unlearned() && !by_hand, &[This], 3);
    board.against(f.decay.trend == DecayTrend::Persistent && !by_hand, &[This], 1);
    // Clients that learn after an outage learn of the outage.
    board.against(troubled(scene), &[This], 4);
    board.against(f.path.marked(PathMark::StandaloneClient) > 0, &[This], 2);
}

fn resharding(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::Resharding as This;
    let (f, t) = (scene.features, scene.thresholds);
    if let Some(correlation) = f.order.rank_correlation.filter(|&rho| rho >= t.in_order) {
        board.add(This, STRONG, Fact::RisingSlots { slots: f.slot_count(), correlation });
    }
    let main = f.targets.first().map(|target| target.0);
    let beside = scene.campaigns.iter().find(|c| {
        c.target.is_some()
            && c.target == main
            && f.first >= c.first - t.near
            && f.first <= c.last + t.campaign_gap
            && f.targets.first().is_some_and(|target| target.1 * 2 >= f.events)
    });
    if let (Some(campaign), Some(target)) = (beside, scene.lane.book.endpoint(main)) {
        let slots = campaign.windows.len();
        let fact = Fact::SameTargetAsCampaign { target: target.clone(), slots };
        board.add(This, DECISIVE, fact.clone());
        board.add_if(campaign.runs(), This, STRONG, || fact);
    }
    let told = f.near.count(Signal::Migration);
    board.add_if(told > 0, This, STRONG, || Fact::Nearby { signal: Signal::Migration, events: told });
    let learns = f.learning.late_share < t.learned_share;
    let scale_out = f.target_count() == 1 && f.spread.shape == Shape::Wide;
    board.add_if(learns && scale_out, This, WEAK, || Fact::WideSpread {
        slots: f.slot_count(),
        targets: 1,
        low: f.spread.low,
    });
    let scale_in =
        f.target_count() >= 2 && f.spread.shape == Shape::Narrow && f.conflict.unordered_share() <= 0.0;
    board.add_if(learns && scale_in, This, WEAK, || Fact::NarrowSpread {
        slots: f.slot_count(),
        targets: f.target_count(),
        high: f.spread.high,
    });
    // A range that changes hands at once without errors: an atomic migration, a swap of
    // slots or a manual failover.
    let flip = learns
        && scene.lane.dated()
        && f.target_count() == 1
        && f.spread.shape == Shape::Narrow
        && f.order.first_seen_within <= t.synchronised
        && !troubled(scene);
    board.add_if(flip, This, STRONG, || Fact::AllAtOnce {
        slots: f.slot_count(),
        seconds: f.order.first_seen_within / 1_000,
    });
    board.against(scene.unlearned(), &[This], 2);
    board.against(scene.kind == Kind::MovedStorm, &[This], 3);
    board.against(scene.wide_and_mixed(), &[This], 2);
    board.against(f.path.marked(PathMark::StandaloneClient) > 0, &[This], 1);
}

/// Whether anything tells of a node in trouble.
fn troubled(scene: &Scene<'_, '_>) -> bool {
    let signals = [
        Signal::ClusterDown,
        Signal::Unreachable,
        Signal::Failover,
        Signal::MasterDown,
        Signal::SlotUnserved,
    ];
    signals.into_iter().any(|s| scene.features.near.count(s) > 0)
}

/// Connect errors to nodes other than this one, at the onset.
fn elsewhere(scene: &Scene<'_, '_>, main: TargetNo) -> Option<(Option<Endpoint>, u64)> {
    let f = scene.features;
    let lead = scene.lane.lead(scene.thresholds);
    // Where one owner took over from another, errors to the old one come before that.
    let onset = f.spans.iter().find(|s| Some(s.0) == main).map_or(f.first, |s| s.1);
    f.near
        .unreachable
        .iter()
        .filter(|(node, errors)| **node != main && errors.first <= onset + lead / 2)
        .max_by(|a, b| a.1.events.cmp(&b.1.events).then(b.0.cmp(a.0)))
        .map(|(node, errors)| (scene.lane.book.endpoint(*node).cloned(), errors.events))
}

fn failover(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::Failover as This;
    let (f, t) = (scene.features, scene.thresholds);
    let change = scene.takeover.or_else(|| one_succession(scene));
    let handover = f.handover(t.skew);
    let new = change.map(|change| change.to).or(handover.map(|h| h.1));
    let main = new.or(f.targets.first().map(|target| target.0));
    let elections = f.near.count(Signal::Failover);
    board.add_if(elections > 0, This, DECISIVE, || Fact::Nearby {
        signal: Signal::Failover,
        events: elections,
    });
    let down = f.near.led_by(Signal::ClusterDown) + f.near.led_by(Signal::SlotUnserved);
    board.add_if(down > 0, This, STRONG, || Fact::LedBy { signal: Signal::ClusterDown, events: down });
    if let Some((node, events)) = elsewhere(scene, main) {
        board.add(This, STRONG, Fact::ConnectErrors { node, events, after_redirect: 0 });
    }
    for signal in [Signal::MasterDown, Signal::Loading] {
        let events = f.near.count(signal);
        board.add_if(events > 0, This, WEAK, || Fact::Nearby { signal, events });
    }
    if let Some(fact) = succession_fact(scene, change).or_else(|| handover_fact(scene)) {
        board.add(This, STRONG, fact);
    }
    let at_once = scene.lane.dated()
        && (f.target_count() == 1 || new.is_some())
        && f.spread.shape != Shape::Wide
        && f.order.first_seen_within <= t.synchronised;
    board.add_if(at_once && f.slot_count() > 1, This, WEAK, || Fact::AllAtOnce {
        slots: f.slot_count(),
        seconds: f.order.first_seen_within / 1_000,
    });
    board.add_if(f.life.began_together >= 2, This, WEAK, || Fact::BeganTogether {
        reporters: f.life.began_together,
        of: f.life.reporters,
    });
    board.against(!troubled(scene), &[This], 3);
    board.against(scene.unlearned() && f.decay.trend != DecayTrend::Decayed, &[This], 3);
    board.against(scene.wide_and_mixed() && scene.takeover.is_none(), &[This], 3);
    board.against(f.life.onset == Onset::Born, &[This], 1);
}

/// The one change of owner that most slots of these hits went through.
fn one_succession<'s>(scene: &'s Scene<'_, '_>) -> Option<&'s super::super::features::Succession> {
    let f = scene.features;
    let best = f.successions.first().filter(|s| s.gone)?;
    let rest: u64 = f.successions[1..].iter().map(|s| s.slots).sum();
    (best.slots > rest).then_some(best)
}

fn succession_fact(
    scene: &Scene<'_, '_>,
    change: Option<&super::super::features::Succession>,
) -> Option<Fact> {
    let change = change?;
    Some(Fact::Succession {
        from: scene.lane.book.endpoint(Some(change.from))?.clone(),
        to: scene.lane.book.endpoint(Some(change.to))?.clone(),
        slots: change.slots,
    })
}

fn handover_fact(scene: &Scene<'_, '_>) -> Option<Fact> {
    let (from, to) = scene.features.handover(scene.thresholds.skew)?;
    let book = scene.lane.book;
    Some(Fact::Handover { from: book.endpoint(Some(from))?.clone(), to: book.endpoint(Some(to))?.clone() })
}

fn replaced(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::NodeReplaced as This;
    let f = scene.features;
    let gone: Vec<_> = f.successions.iter().filter(|s| s.gone && s.slots >= 3 && s.overlap >= 0.8).collect();
    let Some(best) = gone.first() else { return };
    if let Some(fact) = succession_fact(scene, Some(best)) {
        board.add(This, STRONG, fact);
    }
    if let Some(second) = gone.get(1).filter(|s| s.from != best.from && s.to != best.to)
        && let Some(fact) = succession_fact(scene, Some(second))
    {
        board.add(This, STRONG, fact);
    }
    let errors = f.near.unreachable.get(&Some(best.from)).copied().unwrap_or_default();
    board.add_if(errors.events > 0, This, WEAK, || Fact::ConnectErrors {
        node: scene.lane.book.endpoint(Some(best.from)).cloned(),
        events: errors.events,
        after_redirect: errors.after_redirect,
    });
    let moved_address = f.near.count(Signal::Topology);
    board.add_if(moved_address > 0, This, WEAK, || Fact::Nearby {
        signal: Signal::Topology,
        events: moved_address,
    });
    board.against(f.near.count(Signal::Failover) > 0, &[This], 2);
    board.against(f.near.count(Signal::ClusterDown) > 0, &[This], 1);
    board.against(scene.unlearned() && f.decay.trend == DecayTrend::Persistent, &[This], 2);
}

/// One owner cannot be reached, and the rest of the cluster still names it.
fn owner_down(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::OwnerDown as This;
    let f = scene.features;
    let reached_for: Vec<_> = f
        .near
        .unreachable
        .iter()
        .filter(|(node, errors)| node.is_some() && errors.after_redirect >= 2)
        .filter(|(node, _)| f.targets.iter().any(|t| Some(t.0) == **node))
        .collect();
    let [(node, errors)] = reached_for.as_slice() else { return };
    let succeeded = f.successions.iter().any(|s| Some(s.from) == **node && s.gone)
        || f.handover(scene.thresholds.skew).is_some_and(|(old, _)| Some(old) == **node)
        || scene.takeover.is_some_and(|s| Some(s.from) == **node)
        || scene.takeovers.iter().any(|k| Some(k.change.from) == **node);
    if succeeded {
        return;
    }
    board.add(
        This,
        DECISIVE,
        Fact::ConnectErrors {
            node: scene.lane.book.endpoint(**node).cloned(),
            events: errors.events,
            after_redirect: errors.after_redirect,
        },
    );
    let enough = errors.after_redirect >= 5;
    let fact = || Fact::UnreachableTargets { targets: 1, of: f.target_count(), events: errors.events };
    board.add_if(enough || f.target_count() > 1, This, STRONG, fact);
    board
        .add_if(f.life.onset == Onset::MidLife, This, WEAK, || Fact::MidLife { clean: f.life.clean / 1_000 });
    board.against(true, &[CauseId::StaleSlotMap], 2);
}
