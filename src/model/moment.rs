//! Points in time as logs print them.

use std::fmt;

/// Whether a time is tied to the world's clock or only to an unnamed local one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Clock {
    /// The log names a zone or an offset, or prints an epoch: times of all such
    /// sources compare.
    Universal,
    /// The log names no zone. Such times compare with each other, never with
    /// universal ones, until a zone is given for them.
    Local,
}

/// A time printed in a log, with millisecond resolution.
///
/// Orders by clock first, so a sorted list never mixes the two kinds. An undated
/// line has no `Moment` at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment {
    /// Which clock `millis` counts on.
    pub clock: Clock,
    /// Milliseconds since 1970-01-01T00:00:00 on that clock.
    pub millis: i64,
}

/// A [`Moment`] with the offset it was printed with, for faithful output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The point in time.
    pub moment: Moment,
    /// Minutes east of UTC as printed; 0 for `Z`, epochs and local times.
    pub offset_minutes: i16,
}

impl Moment {
    /// A time on the world's clock.
    pub const fn universal(millis: i64) -> Self {
        Self { clock: Clock::Universal, millis }
    }

    /// A time without a zone.
    pub const fn local(millis: i64) -> Self {
        Self { clock: Clock::Local, millis }
    }

    /// Milliseconds from `earlier` to `self`; `None` when the clocks differ.
    pub fn since(self, earlier: Self) -> Option<i64> {
        (self.clock == earlier.clock).then(|| self.millis - earlier.millis)
    }
}

impl From<Moment> for Stamp {
    fn from(moment: Moment) -> Self {
        Self { moment, offset_minutes: 0 }
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 with milliseconds: `Z` on the universal clock, no zone on a local one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Stamp::from(*self).fmt(f)
    }
}

impl fmt::Display for Stamp {
    /// RFC 3339 with milliseconds, in the offset that the log printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.moment.millis + i64::from(self.offset_minutes) * 60_000;
        // Outside jiff's range (years -9999 to 9999) there is no RFC 3339 text.
        let Ok(timestamp) = jiff::Timestamp::from_millisecond(millis) else {
            return f.write_str("0000-00-00T00:00:00.000");
        };
        let civil = jiff::tz::TimeZone::UTC.to_datetime(timestamp);
        write!(f, "{civil:.3}")?;
        match (self.moment.clock, self.offset_minutes) {
            (Clock::Local, _) => Ok(()),
            (Clock::Universal, 0) => f.write_str("Z"),
            (Clock::Universal, minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339() {
        let moment = Moment::universal(1_776_939_330_123);
        assert_eq!(moment.to_string(), "2026-04-23T10:15:30.123Z");
        assert_eq!(Moment::local(moment.millis).to_string(), "2026-04-23T10:15:30.123");
        let east = Stamp { moment, offset_minutes: 330 };
        assert_eq!(east.to_string(), "2026-04-23T15:45:30.123+05:30");
    }
}
