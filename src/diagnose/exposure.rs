//! How much was logged by when: the exposure against which a decay is measured, so
//! that neither the shape of the traffic nor sampling is mistaken for one.

/// Cumulative volume over time: a sum of straight lines between a source's dated lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exposure {
    /// (time, volume before it, volume at and before it), rising in time.
    knots: Vec<(i64, f64, f64)>,
}

impl Exposure {
    /// From each source's (time, byte offset) points.
    pub(crate) fn new(sources: impl Iterator<Item = Vec<(i64, u64)>>) -> Self {
        // (time, change of slope, jump): volume between two lines of one time is a jump.
        let mut changes: Vec<(i64, f64, f64)> = Vec::new();
        for mut points in sources {
            points.sort_unstable();
            for pair in points.windows(2) {
                let ((t0, b0), (t1, b1)) = (pair[0], pair[1]);
                // A file written newest first runs backwards; its volume does not.
                let volume = b1.abs_diff(b0) as f64;
                if t1 > t0 {
                    let slope = volume / (t1 - t0) as f64;
                    changes.push((t0, slope, 0.0));
                    changes.push((t1, -slope, 0.0));
                } else {
                    changes.push((t0, 0.0, volume));
                }
            }
        }
        changes.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let mut knots: Vec<(i64, f64, f64)> = Vec::new();
        let (mut slope, mut total) = (0.0f64, 0.0f64);
        let mut at = 0;
        while at < changes.len() {
            let time = changes[at].0;
            if let Some(last) = knots.last() {
                total += slope.max(0.0) * (time - last.0) as f64;
            }
            let before = total;
            while at < changes.len() && changes[at].0 == time {
                slope += changes[at].1;
                total += changes[at].2;
                at += 1;
            }
            knots.push((time, before, total));
        }
        Self { knots }
    }

    /// The volume logged up to a time. Beyond the known lines it grows by a trifle per
    /// millisecond, so that time itself is the exposure where nothing else is known.
    pub(crate) fn at(&self, time: i64) -> f64 {
        const TRIFLE: f64 = 1e-6;
        let (Some(first), Some(last)) = (self.knots.first(), self.knots.last()) else {
            return time as f64 * TRIFLE;
        };
        let trickle = time as f64 * TRIFLE;
        if time <= first.0 {
            return trickle;
        }
        if time >= last.0 {
            return last.2 + trickle;
        }
        let next = self.knots.partition_point(|k| k.0 <= time);
        let (a, b) = (self.knots[next - 1], self.knots[next]);
        let share = (time - a.0) as f64 / (b.0 - a.0) as f64;
        a.2 + (b.1 - a.2) * share + trickle
    }

    /// The time at which half of the volume between two times was logged.
    pub(crate) fn middle(&self, from: i64, to: i64) -> i64 {
        let half = f64::midpoint(self.at(from), self.at(to));
        let (mut low, mut high) = (from, to);
        while high - low > 1 {
            let mid = low + (high - low) / 2;
            if self.at(mid) < half { low = mid } else { high = mid }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_not_time_makes_the_middle() {
        // 1 MB in the first second, then a kilobyte in an hour.
        let busy_then_idle = vec![(0, 0), (1_000, 1_000_000), (3_600_000, 1_001_000)];
        let exposure = Exposure::new([busy_then_idle.clone()].into_iter());
        let middle = exposure.middle(0, 3_600_000);
        assert!((400..600).contains(&middle), "{middle}");
        let backwards: Vec<_> = busy_then_idle.iter().map(|&(t, b)| (t, 1_001_000 - b)).collect();
        assert_eq!(Exposure::new([backwards].into_iter()).middle(0, 3_600_000), middle);
    }

    #[test]
    fn without_lines_time_is_the_exposure() {
        assert_eq!(Exposure::default().middle(0, 1_000), 500);
        assert_eq!(Exposure::default().middle(7, 7), 7);
    }

    #[test]
    fn several_sources_add_up() {
        let a = vec![(0, 0), (1_000, 1_000)];
        let b = vec![(1_000, 0), (2_000, 3_000)];
        let both = Exposure::new([a, b].into_iter());
        let middle = both.middle(0, 2_000);
        assert!((1_300..1_360).contains(&middle), "{middle}");
    }
}
