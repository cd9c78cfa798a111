//! The tally itself: what a worker adds to, and what workers' tallies merge into.

use super::activity::{ACTIVITY_LIMIT, Pulse, Pulses};
use super::digest::{Activity, Digest, Group, Place, Problem, Sample, SourceFacts, Start, Tick, TraitRow};
use super::groups::{GROUP_LIMIT, GroupCell, GroupKey, Groups, Spans};
use super::labels::{FOLDED, Interned, NONE, REPORTER_LIMIT, ReporterId, TargetId, survives};
use super::merge::Merge;
use super::strands::{Strand, StrandKey, Strands};
use super::ticks::{Cell, RawTick, TICK_LIMIT, Ticks};
use crate::model::{
    Endpoint, FixedHash, Hit, LINE_BLOCK, Level, LineLocus, Locus, Moment, PathMark, Signal, SourceId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Process starts kept; beyond, the later ones are dropped (a start matters for the
/// first hits of a reporter).
const START_LIMIT: usize = 16 * 1024;

/// Label of what is folded when there are too many reporters.
const OTHER_REPORTERS: &str = "(other)";

/// Everything counted so far. Grows with the number of distinct things seen, up to
/// fixed limits, never with the size of the input (beside four bytes per 64 KiB of a
/// regular file).
#[derive(Clone, Default, Debug)]
pub struct Tally {
    targets: Interned<Endpoint>,
    reporters: Interned<Box<str>>,
    reporter_level: u32,
    groups: Groups,
    ticks: Ticks,
    strands: Strands,
    starts: BTreeSet<(Cell, ReporterId)>,
    pulses: Pulses,
    sources: BTreeMap<SourceId, SourceCell>,
    /// Candidates that nothing proved to be redirections, and the first one's place.
    unproven: (u64, Option<LineLocus>),
    problems: BTreeSet<Problem>,
    notes: BTreeSet<String>,
}

/// What is counted per source.
#[derive(Clone, Default, Debug)]
struct SourceCell {
    bytes: u64,
    /// Newlines, and one more for a last line without one.
    lines: u64,
    /// Newlines per [`LINE_BLOCK`] of a regular file; empty for a stream.
    blocks: Vec<u32>,
    spans: Spans,
}

impl Tally {
    /// Counts an event, with what its record tells.
    pub fn add(&mut self, hit: &Hit<'_>) {
        debug_assert!(hit.event, "only events are counted");
        let target = self.targets.target(hit.endpoint);
        let reporter = self.reporter(hit.reporter);
        let moment = hit.stamp.map(|s| s.moment);
        let mut spans = Spans::default();
        if let Some(moment) = moment {
            spans.add(moment);
            self.sources.entry(hit.place.locus.source).or_default().spans.add(moment);
        }
        let key = GroupKey::new(hit.signal, hit.rule, hit.slot, target);
        let events = u64::from(hit.repeats);
        let cell = GroupCell { key, events, spans, first: hit.place, last: hit.place };
        let group = self.groups.add(cell, &self.targets);
        let (groups, targets, reporters) = (&self.groups, &self.targets, &self.reporters);
        let tick = RawTick { cell: Cell::new(moment, hit.place.locus), group, reporter, events: hit.repeats };
        self.ticks.add(tick, TICK_LIMIT, |g, r| pair_hash(groups, targets, reporters, g, r));
        let strand = StrandKey { signal: hit.signal, rule: hit.rule, target, reporter };
        self.strands.add(strand, hit, targets, reporters);
        if self.groups.is_over(GROUP_LIMIT) {
            self.fold_groups(self.groups.level);
        }
    }

    /// Notes a visible process start.
    pub fn add_start(&mut self, moment: Option<Moment>, place: Locus, reporter: Option<&str>) {
        let reporter = self.reporter(reporter);
        self.starts.insert((Cell::new(moment, place), reporter));
        while self.starts.len() > START_LIMIT {
            self.starts.pop_last();
        }
    }

    /// Notes a dated line: at most one per [`super::activity_block`] of a source.
    pub fn add_activity(&mut self, at: Moment, place: Locus, reporter: Option<&str>) {
        let reporter = self.reporter(reporter);
        self.sources.entry(place.source).or_default().spans.add(at);
        self.pulses.add(Pulse { place, at, reporter }, ACTIVITY_LIMIT);
    }

    /// Notes the time of a source's last dated line.
    pub fn add_last_time(&mut self, at: Moment, source: SourceId) {
        self.sources.entry(source).or_default().spans.add(at);
    }

    /// Counts bytes and lines of a stream, or of a range of a regular file.
    pub fn add_read(&mut self, source: SourceId, bytes: u64, lines: u64) {
        let cell = self.sources.entry(source).or_default();
        cell.bytes += bytes;
        cell.lines += lines;
    }

    /// Counts newlines of a regular file that stand in the block of `offset`.
    pub fn add_newlines(&mut self, source: SourceId, offset: u64, newlines: u32) {
        let blocks = &mut self.sources.entry(source).or_default().blocks;
        let Ok(block) = usize::try_from(offset / LINE_BLOCK) else { return };
        if blocks.len() <= block {
            blocks.resize(block + 1, 0);
        }
        blocks[block] += newlines;
    }

    /// Counts a candidate that nothing proved to be a redirection.
    pub fn add_unproven(&mut self, place: LineLocus) {
        let (count, first) = &mut self.unproven;
        *count += 1;
        *first = Some(first.map_or(place, |first| first.min(place)));
    }

    /// Notes something that could not be read.
    pub fn add_problem(&mut self, problem: Problem) {
        self.problems.insert(problem);
    }

    /// Remarks on the input as a whole.
    pub fn add_note(&mut self, note: String) {
        self.notes.insert(note);
    }

    fn reporter(&mut self, label: Option<&str>) -> ReporterId {
        let Some(label) = label else { return NONE };
        if self.reporter_level > 0 && !survives(super::labels::label_hash(label), self.reporter_level) {
            return FOLDED;
        }
        let id = self.reporters.label(label);
        if self.reporters.len() > REPORTER_LIMIT {
            self.fold_reporters(self.reporter_level);
            return self.reporter(Some(label));
        }
        id
    }

    /// Raises the level of reporters until the limit holds.
    fn fold_reporters(&mut self, level: u32) {
        let old = std::mem::take(&mut self.reporters);
        self.reporter_level = self.reporter_level.max(level);
        while old.iter().filter(|(_, hash)| survives(*hash, self.reporter_level)).count() > REPORTER_LIMIT {
            self.reporter_level += 1;
        }
        let map: Vec<u32> = old
            .iter()
            .map(
                |(label, hash)| {
                    if survives(*hash, self.reporter_level) { self.reporters.label(label) } else { FOLDED }
                },
            )
            .collect();
        let renumbered = |id: u32| map.get(id as usize).copied().unwrap_or(id);
        self.ticks.renumber(|group| group, renumbered);
        self.strands.renumber(|target| target, renumbered);
        self.starts = self.starts.iter().map(|&(cell, id)| (cell, renumbered(id))).collect();
        for pulse in &mut self.pulses.pulses {
            pulse.reporter = renumbered(pulse.reporter);
        }
    }

    /// Raises the level of groups until the limit holds.
    fn fold_groups(&mut self, level: u32) {
        let map = self.groups.fold(level, GROUP_LIMIT, &self.targets);
        self.ticks.renumber(|id| map.get(id as usize).copied().unwrap_or(id), |reporter| reporter);
    }

    fn pack_ticks(&mut self, level: u32) {
        let (groups, targets, reporters) = (&self.groups, &self.targets, &self.reporters);
        self.ticks.pack(TICK_LIMIT, level, |g, r| pair_hash(groups, targets, reporters, g, r));
    }

    /// The digest: everything sorted, line numbers told, small numbers replaced.
    /// `names` are the sources in the run's order, `rules` the ids of the run's rules.
    pub fn finish(mut self, names: &[String], rules: &[String]) -> Digest {
        self.pack_ticks(0);
        let strands = std::mem::take(&mut self.strands).into_cells();
        let order = Finisher::new(&self, &strands, names, rules);
        let mut groups: Vec<(u32, Group)> =
            self.groups.cells.iter().enumerate().map(|(id, cell)| (id as u32, order.group(cell))).collect();
        groups.sort_by(|(_, a), (_, b)| {
            (a.signal, a.folded, a.rule, a.slot, &a.target)
                .cmp(&(b.signal, b.folded, b.rule, b.slot, &b.target))
        });
        let mut group_rank = vec![0u32; groups.len()];
        for (rank, (id, _)) in groups.iter().enumerate() {
            group_rank[*id as usize] = rank as u32;
        }
        let mut ticks: Vec<Tick> = self
            .ticks
            .iter()
            .map(|t| Tick {
                when: t.cell.when(),
                group: group_rank[t.group as usize],
                reporter: order.reporter(t.reporter),
                events: u64::from(t.events),
            })
            .collect();
        ticks.sort_by_key(|t| (t.when, t.group, t.reporter));
        let mut starts: Vec<Start> = self
            .starts
            .iter()
            .map(|&(cell, reporter)| Start { when: cell.when(), reporter: order.reporter(reporter) })
            .collect();
        starts.sort();
        let mut activity: Vec<Activity> = self
            .pulses
            .pulses
            .iter()
            .map(|p| Activity {
                at: p.at,
                source: p.place.source,
                offset: p.place.offset,
                reporter: order.reporter(p.reporter),
            })
            .collect();
        activity.sort();
        activity.dedup();
        let (traits, samples) = order.strands(&strands);
        let mut notes: Vec<String> = self.notes.iter().cloned().collect();
        if self.groups.level > 0 {
            notes.push(
                "More than 1,000,000 groups: some are folded into one row per signal; totals are exact."
                    .into(),
            );
        }
        if self.reporter_level > 0 {
            notes
                .push("More than 10,000 reporters: some are folded into `(other)`; counts are exact.".into());
        }
        if let (count @ 1.., Some(first)) = self.unproven {
            let place = order.place(first);
            let name = names.get(place.source as usize).map_or("", String::as_str);
            notes.push(format!(
                "{count} times a number before an address (`<slot> <host>:<port>`), first at {name}:{}: perhaps redirections whose code word a client stripped; not counted, as nothing near them tells of Redis.",
                place.line
            ));
        }
        Digest {
            sources: order.sources(),
            reporters: order.reporter_labels.clone(),
            rules: order.rule_ids.clone(),
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            ticks,
            resolution: self.ticks.resolution(),
            traits,
            starts,
            activity,
            samples,
            problems: self.problems.iter().cloned().collect(),
            notes,
        }
    }
}

impl Merge for Tally {
    fn merge(&mut self, other: Self) {
        // Reporters first: folding them needs both label tables at one level.
        if other.reporter_level > self.reporter_level {
            self.fold_reporters(other.reporter_level);
        }
        let mut targets = Vec::with_capacity(other.targets.len());
        for (target, _) in other.targets.iter() {
            targets.push(self.targets.target(Some(target.as_ref())));
        }
        let target = |id: u32| targets.get(id as usize).copied().unwrap_or(id);
        let level = self.reporter_level;
        let mut reporters = Vec::with_capacity(other.reporters.len());
        for (label, hash) in other.reporters.iter() {
            reporters.push(if survives(*hash, level) { self.reporters.label(label) } else { FOLDED });
        }
        let reporter = |id: u32| reporters.get(id as usize).copied().unwrap_or(id);
        if other.groups.level > self.groups.level {
            self.fold_groups(other.groups.level);
        }
        let groups: Vec<u32> = other
            .groups
            .cells
            .iter()
            .map(|cell| {
                let key = GroupKey { target: target(cell.key.target), ..cell.key };
                self.groups.add(GroupCell { key, ..*cell }, &self.targets)
            })
            .collect();
        let mut ticks = other.ticks;
        ticks.renumber(|id| groups.get(id as usize).copied().unwrap_or(id), reporter);
        let tick_level = ticks.level;
        self.ticks.append(ticks);
        let mut strands = other.strands;
        strands.renumber(target, reporter);
        self.strands.append(strands, &self.targets, &self.reporters);
        self.starts.extend(other.starts.iter().map(|&(cell, id)| (cell, reporter(id))));
        while self.starts.len() > START_LIMIT {
            self.starts.pop_last();
        }
        self.pulses.merge(other.pulses, ACTIVITY_LIMIT, reporter);
        for (source, cell) in other.sources {
            let mine = self.sources.entry(source).or_default();
            mine.bytes += cell.bytes;
            mine.lines += cell.lines;
            mine.spans.merge(cell.spans);
            if mine.blocks.len() < cell.blocks.len() {
                mine.blocks.resize(cell.blocks.len(), 0);
            }
            for (count, more) in mine.blocks.iter_mut().zip(cell.blocks) {
                *count += more;
            }
        }
        let (count, first) = other.unproven;
        self.unproven.0 += count;
        self.unproven.1 = [self.unproven.1, first].into_iter().flatten().min();
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
        if self.reporters.len() > REPORTER_LIMIT {
            self.fold_reporters(self.reporter_level);
        }
        if self.groups.is_over(GROUP_LIMIT) {
            self.fold_groups(self.groups.level);
        }
        self.pack_ticks(tick_level);
    }
}

fn pair_hash(
    groups: &Groups,
    targets: &Interned<Endpoint>,
    reporters: &Interned<Box<str>>,
    group: u32,
    reporter: u32,
) -> u64 {
    FixedHash::default()
        .with_number(groups.hash(group, targets))
        .with_number(reporters.hash(reporter))
        .finish()
}

/// Replaces a tally's small numbers by what they stand for, in sorted order.
struct Finisher<'t> {
    tally: &'t Tally,
    names: &'t [String],
    rule_ids: Vec<String>,
    /// Rank of each rule of the run among `rule_ids`, for those that hits name.
    rule_rank: BTreeMap<u32, u32>,
    reporter_labels: Vec<String>,
    reporter_rank: Vec<u32>,
    folded_reporter: Option<u32>,
    /// Newlines before each block of each regular file.
    lines_before: BTreeMap<SourceId, Vec<u64>>,
}

impl<'t> Finisher<'t> {
    fn new(tally: &'t Tally, strands: &[(StrandKey, Strand)], names: &'t [String], rules: &[String]) -> Self {
        let mut labels: Vec<(&str, Option<usize>)> =
            tally.reporters.iter().enumerate().map(|(id, (label, _))| (&**label, Some(id))).collect();
        if tally.reporter_level > 0 {
            labels.push((OTHER_REPORTERS, None));
        }
        labels.sort();
        let mut reporter_rank = vec![0; tally.reporters.len()];
        let mut folded_reporter = None;
        for (rank, (_, id)) in labels.iter().enumerate() {
            match id {
                Some(id) => reporter_rank[*id] = rank as u32,
                None => folded_reporter = Some(rank as u32),
            }
        }
        let mut named: Vec<u32> = strands.iter().map(|(key, _)| key.rule).collect();
        named.sort_unstable();
        named.dedup();
        let id_of = |rule: u32| rules.get(rule as usize).cloned().unwrap_or_default();
        let mut rule_ids: Vec<String> = named.iter().map(|&rule| id_of(rule)).collect();
        rule_ids.sort();
        rule_ids.dedup();
        let rule_rank = named
            .iter()
            .filter_map(|&rule| Some((rule, u32::try_from(rule_ids.binary_search(&id_of(rule)).ok()?).ok()?)))
            .collect();
        let lines_before = tally
            .sources
            .iter()
            .map(|(&source, cell)| {
                let before = cell.blocks.iter().scan(0u64, |sum, &n| {
                    let before = *sum;
                    *sum += u64::from(n);
                    Some(before)
                });
                (source, before.collect())
            })
            .collect();
        Self {
            tally,
            names,
            rule_ids,
            rule_rank,
            reporter_labels: labels.iter().map(|(label, _)| (*label).to_owned()).collect(),
            reporter_rank,
            folded_reporter,
            lines_before,
        }
    }

    fn reporter(&self, id: ReporterId) -> Option<u32> {
        if id == FOLDED { self.folded_reporter } else { self.reporter_rank.get(id as usize).copied() }
    }

    fn target(&self, id: TargetId) -> Option<Endpoint> {
        self.tally.targets.get(id).cloned()
    }

    fn place(&self, line: LineLocus) -> Place {
        let blocks = self.lines_before.get(&line.locus.source);
        let before = blocks
            .and_then(|blocks| blocks.get(usize::try_from(line.locus.offset / LINE_BLOCK).ok()?))
            .copied()
            .unwrap_or(0);
        Place { source: line.locus.source, line: before + line.newlines_before + 1 }
    }

    fn group(&self, cell: &GroupCell) -> Group {
        Group {
            signal: cell.key.signal,
            rule: self.rule_rank.get(&cell.key.rule).copied(),
            slot: cell.key.slot(),
            target: self.target(cell.key.target),
            folded: cell.key.is_folded(),
            events: cell.events,
            span: cell.spans.either(),
            first: self.place(cell.first),
            last: self.place(cell.last),
        }
    }

    fn sources(&self) -> Vec<SourceFacts> {
        let facts = |(id, name): (usize, &String)| {
            let cell = self.tally.sources.get(&(id as SourceId));
            SourceFacts {
                name: name.clone(),
                bytes: cell.map_or(0, |c| c.bytes),
                lines: cell.map_or(0, |c| c.lines),
                span: cell.and_then(|c| c.spans.either()),
            }
        };
        self.names.iter().enumerate().map(facts).collect()
    }

    fn strands(&self, strands: &[(StrandKey, Strand)]) -> (Vec<TraitRow>, Vec<Sample>) {
        let mut samples = Vec::new();
        let mut rows: BTreeMap<(Signal, Option<Endpoint>, Option<u32>), Strand> = BTreeMap::new();
        for (key, strand) in strands {
            let (target, reporter) = (self.target(key.target), self.reporter(key.reporter));
            let rule = self.rule_rank.get(&key.rule).copied().unwrap_or_default();
            samples.extend(strand.examples.iter().map(|example| Sample {
                signal: key.signal,
                rule,
                slot: example.slot,
                target: target.clone(),
                reporter,
                at: example.at,
                place: self.place(example.place),
                text: example.text.clone(),
            }));
            rows.entry((key.signal, target, reporter)).or_default().merge(strand.clone());
        }
        samples.sort_by(|a, b| {
            (a.signal, a.rule, &a.target, a.reporter, a.at, a.place, a.slot)
                .cmp(&(b.signal, b.rule, &b.target, b.reporter, b.at, b.place, b.slot))
        });
        let some =
            |counts: &[u64]| counts.iter().copied().enumerate().filter(|&(_, n)| n > 0).collect::<Vec<_>>();
        let traits = rows
            .into_iter()
            .map(|((signal, target, reporter), strand)| {
                let mut commands: Vec<(String, u64)> =
                    strand.commands.kept.iter().map(|(name, &n)| (name.to_string(), n)).collect();
                if strand.commands.rest > 0 {
                    commands.push(("…".to_owned(), strand.commands.rest));
                }
                TraitRow {
                    signal,
                    target,
                    reporter,
                    clients: strand.clients.into_iter().collect(),
                    levels: some(&strand.levels).into_iter().map(|(i, n)| (Level::ALL[i], n)).collect(),
                    marks: some(&strand.marks).into_iter().map(|(i, n)| (PathMark::ALL[i], n)).collect(),
                    commands,
                    answered_by: strand.answered_by.kept.into_iter().collect(),
                    suppressed: strand.suppressed,
                    events: strand.events,
                }
            })
            .collect();
        (traits, samples)
    }
}
