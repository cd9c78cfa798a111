//! The twelve embarrassing mistakes, each as a test that fails if it is made. Three of
//! them (counting one event twice, matching what is no redirection, leaking keys) are made
//! before a digest exists; what this layer could add to them is tested here.

use super::builder::{DAY, Event, HOUR, MINUTE, SECOND, node};
use super::generators::{Reshard, around, failover, learning, plain_client, stale_client};
use super::{describe, has, main_incident, verdict};
use crate::diagnose::{AdviceId, CauseId, Diagnosis, Incident, Kind, Severity, State, Step, Strength};
use crate::model::{Client, Level, PathMark, Signal};

const PODS: [&str; 3] = ["pod/a/web", "pod/b/web", "pod/c/web"];

fn does(incident: &Incident) -> Vec<String> {
    incident.advice.do_.iter().map(Step::text_en).collect()
}

fn moves_data(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "--cluster fix",
        "rebalance",
        "setslot",
        "restart",
        "--cluster reshard",
        "flushall",
        "forget",
        "addslots",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Logs in which a migration runs, or may.
fn migrations() -> Vec<Diagnosis> {
    let cut = Reshard::usual().begin + 30 * SECOND;
    let mut running = Reshard::usual().seen_by(&PODS, 60, 2);
    running.retain(|e| e.at.is_some_and(|at| at < cut));
    let open: Vec<Event> = (0..6).map(|i| Event::ask(DAY + i * 5 * SECOND, 7_000, "10.0.0.4:6379")).collect();
    let slow: Vec<Event> =
        (0..12).map(|i| Event::ask(DAY + i * 10 * SECOND, 7_000, "10.0.0.4:6379")).collect();
    let tries = (0..20).map(|i| Event::new(DAY + i * SECOND, Signal::TryAgain)).collect();
    let told = (0..5).map(|i| Event::new(DAY + i * SECOND, Signal::Migration)).collect();
    let single = vec![Event::ask(DAY, 7_000, "10.0.0.4:6379")];
    [running, open, slow, tries, told, single]
        .into_iter()
        .map(|e| verdict(&around(e, HOUR, SECOND)))
        .collect()
}

#[test]
fn mistake_1_nothing_that_moves_data_while_a_migration_may_run() {
    for diagnosis in migrations() {
        for incident in &diagnosis.incidents {
            let texts: Vec<String> =
                does(incident).into_iter().chain(incident.advice.verify.iter().map(Step::text_en)).collect();
            assert!(texts.iter().all(|t| !moves_data(t)), "{texts:?}");
            let waits = incident.advice.do_.iter().any(|s| s.id == AdviceId::WaitForMigration);
            let moved = matches!(incident.cause.id, CauseId::BenignRefresh | CauseId::Undecided);
            assert!(waits || moved, "{}", describe(&diagnosis));
            assert!(incident.advice.do_not.iter().any(|s| s.id == AdviceId::NotFixWhileMigrating));
        }
    }
}

#[test]
fn mistake_1_a_stuck_slot_is_finished_only_after_proof() {
    let events = (0..40).map(|i| Event::ask(DAY + i * 30 * SECOND, 7_000, "10.0.0.4:6379")).collect();
    let diagnosis = verdict(&around(events, HOUR, 10 * SECOND));
    let steps = &diagnosis.incidents[0].advice.do_;
    let proof = steps.iter().position(|s| s.id == AdviceId::ProveNoReshardRuns);
    let fix = steps.iter().position(|s| moves_data(&s.text_en()));
    assert_eq!(proof, Some(0));
    assert!(fix > proof);
    assert!(steps[fix.unwrap_or(0)].text_en().starts_with("Only when"), "the condition comes first");
}

#[test]
fn mistake_2_no_refresh_and_no_restart_on_ask() {
    let mut diagnoses = migrations();
    diagnoses.push(verdict(&around(Reshard::usual().seen_by(&PODS, 40, 1), HOUR, HOUR)));
    for incident in diagnoses.iter().flat_map(|d| &d.incidents) {
        if !matches!(incident.kind, Kind::AskWindow | Kind::AskCampaign) {
            continue;
        }
        let wrong = |s: &Step| matches!(s.id, AdviceId::RefreshSlotMap | AdviceId::NotRestart);
        assert!(!incident.advice.do_.iter().any(wrong));
        assert!(incident.advice.do_not.iter().any(|s| s.id == AdviceId::NotRefreshOnAsk));
        assert_ne!(incident.cause.id, CauseId::StaleSlotMap);
    }
}

#[test]
fn mistake_3_the_limit_and_its_last_error_are_one_incident() {
    let mut events = Vec::new();
    for event in plain_client(DAY, DAY + 10 * MINUTE, 500, 3, 1) {
        events.push(Event::new(event.at.unwrap_or(DAY), Signal::TooManyRedirects));
        events.push(event);
    }
    let diagnosis = verdict(&around(events, 0, 0));
    assert_eq!(diagnosis.incidents.len(), 1, "{}", describe(&diagnosis));
    let of = |signal| diagnosis.incidents[0].signals.iter().find(|s| s.0 == signal).map(|s| s.1);
    assert_eq!(of(Signal::Moved), of(Signal::TooManyRedirects));
}

#[test]
fn mistake_4_a_refresh_burst_is_nothing_to_act_on() {
    let incident = main_incident(&around(learning(DAY, &PODS, 40, 1), HOUR, HOUR));
    assert_eq!((incident.kind, incident.severity), (Kind::MovedRefresh, Severity::Info));
    assert_eq!(incident.advice.do_[0].id, AdviceId::NothingToDo);
    assert!(incident.advice.do_not.iter().any(|s| s.id == AdviceId::NotRebalanceOrFix));
}

#[test]
fn mistake_5_silence_does_not_complete_and_an_end_does_not_stick() {
    let asks =
        || (0..5).map(|i| Event::ask(DAY + i * 2 * SECOND, 7_000, "10.0.0.4:6379")).collect::<Vec<_>>();
    let quiet = main_incident(&around(asks(), HOUR, HOUR));
    assert_eq!(quiet.state, State::PresumedEnded);
    let cut = main_incident(&around(asks(), HOUR, SECOND));
    assert_eq!(cut.state, State::InProgressAtEnd);
    let single = main_incident(&around(asks()[..1].to_vec(), HOUR, HOUR));
    assert_eq!(single.state, State::Unknown);
}

#[test]
fn mistake_6_two_clusters_or_two_names_are_no_split_brain() {
    let base = plain_client(DAY, DAY + 10 * MINUTE, 300, 3, 2);
    let renamed = |f: &dyn Fn(&str) -> String| {
        let mut events = base.clone();
        for event in events.iter_mut().skip(1).step_by(2) {
            event.target = event.target.as_ref().map(|t| node(&f(&t.to_string())));
        }
        events
    };
    let other_cluster = renamed(&|t| t.replace("10.0.0.", "10.3.3."));
    let other_name = renamed(&|t| t.replace("10.0.0.", "redis-").replace(':', ".example:"));
    for (events, cause) in [(other_cluster, CauseId::TwoClusters), (other_name, CauseId::EndpointAlias)] {
        let diagnosis = verdict(&around(events, 0, 0));
        let all = describe(&diagnosis);
        assert!(diagnosis.incidents.iter().all(|i| i.cause.id != CauseId::ConflictingOwners), "{all}");
        assert!(diagnosis.incidents.iter().any(|i| i.cause.id == cause), "{all}");
        assert!(diagnosis.incidents.iter().all(|i| i.severity < Severity::Critical), "{all}");
    }
}

#[test]
fn mistake_7_no_cluster_client_for_a_cluster_client() {
    // Causes of cluster clients, with their frames: whatever the verdict, never "use a
    // cluster client", and never another language's option.
    let frames = |events: Vec<Event>, client: Client| {
        let marked = events.into_iter().map(|e| e.marked(&[PathMark::ClusterClient]).client(client));
        around(marked.collect(), 10 * MINUTE, 0)
    };
    for seed in 0..3 {
        let logs = [
            frames(plain_client(DAY, DAY + 20 * MINUTE, 300, 3, seed), Client::Lettuce),
            frames(stale_client(DAY, DAY + 20 * MINUTE, 700, seed), Client::Lettuce),
        ];
        for log in &logs {
            let incident = main_incident(log);
            assert_ne!(incident.cause.id, CauseId::StandaloneClient, "{:?}", incident.cause);
            assert!(incident.cause.alternatives.iter().all(|a| a.0 != CauseId::StandaloneClient));
            assert!(incident.advice.do_.iter().all(|s| s.id != AdviceId::UseClusterClient));
        }
    }
    let stale = main_incident(&frames(stale_client(DAY, DAY + 20 * MINUTE, 700, 1), Client::Lettuce));
    let texts = does(&stale).join(" ");
    assert!(texts.contains("enableAdaptiveRefreshTrigger"), "{texts}");
    for foreign in ["ioredis", "slotsRefreshInterval", "go-redis", "reinitialize_steps"] {
        assert!(!texts.contains(foreign), "{foreign}");
    }
}

#[test]
fn mistake_8_no_announce_options_on_managed_services_or_for_addresses_that_answer() {
    let at_host = |host: &dyn Fn(i64) -> String, fails: bool| {
        let mut events = Vec::new();
        for i in 0..60i64 {
            let at = DAY + i * 5 * SECOND;
            events.push(Event::moved(at, (i * 7_919 % 16_384) as u16, &host(i)));
            if fails {
                events.push(Event::unreachable(at + SECOND, &host(i)));
            }
        }
        verdict(&around(events, SECOND, 0))
    };
    let aws = |i: i64| format!("my-000{}-001.abc123.use1.cache.amazonaws.com:6379", 1 + i % 3);
    let azure = |i: i64| format!("shop.redis.cache.windows.net:1500{}", i % 3);
    let private = |i: i64| format!("10.0.0.{}:6379", 2 + i % 3);
    for diagnosis in [at_host(&aws, true), at_host(&azure, true), at_host(&private, false)] {
        let texts: Vec<String> = diagnosis.incidents.iter().flat_map(does).collect();
        assert!(texts.iter().all(|t| !t.contains("cluster-announce")), "{texts:?}");
    }
    let own = at_host(&private, true);
    let incident = own.incidents.iter().find(|i| i.cause.id == CauseId::UnreachableAddress);
    let texts = does(incident.expect("unreachable"));
    assert!(texts.iter().any(|t| t.contains("cluster-announce-ip")), "{texts:?}");
}

#[test]
fn mistake_9_limits_are_not_believed_literally() {
    // `Too many Cluster redirections?` alone may be plain connection failures.
    let mut events: Vec<Event> = (0..50)
        .map(|i| Event::new(DAY + i * SECOND, Signal::TooManyRedirects).client(Client::Jedis))
        .collect();
    events.iter_mut().for_each(|e| e.level = Some(Level::Error));
    let diagnosis = verdict(&around(events, HOUR, 0));
    assert_eq!(diagnosis.incidents.len(), 1);
    let incident = &diagnosis.incidents[0];
    assert_eq!((incident.kind, incident.cause.id), (Kind::ClusterErrors, CauseId::Undecided));
    assert!(does(incident).join(" ").contains("connection failures"));
    assert!(incident.advice.do_not.iter().any(|s| s.id == AdviceId::NotRaiseMaxRedirects));
}

#[test]
fn mistake_10_empty_and_unknown_hosts_are_targets() {
    for host in [":6379", "?:6379", "::1:7000", "node-1.example:6379"] {
        let events = (0..3).map(|i| Event::moved(DAY + i * SECOND, 7, host)).collect();
        let incident = main_incident(&around(events, HOUR, HOUR));
        assert_eq!(incident.targets.len(), 1);
        assert_eq!(incident.targets[0].endpoint, Some(node(host)));
    }
}

#[test]
fn mistake_11_one_hour_more_or_less_changes_no_cause() {
    let events = stale_client(DAY, DAY + 40 * MINUTE, 800, 3);
    let log = around(events, 20 * MINUTE, 0);
    let before = main_incident(&log);
    let mut longer = log.clone();
    longer.files.iter_mut().for_each(|f| f.2 += HOUR);
    let after = main_incident(&longer);
    assert_eq!((before.kind, before.cause.id, before.id), (after.kind, after.cause.id, after.id));
    assert_eq!((before.state, after.state), (State::OngoingAtEnd, State::Over));
}

#[test]
fn mistake_12_three_hits_are_no_certainty() {
    for count in 1..5 {
        let events =
            (0..count).map(|i| Event::moved(DAY + i * SECOND, (i * 900) as u16, "10.0.0.2:6379")).collect();
        let incident = main_incident(&around(events, HOUR, HOUR));
        assert!(incident.cause.score <= 0.6, "{:?}", incident.cause);
        assert!(incident.cause.strength <= Strength::Possible);
        assert!(incident.source.is_none(), "no source is invented");
    }
    let window = main_incident(&around(vec![Event::ask(DAY, 5, "10.0.0.4:6379")], HOUR, HOUR));
    assert!(window.source.is_none() && window.cause.strength <= Strength::Possible);
    assert!(!has(&verdict(&around(failover(DAY, &PODS, 1), HOUR, HOUR)), Kind::AskWindow));
}
