//! How the distinct slots lie in slot space.
//!
//! Distinct slots, not hits: keys are Zipf-popular, so a test of hits would refuse
//! evenness for every real workload.

use super::super::thresholds::Thresholds;

const SPACE: f64 = 16_384.0;

/// Whether slots come from all over slot space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// No slot is named.
    None,
    /// One to three slots.
    Point,
    /// Half of slot space or more.
    Wide,
    /// Less than half of it.
    Narrow,
    /// Too few slots, or in between.
    Undecided,
}

/// Lower and upper estimate of the part of slot space that the slots come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// 1 minus the largest circular gap; errs low.
    pub(crate) low: f64,
    /// Solved from the occupied bins; errs high.
    pub(crate) high: f64,
    /// The largest circular gap as a part of slot space.
    pub(crate) gap: f64,
    /// Chance that evenly drawn slots leave a gap this large.
    pub(crate) gap_chance: f64,
    pub(crate) shape: Shape,
}

impl Spread {
    /// From distinct slots in rising order.
    pub(crate) fn of(slots: &[u16], t: &Thresholds) -> Self {
        let count = slots.len();
        let (Some(&first), Some(&last)) = (slots.first(), slots.last()) else {
            return Self { low: 0.0, high: 0.0, gap: 1.0, gap_chance: 1.0, shape: Shape::None };
        };
        let inner = slots.windows(2).map(|w| w[1].saturating_sub(w[0])).max().unwrap_or(0);
        let around = SPACE - f64::from(last) + f64::from(first);
        // Neighbouring slots are one apart and leave nothing out between them.
        let gap = (f64::from(inner).max(around) - 1.0).max(0.0) / SPACE;
        let low = 1.0 - gap;
        let k = count as f64;
        let gap_chance = (k * (1.0 - gap).powf(k - 1.0)).min(1.0);
        let high = occupied_part(slots).max(low.min(k / SPACE));
        let shape = match count {
            1..=3 => Shape::Point,
            _ if count < t.spread_slots => Shape::Undecided,
            _ if low >= t.wide => Shape::Wide,
            _ if high <= t.narrow => Shape::Narrow,
            _ => Shape::Undecided,
        };
        Self { low, high, gap, gap_chance, shape }
    }
}

/// Solves o = f (1 − e^(−K/(f b))) for f: what part of slot space, drawn from evenly,
/// would occupy this part o of b bins with K slots.
fn occupied_part(slots: &[u16]) -> f64 {
    let k = slots.len() as f64;
    let bins = (slots.len() / 3).clamp(4, 64);
    let mut used = [false; 64];
    for &slot in slots {
        used[(usize::from(slot) * bins / 16_384).min(63)] = true;
    }
    let bins = bins as f64;
    let occupied = used.iter().filter(|&&u| u).count() as f64 / bins;
    let expected = |f: f64| f * (1.0 - (-k / (f * bins)).exp());
    if expected(1.0) <= occupied {
        return 1.0;
    }
    let (mut low, mut high) = (occupied.max(1e-6), 1.0);
    for _ in 0..60 {
        let mid = f64::midpoint(low, high);
        if expected(mid) < occupied { low = mid } else { high = mid }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(slots: &[u16]) -> Shape {
        Spread::of(slots, &Thresholds::default()).shape
    }

    #[test]
    fn one_masters_range_is_narrow_and_two_thirds_are_wide() {
        let third: Vec<u16> = (0..50).map(|i| 5_500 + i * 107).collect();
        let two_thirds: Vec<u16> = (0..50).map(|i| 5_461 + i * 218).collect();
        assert_eq!(shape(&third), Shape::Narrow);
        assert_eq!(shape(&two_thirds), Shape::Wide);
        assert_eq!(shape(&[1, 2, 3]), Shape::Point);
        assert_eq!(shape(&[1, 2, 3, 4, 5]), Shape::Undecided);
        assert_eq!(shape(&[]), Shape::None);
    }

    #[test]
    fn a_range_over_the_end_of_slot_space_is_one_range() {
        let mut around: Vec<u16> = (0..20).chain((0..20).map(|i| 16_300 + i * 4)).collect();
        around.sort_unstable();
        let spread = Spread::of(&around, &Thresholds::default());
        assert!(spread.low < 0.02, "{spread:?}");
    }

    #[test]
    fn a_missing_third_is_no_chance() {
        let without_a_third: Vec<u16> = (0..100).map(|i| 5_461 + i * 109).collect();
        let spread = Spread::of(&without_a_third, &Thresholds::default());
        assert!(spread.gap > 0.3 && spread.gap_chance < 1e-9, "{spread:?}");
        let all: Vec<u16> = (0..100).map(|i| i * 163).collect();
        assert!(Spread::of(&all, &Thresholds::default()).gap_chance > 0.5);
    }
}
