//! Rules that are not about redirections: one incident each.

use super::cause::Board;
use super::draft::Draft;
use super::errors;
use super::features::CodePath;
use super::incident::{Kind, Severity};
use super::thresholds::Thresholds;
use super::timeline::{Lane, OtherHit, RowKey};
use crate::model::Signal;
use std::collections::{BTreeMap, BTreeSet};

/// One draft for each rule. `severities` belong to `Digest::rules`, index by index; a
/// rule without one is low.
pub(crate) fn foreign(lane: &Lane<'_>, severities: &[Option<Severity>], t: &Thresholds) -> Vec<Draft> {
    let mut by_rule: BTreeMap<Option<u32>, Vec<OtherHit>> = BTreeMap::new();
    for hit in &lane.foreign {
        let rule = lane.book.digest.groups.get(hit.group as usize).and_then(|g| g.rule);
        by_rule.entry(rule).or_default().push(*hit);
    }
    by_rule
        .into_iter()
        .map(|(rule, hits)| {
            let state = errors::state(lane, &hits, t);
            let mut draft = Draft::new(Kind::Other, state, Board::default().verdict(0, lane.dated()), lane);
            let own = rule.and_then(|r| severities.get(r as usize).copied().flatten());
            draft.severity = own.unwrap_or(Severity::Low);
            draft.rule = rule;
            let keys: BTreeSet<RowKey> = hits.iter().map(|h| (Signal::Other, h.target, h.reporter)).collect();
            draft.path = CodePath::sum(lane.book.traits_of(&keys));
            draft.take_others(hits.iter());
            draft
        })
        .collect()
}
