//! Storms, refreshes, scattered hits and open bursts.

use super::builder::{DAY, Event, HOUR, Log, MINUTE, SECOND};
use super::generators::{around, learning, plain_client, stale_client};
use super::{describe, has, main_incident, verdict};
use crate::diagnose::{CauseId, Kind, Severity, State, Strength};
use crate::model::{PathMark, Signal};

#[test]
fn a_plain_client_on_three_and_six_masters_for_thirty_minutes() {
    for nodes in [3, 6] {
        for seed in 0..4 {
            let log = around(plain_client(DAY, DAY + 30 * MINUTE, 400, nodes, seed), 0, 0);
            let incident = main_incident(&log);
            let all = describe(&verdict(&log));
            assert_eq!(incident.kind, Kind::MovedStorm, "{nodes} {seed}\n{all}");
            assert_eq!(incident.state, State::OngoingAtEnd, "{all}");
            assert_eq!(incident.cause.id, CauseId::StandaloneClient, "{nodes} {seed}\n{all}");
            assert!(incident.cause.strength >= Strength::Likely, "{all}");
            assert_eq!(incident.severity, Severity::High);
            assert_eq!(verdict(&log).incidents.len(), 1, "{all}");
        }
    }
}

#[test]
fn a_plain_client_seen_for_thirty_seconds() {
    for nodes in [3, 6] {
        for seed in 0..8 {
            let log = around(plain_client(DAY, DAY + 30 * SECOND, 120, nodes, seed), 0, 0);
            let all = describe(&verdict(&log));
            let incident = main_incident(&log);
            assert_eq!(incident.kind, Kind::MovedStorm, "{nodes} {seed}\n{all}");
            assert_eq!(incident.cause.id, CauseId::StandaloneClient, "{nodes} {seed}\n{all}");
        }
    }
}

#[test]
fn a_plain_client_with_times_in_whole_seconds() {
    let mut events = plain_client(DAY, DAY + 5 * MINUTE, 60, 3, 1);
    events.iter_mut().for_each(|e| e.at = e.at.map(|at| at / 1_000 * 1_000));
    let log = around(events, 0, 0);
    let incident = main_incident(&log);
    assert_eq!(incident.kind, Kind::MovedStorm, "{}", describe(&verdict(&log)));
    assert_eq!(incident.cause.id, CauseId::StandaloneClient, "{}", describe(&verdict(&log)));
}

#[test]
fn a_plain_client_proven_by_its_code_is_certain() {
    let events = plain_client(DAY, DAY + 10 * MINUTE, 400, 3, 3);
    let events = events.into_iter().map(|e| e.marked(&[PathMark::StandaloneClient])).collect();
    let incident = main_incident(&around(events, 0, 0));
    assert_eq!((incident.cause.id, incident.cause.strength), (CauseId::StandaloneClient, Strength::Certain));
}

#[test]
fn a_plain_client_with_a_handful_of_keys() {
    let slots = [866u16, 5_061, 5_900, 9_189, 9_308, 12_182, 12_739, 13_437, 16_198];
    let masters = super::generators::masters(3);
    let mut dice = super::builder::Dice::new(4);
    let mut events = Vec::new();
    let mut at = DAY;
    while at < DAY + 8 * MINUTE {
        let slot = slots[(dice.next() % 9) as usize];
        let target = super::generators::owner(slot, &masters);
        if target != masters[0] {
            events.push(Event::moved(at, slot, target));
        }
        at += dice.wait(900).max(1);
    }
    let log = around(events, SECOND, 0);
    let incident = main_incident(&log);
    assert_eq!(
        (incident.kind, incident.cause.id),
        (Kind::MovedStorm, CauseId::StandaloneClient),
        "{}",
        describe(&verdict(&log))
    );
}

#[test]
fn with_two_masters_half_is_half() {
    let log = around(plain_client(DAY, DAY + 20 * MINUTE, 400, 2, 1), SECOND, 0);
    let incident = main_incident(&log);
    let mut open = vec![incident.cause.id];
    open.extend(incident.cause.alternatives.iter().map(|a| a.0));
    assert!(open.contains(&CauseId::StandaloneClient), "{}", describe(&verdict(&log)));
    assert!(incident.cause.strength <= Strength::Possible);
}

#[test]
fn a_stale_map_after_a_reshard() {
    for seed in 0..6 {
        let log = around(stale_client(DAY, DAY + 30 * MINUTE, 700, seed), 20 * MINUTE, 0);
        let incident = main_incident(&log);
        let all = describe(&verdict(&log));
        assert_eq!(incident.kind, Kind::MovedStorm, "{all}");
        assert_eq!(incident.cause.id, CauseId::StaleSlotMap, "{all}");
        assert!(incident.cause.strength >= Strength::Likely, "{all}");
        assert_eq!(incident.severity, Severity::High);
    }
}

#[test]
fn a_stale_map_ended_by_a_restart_is_over() {
    let until = DAY + 30 * MINUTE;
    let log = around(stale_client(DAY, until, 700, 2), 20 * MINUTE, HOUR);
    let log = log.start("file/app.log", until + 20 * SECOND);
    let incident = main_incident(&log);
    assert_eq!((incident.cause.id, incident.state), (CauseId::StaleSlotMap, State::Over));
}

#[test]
fn a_refresh_teaches_once_and_is_quiet() {
    for seed in 0..6 {
        let log = around(learning(DAY, &["pod/a/web", "pod/b/web", "pod/c/web"], 14, seed), HOUR, HOUR);
        let diagnosis = verdict(&log);
        let all = describe(&diagnosis);
        assert_eq!(diagnosis.incidents.len(), 1, "{all}");
        let incident = &diagnosis.incidents[0];
        assert_eq!(incident.kind, Kind::MovedRefresh, "{all}");
        assert_eq!(incident.state, State::Over);
        assert!(matches!(incident.cause.id, CauseId::BenignRefresh | CauseId::Resharding), "{all}");
        assert_eq!(incident.severity, Severity::Info, "{all}");
    }
}

#[test]
fn a_refresh_cut_right_after_its_onset_stays_open() {
    let log = around(learning(DAY, &["pod/a/web", "pod/b/web", "pod/c/web"], 14, 1), HOUR, 5 * SECOND);
    let incident = main_incident(&log);
    assert_eq!(incident.kind, Kind::MovedBurstOpen, "{}", describe(&verdict(&log)));
    assert!(incident.reasons.iter().any(|f| matches!(f, crate::diagnose::Fact::ShortLog { .. })));
}

#[test]
fn a_few_hits_are_scattered() {
    let events =
        (0..7).map(|i| Event::moved(DAY + i * 11 * MINUTE, 100 * i as u16, "10.0.0.2:6379")).collect();
    let log = around(events, HOUR, HOUR);
    let diagnosis = verdict(&log);
    assert_eq!(diagnosis.incidents.len(), 1, "{}", describe(&diagnosis));
    assert_eq!(diagnosis.incidents[0].kind, Kind::MovedScattered);
    assert!(diagnosis.incidents[0].severity <= Severity::Low);
}

#[test]
fn a_sparse_stream_of_hits_is_one_incident() {
    // A plain client with a request in two minutes: every hit is an episode of its own.
    let log = around(plain_client(DAY, DAY + 100 * HOUR, 2 * MINUTE, 3, 1), HOUR, HOUR);
    let diagnosis = verdict(&log);
    let all = describe(&diagnosis);
    assert_eq!(diagnosis.incidents.len(), 1, "{all}");
    assert_eq!(diagnosis.incidents[0].cause.id, CauseId::StandaloneClient, "{all}");
}

#[test]
fn a_hot_slot_is_named_and_no_cause() {
    let mut events = plain_client(DAY, DAY + 10 * MINUTE, 800, 3, 5);
    let hot = (0..3_000).map(|i| Event::moved(DAY + i * 200, 9_000, "10.0.0.2:6379"));
    events.extend(hot);
    let incident = main_incident(&around(events, 0, 0));
    let (slot, share) = incident.hot_slot.expect("a hot slot");
    assert_eq!(slot.get(), 9_000);
    assert!(share > 0.5);
    assert_eq!(incident.cause.id, CauseId::StandaloneClient);
}

#[test]
fn a_storm_without_times_is_told_by_its_order() {
    let log = around(plain_client(DAY, DAY + 30 * MINUTE, 1_000, 3, 4), 0, 0).undated(7);
    let incident = main_incident(&log);
    let all = describe(&verdict(&log));
    assert_eq!((incident.kind, incident.state), (Kind::MovedStorm, State::Undated), "{all}");
    assert_eq!(incident.cause.id, CauseId::StandaloneClient, "{all}");
    assert!(incident.cause.score <= 0.6);
    assert!(incident.span.is_none() && incident.profile.is_empty());
}

#[test]
fn repeated_n_times_counts_and_is_a_lower_bound() {
    let mut events = plain_client(DAY, DAY + 10 * MINUTE, 2_000, 3, 6);
    for event in &mut events {
        event.events = 6;
        event.suppressed = true;
    }
    let count = events.len() as u64;
    let incident = main_incident(&around(events, 0, 0));
    assert_eq!(incident.events, 6 * count);
    assert!(incident.reasons.iter().any(|f| matches!(f, crate::diagnose::Fact::Sampled { .. })));
}

#[test]
fn clocks_with_and_without_a_zone_stay_apart() {
    let mut events = plain_client(DAY, DAY + 10 * MINUTE, 500, 3, 7);
    let other: Vec<Event> =
        events.iter().cloned().map(|e| Event { local: true, ..e }.by("file/b.log")).collect();
    events.extend(other);
    let log = around(events, 0, 0);
    let diagnosis = verdict(&log);
    assert_eq!(diagnosis.incidents.len(), 2, "{}", describe(&diagnosis));
    assert!(diagnosis.notes.iter().any(|n| matches!(n, crate::diagnose::Note::SeparateClocks { .. })));
}

#[test]
fn redirections_of_unknown_kind_count_with_moved_and_are_relabelled_beside_proof() {
    let mut events = plain_client(DAY, DAY + 10 * MINUTE, 400, 3, 8);
    for event in events.iter_mut().step_by(3) {
        event.signal = Signal::Redirect;
    }
    let total = events.len() as u64;
    let incident = main_incident(&around(events, 0, 0));
    assert_eq!((incident.kind, incident.events), (Kind::MovedStorm, total));
    let mut hidden = plain_client(DAY, DAY + 10 * MINUTE, 400, 3, 8);
    hidden.iter_mut().for_each(|e| e.signal = Signal::Redirect);
    let incident = main_incident(&around(hidden, 0, 0));
    assert_eq!((incident.kind, incident.cause.id), (Kind::MovedStorm, CauseId::StandaloneClient));
    assert!(incident.cause.strength < Strength::Certain && incident.cause.score <= 0.8);
    let asks = [
        Event::ask(DAY, 77, "10.0.0.4:6379"),
        Event { signal: Signal::Redirect, ..Event::ask(DAY + 500, 77, "10.0.0.4:6379") },
    ];
    let diagnosis = verdict(&around(asks.to_vec(), 0, HOUR));
    assert_eq!(diagnosis.incidents.len(), 1);
    assert_eq!((diagnosis.incidents[0].kind, diagnosis.incidents[0].events), (Kind::AskWindow, 2));
}

#[test]
fn nothing_gives_nothing() {
    assert!(verdict(&Log::over(DAY, DAY + HOUR)).incidents.is_empty());
    assert!(verdict(&Log::default()).incidents.is_empty());
    assert!(!has(&verdict(&Log::default()), Kind::MovedStorm));
}
