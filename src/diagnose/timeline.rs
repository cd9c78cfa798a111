//! The digest's ticks as events in time order, one lane per clock.
//!
//! Universal times, local times and undated events never share a lane: nothing orders
//! one against another. A lane's positions are milliseconds or, undated, blocks of
//! [`UNDATED_BLOCK`] bytes with the sources one after another.

use super::exposure::Exposure;
use super::thresholds::Thresholds;
use crate::model::{Clock, Endpoint, Moment, Signal};
use crate::tally::{Digest, TraitRow, UNDATED_BLOCK, When};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Positions are kept within this, so that no sum or difference overflows.
const FARTHEST: i64 = 1 << 52;

/// A slot, where printed.
pub(crate) type SlotNo = Option<u16>;
/// Index into [`Book::targets`], where a target is printed.
pub(crate) type TargetNo = Option<u32>;
/// Index into `Digest::reporters`, where one is known.
pub(crate) type ReporterNo = Option<u32>;

/// Which clock a lane runs on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LaneClock {
    /// Times with a zone.
    Universal,
    /// Times without one.
    Local,
    /// No times: order within a source only.
    Undated,
}

/// Redirections of one group, by one reporter, in one cell of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// Position in the lane.
    pub(crate) at: i64,
    /// Index into `Digest::groups`.
    pub(crate) group: u32,
    /// Who.
    pub(crate) reporter: ReporterNo,
    /// How many events.
    pub(crate) events: u64,
    /// Read as ASK rather than MOVED.
    pub(crate) ask: bool,
    /// Whether the log proves that reading.
    pub(crate) proven: bool,
    /// Which slot.
    pub(crate) slot: SlotNo,
    /// Which target.
    pub(crate) target: TargetNo,
}

/// Events of another signal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OtherHit {
    /// Position in the lane.
    pub(crate) at: i64,
    /// Index into `Digest::groups`.
    pub(crate) group: u32,
    /// Who.
    pub(crate) reporter: ReporterNo,
    /// How many events.
    pub(crate) events: u64,
    /// What.
    pub(crate) signal: Signal,
    /// Which node it names.
    pub(crate) target: TargetNo,
}

/// What one group of the digest says, with its target as a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) signal: Signal,
    pub(crate) slot: SlotNo,
    pub(crate) target: TargetNo,
}

/// The digest with numbered targets.
pub(crate) struct Book<'d> {
    pub(crate) digest: &'d Digest,
    pub(crate) targets: Vec<&'d Endpoint>,
    pub(crate) keys: Vec<Key>,
    /// Rows of `Digest::traits` by signal, target and reporter.
    rows: FxHashMap<RowKey, usize>,
}

/// What a row of traits is about.
pub(crate) type RowKey = (Signal, TargetNo, ReporterNo);

impl<'d> Book<'d> {
    pub(crate) fn new(digest: &'d Digest) -> Self {
        let named: BTreeSet<&Endpoint> = digest.groups.iter().filter_map(|g| g.target.as_ref()).collect();
        let targets: Vec<&Endpoint> = named.into_iter().collect();
        let number =
            |endpoint: &Endpoint| targets.binary_search(&endpoint).ok().and_then(|at| u32::try_from(at).ok());
        let mut rows = FxHashMap::default();
        for (at, row) in digest.traits.iter().enumerate() {
            rows.insert((row.signal, row.target.as_ref().and_then(number), row.reporter), at);
        }
        let keys = digest
            .groups
            .iter()
            .map(|g| Key {
                signal: g.signal,
                slot: g.slot.map(crate::model::Slot::get),
                target: g.target.as_ref().and_then(number),
            })
            .collect();
        Self { digest, targets, keys, rows }
    }

    /// The address with this number.
    pub(crate) fn endpoint(&self, target: TargetNo) -> Option<&'d Endpoint> {
        self.targets.get(usize::try_from(target?).ok()?).copied()
    }

    /// The number of this address, if a group names it.
    pub(crate) fn number(&self, endpoint: &Endpoint) -> TargetNo {
        self.targets.binary_search(&endpoint).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// The traits of these events, in the order of the keys.
    pub(crate) fn traits_of<'b>(
        &'b self,
        keys: &'b BTreeSet<RowKey>,
    ) -> impl Iterator<Item = &'d TraitRow> + 'b {
        keys.iter().filter_map(|key| self.digest.traits.get(*self.rows.get(key)?))
    }
}

/// All events on one clock.
pub(crate) struct Lane<'d> {
    pub(crate) book: &'d Book<'d>,
    pub(crate) clock: LaneClock,
    /// Redirections in order of (position, group, reporter).
    pub(crate) hits: Vec<Hit>,
    /// All other signals but [`Signal::Other`], in the same order.
    pub(crate) others: Vec<OtherHit>,
    /// Events of rules that are not about redirections.
    pub(crate) foreign: Vec<OtherHit>,
    /// Visible process starts of each reporter, in order.
    starts: BTreeMap<ReporterNo, Vec<i64>>,
    /// First and last position that the log reaches.
    pub(crate) begin: i64,
    pub(crate) end: i64,
    /// The step in which the log's own times advance.
    pub(crate) step: i64,
    pub(crate) exposure: Exposure,
    /// Where each reporter's own sources begin and end.
    reporter_spans: FxHashMap<ReporterNo, (i64, i64)>,
    /// Blocks per line, for a lane of blocks.
    blocks_per_line: f64,
}

impl<'d> Lane<'d> {
    /// Every lane that has an event or a line, in the order universal, local, undated.
    pub(crate) fn all(book: &'d Book<'d>) -> Vec<Self> {
        [LaneClock::Universal, LaneClock::Local, LaneClock::Undated]
            .into_iter()
            .map(|clock| Self::new(book, clock))
            .filter(|lane| !(lane.hits.is_empty() && lane.others.is_empty() && lane.foreign.is_empty()))
            .collect()
    }

    fn new(book: &'d Book<'d>, clock: LaneClock) -> Self {
        let digest = book.digest;
        let ruler = Ruler::new(digest, clock);
        let mut lane = Self {
            book,
            clock,
            hits: Vec::new(),
            others: Vec::new(),
            foreign: Vec::new(),
            starts: BTreeMap::new(),
            begin: i64::MAX,
            end: i64::MIN,
            step: 1,
            exposure: Exposure::default(),
            reporter_spans: FxHashMap::default(),
            blocks_per_line: ruler.blocks_per_line,
        };
        lane.read_ticks(&ruler);
        for start in &digest.starts {
            if let Some(at) = ruler.place(start.when) {
                lane.starts.entry(start.reporter).or_default().push(at);
            }
        }
        lane.starts.values_mut().for_each(|list| list.sort_unstable());
        lane.measure(&ruler);
        lane.read_unknown_kinds();
        lane.step = lane.observed_step();
        lane
    }

    fn read_ticks(&mut self, ruler: &Ruler) {
        for tick in &self.book.digest.ticks {
            let Some(at) = ruler.place(tick.when) else { continue };
            let Some(&key) = usize::try_from(tick.group).ok().and_then(|g| self.book.keys.get(g)) else {
                continue;
            };
            let (group, reporter, events) = (tick.group, tick.reporter, tick.events);
            if key.signal.is_redirection() {
                let ask = key.signal == Signal::Ask;
                let (slot, target) = (key.slot, key.target);
                let proven = key.signal != Signal::Redirect;
                self.hits.push(Hit { at, group, reporter, events, ask, proven, slot, target });
            } else {
                let hit = OtherHit { at, group, reporter, events, signal: key.signal, target: key.target };
                if key.signal == Signal::Other { self.foreign.push(hit) } else { self.others.push(hit) }
            }
        }
        self.hits.sort_by_key(|h| (h.at, h.group, h.reporter));
        self.others.sort_by_key(|h| (h.at, h.group, h.reporter));
        self.foreign.sort_by_key(|h| (h.at, h.group, h.reporter));
    }

    /// Finds where the log begins and ends, for all and for each reporter, and how much
    /// was logged when.
    fn measure(&mut self, ruler: &Ruler) {
        let digest = self.book.digest;
        let mut spans: BTreeMap<u32, (i64, i64)> = BTreeMap::new();
        let mut grow = |source: u32, at: i64| {
            let span = spans.entry(source).or_insert((at, at));
            *span = (span.0.min(at), span.1.max(at));
        };
        let mut sources_of: BTreeMap<ReporterNo, BTreeSet<u32>> = BTreeMap::new();
        let mut points: BTreeMap<u32, Vec<(i64, u64)>> = BTreeMap::new();
        for activity in &digest.activity {
            if activity.reporter.is_some() {
                sources_of.entry(activity.reporter).or_default().insert(activity.source);
            }
            if let Some(at) = ruler.place(When::At(activity.at)) {
                grow(activity.source, at);
                points.entry(activity.source).or_default().push((at, activity.offset));
            }
        }
        for sample in &digest.samples {
            if sample.reporter.is_some() {
                sources_of.entry(sample.reporter).or_default().insert(sample.place.source);
            }
        }
        for (index, source) in digest.sources.iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { break };
            if self.clock == LaneClock::Undated {
                if let Some((first, last)) = ruler.blocks_of(number) {
                    grow(number, first);
                    grow(number, last);
                }
            } else if let Some((first, last)) = source.span
                && let (Some(a), Some(b)) = (ruler.place(When::At(first)), ruler.place(When::At(last)))
            {
                grow(number, a);
                grow(number, b);
                // Which end of the file is the older one does not matter here: the
                // volume in between is the same.
                let volume = points.entry(number).or_default();
                if volume.len() < 2 {
                    *volume = vec![(a, 0), (b, source.bytes)];
                }
            }
        }
        let positions = self.hits.iter().map(|h| h.at);
        let positions =
            positions.chain(self.others.iter().map(|h| h.at)).chain(self.foreign.iter().map(|h| h.at));
        for at in positions.chain(spans.values().flat_map(|&(a, b)| [a, b])) {
            self.begin = self.begin.min(at);
            self.end = self.end.max(at);
        }
        if self.clock != LaneClock::Undated {
            self.exposure = Exposure::new(points.into_values());
        }
        for (reporter, sources) in sources_of {
            let known = sources.iter().filter_map(|s| spans.get(s));
            let span = known.fold(None, |acc: Option<(i64, i64)>, s| {
                Some(acc.map_or(*s, |a| (a.0.min(s.0), a.1.max(s.1))))
            });
            if let Some(span) = span {
                self.reporter_spans.insert(reporter, span);
            }
        }
    }

    /// Reads a redirection of unknown kind as what the same slot and target were proven
    /// to be elsewhere; where both were, as ASK up to the last ASK. Without proof it
    /// stays with MOVED: an ASK is rare outside a migration.
    fn read_unknown_kinds(&mut self) {
        let keys = &self.book.keys;
        let proven = |signal: Signal| -> FxHashSet<(SlotNo, TargetNo)> {
            let of_signal = keys.iter().filter(|k| k.signal == signal && k.slot.is_some());
            of_signal.map(|k| (k.slot, k.target)).collect()
        };
        let (asks, moves) = (proven(Signal::Ask), proven(Signal::Moved));
        let mut last_ask: FxHashMap<(SlotNo, TargetNo), i64> = FxHashMap::default();
        for hit in self.hits.iter().filter(|h| h.ask) {
            last_ask.insert((hit.slot, hit.target), hit.at);
        }
        for hit in &mut self.hits {
            if hit.proven {
                continue;
            }
            let pair = (hit.slot, hit.target);
            let (ask, moved) = (asks.contains(&pair), moves.contains(&pair));
            hit.proven = ask || moved;
            hit.ask = ask && (!moved || last_ask.get(&pair).is_some_and(|&last| hit.at <= last));
        }
    }

    /// The greatest step that all event times share, from the first on: a log that
    /// prints whole seconds advances by 1000 ms.
    fn observed_step(&self) -> i64 {
        let cell = self.book.digest.resolution.cell_millis.clamp(1, 60_000);
        if self.clock == LaneClock::Undated {
            return 1;
        }
        let first = self.hits.first().map_or(0, |h| h.at);
        let step = self.hits.iter().fold(0i64, |step, h| gcd(step, h.at - first));
        let mut times: Vec<i64> = self.hits.iter().map(|h| h.at).collect();
        times.dedup();
        // A timer, or a handful of events, shares a long step too; a coarse clock also puts
        // several events into one step.
        let own = match step {
            _ if self.hits.len() < 8 => 1,
            s if s % 60_000 == 0 && self.hits.len() >= 2 * times.len() => 60_000,
            s if s % 1_000 == 0 => 1_000,
            _ => 1,
        };
        own.max(cell)
    }

    /// Whether positions are times.
    pub(crate) fn dated(&self) -> bool {
        self.clock != LaneClock::Undated
    }

    /// The time at a position, on a lane of times.
    pub(crate) fn moment(&self, at: i64) -> Option<Moment> {
        match self.clock {
            LaneClock::Universal => Some(Moment::universal(at)),
            LaneClock::Local => Some(Moment::local(at)),
            LaneClock::Undated => None,
        }
    }

    /// How far apart hits of one episode may be.
    pub(crate) fn episode_gap(&self, t: &Thresholds) -> i64 {
        if self.dated() { t.episode_gap } else { self.blocks(t.episode_gap_lines) }
    }

    /// How far away a neighbour may be.
    pub(crate) fn near(&self, t: &Thresholds) -> i64 {
        if self.dated() { t.near } else { self.blocks(t.near_lines) }
    }

    /// How long before a change its errors may come.
    pub(crate) fn lead(&self, t: &Thresholds) -> i64 {
        if self.dated() { t.lead } else { self.blocks(4.0 * t.near_lines) }
    }

    fn blocks(&self, lines: f64) -> i64 {
        ((lines * self.blocks_per_line).ceil() as i64).max(1)
    }

    /// Where the log of these reporters ends: that of their own sources if those are
    /// known, else the lane's end.
    pub(crate) fn end_for(&self, reporters: &BTreeSet<ReporterNo>) -> i64 {
        let ends: Option<Vec<i64>> =
            reporters.iter().map(|r| self.reporter_spans.get(r).map(|span| span.1)).collect();
        ends.and_then(|ends| ends.into_iter().max()).unwrap_or(self.end).max(self.begin)
    }

    /// Reporters that are known to have logged.
    pub(crate) fn reporter_count(&self) -> usize {
        self.reporter_spans.len()
    }

    /// Where the log of this reporter begins.
    pub(crate) fn begin_for(&self, reporter: ReporterNo) -> i64 {
        self.reporter_spans.get(&reporter).map_or(self.begin, |span| span.0)
    }

    /// The reporter's visible process starts, in order.
    pub(crate) fn starts_of(&self, reporter: ReporterNo) -> &[i64] {
        self.starts.get(&reporter).map_or(&[], Vec::as_slice)
    }

    /// How much was logged up to a position: bytes, or blocks where undated.
    pub(crate) fn logged(&self, at: i64) -> f64 {
        if self.dated() { self.exposure.at(at) } else { (at - self.begin) as f64 }
    }
}

/// Turns a `When` into a lane's position.
struct Ruler {
    clock: LaneClock,
    /// For undated events: where each source's first block lies, and how many it has.
    bases: Vec<(i64, i64)>,
    blocks_per_line: f64,
}

impl Ruler {
    fn new(digest: &Digest, clock: LaneClock) -> Self {
        let mut next = 0i64;
        let mut bases = Vec::with_capacity(digest.sources.len());
        let (mut bytes, mut lines) = (0f64, 0f64);
        for source in &digest.sources {
            let blocks = i64::try_from(source.bytes / UNDATED_BLOCK).unwrap_or(FARTHEST).min(1 << 32) + 1;
            bases.push((next, blocks));
            next = (next + blocks).min(FARTHEST);
            bytes += source.bytes as f64;
            lines += source.lines as f64;
        }
        let line = if lines > 0.0 { (bytes / lines).clamp(1.0, 65_536.0) } else { 120.0 };
        Self { clock, bases, blocks_per_line: line / UNDATED_BLOCK as f64 }
    }

    fn place(&self, when: When) -> Option<i64> {
        match (when, self.clock) {
            (When::At(m), LaneClock::Universal) if m.clock == Clock::Universal => Some(clamp(m.millis)),
            (When::At(m), LaneClock::Local) if m.clock == Clock::Local => Some(clamp(m.millis)),
            (When::Undated { source, block }, LaneClock::Undated) => {
                let base = self.bases.get(source as usize).map_or(0, |base| base.0);
                Some(base + i64::from(block))
            }
            _ => None,
        }
    }

    fn blocks_of(&self, source: u32) -> Option<(i64, i64)> {
        let &(base, blocks) = self.bases.get(source as usize)?;
        Some((base, base + blocks - 1))
    }
}

fn clamp(millis: i64) -> i64 {
    millis.clamp(-FARTHEST, FARTHEST)
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
