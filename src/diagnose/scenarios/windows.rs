//! ASK windows and campaigns.

use super::builder::{DAY, Event, HOUR, Log, MINUTE, SECOND};
use super::generators::{Reshard, around, plain_client};
use super::{describe, has, main_incident, verdict};
use crate::diagnose::{CauseId, Diagnosis, Fact, Incident, Kind, Severity, State, Strength};
use crate::model::Signal;

const PODS: [&str; 3] = ["pod/a/web", "pod/b/web", "pod/c/web"];
const FROM: &str = "10.0.0.1:6379";
const TO: &str = "10.0.0.4:6379";

fn window(diagnosis: &Diagnosis) -> &Incident {
    let windows =
        diagnosis.incidents.iter().filter(|i| matches!(i.kind, Kind::AskWindow | Kind::AskCampaign));
    windows.max_by_key(|i| i.events).expect("a window")
}

#[test]
fn a_healthy_reshard_is_one_campaign_and_never_a_storm() {
    for reporters in [&PODS[..1], &PODS[..]] {
        for mean in [40, 150, 700, 4_000] {
            for seed in 0..4 {
                let reshard = Reshard::usual();
                let log = around(reshard.seen_by(reporters, mean, seed), 0, HOUR);
                let diagnosis = verdict(&log);
                let all = describe(&diagnosis);
                assert!(!has(&diagnosis, Kind::MovedStorm), "{mean} {seed}\n{all}");
                let quiet = |i: &Incident| i.severity <= Severity::Low;
                assert!(diagnosis.incidents.iter().all(quiet), "{mean} {seed}\n{all}");
                assert!(
                    diagnosis.incidents.iter().all(|i| matches!(
                        i.cause.id,
                        CauseId::Resharding | CauseId::BenignRefresh | CauseId::Undecided
                    )),
                    "{mean} {seed}\n{all}"
                );
                let asked = log.events.iter().filter(|e| e.signal == Signal::Ask).count();
                if asked > 1 {
                    let campaign = window(&diagnosis);
                    assert_eq!(campaign.cause.id, CauseId::Resharding, "{all}");
                    assert!(
                        matches!(campaign.state, State::Completed | State::Mixed | State::PresumedEnded),
                        "{all}"
                    );
                }
                let sum: u64 = diagnosis.incidents.iter().map(|i| i.events).sum();
                assert_eq!(sum, log.events.len() as u64, "an event belongs to one incident\n{all}");
            }
        }
    }
}

#[test]
fn no_healthy_reshard_is_a_storm_whatever_its_shape() {
    // Scale-in shares one range out, a rebalance takes slices from everywhere; clients
    // print no code path; some meet no ASK at all, as with atomic migrations.
    for (first, count, per_slot) in [(0, 150, 400), (5_461, 1_500, 60), (0, 16_000, 10)] {
        for targets in [1, 2, 3] {
            for (mean, without_ask) in [(60, false), (400, false), (60, true), (400, true)] {
                for seed in 0..1 {
                    let reshard = Reshard { first, count, per_slot, ..Reshard::usual() };
                    let mut events = reshard.seen_plainly(&PODS, mean, seed, targets);
                    events.retain(|e| !(without_ask && e.signal == Signal::Ask));
                    let log = around(events, HOUR, HOUR);
                    let diagnosis = verdict(&log);
                    let all = describe(&diagnosis);
                    let name = format!(
                        "{first}+{count} {per_slot} ms, {targets} targets, {mean} ms, {without_ask} {seed}"
                    );
                    assert!(!has(&diagnosis, Kind::MovedStorm), "{name}\n{all}");
                    assert!(
                        diagnosis.incidents.iter().all(|i| i.cause.id != CauseId::StandaloneClient),
                        "{name}\n{all}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_dense_reshard_is_one_incident_with_its_slots() {
    let reshard = Reshard { per_slot: 3_000, ..Reshard::usual() };
    let log = around(reshard.seen_by(&PODS, 10, 1), 0, HOUR);
    let diagnosis = verdict(&log);
    let all = describe(&diagnosis);
    assert_eq!(diagnosis.incidents.len(), 1, "{all}");
    let campaign = &diagnosis.incidents[0];
    assert_eq!(campaign.kind, Kind::AskCampaign);
    assert!(campaign.slots.len() > 100, "{}", campaign.slots.len());
    assert_eq!(campaign.cause.strength, Strength::Certain, "{all}");
    assert_eq!(campaign.severity, Severity::Info);
    assert_eq!(campaign.windows.values().sum::<u64>(), campaign.window_list.len() as u64);
}

#[test]
fn the_log_ends_within_a_campaign() {
    let reshard = Reshard::usual();
    let cut = reshard.begin + 30 * SECOND;
    let events: Vec<Event> =
        reshard.seen_by(&PODS, 60, 2).into_iter().filter(|e| e.at.is_some_and(|at| at < cut)).collect();
    let diagnosis = verdict(&around(events, HOUR, SECOND));
    let campaign = window(&diagnosis);
    assert_eq!(campaign.state, State::Mixed, "{}", describe(&diagnosis));
    assert!(campaign.windows.contains_key(&State::InProgressAtEnd), "{}", describe(&diagnosis));
    assert!(!campaign.windows.contains_key(&State::Stuck));
}

#[test]
fn one_open_window_at_the_end_is_in_progress_not_stuck() {
    let asks = (0..6).map(|i| Event::ask(DAY + i * 5 * SECOND, 7_000, TO));
    let diagnosis = verdict(&around(asks.collect(), HOUR, 10 * SECOND));
    let incident = window(&diagnosis);
    assert_eq!((incident.kind, incident.state), (Kind::AskWindow, State::InProgressAtEnd));
    assert_eq!(incident.cause.id, CauseId::Resharding);
}

#[test]
fn states_of_single_windows() {
    let ask = |seconds: i64| Event::ask(DAY + seconds * SECOND, 7_000, TO);
    let to = |seconds: i64| Event::moved(DAY + seconds * SECOND, 7_000, TO);
    let back = |seconds: i64| Event::moved(DAY + seconds * SECOND, 7_000, FROM);
    let every = |step: i64, until: i64| (0..=until / step).map(|i| ask(i * step)).collect::<Vec<_>>();
    let cases: Vec<(&str, Vec<Event>, i64, State)> = vec![
        ("completed", vec![ask(0), ask(2), to(5)], 600, State::Completed),
        ("completed in the same second", vec![ask(0), ask(2), to(2)], 600, State::Completed),
        ("quiet", vec![ask(0), ask(2), ask(4)], 600, State::PresumedEnded),
        ("single", vec![ask(0)], 600, State::Unknown),
        ("cut", vec![ask(0), ask(2), ask(4)], 8, State::InProgressAtEnd),
        ("between quiet and cut", vec![ask(0), ask(2), ask(4)], 45, State::Unknown),
        ("slow", every(10, 90), 5, State::Slow),
        ("slow and long ago", every(10, 90), 3_000, State::Slow),
        ("stuck", every(60, 900), 30, State::Stuck),
        ("long but completed", [every(60, 900), vec![to(910)]].concat(), 30, State::Completed),
        ("aborted", [every(10, 50), vec![back(100), back(400), back(900)]].concat(), 30, State::Aborted),
        ("one hit proves nothing", [every(10, 50), vec![back(900)]].concat(), 30, State::PresumedEnded),
        (
            "reversed",
            vec![back(0), ask(1), ask(3), to(5), Event::ask(DAY + 60 * SECOND, 7_000, FROM)],
            600,
            State::Reversed,
        ),
        (
            "onward is not back",
            vec![back(0), ask(1), ask(3), to(5), Event::ask(DAY + 60 * SECOND, 7_000, "10.0.0.9:6379")],
            600,
            State::Completed,
        ),
    ];
    for (name, events, after, state) in cases {
        let log = around(events, HOUR, after * SECOND);
        let diagnosis = verdict(&log);
        let found = diagnosis
            .incidents
            .iter()
            .flat_map(|i| &i.window_list)
            .find(|w| w.target.as_ref().is_some_and(|t| t.to_string() == TO))
            .map(|w| w.state);
        assert_eq!(found, Some(state), "{name}\n{}", describe(&diagnosis));
    }
}

#[test]
fn an_overtaken_slot_is_stuck() {
    let mut events: Vec<Event> = (0..9).map(|i| Event::ask(DAY + i * 10 * SECOND, 7_000, TO)).collect();
    for (i, slot) in (7_001..7_006).enumerate() {
        let at = DAY + 12 * SECOND + i as i64 * 8 * SECOND;
        events.extend([Event::ask(at, slot, TO), Event::moved(at + 4 * SECOND, slot, TO)]);
    }
    events.sort_by_key(|e| e.at);
    let diagnosis = verdict(&around(events, HOUR, 10 * SECOND));
    let campaign = window(&diagnosis);
    assert_eq!(campaign.state, State::Mixed);
    assert_eq!(campaign.windows.get(&State::Stuck), Some(&1), "{}", describe(&diagnosis));
    assert!(
        campaign.reasons.iter().any(|f| matches!(f, Fact::Overtaken { slot, .. } if slot.get() == 7_000))
    );
}

#[test]
fn a_stuck_slot_gets_the_cause_and_careful_advice() {
    let events = (0..40).map(|i| Event::ask(DAY + i * 30 * SECOND, 7_000, TO)).collect();
    let diagnosis = verdict(&around(events, HOUR, 10 * SECOND));
    let incident = window(&diagnosis);
    assert_eq!((incident.state, incident.cause.id), (State::Stuck, CauseId::StuckMigration));
    assert!(incident.cause.strength >= Strength::Likely, "{}", describe(&diagnosis));
    assert_eq!(incident.severity, Severity::High);
    let first = incident.advice.do_[0].id.id();
    assert_eq!(first, "prove-no-reshard-runs");
}

#[test]
fn tryagain_alongside_for_minutes_means_stuck() {
    let asks = (0..12).map(|i| Event::ask(DAY + i * 30 * SECOND, 7_000, TO));
    let tries = (0..12).map(|i| Event::new(DAY + i * 30 * SECOND + SECOND, Signal::TryAgain));
    let diagnosis = verdict(&around(asks.chain(tries).collect(), HOUR, 10 * SECOND));
    let incident = window(&diagnosis);
    assert_eq!((incident.state, incident.events), (State::Stuck, 24), "{}", describe(&diagnosis));
    assert_eq!(diagnosis.incidents.len(), 1);
}

#[test]
fn moved_around_a_window_belongs_to_it() {
    let events = vec![
        Event::ask(DAY, 7_000, TO),
        Event::moved(DAY + SECOND, 7_000, FROM).by("pod/plain/web"),
        Event::ask(DAY + 2 * SECOND, 7_000, TO),
        Event::moved(DAY + 3 * SECOND, 7_000, TO),
        Event::moved(DAY + 60 * SECOND, 7_000, TO).by("pod/late/web"),
    ];
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    assert_eq!(diagnosis.incidents.len(), 1, "{}", describe(&diagnosis));
    let incident = &diagnosis.incidents[0];
    assert_eq!((incident.events, incident.state), (5, State::Completed));
    assert_eq!(incident.source.as_ref().map(ToString::to_string).as_deref(), Some(FROM));
}

#[test]
fn repeats_long_after_a_window_are_a_storm() {
    let mut events = vec![Event::ask(DAY, 7_000, TO), Event::moved(DAY + SECOND, 7_000, TO)];
    events.extend((0..200).map(|i| Event::moved(DAY + MINUTE + i * 7 * SECOND, 7_000, TO)));
    let diagnosis = verdict(&around(events, HOUR, 0));
    assert_eq!(diagnosis.incidents.len(), 2, "{}", describe(&diagnosis));
    assert_eq!(main_incident(&around(diagnosis_events(), HOUR, 0)).kind, Kind::MovedStorm);
    assert!(has(&diagnosis, Kind::AskWindow));
}

fn diagnosis_events() -> Vec<Event> {
    (0..200).map(|i| Event::moved(DAY + MINUTE + i * 7 * SECOND, 7_000, TO)).collect()
}

#[test]
fn a_plain_client_through_a_reshard_keeps_its_storm() {
    for seed in 0..4 {
        let begin = DAY + 40 * SECOND;
        let mut events = plain_client(DAY, DAY + 4 * MINUTE, 100, 3, seed);
        // It sits on the source: ASK, then MOVED, for slots of the first range.
        for slot in 0..120u16 {
            let at = begin + i64::from(slot) * 300;
            events.push(Event::ask(at, slot, "10.0.0.2:6379"));
            for i in 0..4 {
                events.push(Event::moved(at + 300 + i * 9 * SECOND, slot, "10.0.0.2:6379"));
            }
        }
        events.sort_by_key(|e| e.at);
        let diagnosis = verdict(&around(events, 0, 0));
        let all = describe(&diagnosis);
        let campaign = window(&diagnosis);
        assert_eq!((campaign.kind, campaign.state), (Kind::AskCampaign, State::Completed), "{all}");
        let storm = diagnosis.incidents.iter().find(|i| i.kind == Kind::MovedStorm);
        assert_eq!(storm.map(|s| s.cause.id), Some(CauseId::StandaloneClient), "{seed}\n{all}");
    }
}

#[test]
fn donors_of_one_new_node_are_told_apart_where_sources_are_known() {
    let mut events = Vec::new();
    for (donor, base) in [("10.0.0.1:6379", 0u16), ("10.0.0.2:6379", 6_000), ("10.0.0.3:6379", 12_000)] {
        for i in 0..30u16 {
            let at = DAY + i64::from(base) * 10 + i64::from(i) * SECOND;
            if i % 3 == 0 {
                events.push(Event::moved(at, base + i, donor).by("pod/plain/web"));
            }
            events.push(Event::ask(at, base + i, TO));
            events.push(Event::moved(at + 500, base + i, TO));
        }
    }
    events.retain(|e| e.signal == Signal::Ask || e.target.as_ref().is_some());
    events.sort_by_key(|e| e.at);
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    let campaigns: Vec<_> = diagnosis.incidents.iter().filter(|i| i.kind == Kind::AskCampaign).collect();
    assert_eq!(campaigns.len(), 3, "{}", describe(&diagnosis));
    assert!(campaigns.iter().all(|c| c.source.is_some()));
}

#[test]
fn without_times_only_order_counts() {
    let done =
        vec![Event::ask(DAY, 7_000, TO), Event::ask(DAY + 1, 7_000, TO), Event::moved(DAY + 2, 7_000, TO)];
    let open: Vec<Event> = (0..9).map(|i| Event::ask(DAY + i, 7_000, TO)).collect();
    for (events, state) in [(done, State::Completed), (open, State::Unknown)] {
        let incident = main_incident(&around(events, 0, 0).undated(100));
        assert_eq!(incident.state, state);
        assert!(incident.cause.score <= 0.6);
    }
}

#[test]
fn an_ask_without_slot_or_target_is_a_window_of_which_nothing_is_known() {
    let events = (0..5).map(|i| Event::new(DAY + i * SECOND, Signal::Ask)).collect();
    let diagnosis = verdict(&around(events, 0, HOUR));
    assert_eq!(diagnosis.incidents.len(), 1);
    assert_eq!(
        (diagnosis.incidents[0].kind, diagnosis.incidents[0].state),
        (Kind::AskWindow, State::Unknown)
    );
}

#[test]
fn a_lost_asking_is_the_clients_fault() {
    let mut events = Vec::new();
    for i in 0..12 {
        let at = DAY + i * 3 * SECOND;
        for bounce in 0..5 {
            events.push(Event::ask(at + bounce * 20, 7_000, TO));
            events.push(Event::moved(at + bounce * 20 + 8, 7_000, FROM));
        }
        events.push(Event::new(at + 110, Signal::TooManyRedirects));
    }
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    let all = describe(&diagnosis);
    assert_eq!(diagnosis.incidents.len(), 1, "{all}");
    assert_eq!(diagnosis.incidents[0].cause.id, CauseId::AskMishandled, "{all}");
    assert_eq!(diagnosis.incidents[0].severity, Severity::High);
}

#[test]
fn two_campaigns_to_one_node_hours_apart_are_two() {
    let mut events = Vec::new();
    for (start, base) in [(DAY, 100u16), (DAY + 3 * HOUR, 200)] {
        for i in 0..10u16 {
            events.push(Event::ask(start + i64::from(i) * SECOND, base + i, TO));
        }
    }
    let diagnosis = verdict(&around(events, HOUR, HOUR));
    assert_eq!(diagnosis.incidents.len(), 2, "{}", describe(&diagnosis));
    let ids: Vec<&str> = diagnosis.incidents.iter().map(|i| i.id.as_str()).collect();
    assert_ne!(ids[0], ids[1]);
    assert_eq!(ids[0][..16], ids[1][..16], "one stem, a running number");
}

#[test]
fn log_without_an_end_does_not_invent_quiet() {
    let log = Log::default().with([Event::ask(DAY, 1, TO), Event::ask(DAY + SECOND, 1, TO)]);
    assert_eq!(main_incident(&log).state, State::InProgressAtEnd);
}
