//! One fingerprint of each cause.

use super::builder::{DAY, Dice, Event, HOUR, MINUTE, SECOND, node};
use super::generators::{around, failover, masters, owner, plain_client, stale_client};
use super::{describe, has, main_incident, verdict};
use crate::diagnose::{CauseId, Kind, Severity, State, Strength};
use crate::model::{Client, PathMark, Signal};

const NEW: &str = "10.0.0.12:6379";

#[test]
fn a_failover_with_errors_before_it() {
    for seed in 0..6 {
        let log = around(failover(DAY, &["pod/a/web", "pod/b/web"], seed), HOUR, HOUR);
        let diagnosis = verdict(&log);
        let all = describe(&diagnosis);
        let incident = main_incident(&log);
        assert_eq!((incident.kind, incident.cause.id), (Kind::Failover, CauseId::Failover), "{seed}\n{all}");
        assert_eq!(incident.state, State::Over);
        assert_eq!(incident.severity, Severity::Medium);
        assert!(!has(&diagnosis, Kind::MovedStorm), "{all}");
        assert!(incident.signals.iter().any(|s| s.0 == Signal::ClusterDown), "{all}");
    }
}

#[test]
fn a_failover_of_which_only_the_errors_are_seen() {
    let mut events: Vec<Event> =
        (0..30).map(|i| Event::unreachable(DAY + i * 500, "10.0.0.2:6379")).collect();
    events.extend((0..10).map(|i| Event::new(DAY + 15 * SECOND + i * 100, Signal::ClusterDown)));
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    let all = describe(&diagnosis);
    assert!(diagnosis.incidents.iter().all(|i| i.kind == Kind::ClusterErrors), "{all}");
    let down = diagnosis.incidents.iter().find(|i| i.signals[0].0 == Signal::ClusterDown);
    assert_eq!(down.map(|i| i.cause.id), Some(CauseId::Failover), "{all}");
}

#[test]
fn a_failover_in_the_middle_of_a_plain_clients_storm() {
    for seed in 0..4 {
        let at = DAY + 5 * MINUTE;
        let mut events = plain_client(DAY, DAY + 15 * MINUTE, 200, 3, seed);
        for event in &mut events {
            let moved_to_dead = event.target == Some(node("10.0.0.2:6379"));
            if moved_to_dead && event.at.is_some_and(|t| t > at + 17 * SECOND) {
                event.target = Some(node(NEW));
            }
        }
        events.retain(|e| !(e.at.is_some_and(|t| (at + 14 * SECOND..at + 17 * SECOND).contains(&t))));
        events.extend((0..40).map(|i| Event::new(at + 14 * SECOND + i * 70, Signal::ClusterDown)));
        events.sort_by_key(|e| e.at);
        let diagnosis = verdict(&around(events, 0, 0));
        let all = describe(&diagnosis);
        let storm = diagnosis.incidents.iter().find(|i| i.kind == Kind::MovedStorm);
        assert_eq!(storm.map(|i| i.cause.id), Some(CauseId::StandaloneClient), "{seed}\n{all}");
        assert!(has(&diagnosis, Kind::Failover), "{seed}\n{all}");
    }
}

#[test]
fn nodes_that_disagree_about_a_slot() {
    let mut events = Vec::new();
    for i in 0..300i64 {
        let target = if i % 2 == 0 { "10.0.0.1:6379" } else { "10.0.0.2:6379" };
        events.push(Event::moved(DAY + i * 4 * SECOND, 5_000 + (i % 6 / 2) as u16, target));
    }
    let incident = main_incident(&around(events, HOUR, 0));
    assert_eq!((incident.kind, incident.cause.id), (Kind::Flapping, CauseId::ConflictingOwners));
    assert_eq!(incident.severity, Severity::Critical);
}

#[test]
fn a_bounce_of_a_closing_slot_does_not_flap() {
    let mut events = vec![Event::ask(DAY, 5_000, "10.0.0.2:6379")];
    for i in 0..6 {
        let target = if i % 2 == 0 { "10.0.0.1:6379" } else { "10.0.0.2:6379" };
        events.push(Event::moved(DAY + 100 + i * 20, 5_000, target));
    }
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    assert!(!has(&diagnosis, Kind::Flapping), "{}", describe(&diagnosis));
    assert!(diagnosis.incidents.iter().all(|i| i.cause.id != CauseId::ConflictingOwners));
}

/// The same requests against two clusters with equal ranges.
fn two_clusters(reporters: [&str; 2]) -> Vec<Event> {
    let mut events = plain_client(DAY, DAY + 10 * MINUTE, 400, 3, 1);
    events.iter_mut().for_each(|e| e.reporter = Some(reporters[0].to_owned()));
    let mut other = plain_client(DAY + 137, DAY + 10 * MINUTE, 400, 3, 2);
    for event in &mut other {
        event.reporter = Some(reporters[1].to_owned());
        let host = event.target.as_ref().map(|t| t.host.replace("10.0.0.", "10.7.7.")).unwrap_or_default();
        event.target = Some(node(&format!("{host}:6379")));
    }
    events.extend(other);
    events.sort_by_key(|e| e.at);
    events
}

#[test]
fn two_clusters_told_by_their_reporters_are_two_incidents() {
    let diagnosis = verdict(&around(two_clusters(["pod/a/web", "pod/b/web"]), 0, 0));
    let all = describe(&diagnosis);
    assert_eq!(diagnosis.incidents.len(), 2, "{all}");
    assert!(diagnosis.incidents.iter().all(|i| i.kind == Kind::MovedStorm), "{all}");
    assert!(diagnosis.notes.iter().any(|n| matches!(n, crate::diagnose::Note::TwoClusters { .. })));
    assert!(diagnosis.incidents.iter().all(|i| i.cause.id != CauseId::ConflictingOwners));
}

#[test]
fn two_clusters_in_one_reporters_log() {
    for seed in [1, 2] {
        // The same keys, or others.
        let mut events = two_clusters(["file/app.log", "file/app.log"]);
        if seed == 1 {
            let first: Vec<Event> = events
                .iter()
                .filter(|e| e.target.as_ref().is_some_and(|t| t.host.starts_with("10.0.")))
                .cloned()
                .collect();
            events = first.clone();
            events.extend(first.into_iter().map(|mut e| {
                let host =
                    e.target.as_ref().map(|t| t.host.replace("10.0.0.", "10.7.7.")).unwrap_or_default();
                e.target = Some(node(&format!("{host}:6379")));
                e.at = e.at.map(|at| at + 7_777);
                e
            }));
            events.sort_by_key(|e| e.at);
        }
        let diagnosis = verdict(&around(events, 0, 0));
        let all = describe(&diagnosis);
        let main = diagnosis.incidents.iter().max_by_key(|i| i.events).expect("an incident");
        assert_eq!(main.cause.id, CauseId::TwoClusters, "{seed}\n{all}");
        assert!(
            diagnosis.incidents.iter().all(|i| i.cause.id != CauseId::ConflictingOwners),
            "{seed}\n{all}"
        );
    }
}

#[test]
fn one_node_under_two_names() {
    let (all_masters, mut dice) = (masters(3), Dice::new(9));
    let mut events = Vec::new();
    for i in 0..2_000i64 {
        let slot = 5_500 + (dice.next() % 300) as u16 * 30;
        let target = owner(slot, &all_masters);
        let name = match dice.next() % 2 {
            0 => target.to_owned(),
            _ => target.replace("10.0.0.", "redis-").replace(":", ".prod.example:"),
        };
        events.push(Event::moved(DAY + i * 400, slot, &name));
    }
    let incident = main_incident(&around(events, 0, 0));
    assert_eq!(incident.cause.id, CauseId::EndpointAlias, "{:?}", incident.cause);
    assert!(incident.severity <= Severity::Low);
}

#[test]
fn announced_addresses_that_nobody_reaches() {
    let mut events = Vec::new();
    let mut dice = Dice::new(3);
    for i in 0..60i64 {
        let at = DAY + 10 * SECOND + i * 5 * SECOND;
        let target = format!("172.18.0.{}:6379", 2 + dice.next() % 3);
        events.push(Event::moved(at, (dice.next() % 16_384) as u16, &target));
        events.push(Event::unreachable(at + 2 * SECOND, &target));
    }
    let log = around(events, 10 * SECOND, 0).start("file/app.log", DAY + 5 * SECOND);
    let incident = main_incident(&log);
    assert_eq!(incident.cause.id, CauseId::UnreachableAddress, "{}", describe(&verdict(&log)));
    assert_eq!(incident.severity, Severity::High);
    assert_eq!(verdict(&log).incidents.len(), 1);
}

#[test]
fn an_owner_that_is_down() {
    let mut events = Vec::new();
    for i in 0..80i64 {
        let at = DAY + i * 3 * SECOND;
        events.push(Event::moved(at, 5_461 + (i * 67 % 5_400) as u16, "10.0.0.2:6379"));
        events.push(Event::unreachable(at + SECOND, "10.0.0.2:6379"));
    }
    let incident = main_incident(&around(events, HOUR, 0));
    assert_eq!(incident.cause.id, CauseId::OwnerDown, "{:?}", incident.cause);
}

#[test]
fn hosts_that_are_not_named() {
    for (host, severity) in [("?:6379", Severity::High), (":6379", Severity::Medium)] {
        let events =
            (0..60).map(|i| Event::moved(DAY + i * 10 * SECOND, (i * 7_919 % 16_384) as u16, host)).collect();
        let incident = main_incident(&around(events, 0, 0));
        assert_eq!(incident.cause.id, CauseId::UnknownEndpoint, "{host} {:?}", incident.cause);
        assert_eq!(incident.severity, severity);
    }
}

#[test]
fn pods_that_came_back_with_new_addresses() {
    let mut events = Vec::new();
    let mut dice = Dice::new(4);
    let at = |i: i64| DAY + i * 700;
    for i in 0..900i64 {
        // Three pods are rolled, one after the other; each keeps its range.
        let pod = (i / 300) as u16;
        let slot = pod * 5_461 + (dice.next() % 40) as u16 * 130;
        let renewed = i % 300 > 60;
        let target =
            if renewed { format!("10.42.1.{}:6379", 50 + pod) } else { format!("10.42.1.{}:6379", 10 + pod) };
        if i % 300 < 110 {
            events.push(Event::moved(at(i), slot, &target));
        }
        if (30..60).contains(&(i % 300)) {
            events.push(Event::unreachable(at(i) + 100, &format!("10.42.1.{}:6379", 10 + pod)));
        }
    }
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    let top = diagnosis.incidents.iter().filter(|i| i.kind != Kind::ClusterErrors).max_by_key(|i| i.events);
    let found = top.map(|i| i.cause.id);
    assert!(
        matches!(found, Some(CauseId::NodeReplaced | CauseId::Failover)),
        "{found:?}\n{}",
        describe(&diagnosis)
    );
}

#[test]
fn reads_on_replicas_without_readonly() {
    let (all_masters, mut dice) = (masters(3), Dice::new(5));
    let events = (0..900i64)
        .map(|i| {
            let slot = (dice.next() % 16_384) as u16;
            let mut event = Event::moved(DAY + i * SECOND, slot, owner(slot, &all_masters));
            event.command = Some(["GET", "HGETALL", "MGET"][i as usize % 3].to_owned());
            event.marked(&[PathMark::ClusterClient]).client(Client::Lettuce)
        })
        .collect();
    let incident = main_incident(&around(events, 0, 0));
    assert_eq!(incident.cause.id, CauseId::ReplicaReads, "{:?}", incident.cause);
}

#[test]
fn one_command_that_a_client_sends_wrong() {
    let (all_masters, mut dice) = (masters(3), Dice::new(6));
    let events = (0..900i64)
        .map(|i| {
            let slot = (dice.next() % 16_384) as u16;
            let mut event = Event::moved(DAY + i * SECOND, slot, owner(slot, &all_masters));
            event.command = Some("XREADGROUP".to_owned());
            event.marked(&[PathMark::ClusterClient]).client(Client::GoRedis)
        })
        .collect();
    let incident = main_incident(&around(events, 0, 0));
    assert_eq!(incident.cause.id, CauseId::MisroutedCommand, "{:?}", incident.cause);
}

#[test]
fn pipelines_that_never_learn() {
    let events: Vec<Event> = stale_client(DAY, DAY + 20 * MINUTE, 900, 5)
        .into_iter()
        .map(|e| e.marked(&[PathMark::Pipeline, PathMark::ClusterClient]).client(Client::Jedis))
        .collect();
    let incident = main_incident(&around(events, 10 * MINUTE, 0));
    assert_eq!(incident.cause.id, CauseId::PipelinePath, "{:?}", incident.cause);
    assert_eq!(incident.severity, Severity::Medium);
}

#[test]
fn a_node_that_redirects_to_itself() {
    let events = (0..60i64)
        .map(|i| {
            let mut event = Event::moved(DAY + i * SECOND, (i * 37) as u16, "10.0.0.9:6379");
            event.answered_by = Some(node("10.0.0.9:6379"));
            event
        })
        .collect();
    let incident = main_incident(&around(events, HOUR, 0));
    assert_eq!(incident.cause.id, CauseId::ProxyOrBalancer, "{:?}", incident.cause);
}

#[test]
fn a_refused_login_behind_a_redirection() {
    let mut events = Vec::new();
    for i in 0..40i64 {
        let at = DAY + i * 9 * SECOND;
        events.push(Event::moved(at, (i * 331) as u16, "10.0.0.2:6379"));
        events.push(Event::new(at + 200, Signal::Auth));
    }
    let diagnosis = verdict(&around(events, HOUR, 0));
    assert_eq!(diagnosis.incidents.len(), 1, "{}", describe(&diagnosis));
    assert_eq!(diagnosis.incidents[0].cause.id, CauseId::TargetAuth, "{}", describe(&diagnosis));
}

#[test]
fn a_probe_with_a_timer() {
    let events = (0..60).map(|i| Event::moved(DAY + i * 30 * SECOND, 12_182, "10.0.0.3:6379")).collect();
    let incident = main_incident(&around(events, HOUR, 0));
    assert_eq!(incident.cause.id, CauseId::PeriodicProbe, "{:?}", incident.cause);
    assert_eq!(incident.severity, Severity::Low);
}

#[test]
fn errors_that_nothing_explains_are_one_incident_per_signal() {
    let mut events: Vec<Event> = (0..30).map(|i| Event::new(DAY + i * MINUTE, Signal::CrossSlot)).collect();
    events.extend((0..30).map(|i| Event::new(DAY + i * MINUTE, Signal::SlotUnserved)));
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    let found: Vec<_> = diagnosis.incidents.iter().map(|i| (i.signals[0].0, i.severity)).collect();
    assert_eq!(found, [(Signal::SlotUnserved, Severity::High), (Signal::CrossSlot, Severity::Low)]);
}

#[test]
fn foreign_rules_have_their_own_severity() {
    let mut events: Vec<Event> = (0..3).map(|i| Event::new(DAY + i * MINUTE, Signal::Other)).collect();
    events.iter_mut().for_each(|e| e.rule = Some("app/disk-full".to_owned()));
    let log = around(events, HOUR, HOUR);
    let digest = log.digest();
    let severities: Vec<Option<Severity>> =
        digest.rules.iter().map(|r| (r == "app/disk-full").then_some(Severity::High)).collect();
    for (given, severity) in [(severities.as_slice(), Severity::High), (&[][..], Severity::Low)] {
        let diagnosis = crate::diagnose::diagnose(&digest, given, &crate::diagnose::Thresholds::default());
        assert_eq!(diagnosis.incidents.len(), 1);
        let incident = &diagnosis.incidents[0];
        assert_eq!((incident.kind, incident.severity, incident.events), (Kind::Other, severity, 3));
        assert_eq!(incident.advice.do_[0].rule, incident.rule);
    }
}

#[test]
fn few_hits_never_sound_sure() {
    let events = (0..3).map(|i| Event::moved(DAY + i * SECOND, (i * 500) as u16, "10.0.0.2:6379")).collect();
    let incident = main_incident(&around(events, HOUR, HOUR));
    assert!(incident.cause.score <= 0.6 && incident.cause.strength <= Strength::Possible);
}

#[test]
fn an_interactive_redis_cli_that_follows_is_no_storm() {
    let events: Vec<Event> = plain_client(DAY, DAY + 20 * MINUTE, 2_000, 3, 3)
        .into_iter()
        .map(|mut e| {
            e.signal = Signal::Redirect;
            e.client(Client::RedisCli).marked(&[PathMark::ClusterClient, PathMark::Followed])
        })
        .collect();
    let incident = main_incident(&around(events, 0, 0));
    assert_ne!(incident.kind, Kind::MovedStorm);
    assert_eq!((incident.cause.id, incident.severity), (CauseId::BenignRefresh, Severity::Info));
}

#[test]
fn a_failover_seen_by_a_plain_client_of_one_range_is_one_incident() {
    // It only asks for keys of the node that dies: its redirections change their target.
    let died = DAY + 12 * SECOND;
    let events = (0..240i64).map(|i| {
        let at = DAY + i * 250;
        let target = if at < died + 5 * SECOND { "10.0.0.2:6379" } else { NEW };
        Event::moved(at, 5_600 + (i * 37 % 19) as u16 * 270, target)
    });
    let down = (0..2).map(|i| Event::new(died + 4 * SECOND + i * 200, Signal::ClusterDown));
    let mut events: Vec<Event> = events.chain(down).collect();
    events.retain(|e| {
        e.signal != Signal::Moved || !(died + 4 * SECOND..died + 5 * SECOND).contains(&e.at.unwrap_or(0))
    });
    events.sort_by_key(|e| e.at);
    let diagnosis = verdict(&around(events, 0, SECOND));
    let all = describe(&diagnosis);
    assert_eq!(diagnosis.incidents.len(), 1, "{all}");
    assert_eq!(diagnosis.incidents[0].kind, Kind::Failover, "{all}");
}
