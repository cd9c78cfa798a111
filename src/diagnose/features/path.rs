//! What the records say about the code that logged them.

use super::super::timeline::{Book, Hit, RowKey};
use super::ratio;
use crate::model::{Client, Endpoint, Level, PathMark};
use crate::tally::TraitRow;
use std::collections::{BTreeMap, BTreeSet};

/// Counters over all records of the hits' (signal, target, reporter).
#[derive(Clone, Debug, Default)]
pub(crate) struct CodePath {
    pub(crate) events: u64,
    pub(crate) clients: Vec<(Client, u64)>,
    pub(crate) levels: BTreeMap<Level, u64>,
    pub(crate) marks: BTreeMap<PathMark, u64>,
    pub(crate) commands: Vec<(String, u64)>,
    pub(crate) answered_by: Vec<(Endpoint, u64)>,
    /// Events whose target is the node that answered.
    pub(crate) self_redirects: u64,
    pub(crate) suppressed: u64,
    /// Reporters with an event at error level, of those with any level.
    pub(crate) error_reporters: (usize, usize),
}

impl CodePath {
    pub(crate) fn of(book: &Book<'_>, hits: &[Hit]) -> Self {
        let keys: BTreeSet<RowKey> = hits
            .iter()
            .filter_map(|h| Some((book.keys.get(h.group as usize)?.signal, h.target, h.reporter)))
            .collect();
        Self::sum(book.traits_of(&keys))
    }

    /// Adds up rows.
    pub(crate) fn sum<'r>(rows: impl Iterator<Item = &'r TraitRow>) -> Self {
        let mut path = Self::default();
        let mut clients: BTreeMap<Client, u64> = BTreeMap::new();
        let mut commands: BTreeMap<&str, u64> = BTreeMap::new();
        let mut answered: BTreeMap<&Endpoint, u64> = BTreeMap::new();
        let (mut levelled, mut failing) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            add(&mut path.events, row.events);
            add(&mut path.suppressed, row.suppressed);
            for &(client, events) in &row.clients {
                add(clients.entry(client).or_default(), events);
            }
            for &(level, events) in &row.levels {
                add(path.levels.entry(level).or_default(), events);
                levelled.insert(row.reporter);
                if level >= Level::Error && events > 0 {
                    failing.insert(row.reporter);
                }
            }
            for &(mark, events) in &row.marks {
                add(path.marks.entry(mark).or_default(), events);
            }
            for (command, events) in &row.commands {
                add(commands.entry(command.as_str()).or_default(), *events);
            }
            for (node, events) in &row.answered_by {
                add(answered.entry(node).or_default(), *events);
                if row.target.as_ref() == Some(node) {
                    add(&mut path.self_redirects, *events);
                }
            }
        }
        path.clients = ranked(clients);
        path.commands = ranked(commands).into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        path.answered_by = ranked(answered).into_iter().map(|(node, n)| (node.clone(), n)).collect();
        path.error_reporters = (failing.len(), levelled.len());
        path
    }

    /// Events with this mark.
    pub(crate) fn marked(&self, mark: PathMark) -> u64 {
        self.marks.get(&mark).copied().unwrap_or(0)
    }

    /// Events that come from a client which knows what a cluster is.
    pub(crate) fn cluster_aware(&self) -> u64 {
        self.marked(PathMark::ClusterClient).max(self.marked(PathMark::Followed))
    }

    /// Share of the events that a client followed by itself.
    pub(crate) fn followed_share(&self) -> f64 {
        ratio(self.marked(PathMark::Followed), self.events)
    }

    /// Whether all events with a level are at debug or finer.
    pub(crate) fn debug_only(&self) -> bool {
        !self.levels.is_empty()
            && self.levels.iter().all(|(&level, &events)| level <= Level::Debug || events == 0)
    }
}

fn ranked<K: Ord>(counts: BTreeMap<K, u64>) -> Vec<(K, u64)> {
    let mut list: Vec<(K, u64)> = counts.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
}

fn add(sum: &mut u64, events: u64) {
    *sum = sum.saturating_add(events);
}
