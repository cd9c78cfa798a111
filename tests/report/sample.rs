//! One rich report for every emitter: a storm that goes on, a campaign with a stuck
//! window, many alike small incidents, a rule of a user, a file that was not read.

use scan::diagnose::{
    Cause, CauseId, Fact, Incident, Kind, Severity, State, Strength, TargetShare, WindowDetail,
};
use scan::model::{Client, Endpoint, LogText, Moment, Signal, Slot, SlotSet};
use scan::report::{Advice, DoNot, DoThis, Report, Told};
use scan::tally::{Digest, Group, Place, Problem, Sample, SourceFacts};
use std::collections::BTreeMap;

/// 2026-04-23T10:15:30.123Z, later by so many seconds.
pub(crate) fn at(seconds: i64) -> Moment {
    Moment::universal(1_776_939_330_123 + seconds * 1000)
}

pub(crate) fn endpoint(host: &str, port: u16) -> Endpoint {
    Endpoint { host: host.into(), port: Some(port) }
}

pub(crate) fn slots(text: &str) -> SlotSet {
    text.parse().unwrap()
}

/// An incident without anything in it.
pub(crate) fn incident(kind: Kind, severity: Severity) -> Incident {
    Incident {
        id: "0000000000000000-1".to_owned(),
        kind,
        state: State::Over,
        severity,
        span: None,
        events: 0,
        signals: Vec::new(),
        rule: None,
        slots: SlotSet::default(),
        targets: Vec::new(),
        reporters: Vec::new(),
        clients: Vec::new(),
        reasons: Vec::new(),
        advice: scan::diagnose::Advice::default(),
        window_list: Vec::new(),
        source: None,
        cause: Cause {
            id: CauseId::Undecided,
            strength: Strength::Undecided,
            score: 0.0,
            evidence: Vec::new(),
            alternatives: Vec::new(),
        },
        windows: BTreeMap::new(),
        hot_slot: None,
        first: Place { source: 0, line: 1 },
        last: Place { source: 0, line: 1 },
        profile: Vec::new(),
        samples: Vec::new(),
    }
}

pub(crate) fn told(incident: Incident) -> Told {
    Told { incident, subject: None, evidence: Vec::new(), advice: Advice::default() }
}

fn step(client: Option<&str>, text: &str) -> DoThis {
    DoThis { text: text.to_owned(), client: client.map(str::to_owned), rule: None }
}

fn dead_end(text: &str, why: &str) -> DoNot {
    DoNot { text: text.to_owned(), why: why.to_owned() }
}

fn cause(id: CauseId, strength: Strength, score: f64) -> Cause {
    Cause { id, strength, score, evidence: Vec::new(), alternatives: Vec::new() }
}

fn window(slot: u16, state: State, asks: u64, closed: Option<Moment>) -> WindowDetail {
    WindowDetail {
        slot: Slot::new(slot),
        target: Some(endpoint("redis-4.redis.svc", 6379)),
        state,
        asks,
        span: Some((at(-600), at(-20))),
        closed,
    }
}

fn storm() -> Told {
    let incident = Incident {
        id: "9b1c64f2a7d0e358-1".to_owned(),
        state: State::OngoingAtEnd,
        reasons: vec![Fact::SameLesson { minutes: 46 }],
        span: Some((at(0), at(2801))),
        events: 41_208,
        signals: vec![(Signal::Moved, 41_196), (Signal::TooManyRedirects, 12)],
        slots: slots("5461-16383"),
        targets: vec![
            TargetShare {
                endpoint: Some(endpoint("10.0.0.12", 6379)),
                events: 20_660,
                slots: slots("5461-10922"),
            },
            TargetShare {
                endpoint: Some(endpoint("2001:db8::13", 6379)),
                events: 20_536,
                slots: slots("10923-16000,16002,16004-16383,7"),
            },
            TargetShare { endpoint: None, events: 12, slots: SlotSet::default() },
        ],
        reporters: vec![2, 3, 4, 5, 6, 7],
        clients: vec![Client::RedisPy],
        cause: Cause {
            alternatives: vec![(CauseId::ReplicaReads, Strength::Possible)],
            ..cause(CauseId::StandaloneClient, Strength::Likely, 0.838)
        },
        first: Place { source: 0, line: 17 },
        last: Place { source: 1, line: 900_412 },
        profile: (0..60).map(|i| if (20..23).contains(&i) { 0 } else { 400 + (i * 37 % 11) * 60 }).collect(),
        samples: vec![0, 1],
        ..incident(Kind::MovedStorm, Severity::High)
    };
    let evidence = [
        "10,923 different slots from 2 targets; the largest stretch without any is 5,461 slots, one master's share: \
         the node that is asked",
        "targets alternate as in a random order (0.98 of 1)",
        "every slot names one owner: 9,204 slots were seen twice or more, none with another",
        "11,206 of 41,196 events teach a (reporter, slot, target) again that was taught 120 s before or earlier",
        "the code that logged is `redis/client.py` in 41,196 of 41,196 records, `redis/cluster.py` in none",
    ];
    let advice = Advice {
        steps: vec![
            step(Some("redis-py"), "Use `redis.cluster.RedisCluster` instead of `redis.Redis`."),
            step(None, "A framework that cannot use a cluster (Celery's broker, for one) needs an instance that is none."),
        ],
        do_not: vec![
            dead_end("Point the client at another node.", "it moves the gap to that node's slots, the others redirect as before"),
            dead_end("Follow MOVED by hand without a slot map.", "every command then costs two round trips for good"),
        ],
        verify: vec![
            "`redis-cli -h 10.0.0.12 -p 6379 INFO errorstats`: `errorstat_MOVED` no longer grows on any node.".to_owned(),
            "`for n in 10.0.0.11:6379 10.0.0.12:6379 2001:db8::13:6379; do redis-cli -h \"${n%:*}\" -p \"${n##*:}\" CLIENT LIST | grep -o 'lib-name=[^ ]*'; done | sort | uniq -c` tells which client is connected where."
                .to_owned(),
        ],
    };
    Told { incident, subject: None, evidence: evidence.map(str::to_owned).to_vec(), advice }
}

fn campaign() -> Told {
    let incident = Incident {
        id: "c03d1eaf55b21790-1".to_owned(),
        state: State::Mixed,
        span: Some((at(-600), at(-20))),
        events: 812,
        signals: vec![(Signal::Moved, 301), (Signal::Ask, 499), (Signal::TryAgain, 12)],
        slots: slots("0-98,120,122,124,126,128"),
        targets: vec![TargetShare {
            endpoint: Some(endpoint("redis-4.redis.svc", 6379)),
            events: 800,
            slots: slots("0-98,120,122,124,126,128"),
        }],
        reporters: vec![2],
        clients: vec![Client::Jedis, Client::RedisPy],
        cause: cause(CauseId::StuckMigration, Strength::Certain, 0.95),
        windows: BTreeMap::from([(State::Completed, 102), (State::Stuck, 1), (State::Unknown, 1)]),
        window_list: vec![
            window(98, State::Stuck, 497, None),
            window(120, State::Completed, 1, Some(at(-30))),
            window(122, State::Unknown, 1, None),
        ],
        source: Some(endpoint("10.0.0.11", 6379)),
        hot_slot: Slot::new(98).map(|slot| (slot, 0.6124)),
        first: Place { source: 0, line: 3 },
        last: Place { source: 0, line: 14 },
        profile: vec![1, 2, 4, 8, 16, 32, 64, 128, 256, 301],
        samples: vec![2],
        ..incident(Kind::AskCampaign, Severity::High)
    };
    let advice = Advice {
        steps: vec![step(None, "Find out whether the resharding process is alive before anything else.")],
        do_not: vec![dead_end(
            "Run `redis-cli --cluster fix`, `rebalance` or `CLUSTER SETSLOT`",
            "a migration that is alive loses keys by it",
        )],
        verify: vec!["`redis-cli --cluster check redis-4.redis.svc:6379` names open slots.".to_owned()],
    };
    let evidence = vec![
        "slot 98 is open since 2026-04-23 10:05:30 UTC (580 s, 497 ASK) while slot 120, opened later, is completed".to_owned(),
    ];
    Told { incident, subject: None, evidence, advice }
}

fn down(number: i64) -> Told {
    let events = 30 - u64::try_from(number).unwrap();
    let incident = Incident {
        id: format!("77aa00bb11cc22dd-{}", number + 1),
        span: Some((at(number * 90), at(number * 90 + 2))),
        events,
        signals: vec![(Signal::ClusterDown, events)],
        reporters: vec![2],
        profile: vec![events, 0],
        ..incident(Kind::ClusterErrors, Severity::Medium)
    };
    let advice = Advice { steps: vec![step(None, "Find the node that is down.")], ..Advice::default() };
    Told { advice, ..told(incident) }
}

fn refresh() -> Told {
    let incident = Incident {
        id: "5e5e5e5e5e5e5e5e-1".to_owned(),
        span: Some((at(-18), at(-15))),
        events: 96,
        signals: vec![(Signal::Moved, 96)],
        slots: slots("0-95"),
        targets: vec![TargetShare {
            endpoint: Some(endpoint("redis-4.redis.svc", 6379)),
            events: 96,
            slots: slots("0-95"),
        }],
        reporters: vec![2, 3],
        clients: vec![Client::RedisPy],
        cause: cause(CauseId::BenignRefresh, Strength::Certain, 0.93),
        profile: vec![60, 30, 6],
        ..incident(Kind::MovedRefresh, Severity::Info)
    };
    let advice = Advice {
        steps: vec![step(None, "Nothing; each client learned the new owner.")],
        ..Advice::default()
    };
    let evidence =
        vec!["no lesson was needed a second time: 96 of 96 events are new to their reporter".to_owned()];
    Told { incident, subject: None, evidence, advice }
}

fn user_rule() -> Told {
    let incident = Incident {
        id: "0123456789abcdef-1".to_owned(),
        state: State::Undated,
        events: 1,
        signals: vec![(Signal::Other, 1)],
        rule: Some(0),
        first: Place { source: 2, line: 5 },
        last: Place { source: 2, line: 5 },
        samples: vec![3],
        ..incident(Kind::Other, Severity::Low)
    };
    let advice = Advice {
        steps: vec![DoThis {
            text: "Raise `max_connections`.".to_owned(),
            client: None,
            rule: Some("database/postgres-too-many".to_owned()),
        }],
        ..Advice::default()
    };
    Told {
        incident,
        subject: Some("PostgreSQL refuses connections".to_owned()),
        evidence: Vec::new(),
        advice,
    }
}

fn group(signal: Signal, slot: u16, target: Option<Endpoint>, events: u64) -> Group {
    Group {
        signal,
        rule: (signal == Signal::Other).then_some(0),
        slot: Slot::new(slot).filter(|_| target.is_some()),
        target,
        folded: false,
        events,
        span: Some((at(0), at(2801))),
        first: Place { source: 0, line: 17 },
        last: Place { source: 1, line: 900_412 },
    }
}

fn sample(line: u64, signal: Signal, text: &[u8]) -> Sample {
    Sample {
        signal,
        rule: 0,
        slot: None,
        target: None,
        reporter: None,
        at: None,
        place: Place { source: 0, line },
        text: LogText::new(text),
    }
}

pub(crate) fn digest() -> Digest {
    let stack = b"{\"ts\":\"2026-04-23T10:15:30.123Z\",\"level\":\"error\",\"logger\":\"worker.cache\",\"thread\":\"pool-7-thread-3\",\"msg\":\"cannot read the session of a user, giving up after three attempts\",\"trace\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"error\":\"redis.exceptions.ResponseError: MOVED 7638 10.0.0.12:6379\",\"service\":\"web\",\"version\":\"1.42.0\",\"region\":\"eu-central-1\",\"pod\":\"web-abc\"}";
    Digest {
        sources: vec![
            SourceFacts { name: "logs/app.log".into(), bytes: 180_000_000, lines: 1_000_000, span: Some((at(-900), at(1800))) },
            SourceFacts { name: "logs/web.log.2.gz".into(), bytes: 17_132_288, lines: 904_331, span: Some((at(1800), at(2810))) },
            SourceFacts { name: "logs/plain.txt".into(), bytes: 512, lines: 9, span: None },
        ],
        reporters: ["container/db", "file/app.log", "pod/web-0/web", "pod/web-1/web", "pod/web-2/web", "pod/web-3/web", "pod/web-4/web", "pod/web-5/web"]
            .map(str::to_owned)
            .to_vec(),
        rules: vec!["database/postgres-too-many".to_owned()],
        groups: vec![
            group(Signal::Moved, 7638, Some(endpoint("10.0.0.12", 6379)), 41_593),
            group(Signal::Ask, 98, Some(endpoint("redis-4.redis.svc", 6379)), 499),
            group(Signal::TryAgain, 0, None, 12),
            Group { folded: true, ..group(Signal::ClusterDown, 0, None, 345) },
            group(Signal::TooManyRedirects, 0, None, 12),
            group(Signal::Other, 0, None, 1),
        ],
        samples: vec![
            sample(17, Signal::Moved, b"2026-04-23 10:15:30,123 ERROR worker redis.exceptions.ResponseError: MOVED 7638 10.0.0.12:6379"),
            sample(23, Signal::Moved, stack),
            sample(3, Signal::Ask, b"connecting to redis://web:s3cret@redis-4.redis.svc:6379\tgot ASK 98 redis-4.redis.svc:6379 \xff"),
            sample(5, Signal::Other, b"FATAL: sorry, too many clients already"),
        ],
        problems: vec![Problem {
            source: None,
            name: "logs/old.log.3.gz".into(),
            message: "the gzip data ends early, 18.2 MiB of text were read. Copy the file again.".into(),
            unread: true,
        }],
        notes: vec!["logs/plain.txt prints no time in any line: order only, no rates.".into()],
        ..Digest::default()
    }
}

/// The rich report.
pub(crate) fn report() -> Report {
    let mut all = vec![refresh(), user_rule(), campaign(), storm()];
    all.extend((0..12).map(down));
    Report::new(&digest(), all, vec!["Counts are exact.".to_owned()])
}

/// A report of so many incidents, each of a severity.
pub(crate) fn many(severity: Severity, count: usize) -> Report {
    let one = |n: usize| {
        let mut one = incident(Kind::MovedStorm, severity);
        one.id = format!("{n:016x}-1");
        told(one)
    };
    Report::new(&digest(), (0..count).map(one).collect(), Vec::new())
}

/// Two incidents with a cause that is only possible.
pub(crate) fn doubtful() -> Report {
    let mut one = incident(Kind::MovedScattered, Severity::Low);
    one.cause = cause(CauseId::StaleSlotMap, Strength::Possible, 0.5);
    Report::new(&digest(), vec![told(one.clone()), told(one)], Vec::new())
}

/// A report of sources in which nothing was found.
pub(crate) fn nothing(sources: Vec<SourceFacts>, problems: Vec<Problem>) -> Report {
    Report::new(&Digest { sources, problems, ..Digest::default() }, Vec::new(), Vec::new())
}

/// What log lines, names and addresses may hold to act on a reader's terminal or on a
/// CI runner.
pub(crate) const HOSTILE: &[&str] = &[
    "::error::injected",
    "  ::set-output name=x::injected",
    "::stop-commands::token",
    "x ##[error]injected",
    "##vso[task.complete result=Failed;]",
    "##teamcity[buildProblem description='injected']",
    "--- injected",
    "+++ injected",
    "section_start:1:x\r\u{1b}[0Kinjected",
    "\u{1b}]8;;http://injected\u{7}x\u{1b}]8;;\u{7}",
    "\u{1b}[2J\u{1b}[31m\u{9b}31m",
    "\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}\u{2028}",
    "a\nb\r\nc\u{0}\u{7f}\u{85}",
    "</script><img onerror=x>\"'`|%25%0A,:;]",
    "`unclosed",
];

/// The rich report with this text wherever text of unknown origin can stand.
pub(crate) fn hostile(text: &str) -> Report {
    let mut digest = digest();
    digest.sources[0].name = text.to_owned();
    digest.reporters.iter_mut().for_each(|reporter| *reporter = text.to_owned());
    digest.rules[0] = text.to_owned();
    digest.problems[0].name = text.to_owned();
    digest.problems[0].message = text.to_owned();
    digest.notes = vec![text.to_owned()];
    digest.groups[0].target = Some(endpoint(text, 1));
    digest.samples.iter_mut().for_each(|sample| sample.text = LogText::new(text.as_bytes()));
    let mut all = vec![refresh(), user_rule(), campaign(), storm(), storm(), storm()];
    for told in &mut all {
        told.incident.targets.iter_mut().for_each(|target| target.endpoint = Some(endpoint(text, 6379)));
        told.subject = told.subject.as_ref().map(|_| text.to_owned());
        told.evidence = vec![text.to_owned()];
        told.advice.steps[0].text = text.to_owned();
        told.advice.do_not = vec![DoNot { text: text.to_owned(), why: text.to_owned() }];
        told.advice.verify = vec![text.to_owned(), format!("`{text} {}`", "long ".repeat(30))];
    }
    Report::new(&digest, all, vec![text.to_owned()])
}
