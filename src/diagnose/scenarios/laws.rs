//! What must not change a verdict: file order, time zone, a cut, a quiet hour, names.

use super::builder::{DAY, Dice, Event, HOUR, Log, MINUTE, SECOND, node};
use super::generators::{Reshard, around, failover, learning, plain_client, stale_client};
use super::{describe, verdict};
use crate::diagnose::{CauseId, Diagnosis, Kind, Severity, State};
use crate::model::Signal;
use crate::tally::Resolution;
use proptest::prelude::*;

const PODS: [&str; 3] = ["pod/a/web", "pod/b/web", "pod/c/web"];

/// One log of each main verdict.
fn gallery(seed: u64) -> Vec<(&'static str, Log)> {
    let stuck = (0..40).map(|i| Event::ask(DAY + i * 31 * SECOND, 7_000, "10.0.0.4:6379")).collect();
    vec![
        ("plain", around(plain_client(DAY, DAY + 20 * MINUTE, 300, 3, seed), 0, 0)),
        ("plain, six masters", around(plain_client(DAY, DAY + 20 * MINUTE, 300, 6, seed), 0, 0)),
        ("stale", around(stale_client(DAY, DAY + 30 * MINUTE, 500, seed), 20 * MINUTE, 0)),
        ("refresh", around(learning(DAY, &PODS, 40, seed), HOUR, HOUR)),
        ("reshard", around(Reshard::usual().seen_by(&PODS, 40, seed), HOUR, HOUR)),
        ("failover", around(failover(DAY, &PODS, seed), HOUR, HOUR)),
        ("stuck", around(stuck, HOUR, 10 * SECOND)),
    ]
}

/// Kind, state, severity and cause of the largest incident.
fn essence(diagnosis: &Diagnosis) -> (Kind, State, Severity, CauseId) {
    let main = diagnosis.incidents.iter().max_by_key(|i| i.events).expect("an incident");
    (main.kind, main.state, main.severity, main.cause.id)
}

/// All incidents without their ids.
fn whole(diagnosis: &Diagnosis) -> Vec<(Kind, State, Severity, CauseId, u64, String)> {
    let all = diagnosis.incidents.iter();
    let mut all: Vec<_> =
        all.map(|i| (i.kind, i.state, i.severity, i.cause.id, i.events, i.slots.to_string())).collect();
    all.sort();
    all
}

#[test]
fn shifting_all_times_changes_nothing() {
    for (name, log) in gallery(1) {
        let before = verdict(&log);
        for shift in [1, 137, 61 * SECOND + 7, -8 * HOUR - 30 * MINUTE, 400 * 24 * HOUR] {
            let mut moved = log.clone();
            moved.events.iter_mut().for_each(|e| e.at = e.at.map(|at| at + shift));
            moved.files.iter_mut().for_each(|f| (f.1, f.2) = (f.1 + shift, f.2 + shift));
            assert_eq!(whole(&verdict(&moved)), whole(&before), "{name} {shift}");
        }
    }
}

#[test]
fn times_without_a_zone_give_the_same_verdict() {
    for (name, log) in gallery(2) {
        let local = Log { local: true, ..log.clone() };
        assert_eq!(whole(&verdict(&local)), whole(&verdict(&log)), "{name}");
    }
}

#[test]
fn renaming_all_nodes_changes_ids_only() {
    for (name, log) in gallery(3) {
        let mut renamed = log.clone();
        for event in &mut renamed.events {
            if let Some(target) = &event.target {
                // Also turns the order of the addresses round.
                let last: u32 = target.host.rsplit('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
                event.target = Some(node(&format!("10.9.8.{}:7{:03}", 250 - last, last)));
            }
        }
        let (before, after) = (verdict(&log), verdict(&renamed));
        assert_eq!(whole(&after), whole(&before), "{name}");
        assert_ne!(after.incidents[0].id, before.incidents[0].id, "{name}");
    }
}

#[test]
fn the_order_of_files_changes_nothing() {
    for (name, log) in gallery(4) {
        let mut turned = log.clone();
        turned.files.reverse();
        turned.events.reverse();
        turned.events.sort_by_key(|e| e.at);
        assert_eq!(whole(&verdict(&turned)), whole(&verdict(&log)), "{name}");
    }
}

#[test]
fn a_quiet_hour_more_changes_only_the_state() {
    for (name, log) in gallery(5) {
        let mut longer = log.clone();
        longer.files.iter_mut().for_each(|f| f.2 += HOUR);
        let (before, after) = (essence(&verdict(&log)), essence(&verdict(&longer)));
        assert_eq!((after.0, after.3), (before.0, before.3), "{name}\n{}", describe(&verdict(&longer)));
    }
}

#[test]
fn half_of_the_hits_keep_the_cause() {
    for seed in 0..5 {
        for (name, log) in gallery(seed) {
            let mut dice = Dice::new(seed + 77);
            let mut thin = log.clone();
            thin.events.retain(|_| dice.next().is_multiple_of(2));
            let (before, after) = (essence(&verdict(&log)), essence(&verdict(&thin)));
            let same = after.3 == before.3 || after.3 == CauseId::Undecided;
            let related = matches!(
                (before.3, after.3),
                (CauseId::BenignRefresh, CauseId::Resharding) | (CauseId::Resharding, CauseId::BenignRefresh)
            );
            assert!(same || related, "{name} {seed}: {before:?} {after:?}\n{}", describe(&verdict(&thin)));
        }
    }
}

#[test]
fn a_cut_never_contradicts() {
    for seed in 0..2 {
        for (name, log) in gallery(seed) {
            let whole_cause = essence(&verdict(&log)).3;
            let (first, last) = (log.files[0].1, log.files[0].2);
            let begin = log.events.iter().filter_map(|e| e.at).min().unwrap_or(first);
            let end = log.events.iter().filter_map(|e| e.at).max().unwrap_or(last);
            for tenths in [1, 3, 5, 8] {
                let at = begin + (end - begin) * tenths / 10;
                let mut cut = log.clone();
                cut.events.retain(|e| e.at.is_some_and(|t| t <= at));
                cut.files.iter_mut().for_each(|f| f.2 = at);
                if cut.events.is_empty() {
                    continue;
                }
                let diagnosis = verdict(&cut);
                let cause = essence(&diagnosis).3;
                let fits = cause == whole_cause
                    || cause == CauseId::Undecided
                    || compatible(whole_cause).contains(&cause);
                assert!(fits, "{name} {seed} {tenths}: {whole_cause:?} {cause:?}\n{}", describe(&diagnosis));
            }
        }
    }
}

/// Causes that the beginning of another one may show: a failover begins as an owner that
/// is down, a stuck migration as one that runs.
fn compatible(cause: CauseId) -> &'static [CauseId] {
    match cause {
        CauseId::StuckMigration => &[CauseId::Resharding],
        CauseId::Resharding | CauseId::BenignRefresh => &[CauseId::Resharding, CauseId::BenignRefresh],
        CauseId::Failover => &[CauseId::OwnerDown],
        _ => &[],
    }
}

#[test]
fn hours_of_a_week_agree_with_the_week() {
    let events = plain_client(DAY, DAY + 12 * HOUR, 4_000, 3, 11);
    let week = around(events.clone(), 0, 0);
    assert_eq!(essence(&verdict(&week)).3, CauseId::StandaloneClient);
    for hour in 0..12 {
        let (from, to) = (DAY + hour * HOUR, DAY + (hour + 1) * HOUR);
        let part: Vec<Event> =
            events.iter().filter(|e| e.at.is_some_and(|t| (from..to).contains(&t))).cloned().collect();
        let log = Log::over(from, to).with(part);
        let cause = essence(&verdict(&log)).3;
        assert!(matches!(cause, CauseId::StandaloneClient | CauseId::Undecided), "{hour} {cause:?}");
    }
}

#[test]
fn coarser_times_keep_the_verdict() {
    for (name, log) in gallery(6) {
        let before = essence(&verdict(&log));
        let mut coarse = log.clone();
        coarse.events.iter_mut().for_each(|e| e.at = e.at.map(|at| at / 1_000 * 1_000));
        coarse.resolution = Some(Resolution { cell_millis: 1_000, pairs_kept_one_in: 1 });
        let after = essence(&verdict(&coarse));
        assert_eq!((after.0, after.3), (before.0, before.3), "{name}\n{}", describe(&verdict(&coarse)));
    }
}

#[test]
fn thinned_series_keep_exact_counts() {
    let log = around(plain_client(DAY, DAY + 20 * MINUTE, 100, 3, 9), 0, 0);
    let mut digest = log.digest();
    let total: u64 = digest.groups.iter().map(|g| g.events).sum();
    digest.ticks.retain(|tick| tick.group % 4 == 0);
    digest.resolution = Resolution { cell_millis: 1, pairs_kept_one_in: 4 };
    let diagnosis = crate::diagnose::diagnose(&digest, &[], &crate::diagnose::Thresholds::default());
    assert_eq!(essence(&diagnosis).3, CauseId::StandaloneClient, "{}", describe(&diagnosis));
    assert_eq!(diagnosis.incidents.iter().map(|i| i.events).sum::<u64>(), total);
}

#[test]
fn every_event_belongs_to_one_incident() {
    for seed in 0..4 {
        for (name, log) in gallery(seed) {
            let sum: u64 = verdict(&log).incidents.iter().map(|i| i.events).sum();
            assert_eq!(sum, log.events.iter().map(|e| e.events).sum::<u64>(), "{name} {seed}");
        }
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let signal = prop::sample::select(Signal::ALL.to_vec());
    let time = prop_oneof![
        8 => (0i64..4 * HOUR).prop_map(|t| Some(DAY + t)),
        1 => Just(None),
        1 => prop::sample::select(vec![Some(i64::MIN), Some(i64::MAX), Some(0), Some(DAY)]),
    ];
    let host = prop::sample::select(vec![
        "10.0.0.1:6379",
        "10.0.0.2:6379",
        ":6379",
        "?:6379",
        "redis-1:6379",
        "::1:7000",
    ]);
    let who = prop::sample::select(vec![None, Some("pod/a/web"), Some("pod/b/web"), Some("file/x.log")]);
    (time, signal, prop::option::of(0u16..16_384), prop::option::of(host), who, 1u64..5, any::<bool>())
        .prop_map(|(at, signal, slot, target, who, events, local)| Event {
            at,
            slot,
            target: target.map(node),
            reporter: who.map(str::to_owned),
            events,
            local,
            line: u64::from(slot.unwrap_or(0)),
            ..Event::new(0, signal)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_digest_gives_a_diagnosis(events in prop::collection::vec(any_event(), 0..120), broken in any::<u8>()) {
        let log = Log { events, ..Log::over(DAY, DAY + 5 * HOUR) };
        let mut digest = log.digest();
        if broken % 4 == 0 {
            // Indexes that lead nowhere, and sizes that no file has.
            digest.ticks.iter_mut().step_by(3).for_each(|t| { t.group = u32::MAX; t.events = u64::MAX; });
            digest.ticks.iter_mut().step_by(5).for_each(|t| t.reporter = Some(9_999));
            digest.sources.iter_mut().for_each(|s| s.bytes = u64::MAX);
            digest.activity.iter_mut().for_each(|a| a.offset = u64::MAX - a.offset);
            digest.samples.iter_mut().step_by(2).for_each(|s| s.rule = u32::MAX);
        }
        let diagnosis = crate::diagnose::diagnose(&digest, &[], &crate::diagnose::Thresholds::default());
        let again = crate::diagnose::diagnose(&digest, &[], &crate::diagnose::Thresholds::default());
        prop_assert_eq!(whole(&diagnosis), whole(&again));
        if broken % 4 != 0 {
            let sum: u64 = diagnosis.incidents.iter().map(|i| i.events).sum();
            prop_assert_eq!(sum, log.events.iter().map(|e| e.events).sum::<u64>());
        }
        for incident in &diagnosis.incidents {
            prop_assert!(incident.cause.score <= 0.95);
            for step in incident.advice.do_.iter().chain(&incident.advice.verify) {
                let filled = !step.text_en().contains("{slot}") && !step.text_en().contains("{target}");
                prop_assert!(filled);
            }
            for fact in incident.reasons.iter().chain(&incident.cause.evidence) {
                prop_assert!(!crate::diagnose::fact_words(fact).is_empty());
            }
        }
    }
}
