//! Other signals that no incident of redirections uses as evidence: one incident each.

use super::cause::{Board, DECISIVE, STRONG, WEAK};
use super::draft::Draft;
use super::fact::Fact;
use super::features::{CodePath, median, ratio};
use super::incident::{CauseId, Kind, State};
use super::severity;
use super::takeover::Takeover;
use super::thresholds::Thresholds;
use super::timeline::{Lane, OtherHit, ReporterNo, RowKey};
use crate::model::Signal;
use std::collections::{BTreeMap, BTreeSet};

/// One draft for each signal among the events that are not claimed.
pub(crate) fn cluster_errors(
    lane: &Lane<'_>,
    claimed: &[bool],
    takeovers: &[Takeover],
    t: &Thresholds,
) -> Vec<Draft> {
    let mut by_signal: BTreeMap<Signal, Vec<OtherHit>> = BTreeMap::new();
    for (other, _) in lane.others.iter().zip(claimed).filter(|(_, taken)| !**taken) {
        by_signal.entry(other.signal).or_default().push(*other);
    }
    by_signal
        .into_iter()
        .map(|(signal, hits)| {
            let path = path(lane, signal, &hits);
            let events = hits.iter().fold(0u64, |n, h| n.saturating_add(h.events));
            let state = state(lane, &hits, t);
            let cause = score(lane, signal, &hits, &path, state, takeovers, t).verdict(events, lane.dated());
            let mut draft = Draft::new(Kind::ClusterErrors, state, cause, lane);
            draft.severity = severity::of_errors(signal);
            draft.path = path;
            draft.take_others(hits.iter());
            draft
        })
        .collect()
}

fn path(lane: &Lane<'_>, signal: Signal, hits: &[OtherHit]) -> CodePath {
    let keys: BTreeSet<RowKey> = hits.iter().map(|h| (signal, h.target, h.reporter)).collect();
    CodePath::sum(lane.book.traits_of(&keys))
}

/// Over or ongoing, by the same rule as redirections.
pub(crate) fn state(lane: &Lane<'_>, hits: &[OtherHit], t: &Thresholds) -> State {
    if !lane.dated() {
        return State::Undated;
    }
    let reporters: BTreeSet<ReporterNo> = hits.iter().map(|h| h.reporter).collect();
    let last = hits.last().map_or(0, |h| h.at);
    let mut gaps: Vec<i64> = hits.windows(2).map(|w| w[1].at - w[0].at).filter(|&gap| gap > 0).collect();
    let needed = t.silence.max(t.silence_gaps * median(&mut gaps).unwrap_or(0));
    if lane.end_for(&reporters) - last >= needed { State::Over } else { State::OngoingAtEnd }
}

fn score(
    lane: &Lane<'_>,
    signal: Signal,
    hits: &[OtherHit],
    path: &CodePath,
    state: State,
    takeovers: &[Takeover],
    t: &Thresholds,
) -> Board {
    let mut board = Board::default();
    let (first, last) = (hits.first().map_or(0, |h| h.at), hits.last().map_or(0, |h| h.at));
    let events = hits.iter().fold(0u64, |n, h| n.saturating_add(h.events));
    let near = |wanted: Signal| {
        let lead = lane.lead(t);
        let from = lane.others.partition_point(|o| o.at < first - lead);
        let close = lane.others[from..].iter().take_while(|o| o.at <= last + lead);
        close.filter(|o| o.signal == wanted).fold(0u64, |n, o| n.saturating_add(o.events))
    };
    let short = state == State::Over && last - first <= t.lesson_wait;
    match signal {
        Signal::ClusterDown
        | Signal::SlotUnserved
        | Signal::MasterDown
        | Signal::Unreachable
        | Signal::NoTopology => {
            let elections = near(Signal::Failover);
            board.add_if(elections > 0, CauseId::Failover, DECISIVE, || Fact::Nearby {
                signal: Signal::Failover,
                events: elections,
            });
            let beside = takeovers.iter().find(|k| (first - t.lead..=last + t.lead).contains(&k.change.at));
            let ends = beside.and_then(|k| {
                Some((
                    lane.book.endpoint(Some(k.change.from))?,
                    lane.book.endpoint(Some(k.change.to))?,
                    k.change.slots,
                ))
            });
            if let Some((from, to, slots)) = ends {
                let (from, to) = (from.clone(), to.clone());
                board.add(CauseId::Failover, DECISIVE, Fact::Succession { from, to, slots });
            }
            let down = if signal == Signal::ClusterDown { events } else { near(Signal::ClusterDown) };
            let lost = if signal == Signal::Unreachable { events } else { near(Signal::Unreachable) };
            if down > 0 && lost > 0 {
                board.add(
                    CauseId::Failover,
                    STRONG,
                    Fact::Nearby { signal: Signal::ClusterDown, events: down },
                );
                board.add(
                    CauseId::Failover,
                    WEAK,
                    Fact::Nearby { signal: Signal::Unreachable, events: lost },
                );
            }
            board.add_if(short && lost + down > 0, CauseId::Failover, WEAK, || Fact::QuietAfter {
                seconds: t.silence / 1_000,
            });
            board.against(!short && last - first > t.stuck, &[CauseId::Failover], 2);
        }
        Signal::TryAgain => {
            board.add(
                CauseId::Resharding,
                DECISIVE,
                Fact::TryAgain { events, seconds: (last - first) / 1_000 },
            );
            let long = lane.dated() && last - first >= t.stuck;
            board.add_if(long, CauseId::StuckMigration, DECISIVE, || Fact::TryAgain {
                events,
                seconds: (last - first) / 1_000,
            });
        }
        Signal::Migration => {
            let fact = Fact::Nearby { signal, events };
            board.add(CauseId::Resharding, DECISIVE, fact.clone());
            board.add(CauseId::Resharding, STRONG, fact);
        }
        Signal::Failover => {
            let fact = Fact::Nearby { signal, events };
            board.add(CauseId::Failover, DECISIVE, fact.clone());
            board.add(CauseId::Failover, STRONG, fact);
        }
        Signal::Topology => board.add(CauseId::BenignRefresh, DECISIVE, Fact::Nearby { signal, events }),
        Signal::ExecAbort => board.add(CauseId::PipelinePath, DECISIVE, Fact::Nearby { signal, events }),
        Signal::TooManyRedirects if path.self_redirects >= 2 => {
            let of = path.answered_by.iter().map(|a| a.1).sum();
            let fact = Fact::SelfRedirect { events: path.self_redirects, of };
            board.add(CauseId::ProxyOrBalancer, DECISIVE, fact.clone());
            board.add(CauseId::ProxyOrBalancer, STRONG, fact);
        }
        _ => {}
    }
    if signal == Signal::Unreachable {
        lost_nodes(lane, hits, events, short, &mut board);
    }
    board
}

/// One node that cannot be reached for long is down; several never could be.
fn lost_nodes(lane: &Lane<'_>, hits: &[OtherHit], events: u64, short: bool, board: &mut Board) {
    let mut nodes: BTreeMap<Option<u32>, u64> = BTreeMap::new();
    for hit in hits {
        let sum = nodes.entry(hit.target).or_default();
        *sum = sum.saturating_add(hit.events);
    }
    let main = nodes.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(&n, &count)| (n, count));
    let Some((node, count)) = main else { return };
    let endpoint = lane.book.endpoint(node).cloned();
    let fact = Fact::ConnectErrors { node: endpoint, events: count, after_redirect: 0 };
    let one = ratio(count, events) >= 0.8 && node.is_some();
    board.add_if(one, CauseId::OwnerDown, if short { STRONG } else { DECISIVE }, || fact.clone());
    let several = nodes.keys().flatten().count();
    board.add_if(several >= 3 && !one, CauseId::UnreachableAddress, STRONG, || Fact::UnreachableTargets {
        targets: several,
        of: several,
        events,
    });
}
