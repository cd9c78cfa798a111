//! From evidence to a cause with a score.
//!
//! Each piece of evidence adds log-odds to a cause: decisive 3, strong 2, weak 1. The
//! score is the softmax over the sums of all causes, with `undecided` at 0, so a cause
//! needs about four points more than nothing to be likely. The score only ranks.

use super::fact::Fact;
use super::incident::{Cause, CauseId, Strength};

/// Evidence that all but proves a cause.
pub(crate) const DECISIVE: i32 = 3;
/// Evidence that few other causes leave.
pub(crate) const STRONG: i32 = 2;
/// Evidence that goes with a cause.
pub(crate) const WEAK: i32 = 1;

/// Highest score of all.
const CAP: f64 = 0.95;
/// Below this many events no score exceeds [`CAP_FEW`].
const FEW: u64 = 5;
const CAP_FEW: f64 = 0.6;
/// Below this many events no score exceeds [`CAP_SOME`].
pub(crate) const SOME_EVENTS: u64 = 20;
const CAP_SOME: f64 = 0.8;
/// Two causes closer than this are both told.
const CLOSE: i32 = 2;

/// Sums of log-odds by cause.
#[derive(Default)]
pub(crate) struct Board {
    entries: Vec<(CauseId, i32, Option<Fact>)>,
}

impl Board {
    /// Evidence for a cause.
    pub(crate) fn add(&mut self, cause: CauseId, weight: i32, fact: Fact) {
        self.entries.push((cause, weight, Some(fact)));
    }

    /// Evidence for a cause, where it holds.
    pub(crate) fn add_if(&mut self, holds: bool, cause: CauseId, weight: i32, fact: impl FnOnce() -> Fact) {
        if holds {
            self.add(cause, weight, fact());
        }
    }

    /// Evidence against causes.
    pub(crate) fn against(&mut self, holds: bool, causes: &[CauseId], weight: i32) {
        if holds {
            self.entries.extend(causes.iter().map(|&cause| (cause, -weight, None)));
        }
    }

    fn sum(&self, cause: CauseId) -> i32 {
        self.entries.iter().filter(|e| e.0 == cause).map(|e| e.1).sum()
    }

    fn facts(&self, cause: CauseId) -> Vec<Fact> {
        let mut own: Vec<(i32, &Fact)> =
            self.entries.iter().filter(|e| e.0 == cause).filter_map(|e| Some((e.1, e.2.as_ref()?))).collect();
        own.sort_by_key(|e| -e.0);
        let mut facts: Vec<Fact> = Vec::new();
        for (_, fact) in own {
            if !facts.contains(fact) {
                facts.push(fact.clone());
            }
        }
        facts
    }

    /// The verdict. `events` bounds the score, and so does a lack of dates.
    pub(crate) fn verdict(&self, events: u64, dated: bool) -> Cause {
        let mut ranked: Vec<(CauseId, i32)> =
            CauseId::ALL.iter().filter(|&&c| c != CauseId::Undecided).map(|&c| (c, self.sum(c))).collect();
        // Stable: equal sums keep the order of the contract.
        ranked.sort_by_key(|&(_, sum)| -sum);
        let mass: f64 = 1.0 + ranked.iter().map(|&(_, sum)| f64::from(sum).exp()).sum::<f64>();
        let (best, sum) = ranked.first().copied().unwrap_or((CauseId::Undecided, 0));
        let cap = match events {
            0..FEW => CAP_FEW,
            _ if !dated => CAP_FEW,
            FEW..SOME_EVENTS => CAP_SOME,
            _ => CAP,
        };
        let score = (f64::from(sum).exp() / mass).min(cap);
        let decisive = self.entries.iter().any(|e| e.0 == best && e.1 >= DECISIVE);
        let close: Vec<CauseId> = ranked[1..]
            .iter()
            .take_while(|&&(_, other)| sum - other < CLOSE)
            .filter(|&&(_, other)| other >= STRONG)
            .map(|&(cause, _)| cause)
            .take(3)
            .collect();
        let strength = match score {
            s if s >= 0.9 && decisive => Strength::Certain,
            s if s >= 0.7 => Strength::Likely,
            // Two that share the mass are both possible.
            s if s >= 0.4 || (sum >= DECISIVE && !close.is_empty()) => Strength::Possible,
            _ => Strength::Undecided,
        };
        let strength = if close.is_empty() { strength } else { strength.min(Strength::Possible) };
        if strength == Strength::Undecided {
            let open = ranked.iter().filter(|r| r.1 >= STRONG).take(3);
            return Cause {
                id: CauseId::Undecided,
                strength,
                score: score.min(0.39),
                evidence: Vec::new(),
                alternatives: open.map(|&(cause, _)| (cause, Strength::Undecided)).collect(),
            };
        }
        let alternatives = close.into_iter().map(|cause| (cause, Strength::Possible)).collect();
        Cause { id: best, strength, score, evidence: self.facts(best), alternatives }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(points: &[(CauseId, i32)]) -> Board {
        let mut board = Board::default();
        for &(cause, weight) in points {
            board.add(cause, weight, Fact::Undated);
        }
        board
    }

    #[test]
    fn words_follow_the_sum() {
        use CauseId::{StaleSlotMap as B, StandaloneClient as A};
        type Case<'c> = (&'c [(CauseId, i32)], u64, CauseId, Strength);
        let cases: &[Case<'_>] = &[
            (&[], 100, CauseId::Undecided, Strength::Undecided),
            (&[(A, 1)], 100, CauseId::Undecided, Strength::Undecided),
            (&[(A, 2)], 100, CauseId::Undecided, Strength::Undecided),
            (&[(A, 3)], 100, A, Strength::Possible),
            (&[(A, 2), (A, 2)], 100, A, Strength::Likely),
            (&[(A, 2), (A, 2), (A, 2)], 100, A, Strength::Likely),
            (&[(A, 3), (A, 3)], 100, A, Strength::Certain),
            (&[(A, 3), (A, 3)], 19, A, Strength::Likely),
            (&[(A, 3), (A, 3)], 4, A, Strength::Possible),
            (&[(A, 3), (A, 3), (B, 3), (B, 2)], 100, A, Strength::Possible),
            (&[(A, 3), (A, 3), (B, 3), (B, 1)], 100, A, Strength::Likely),
        ];
        for (points, events, cause, strength) in cases {
            let verdict = board(points).verdict(*events, true);
            assert_eq!((verdict.id, verdict.strength), (*cause, *strength), "{points:?} {events}");
            assert!(verdict.score <= CAP);
        }
        assert!(board(&[(A, 3), (A, 3)]).verdict(1_000, false).score <= CAP_FEW);
    }
}
