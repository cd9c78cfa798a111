//! Whether hits become fewer as the log goes on, with the log's volume as the clock.

use super::super::thresholds::Thresholds;
use super::super::timeline::{Hit, Lane};
use super::{ratio, total};

/// What the two halves say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DecayTrend {
    /// Far fewer in the second half than chance allows.
    Decayed,
    /// About as many in the second half, up to its end.
    Persistent,
    /// Too few events, or in between.
    Undecided,
}

/// Events in the two halves of the exposure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decay {
    pub(crate) second_half: u64,
    pub(crate) trend: DecayTrend,
}

impl Decay {
    /// The exposure runs from the first hit to `lesson_wait` after the last one, or to
    /// the end of the log: what follows a burst belongs to the question whether it
    /// decayed, what comes an hour later does not.
    pub(crate) fn of(lane: &Lane<'_>, hits: &[Hit], log_end: i64, t: &Thresholds) -> Self {
        let (Some(first), Some(last)) = (hits.first(), hits.last()) else {
            return Self { second_half: 0, trend: DecayTrend::Undecided };
        };
        let wait = if lane.dated() { t.lesson_wait } else { lane.episode_gap(t) };
        let until = log_end.min(last.at + wait).max(last.at);
        let middle = if lane.dated() {
            lane.exposure.middle(first.at, until)
        } else {
            first.at + (until - first.at) / 2
        };
        let events = total(hits);
        let second_half = total(&hits[hits.partition_point(|h| h.at < middle)..]);
        let share = ratio(second_half, events);
        let logged = lane.logged(until) - lane.logged(first.at);
        let late_part = lane.logged(first.at) + 0.9 * logged;
        let still_there = lane.logged(last.at) >= late_part;
        let trend = if events < t.decay_events || until == first.at {
            DecayTrend::Undecided
        } else if share <= t.decayed && chance_of_at_most(second_half, events) < t.decay_chance {
            DecayTrend::Decayed
        } else if share >= t.persistent && still_there {
            DecayTrend::Persistent
        } else {
            DecayTrend::Undecided
        };
        Self { second_half, trend }
    }
}

/// P(X ≤ k) for X binomial with n draws at ½.
fn chance_of_at_most(k: u64, n: u64) -> f64 {
    if n > 512 {
        // Far out: with a fifth of more than 512 draws the chance is below 1e-40.
        let mean = n as f64 / 2.0;
        return if (k as f64) < mean - 3.0 * (n as f64).sqrt() / 2.0 { 0.0 } else { 1.0 };
    }
    let mut term = 0.5f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut sum = term;
    for i in 1..=k.min(n) {
        term *= (n - i + 1) as f64 / i as f64;
        sum += term;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_of_a_fair_coin() {
        assert!((chance_of_at_most(2, 12) - 0.019_287).abs() < 1e-5);
        assert!((chance_of_at_most(4, 20) - 0.005_909).abs() < 1e-5);
        assert!((chance_of_at_most(10, 20) - 0.588).abs() < 1e-3);
        assert!(chance_of_at_most(100, 100_000) < 1e-9);
        assert!((chance_of_at_most(5, 5) - 1.0).abs() < 1e-12);
    }
}
