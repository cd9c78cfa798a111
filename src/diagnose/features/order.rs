//! In which order slots came up: a reshard takes them one after another, a failover all
//! at once.

use super::super::thresholds::Thresholds;
use super::super::timeline::Hit;
use std::collections::BTreeMap;

/// Order of the slots' first hits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    /// Spearman's rank correlation of slot number and first hit; `None` for too few
    /// slots or when most came up at the same time.
    pub(crate) rank_correlation: Option<f64>,
    /// From the first slot's first hit to the last slot's first hit.
    pub(crate) first_seen_within: i64,
}

impl Order {
    pub(crate) fn of(hits: &[Hit], t: &Thresholds) -> Self {
        let mut first: BTreeMap<u16, i64> = BTreeMap::new();
        for hit in hits {
            if let Some(slot) = hit.slot {
                first.entry(slot).or_insert(hit.at);
            }
        }
        let times: Vec<i64> = first.into_values().collect();
        let low = times.iter().min().copied().unwrap_or(0);
        let high = times.iter().max().copied().unwrap_or(0);
        Self {
            rank_correlation: if times.len() < t.in_order_slots { None } else { spearman(&times) },
            first_seen_within: high - low,
        }
    }
}

/// Correlation of a list's index with its ranks, ties sharing their mean rank.
fn spearman(values: &[i64]) -> Option<f64> {
    let n = values.len();
    let mut by_value: Vec<usize> = (0..n).collect();
    by_value.sort_by_key(|&i| values[i]);
    let mut ranks = vec![0.0f64; n];
    let (mut from, mut distinct) = (0, 0usize);
    while from < n {
        let same = by_value[from..].iter().take_while(|&&i| values[i] == values[by_value[from]]).count();
        let mean = from as f64 + (same as f64 - 1.0) / 2.0;
        by_value[from..from + same].iter().for_each(|&i| ranks[i] = mean);
        from += same;
        distinct += 1;
    }
    if distinct * 2 < n {
        return None;
    }
    let mean = (n as f64 - 1.0) / 2.0;
    let (mut products, mut index_squares, mut rank_squares) = (0.0, 0.0, 0.0);
    for (i, rank) in ranks.iter().enumerate() {
        let (a, b) = (i as f64 - mean, rank - mean);
        products += a * b;
        index_squares += a * a;
        rank_squares += b * b;
    }
    let norm = (index_squares * rank_squares).sqrt();
    (norm > 0.0).then(|| products / norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks() {
        assert_eq!(spearman(&[1, 2, 3, 4]), Some(1.0));
        assert_eq!(spearman(&[4, 3, 2, 1]), Some(-1.0));
        assert!(spearman(&[5, 5, 5, 5]).is_none());
        let mixed = spearman(&[3, 1, 4, 1, 5, 9, 2, 6]).unwrap();
        assert!(mixed.abs() < 0.8, "{mixed}");
    }
}
