//! Which hits a run looks at: `--since`, `--until`, `--slot`, `--node`, `--signal`,
//! `--reporter`.

use crate::model::{Clock, Hit, Moment, Signal, SlotSet};
use jiff::Timestamp;

/// What was asked for; everything passes the default.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Not before this time.
    pub since: Option<Bound>,
    /// Not after this time.
    pub until: Option<Bound>,
    /// Only these slots.
    pub slots: Option<SlotSet>,
    /// Only this target: host and, if given, port.
    pub node: Option<(String, Option<u16>)>,
    /// Only these signals.
    pub signals: Vec<Signal>,
    /// Only reporters that match one of these globs.
    pub reporters: Vec<Glob>,
}

/// A point in time on both clocks: one without a zone is compared as printed.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    universal: i64,
    local: i64,
}

impl Bound {
    /// Reads RFC 3339, a date and time without zone, a date, or a span back from `now`
    /// (`2h`, `90m`, `1d`).
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self { universal: at.as_millisecond(), local: at.as_millisecond() });
        }
        if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
            let millis = at.to_zoned(jiff::tz::TimeZone::UTC).map_err(|e| e.to_string())?.timestamp();
            return Ok(Self { universal: millis.as_millisecond(), local: millis.as_millisecond() });
        }
        if let Ok(span) = text.parse::<jiff::Span>() {
            // Days and weeks are of 24 hours here.
            let hours = span.total((jiff::Unit::Millisecond, jiff::SpanRelativeTo::days_are_24_hours()));
            if let Ok(millis) = hours {
                let at = now.as_millisecond() - millis.abs() as i64;
                return Ok(Self { universal: at, local: at });
            }
        }
        Err(format!(
            "`{text}` is neither RFC 3339 (2026-04-23T10:15:00Z) nor a span back from now (2h, 90m, 1d)"
        ))
    }

    const fn on(self, clock: Clock) -> i64 {
        match clock {
            Clock::Universal => self.universal,
            Clock::Local => self.local,
        }
    }
}

impl Filter {
    /// Whether anything is left out by time, so that undated events are too.
    pub const fn is_timed(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether this hit is looked at.
    pub fn judge(&self, hit: &Hit<'_>) -> Verdict {
        if !self.passes_but_for_time(hit) {
            return Verdict::LeftOut;
        }
        match hit.stamp {
            _ if !self.is_timed() => Verdict::Passes,
            None => Verdict::Undated,
            Some(stamp) if self.passes_time(stamp.moment) => Verdict::Passes,
            Some(_) => Verdict::LeftOut,
        }
    }

    fn passes_but_for_time(&self, hit: &Hit<'_>) -> bool {
        (self.signals.is_empty() || self.signals.contains(&hit.signal))
            && self.slots.as_ref().is_none_or(|slots| hit.slot.is_some_and(|slot| slots.contains(slot)))
            && self.node.as_ref().is_none_or(|(host, port)| {
                hit.endpoint.is_some_and(|e| e.host == host && (port.is_none() || e.port == *port))
            })
            && (self.reporters.is_empty()
                || hit
                    .reporter
                    .is_some_and(|reporter| self.reporters.iter().any(|glob| glob.matches(reporter))))
    }

    fn passes_time(&self, at: Moment) -> bool {
        self.since.is_none_or(|since| at.millis >= since.on(at.clock))
            && self.until.is_none_or(|until| at.millis <= until.on(at.clock))
    }
}

/// What became of a hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is looked at.
    Passes,
    /// It was not asked for.
    LeftOut,
    /// It has no time, and only certain times were asked for.
    Undated,
}

/// A pattern for reporters: `*` stands for any text, `?` for one character.
#[derive(Clone, Debug)]
pub struct Glob(Vec<char>);

impl Glob {
    /// Takes every text as a pattern.
    pub fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        // The place after the last star, and how much of the text it took so far.
        let (mut p, mut t, mut star) = (0, 0, None);
        while t < text.len() {
            match self.0.get(p) {
                Some('*') => {
                    star = Some((p + 1, t));
                    p += 1;
                }
                Some(&c) if c == '?' || c == text[t] => {
                    p += 1;
                    t += 1;
                }
                _ => match star {
                    Some((after, taken)) => {
                        star = Some((after, taken + 1));
                        p = after;
                        t = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0[p..].iter().all(|&c| c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_labels() {
        for (glob, text, matches) in [
            ("pod/web-*/web", "pod/web-abc/web", true),
            ("pod/web-*", "pod/web-abc/web", true),
            ("*web", "pod/web-abc/web2", false),
            ("file/?.log", "file/a.log", true),
            ("**", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a", "ab", false),
        ] {
            assert_eq!(Glob::new(glob).matches(text), matches, "{glob} {text}");
        }
    }

    #[test]
    fn bounds_are_times_or_spans_back() {
        let now: Timestamp = "2026-04-23T10:00:00Z".parse().unwrap();
        let universal = |text: &str| Bound::parse(text, now).map(|b| b.universal);
        assert_eq!(universal("2h"), Ok(now.as_millisecond() - 7_200_000));
        assert_eq!(universal("1d"), Ok(now.as_millisecond() - 86_400_000));
        assert_eq!(universal("2026-04-23T09:00:00+01:00"), Ok(now.as_millisecond() - 7_200_000));
        assert!(universal("soon").is_err());
    }
}
