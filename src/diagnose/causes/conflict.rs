//! One slot, several owners: nodes that disagree, two clusters in one log, or one node
//! under two names.

use super::super::address::two_names;
use super::super::cause::{Board, DECISIVE, STRONG, WEAK};
use super::super::fact::Fact;
use super::super::incident::CauseId;
use super::Scene;
use crate::model::Slot;
use std::collections::BTreeSet;

pub(crate) fn score(scene: &Scene<'_, '_>, board: &mut Board) {
    let (f, t) = (scene.features, scene.thresholds);
    let c = &f.conflict;
    if scene.clusters.count > 1 {
        board.add(
            CauseId::TwoClusters,
            STRONG,
            Fact::OtherMap {
                reporters: f.life.reporters,
                targets: f.target_count(),
                shared_slots: scene.clusters.shared_slots,
            },
        );
    }
    let disagree = !c.flapping.is_empty()
        || (c.unordered_share() >= t.conflict_share && c.alternating >= 1)
        || superimposed(scene);
    if !disagree {
        return;
    }
    let names = renamed_slots(scene);
    let rival_slots: u64 = c.rivals.iter().map(|r| r.2).sum();
    let alias = rival_slots > 0 && names.1 as f64 >= t.two_maps_share * rival_slots as f64;
    if let (true, Some(fact)) = (alias, names.0) {
        board.add(CauseId::EndpointAlias, DECISIVE, fact.clone());
        board.add(CauseId::EndpointAlias, STRONG, fact);
        board.against(true, &[CauseId::ConflictingOwners, CauseId::TwoClusters], 3);
    }
    let few = t.two_maps_slots as u64;
    // Two maps: several pairs of rivals, and nearly every slot has two owners.
    let rivals: BTreeSet<u32> = c.rivals.iter().flat_map(|r| [r.0, r.1]).collect();
    let both =
        rivals.len() >= 4 && (superimposed(scene) || (c.alternating >= few && c.share() >= t.two_maps_share));
    if both {
        let fact = Fact::TwoMaps { targets: f.target_count(), conflicting: c.conflicting, of: c.reseen };
        board.add(CauseId::TwoClusters, DECISIVE, fact.clone());
        board.add(CauseId::TwoClusters, STRONG, fact);
        board.against(true, &[CauseId::ConflictingOwners], 4);
    }
    if let (Some(&slot), Some((worst, alternations))) = (c.flapping.first(), c.most_alternations) {
        let shown = if c.flapping.contains(&worst) { worst } else { slot };
        if let Some(slot) = Slot::new(shown) {
            board.add(CauseId::ConflictingOwners, DECISIVE, Fact::Alternates { slot, alternations });
        }
        board.against(true, &[CauseId::StaleSlotMap, CauseId::BenignRefresh, CauseId::Failover], 3);
    }
    let share = c.unordered_share() >= t.conflict_share && c.alternating >= 1;
    board.add_if(share, CauseId::ConflictingOwners, STRONG, || Fact::TwoOwners {
        slots: c.alternating,
        of: c.reseen,
    });
    board.add_if(f.length() > t.flapping && share, CauseId::ConflictingOwners, WEAK, || Fact::Persistent {
        second_half: f.decay.second_half,
        of: f.events,
    });
}

/// Sorted by slot, targets change as often as if two maps lay on top of each other, and
/// some slots are in both.
fn superimposed(scene: &Scene<'_, '_>) -> bool {
    let c = &scene.features.conflict;
    c.conflicting >= scene.thresholds.two_maps_slots as u64 && c.interleaved_runs.is_some_and(|i| i > 0.4)
}

/// The pair of names with most slots in common, and the slots of all such pairs.
fn renamed_slots(scene: &Scene<'_, '_>) -> (Option<Fact>, u64) {
    let mut shown = None;
    let mut slots = 0;
    for &(a, b, count) in &scene.features.conflict.rivals {
        let (Some(one), Some(other)) = (scene.lane.book.endpoint(Some(a)), scene.lane.book.endpoint(Some(b)))
        else {
            continue;
        };
        if two_names(one, other) {
            slots += count;
            shown.get_or_insert_with(|| Fact::TwoNames {
                one: one.clone(),
                other: other.clone(),
                slots: count,
            });
        }
    }
    (shown, slots)
}
