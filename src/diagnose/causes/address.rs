//! Causes that lie in the address a redirection names, and in what waits there.

use super::super::address::{Form, form, is_local};
use super::super::cause::{Board, DECISIVE, STRONG, WEAK};
use super::super::fact::Fact;
use super::super::features::Onset;
use super::super::incident::CauseId;
use super::Scene;
use crate::model::Signal;

pub(crate) fn score(scene: &Scene<'_, '_>, board: &mut Board) {
    unreachable(scene, board);
    unknown_host(scene, board);
    refused_login(scene, board);
}

fn unreachable(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::UnreachableAddress as This;
    let f = scene.features;
    let mut failed = 0usize;
    let mut events = 0u64;
    let mut local = None;
    for &(target, _) in &f.targets {
        let Some(errors) = f.near.unreachable.get(&Some(target)).filter(|e| e.after_redirect > 0) else {
            continue;
        };
        let left = f.successions.iter().any(|s| s.from == target && s.gone)
            || f.handover(scene.thresholds.skew).is_some_and(|(old, _)| old == target);
        if left {
            continue;
        }
        failed += 1;
        events = events.saturating_add(errors.events);
        if let Some(node) = scene.lane.book.endpoint(Some(target)).filter(|node| is_local(node)) {
            local.get_or_insert(node);
        }
    }
    if failed == 0 || failed * 2 < f.target_count() {
        return;
    }
    let fact = || Fact::UnreachableTargets { targets: failed, of: f.target_count(), events };
    let several = failed >= 2;
    board.add(This, if several { DECISIVE } else { STRONG }, fact());
    board.add_if(several && failed == f.target_count(), This, WEAK, fact);
    if let Some(node) = local {
        board.add(This, WEAK, Fact::LocalAddress { node: node.clone() });
    }
    board.add_if(f.life.onset == Onset::Born, This, STRONG, || Fact::Born { reporters: f.life.reporters });
    board.against(f.life.onset == Onset::MidLife, &[This], 2);
    let no_map = f.near.count(Signal::NoTopology);
    board.add_if(no_map > 0, This, WEAK, || Fact::Nearby { signal: Signal::NoTopology, events: no_map });
}

fn unknown_host(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::UnknownEndpoint as This;
    let f = scene.features;
    let (mut empty, mut unknown, mut all) = (0u64, 0u64, 0u64);
    for &(target, events) in &f.targets {
        all = all.saturating_add(events);
        match scene.lane.book.endpoint(Some(target)).map(form) {
            Some(Form::Empty) => empty = empty.saturating_add(events),
            Some(Form::Unknown) => unknown = unknown.saturating_add(events),
            _ => {}
        }
    }
    if empty.saturating_add(unknown) * 2 < all || all == 0 {
        return;
    }
    let (host, events) = if unknown >= empty { ("?", unknown) } else { ("", empty) };
    let fact = || Fact::UnknownHost { host: host.to_owned(), events, of: all };
    board.add(This, DECISIVE, fact());
    board.add_if(host == "?", This, DECISIVE, fact);
    let errors = f.near.unreachable.iter().filter(|(node, _)| {
        let hostless = |n| matches!(scene.lane.book.endpoint(n).map(form), Some(Form::Empty | Form::Unknown));
        hostless(**node)
    });
    let failed: u64 = errors.map(|(_, errors)| errors.events).sum();
    board.add_if(failed > 0, This, STRONG, || Fact::UnreachableTargets {
        targets: 1,
        of: f.target_count(),
        events: failed,
    });
    board.against(f.path.followed_share() >= 0.8, &[This], 3);
}

fn refused_login(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::TargetAuth as This;
    let f = scene.features;
    let events = f.near.auth_after_redirect;
    let enough = events >= 3 || (events > 0 && events * 5 >= f.events);
    board.add_if(enough, This, DECISIVE, || Fact::AuthAfterRedirect { events });
    board.add_if(events >= 10 || events * 2 >= f.events.max(2), This, STRONG, || Fact::AuthAfterRedirect {
        events,
    });
}
