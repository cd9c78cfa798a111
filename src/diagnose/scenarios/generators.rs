//! Clients and clusters that misbehave in known ways.

use super::builder::{DAY, Dice, Event, Keys, Log, MINUTE, SECOND};
use crate::model::{PathMark, Signal};

/// Addresses of masters with equal ranges.
pub(crate) fn masters(count: u16) -> Vec<String> {
    (1..=count).map(|i| format!("10.0.0.{i}:6379")).collect()
}

/// The owner of a slot among masters with equal ranges.
pub(crate) fn owner(slot: u16, masters: &[String]) -> &str {
    let at = usize::from(slot) * masters.len() / 16_384;
    &masters[at.min(masters.len() - 1)]
}

/// What a plain client on the first master logs: MOVED for every slot that is not its.
pub(crate) fn plain_client(from: i64, until: i64, mean: i64, nodes: u16, seed: u64) -> Vec<Event> {
    let (masters, keys, mut dice) = (masters(nodes), Keys::zipf(20_000, seed), Dice::new(seed));
    let mut events = Vec::new();
    let mut at = from;
    while at < until {
        let slot = keys.draw(&mut dice);
        let target = owner(slot, &masters);
        if target != masters[0] {
            events.push(Event::moved(at, slot, target));
        }
        at += dice.wait(mean).max(1);
    }
    events
}

/// How a reshard of slots `first..first+count` from one node to another is driven and
/// seen: one slot after another, every `per_slot` ms.
pub(crate) struct Reshard {
    pub(crate) begin: i64,
    pub(crate) first: u16,
    pub(crate) count: u16,
    pub(crate) per_slot: i64,
    pub(crate) target: &'static str,
}

impl Reshard {
    pub(crate) fn usual() -> Self {
        Self { begin: DAY + 10 * MINUTE, first: 0, count: 150, per_slot: 400, target: "10.0.0.4:6379" }
    }

    pub(crate) fn end(&self) -> i64 {
        self.begin + i64::from(self.count) * self.per_slot
    }

    /// What well-behaved clients log at debug level: ASK while the slot is open and the
    /// key is gone, then one MOVED each.
    /// The same where nothing tells that the client followed, and with half of the slots
    /// going to another node.
    pub(crate) fn seen_plainly(&self, reporters: &[&str], mean: i64, seed: u64, targets: u32) -> Vec<Event> {
        let mut events = self.seen_by(reporters, mean, seed);
        for event in &mut events {
            event.marks.clear();
            event.level = None;
            let slice = u32::from(event.slot.unwrap_or(0) - self.first) * 6 / u32::from(self.count);
            let number = slice % targets;
            event.target = Some(super::builder::node(&format!("10.0.0.{}:6379", 4 + number)));
        }
        events
    }

    pub(crate) fn seen_by(&self, reporters: &[&str], mean: i64, seed: u64) -> Vec<Event> {
        let mut events = Vec::new();
        for (number, reporter) in (0u64..).zip(reporters) {
            let mut dice = Dice::new(seed + number);
            let keys = Keys::zipf(3_000, seed);
            let mut known = std::collections::BTreeSet::new();
            let mut at = self.begin - 5 * MINUTE;
            while at < self.end() + 20 * MINUTE {
                at += dice.wait(mean).max(1);
                // Traffic on the slots that move: the rest is served without a word.
                let slot = self.first + keys.draw(&mut dice) % self.count;
                let opened = self.begin + i64::from(slot - self.first) * self.per_slot;
                let closed = opened + self.per_slot;
                if at < opened || known.contains(&slot) {
                    continue;
                }
                let drained = (at - opened) as f64 / self.per_slot as f64;
                let event = if at < closed {
                    if dice.unit() > drained {
                        continue;
                    }
                    Event::ask(at, slot, self.target)
                } else {
                    known.insert(slot);
                    Event::moved(at, slot, self.target)
                };
                let marks = [PathMark::ClusterClient, PathMark::Followed];
                events.push(event.by(reporter).marked(&marks).level(crate::model::Level::Debug));
            }
        }
        events
    }
}

/// A cluster client that never learns that a range moved.
pub(crate) fn stale_client(from: i64, until: i64, mean: i64, seed: u64) -> Vec<Event> {
    let (keys, mut dice) = (Keys::zipf(5_000, seed), Dice::new(seed));
    let mut events = Vec::new();
    let mut at = from;
    while at < until {
        let slot = 5_461 + keys.draw(&mut dice) % 1_500;
        events.push(Event::moved(at, slot, "10.0.0.4:6379"));
        at += dice.wait(mean).max(1);
    }
    events
}

/// Every reporter learns each of some slots once, all within half a minute.
pub(crate) fn learning(at: i64, reporters: &[&str], slots: u16, seed: u64) -> Vec<Event> {
    let mut dice = Dice::new(seed);
    let mut events = Vec::new();
    for reporter in reporters {
        for slot in 0..slots {
            let when = at + dice.wait(6 * SECOND).min(30 * SECOND);
            events.push(Event::moved(when, 5_461 + slot * 11, "10.0.0.4:6379").by(reporter));
        }
    }
    events.sort_by_key(|e| e.at);
    events
}

/// A failover of the second of three masters, as a cluster client tells of it.
pub(crate) fn failover(at: i64, reporters: &[&str], seed: u64) -> Vec<Event> {
    let mut dice = Dice::new(seed);
    let (dead, new) = ("10.0.0.2:6379", "10.0.0.12:6379");
    let mut events = Vec::new();
    for reporter in reporters {
        for _ in 0..40 {
            let when = at + dice.wait(6 * SECOND).min(17 * SECOND);
            events.push(Event::unreachable(when, dead).by(reporter));
            let slot = 5_461 + (dice.next() % 5_461) as u16;
            if dice.unit() < 0.4 {
                events.push(Event::moved(when + 300, slot, dead).by(reporter));
            }
        }
        for _ in 0..12 {
            events.push(Event::new(at + 15 * SECOND + dice.wait(SECOND), Signal::ClusterDown).by(reporter));
        }
        for _ in 0..40 {
            let slot = 5_461 + (dice.next() % 5_461) as u16;
            events.push(Event::moved(at + 18 * SECOND + dice.wait(2 * SECOND), slot, new).by(reporter));
        }
    }
    events.sort_by_key(|e| e.at);
    events
}

/// A log with these events that begins before and ends after them.
pub(crate) fn around(events: Vec<Event>, before: i64, after: i64) -> Log {
    let first = events.iter().filter_map(|e| e.at).min().unwrap_or(DAY) - before;
    let last = events.iter().filter_map(|e| e.at).max().unwrap_or(DAY) + after;
    let mut labels: Vec<String> = events.iter().filter_map(|e| e.reporter.clone()).collect();
    labels.sort();
    labels.dedup();
    let mut log = Log::default();
    for label in labels {
        log = log.file(&label, first, last);
    }
    log.with(events)
}
