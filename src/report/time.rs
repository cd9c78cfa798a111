//! A point in time as the document holds it.

use crate::model::{Clock, Moment};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A [`Moment`] that is RFC 3339 text in a document: with `Z` when the log names a
/// zone, without when it does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Time(pub Moment);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Time {
    /// The date and the time of day, to the second and the rest in milliseconds.
    pub(crate) fn civil(self) -> (String, String, i64) {
        let text = self.to_string();
        let (date, rest) = text.split_once('T').unwrap_or((&text, ""));
        let clock = rest.get(..8).unwrap_or(rest);
        (date.to_owned(), clock.to_owned(), self.0.millis.rem_euclid(1000))
    }

    /// Whether the log names the zone of this time.
    pub(crate) fn is_universal(self) -> bool {
        self.0.clock == Clock::Universal
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(Moment::universal(timestamp.as_millisecond())));
        }
        let civil: jiff::civil::DateTime = text.parse().map_err(de::Error::custom)?;
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).map_err(de::Error::custom)?;
        Ok(Self(Moment::local(zoned.timestamp().as_millisecond())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_text_and_reads_back() {
        for (moment, text) in [
            (Moment::universal(1_776_939_330_123), "\"2026-04-23T10:15:30.123Z\""),
            (Moment::local(1_776_939_330_123), "\"2026-04-23T10:15:30.123\""),
            (Moment::universal(-1), "\"1969-12-31T23:59:59.999Z\""),
        ] {
            assert_eq!(serde_json::to_string(&Time(moment)).unwrap(), text);
            assert_eq!(serde_json::from_str::<Time>(text).unwrap(), Time(moment));
        }
        assert!(serde_json::from_str::<Time>("\"yesterday\"").is_err());
    }
}
