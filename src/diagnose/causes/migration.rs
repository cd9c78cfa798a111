//! Causes of ASK: a migration that runs, one that is stuck, a client that loses its
//! ASKING.

use super::super::campaign::Campaign;
use super::super::cause::{Board, DECISIVE, STRONG, WEAK};
use super::super::fact::Fact;
use super::super::features::Features;
use super::super::incident::{CauseId, State};
use super::super::thresholds::Thresholds;
use super::super::timeline::Lane;
use crate::model::{Signal, Slot};

/// All evidence about a campaign or a single window.
pub(crate) fn score(lane: &Lane<'_>, campaign: &Campaign, f: &Features, t: &Thresholds) -> Board {
    let mut board = Board::default();
    resharding(lane, campaign, f, t, &mut board);
    stuck(campaign, f, t, &mut board);
    mishandled(campaign, f, &mut board);
    board
}

fn resharding(lane: &Lane<'_>, campaign: &Campaign, f: &Features, t: &Thresholds, board: &mut Board) {
    use CauseId::Resharding as This;
    let asks = campaign.windows.iter().fold(0u64, |n, w| n.saturating_add(w.events));
    let located = campaign.windows.iter().filter(|w| w.slot.is_some()).count();
    board.add(This, DECISIVE, Fact::AskSeen { events: asks, slots: located });
    let all = campaign.windows.len() as u64;
    let closed = campaign.windows.iter().filter(|w| w.closed.is_some()).count() as u64;
    board.add_if(closed > 0, This, STRONG, || Fact::Closed { windows: closed, of: all });
    let mut opened: Vec<(i64, u16)> =
        campaign.windows.iter().filter_map(|w| Some((w.first, w.slot?))).collect();
    opened.sort_unstable();
    let rising = opened.windows(2).filter(|w| w[0].1 < w[1].1).count();
    let share = rising as f64 / (opened.len().max(2) - 1) as f64;
    board.add_if(opened.len() >= t.in_order_slots && share >= 0.8, This, STRONG, || Fact::RisingSlots {
        slots: opened.len(),
        correlation: share,
    });
    if let Some(node) = lane.book.endpoint(campaign.source) {
        board.add(This, WEAK, Fact::Source { node: node.clone() });
    }
    let told = f.near.count(Signal::Migration);
    board.add_if(told > 0, This, STRONG, || Fact::Nearby { signal: Signal::Migration, events: told });
    for window in
        campaign.windows.iter().filter(|w| matches!(w.state, State::Aborted | State::Reversed)).take(3)
    {
        board.add(This, WEAK, window_fact(window));
    }
    // An open slot is a migration that runs until something says that it does not.
    let stuck = campaign.windows.iter().filter(|w| w.state == State::Stuck).count();
    board.against(stuck * 2 >= campaign.windows.len(), &[This], 4);
}

fn window_fact(window: &super::super::window::Window) -> Fact {
    Fact::Window {
        slot: window.slot.and_then(Slot::new),
        state: window.state,
        asks: window.events,
        seconds: window.length() / 1_000,
    }
}

fn stuck(campaign: &Campaign, f: &Features, t: &Thresholds, board: &mut Board) {
    use CauseId::StuckMigration as This;
    let stuck: Vec<_> = campaign.windows.iter().filter(|w| w.state == State::Stuck).collect();
    for window in stuck.iter().take(3) {
        board.add(This, if window.slot == stuck[0].slot { DECISIVE } else { 0 }, window_fact(window));
    }
    let Some(first) = stuck.first() else { return };
    if let (Some(slot), Some(by)) = (first.slot.and_then(Slot::new), first.overtaken_by.and_then(Slot::new)) {
        board.add(This, STRONG, Fact::Overtaken { slot, by });
    }
    board.add_if(first.length() >= t.stuck, This, STRONG, || window_fact(first));
    let tryagain = f.near.count(Signal::TryAgain);
    board.add_if(first.tryagain >= t.stuck_tryagain, This, STRONG, || Fact::TryAgain {
        events: tryagain,
        seconds: first.tryagain / 1_000,
    });
    board.add_if(stuck.len() <= 3, This, WEAK, || Fact::FewSlots { slots: stuck.len() });
    // One stuck slot among many that moved is named, but the campaign is a resharding.
    board.against(stuck.len() * 2 < campaign.windows.len(), &[This], 2);
}

/// MOVED s→A within moments of ASK s→B, again and again, and hardly ever otherwise.
fn mishandled(campaign: &Campaign, f: &Features, board: &mut Board) {
    use CauseId::AskMishandled as This;
    let asks = campaign.windows.iter().fold(0u64, |n, w| n.saturating_add(w.events));
    let bounced = campaign.bounced;
    let enough = bounced >= 3 && bounced * 5 >= asks && bounced * 5 >= campaign.to_source * 4;
    if !enough {
        return;
    }
    let limit = f.near.count(Signal::TooManyRedirects);
    board.add(This, DECISIVE, Fact::Bounced { events: bounced, of: asks });
    board.add_if(bounced >= 10 && bounced * 2 >= asks, This, STRONG, || Fact::Bounced {
        events: bounced,
        of: asks,
    });
    board.add_if(limit > 0, This, DECISIVE, || Fact::Nearby {
        signal: Signal::TooManyRedirects,
        events: limit,
    });
    // Several plain connections of one reporter make the same picture, but never meet a
    // redirect limit and show no code of a cluster client.
    let proven = limit > 0 || f.path.cluster_aware() > 0;
    board.against(!proven, &[This], 3);
    // That a migration runs is not the cause of what goes wrong here.
    board.against(proven, &[CauseId::Resharding], 3);
}
