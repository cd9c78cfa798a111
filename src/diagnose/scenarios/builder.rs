//! Synthetic logs: a cluster, clients of several kinds, and the digest of what they log.

use crate::model::{Client, Endpoint, EndpointRef, Level, LogText, Moment, PathMark, Signal, Slot};
use crate::tally::{
    Activity, Digest, Group, Place, Resolution, Sample, SourceFacts, Start, Tick, TraitRow, UNDATED_BLOCK,
    When,
};
use std::collections::BTreeMap;

/// Midnight of an ordinary day, so that times look like times.
pub(crate) const DAY: i64 = 1_776_902_400_000;
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 3_600_000;

/// A small generator with the same numbers everywhere (SplitMix64).
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Time to the next request of a Poisson stream with this mean.
    pub(crate) fn wait(&mut self, mean: i64) -> i64 {
        (-(1.0 - self.unit()).ln() * mean as f64) as i64
    }
}

/// Keys with Zipf popularity (0.99) and their slots.
pub(crate) struct Keys {
    slots: Vec<u16>,
    shares: Vec<f64>,
}

impl Keys {
    pub(crate) fn zipf(count: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let slots = (0..count).map(|_| (dice.next() % 16_384) as u16).collect();
        let mut sum = 0.0;
        let shares = (1..=count)
            .map(|rank| {
                sum += 1.0 / (rank as f64).powf(0.99);
                sum
            })
            .collect();
        Self { slots, shares }
    }

    pub(crate) fn draw(&self, dice: &mut Dice) -> u16 {
        let at = dice.unit() * self.shares[self.shares.len() - 1];
        self.slots[self.shares.partition_point(|&s| s < at).min(self.slots.len() - 1)]
    }
}

/// One event of a synthetic log.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) at: Option<i64>,
    /// Place in the log where undated, in lines.
    pub(crate) line: u64,
    pub(crate) signal: Signal,
    pub(crate) slot: Option<u16>,
    pub(crate) target: Option<Endpoint>,
    pub(crate) reporter: Option<String>,
    pub(crate) events: u64,
    pub(crate) marks: Vec<PathMark>,
    pub(crate) client: Option<Client>,
    pub(crate) level: Option<Level>,
    pub(crate) command: Option<String>,
    pub(crate) answered_by: Option<Endpoint>,
    pub(crate) suppressed: bool,
    pub(crate) rule: Option<String>,
    pub(crate) local: bool,
}

pub(crate) fn node(text: &str) -> Endpoint {
    if let Some((read, _)) = EndpointRef::parse_prefix(text.as_bytes()) {
        return read.to_owned();
    }
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "6379"));
    Endpoint { host: host.into(), port: port.parse().ok() }
}

impl Event {
    pub(crate) fn new(at: i64, signal: Signal) -> Self {
        Self {
            at: Some(at),
            line: 0,
            signal,
            slot: None,
            target: None,
            reporter: Some("file/app.log".to_owned()),
            events: 1,
            marks: Vec::new(),
            client: None,
            level: None,
            command: None,
            answered_by: None,
            suppressed: false,
            rule: None,
            local: false,
        }
    }

    pub(crate) fn moved(at: i64, slot: u16, target: &str) -> Self {
        Self { slot: Some(slot), target: Some(node(target)), ..Self::new(at, Signal::Moved) }
    }

    pub(crate) fn ask(at: i64, slot: u16, target: &str) -> Self {
        Self { slot: Some(slot), target: Some(node(target)), ..Self::new(at, Signal::Ask) }
    }

    pub(crate) fn unreachable(at: i64, target: &str) -> Self {
        Self { target: Some(node(target)), ..Self::new(at, Signal::Unreachable) }
    }

    pub(crate) fn by(mut self, reporter: &str) -> Self {
        self.reporter = Some(reporter.to_owned());
        self
    }

    pub(crate) fn marked(mut self, marks: &[PathMark]) -> Self {
        self.marks.extend_from_slice(marks);
        self
    }

    pub(crate) fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    pub(crate) fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }
}

/// A log, or several, in the making.
#[derive(Clone, Default)]
pub(crate) struct Log {
    pub(crate) events: Vec<Event>,
    /// (reporter, first, last): its file and how long it is written.
    pub(crate) files: Vec<(String, i64, i64)>,
    /// (reporter, time) of visible starts.
    pub(crate) starts: Vec<(String, i64)>,
    /// Lines of other things between any two events, for undated logs.
    pub(crate) undated_lines: Option<u64>,
    /// Bytes per second of ordinary lines.
    pub(crate) volume: u64,
    pub(crate) resolution: Option<Resolution>,
    /// File times have no zone.
    pub(crate) local: bool,
}

impl Log {
    /// One file that is written from `first` to `last`.
    pub(crate) fn over(first: i64, last: i64) -> Self {
        Self::default().file("file/app.log", first, last)
    }

    pub(crate) fn file(mut self, reporter: &str, first: i64, last: i64) -> Self {
        self.files.push((reporter.to_owned(), first, last));
        self
    }

    pub(crate) fn with(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        self
    }

    pub(crate) fn start(mut self, reporter: &str, at: i64) -> Self {
        self.starts.push((reporter.to_owned(), at));
        self
    }

    /// The same log without times: its events in order, `gap` ordinary lines apart.
    pub(crate) fn undated(mut self, gap: u64) -> Self {
        self.events.sort_by_key(|e| e.at);
        for (i, event) in self.events.iter_mut().enumerate() {
            event.at = None;
            event.line = i as u64 * gap;
        }
        self.undated_lines = Some(gap * (self.events.len() as u64 + 1));
        self.starts.clear();
        self
    }

    /// Its digest.
    pub(crate) fn digest(&self) -> Digest {
        let mut reporters: Vec<String> = self.files.iter().map(|f| f.0.clone()).collect();
        reporters.extend(self.events.iter().filter_map(|e| e.reporter.clone()));
        reporters.sort();
        reporters.dedup();
        let reporter = |label: &Option<String>| {
            label.as_ref().and_then(|l| reporters.binary_search(l).ok()).map(|i| i as u32)
        };
        let mut rules: Vec<String> = self.events.iter().filter_map(|e| e.rule.clone()).collect();
        rules.push("database/redis-cluster-moved".to_owned());
        rules.sort();
        rules.dedup();
        let rule = |e: &Event| e.rule.as_ref().and_then(|r| rules.binary_search(r).ok()).map(|i| i as u32);
        let mut names: Vec<&str> = self.files.iter().map(|f| f.0.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let source = |label: &Option<String>| {
            label.as_ref().and_then(|l| names.binary_search(&l.as_str()).ok()).unwrap_or(0) as u32
        };
        let moment = |at: i64, local: bool| if local { Moment::local(at) } else { Moment::universal(at) };
        let bytes_per_line = 120u64;
        let when = |e: &Event| match e.at {
            Some(at) => When::At(moment(at, e.local || self.local)),
            None => When::Undated {
                source: source(&e.reporter),
                block: (e.line * bytes_per_line / UNDATED_BLOCK) as u32,
            },
        };
        // Groups.
        type Key = (Signal, Option<u32>, Option<Slot>, Option<Endpoint>);
        let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
        for (line, e) in (1u64..).zip(&self.events) {
            let key: Key = (e.signal, rule(e), e.slot.and_then(Slot::new), e.target.clone());
            let place = Place { source: source(&e.reporter), line };
            let group = groups.entry(key.clone()).or_insert(Group {
                signal: key.0,
                rule: key.1,
                slot: key.2,
                target: key.3,
                folded: false,
                events: 0,
                span: None,
                first: place,
                last: place,
            });
            group.events += e.events;
            group.first = group.first.min(place);
            group.last = group.last.max(place);
            if let Some(at) = e.at {
                let at = moment(at, e.local || self.local);
                group.span = Some(group.span.map_or((at, at), |s| (s.0.min(at), s.1.max(at))));
            }
        }
        let index: BTreeMap<&Key, u32> = groups.keys().zip(0u32..).collect();
        let mut ticks: BTreeMap<(When, u32, Option<u32>), u64> = BTreeMap::new();
        let mut traits: BTreeMap<(Signal, Option<Endpoint>, Option<u32>), TraitRow> = BTreeMap::new();
        let mut samples: BTreeMap<u32, Vec<Sample>> = BTreeMap::new();
        for (line, e) in (1u64..).zip(&self.events) {
            let key: Key = (e.signal, rule(e), e.slot.and_then(Slot::new), e.target.clone());
            let group = index[&key];
            *ticks.entry((when(e), group, reporter(&e.reporter))).or_default() += e.events;
            add_traits(&mut traits, e, reporter(&e.reporter));
            let list = samples.entry(group).or_default();
            if list.len() < 2 {
                list.push(Sample {
                    signal: e.signal,
                    rule: rule(e).unwrap_or(0),
                    slot: key.2,
                    target: e.target.clone(),
                    reporter: reporter(&e.reporter),
                    at: e.at.map(|at| moment(at, e.local || self.local)),
                    place: Place { source: source(&e.reporter), line },
                    text: LogText::new(b"line"),
                });
            }
        }
        let volume = if self.volume == 0 { 2_000 } else { self.volume };
        let mut sources = Vec::new();
        let mut activity = Vec::new();
        for (number, name) in (0u32..).zip(&names) {
            let spans = self.files.iter().filter(|f| f.0 == *name);
            let (first, last) = spans.fold((i64::MAX, i64::MIN), |s, f| (s.0.min(f.1), s.1.max(f.2)));
            let mut bytes = volume * ((last - first).max(0) as u64) / 1_000;
            let mut span = Some((moment(first, self.local), moment(last, self.local)));
            if let Some(lines) = self.undated_lines {
                bytes = lines * bytes_per_line;
                span = None;
            } else {
                let step = ((last - first) / 200).max(1);
                let mut at = first;
                while at <= last {
                    activity.push(Activity {
                        at: moment(at, self.local),
                        source: number,
                        offset: volume * (at - first) as u64 / 1_000,
                        reporter: reporters.binary_search(&(*name).to_owned()).ok().map(|i| i as u32),
                    });
                    at += step;
                }
            }
            sources.push(SourceFacts {
                name: name.trim_start_matches("file/").to_owned(),
                bytes,
                lines: bytes / bytes_per_line,
                span,
            });
        }
        activity.sort();
        let mut starts: Vec<Start> = self
            .starts
            .iter()
            .map(|(label, at)| Start {
                when: When::At(moment(*at, self.local)),
                reporter: reporter(&Some(label.clone())),
            })
            .collect();
        starts.sort();
        Digest {
            sources,
            rules,
            groups: groups.into_values().collect(),
            ticks: ticks
                .into_iter()
                .map(|((when, group, reporter), events)| Tick { when, group, reporter, events })
                .collect(),
            resolution: self.resolution.unwrap_or_default(),
            traits: traits.into_values().collect(),
            starts,
            activity,
            samples: samples.into_values().flatten().collect(),
            problems: Vec::new(),
            notes: Vec::new(),
            reporters,
        }
    }
}

fn add_traits(
    rows: &mut BTreeMap<(Signal, Option<Endpoint>, Option<u32>), TraitRow>,
    e: &Event,
    reporter: Option<u32>,
) {
    let row = rows.entry((e.signal, e.target.clone(), reporter)).or_insert(TraitRow {
        signal: e.signal,
        target: e.target.clone(),
        reporter,
        clients: Vec::new(),
        levels: Vec::new(),
        marks: Vec::new(),
        commands: Vec::new(),
        answered_by: Vec::new(),
        suppressed: 0,
        events: 0,
    });
    row.events += e.events;
    if e.suppressed {
        row.suppressed += e.events - 1;
    }
    fn bump<K: Ord>(list: &mut Vec<(K, u64)>, key: K, by: u64) {
        match list.binary_search_by(|x| x.0.cmp(&key)) {
            Ok(at) => list[at].1 += by,
            Err(at) => list.insert(at, (key, by)),
        }
    }
    if let Some(client) = e.client {
        bump(&mut row.clients, client, e.events);
    }
    if let Some(level) = e.level {
        bump(&mut row.levels, level, e.events);
    }
    for &mark in &e.marks {
        bump(&mut row.marks, mark, e.events);
    }
    if let Some(command) = &e.command {
        bump(&mut row.commands, command.clone(), e.events);
    }
    if let Some(answered) = &e.answered_by {
        bump(&mut row.answered_by, answered.clone(), e.events);
    }
}
