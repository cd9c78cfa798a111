//! The times that logs print, read from the first bytes of a text.
//!
//! Hand-written: the parsers are on the path of every line of a storm, and most of
//! the layouts are too irregular for a date library anyway. Only a named zone
//! (`--timezone`) needs one.

use super::SourceContext;
use crate::model::{Moment, Stamp};
use jiff::civil::DateTime;

const DAY_MS: i64 = 86_400_000;

/// How much of a date a layout prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Date {
    /// A full date, as days since 1970-01-01.
    Day(i64),
    /// Month and day (RFC 3164, klog, Redis 2).
    YearLess { month: u32, day: u32 },
    /// No date at all (`10:15:30.123`).
    Missing,
    /// `04/05/2026` while nothing tells which of the two is the month.
    Ambiguous,
    /// An epoch: milliseconds since 1970-01-01T00:00:00Z, time of day included.
    Epoch(i64),
}

/// A time as printed, before anything is known about its year or zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reading {
    date: Date,
    millis_of_day: i64,
    /// Minutes east of UTC, when the text names them.
    offset: Option<i16>,
}

/// What a time looks like, as far as wrappers can be told apart by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// `2026-04-23T10:15:30`: with a `T`.
    IsoT,
    /// `Apr 23 10:15:30`: syslog's.
    MonthFirst,
    /// Anything else.
    Other,
}

/// A time at the start of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub(super) reading: Reading,
    /// Bytes it takes, zone included.
    pub(super) len: usize,
    /// Digits of the fraction of the second.
    pub(super) fraction: u8,
    pub(super) shape: Shape,
}

impl Reading {
    /// A reading of an epoch in milliseconds.
    pub(super) const fn epoch(millis: i64) -> Self {
        Self { date: Date::Epoch(millis), millis_of_day: 0, offset: Some(0) }
    }

    /// Whether the log itself ties this time to the world's clock.
    pub(super) const fn names_zone(&self) -> bool {
        self.offset.is_some()
    }

    /// The date and time as printed, when the date is full; epochs in UTC.
    pub(super) fn full_date(&self) -> Option<DateTime> {
        match self.date {
            Date::Day(_) | Date::Epoch(_) => {
                let (day, in_day) = match self.date {
                    Date::Epoch(ms) => (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS)),
                    Date::Day(day) => (day, self.millis_of_day),
                    _ => return None,
                };
                civil(day, in_day)
            }
            Date::YearLess { .. } | Date::Missing | Date::Ambiguous => None,
        }
    }

    /// The point in time; `None` when the date is ambiguous, impossible in its year, or
    /// outside the range that can be printed.
    pub(super) fn resolve(&self, context: &SourceContext) -> Option<Stamp> {
        let day = match self.date {
            Date::Epoch(millis) => return Some(Moment::universal(millis).into()),
            Date::Ambiguous => return None,
            Date::Day(day) => day,
            Date::YearLess { month, day } => resolve_year(month, day, self.millis_of_day, context)?,
            Date::Missing => resolve_day(self.millis_of_day, context),
        };
        let local = day * DAY_MS + self.millis_of_day;
        match (self.offset, &context.zone) {
            (Some(offset_minutes), _) => {
                let moment = Moment::universal(local - i64::from(offset_minutes) * 60_000);
                Some(Stamp { moment, offset_minutes })
            }
            (None, None) => Some(Moment::local(local).into()),
            (None, Some(zone)) => {
                // The earlier of the two when the clock was set back; the gap's end
                // when it was set forward.
                let civil = civil(day, self.millis_of_day)?;
                let timestamp = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
                let offset_minutes = i16::try_from(zone.to_offset(timestamp).seconds() / 60).ok()?;
                Some(Stamp { moment: Moment::universal(timestamp.as_millisecond()), offset_minutes })
            }
        }
    }
}

fn civil(day: i64, in_day: i64) -> Option<DateTime> {
    let timestamp = jiff::Timestamp::from_millisecond(day * DAY_MS + in_day).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(timestamp))
}

fn reference_millis(at: jiff::civil::DateTime) -> i64 {
    let day = days(i64::from(at.year()), at.month().unsigned_abs().into(), at.day().unsigned_abs().into());
    let seconds = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    day * DAY_MS + seconds * 1000 + i64::from(at.millisecond())
}

/// The latest year in which the date exists and is at most a day after the reference.
fn resolve_year(month: u32, day: u32, in_day: i64, context: &SourceContext) -> Option<i64> {
    if let Some(year) = context.fixed_year {
        let year = i64::from(year);
        return (day <= month_length(year, month)).then(|| days(year, month, day));
    }
    let reference = context.year_reference.unwrap_or(context.reference);
    let latest = reference_millis(reference) + DAY_MS;
    let newest_year = i64::from(reference.year()) + 1;
    // Eight years back always hold a 29th of February, but for the turn of some
    // centuries; that is close enough for a log.
    (newest_year - 9..=newest_year)
        .rev()
        .filter(|&year| day <= month_length(year, month))
        .map(|year| days(year, month, day))
        .find(|&found| found * DAY_MS + in_day <= latest)
}

/// The latest day on which this time of day is not after the reference.
fn resolve_day(in_day: i64, context: &SourceContext) -> i64 {
    let reference = reference_millis(context.reference);
    let day = reference.div_euclid(DAY_MS);
    if day * DAY_MS + in_day <= reference { day } else { day - 1 }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
/// <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>
fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

const fn month_length(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// A date from its parts; `None` when the calendar has no such day.
fn full(year: u32, month: u32, day: u32) -> Option<Date> {
    let year = i64::from(year);
    let real = (1..=12).contains(&month) && day >= 1 && day <= month_length(year, month);
    real.then(|| Date::Day(days(year, month, day)))
}

fn year_less(month: u32, day: u32) -> Option<Date> {
    // 2000 was a leap year: the 29th of February passes here.
    let real = (1..=12).contains(&month) && day >= 1 && day <= month_length(2000, month);
    real.then_some(Date::YearLess { month, day })
}

/// The time that stands at the very start of the text, in any layout of the catalogue.
pub(super) fn read(text: &[u8], day_first: Option<bool>) -> Option<Time> {
    match *text.first()? {
        b'0'..=b'9' => digits_first(text, day_first),
        b'A'..=b'Z' => name_first(text, day_first),
        b'@' => tai64n(text),
        _ => None,
    }
}

fn digits_first(text: &[u8], day_first: Option<bool>) -> Option<Time> {
    let run = digit_run(text, 0);
    let next = text.get(run).copied().unwrap_or(b' ');
    match (run, next) {
        (4, b'-' | b'/' | b'.') => year_first(text),
        (8, b'T' | b'-' | b' ') => basic(text),
        (6, b' ') => hdfs(text),
        (10 | 13 | 16 | 19, _) => epoch(text, run),
        (1 | 2, b':') => time_only(text),
        (1 | 2, b'/' | b'-' | b'.') => day_or_month_first(text, run, day_first),
        (1 | 2, b' ') => day_month_name(text, run, b' '),
        _ => None,
    }
}

/// `2026-04-23T10:15:30.123+02:00`, `2026-04-23 10:15:30,123`, `2026/04/23 10:15:30`.
fn year_first(text: &[u8]) -> Option<Time> {
    let between = text[4];
    if text.get(7) != Some(&between) {
        return None;
    }
    let date = full(number(text, 0, 4)?, number(text, 5, 2)?, number(text, 8, 2)?)?;
    let shape = match *text.get(10)? {
        b'T' | b't' => Shape::IsoT,
        b' ' | b'_' | b'-' | b':' => Shape::Other,
        _ => return None,
    };
    if let Some(clock) = clock(text, 11) {
        return finish(text, date, clock, shape);
    }
    // RFC 3339 has no minute precision, but ISO 8601 profiles do; a zone must follow.
    if shape == Shape::IsoT && text.get(13) == Some(&b':') {
        let (hour, minute) = (number(text, 11, 2)?, number(text, 14, 2)?);
        if hour > 23 || minute > 59 {
            return None;
        }
        let (offset, end) = zone(text, 16)?;
        let millis_of_day = i64::from(hour * 3600 + minute * 60) * 1000;
        let reading = Reading { date, millis_of_day, offset: Some(offset) };
        return Some(Time { reading, len: end, fraction: 0, shape });
    }
    None
}

/// `20260423T101530.123Z`, `20260423-10:15:30.123`, `20260423 10:15:30`.
fn basic(text: &[u8]) -> Option<Time> {
    let date = full(number(text, 0, 4)?, number(text, 4, 2)?, number(text, 6, 2)?)?;
    let clock = if text.get(11) == Some(&b':') { clock(text, 9) } else { compact_clock(text, 9) }?;
    let shape = if text[8] == b'T' { Shape::IsoT } else { Shape::Other };
    finish(text, date, clock, shape)
}

/// `260423 101530`.
fn hdfs(text: &[u8]) -> Option<Time> {
    let date = full(2000 + number(text, 0, 2)?, number(text, 2, 2)?, number(text, 4, 2)?)?;
    finish(text, date, compact_clock(text, 7)?, Shape::Other)
}

/// 10 digits are seconds, 13 ms, 16 us, 19 ns: true from 2001 to 2286.
fn epoch(text: &[u8], run: usize) -> Option<Time> {
    let mut end = run;
    let mut fraction = 0;
    let mut millis = epoch_millis(&text[..run])?;
    if run == 10 && text.get(run) == Some(&b'.') {
        let digits = digit_run(text, run + 1);
        if digits == 0 {
            return None;
        }
        millis += fraction_millis(text, run + 1, digits);
        end = run + 1 + digits;
        fraction = u8::try_from(digits).unwrap_or(u8::MAX);
    }
    let stands_alone =
        matches!(text.get(end), None | Some(b' ' | b'\t' | b',' | b';' | b'|' | b']' | b')' | b'"'));
    stands_alone.then_some(Time { reading: Reading::epoch(millis), len: end, fraction, shape: Shape::Other })
}

/// Milliseconds from the digits of an epoch, its unit told by their count.
pub(super) fn epoch_millis(digits: &[u8]) -> Option<i64> {
    if digits.first() == Some(&b'0') || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().try_fold(0i64, |n, b| n.checked_mul(10)?.checked_add(i64::from(b - b'0')))?;
    match digits.len() {
        10 => Some(value * 1000),
        13 => Some(value),
        16 => Some(value / 1000),
        19 => Some(value / 1_000_000),
        _ => None,
    }
}

fn time_only(text: &[u8]) -> Option<Time> {
    finish(text, Date::Missing, clock(text, 0)?, Shape::Other)
}

/// `23/Apr/2026:10:15:30 +0200`, `04/23/2026 10:15:30 AM`, `26/04/23 10:15:30`,
/// `23-Apr-2026 10:15:30`, `04-23 10:15:30`, `23.04.2026 10:15:30`.
fn day_or_month_first(text: &[u8], run: usize, day_first: Option<bool>) -> Option<Time> {
    let between = text[run];
    if text.get(run + 1)?.is_ascii_alphabetic() {
        return day_month_name(text, run, between);
    }
    let first = number(text, 0, run)?;
    let second_len = digit_run(text, run + 1);
    if !(1..=2).contains(&second_len) {
        return None;
    }
    let second = number(text, run + 1, second_len)?;
    let mut at = run + 1 + second_len;
    if between == b'-' && text.get(at) == Some(&b' ') {
        return finish(text, year_less(first, second)?, clock(text, at + 1)?, Shape::Other);
    }
    if text.get(at) != Some(&between) {
        return None;
    }
    at += 1;
    let third_len = digit_run(text, at);
    let third = number(text, at, third_len)?;
    at += third_len;
    let date = match third_len {
        4 if between == b'.' => full(third, second, first)?,
        4 => slash_date(third, first, second, day_first)?,
        2 if between == b'/' => full(2000 + first, second, third)?,
        _ => return None,
    };
    if text.get(at) == Some(&b',') {
        at += 1;
    }
    if !matches!(text.get(at), Some(b' ' | b'T' | b'-')) {
        return None;
    }
    finish(text, date, clock(text, at + 1)?, Shape::Other)
}

fn slash_date(year: u32, first: u32, second: u32, day_first: Option<bool>) -> Option<Date> {
    match (first > 12, second > 12, day_first) {
        (true, true, _) => None,
        (true, false, _) | (false, false, Some(true)) => full(year, second, first),
        (false, true, _) | (false, false, Some(false)) => full(year, first, second),
        (false, false, None) if first == second => full(year, first, second),
        (false, false, None) => full(year, first, second).map(|_| Date::Ambiguous),
    }
}

/// `23 Apr 2026 10:15:30.123`, `13 Apr 12:52:30.731`, `23/Apr/2026:10:15:30 +0200`.
fn day_month_name(text: &[u8], run: usize, between: u8) -> Option<Time> {
    let day = number(text, 0, run)?;
    let month = month_name(text.get(run + 1..run + 4)?)?;
    let at = run + 4;
    if text.get(at) != Some(&between) {
        return None;
    }
    if digit_run(text, at + 1) == 4 {
        let date = full(number(text, at + 1, 4)?, month, day)?;
        if !matches!(text.get(at + 5), Some(b' ' | b':')) {
            return None;
        }
        return finish(text, date, clock(text, at + 6)?, Shape::Other);
    }
    finish(text, year_less(month, day)?, clock(text, at + 1)?, Shape::Other)
}

/// Month or weekday names, and klog's level letter.
fn name_first(text: &[u8], day_first: Option<bool>) -> Option<Time> {
    if text.get(1)?.is_ascii_digit() {
        return klog(text);
    }
    let name = text.get(..3)?;
    if let Some(month) = month_name(name) {
        return month_first(text, month);
    }
    if !is_weekday(name) {
        return None;
    }
    // RFC 1123 writes a comma after the weekday.
    let after = if text.get(3) == Some(&b',') { 5 } else { 4 };
    if text.get(after - 1) != Some(&b' ') {
        return None;
    }
    let inner = text.get(after..)?;
    let mut time = if inner.first()?.is_ascii_digit() {
        digits_first(inner, day_first)?
    } else {
        month_first(inner, month_name(inner.get(..3)?)?)?
    };
    time.len += after;
    time.shape = Shape::Other;
    Some(time)
}

/// `Apr 23 10:15:30`, `Apr  3 10:15:30.123456`, `Apr 23 2026 10:15:30`,
/// `Apr 23, 2026 10:15:30 AM`, `Apr 23 10:15:30 2026`, `Apr 23 10:15:30 UTC 2026`.
fn month_first(text: &[u8], month: u32) -> Option<Time> {
    if text.get(3) != Some(&b' ') {
        return None;
    }
    let day_at = if text.get(4) == Some(&b' ') { 5 } else { 4 };
    let run = digit_run(text, day_at);
    if !(1..=2).contains(&run) {
        return None;
    }
    let day = number(text, day_at, run)?;
    let mut at = day_at + run;
    if text.get(at) == Some(&b',') {
        at += 1;
    }
    if text.get(at) != Some(&b' ') {
        return None;
    }
    at += 1;
    if digit_run(text, at) == 4 {
        let date = full(number(text, at, 4)?, month, day)?;
        return finish(text, date, clock(text, at + 5)?, Shape::MonthFirst);
    }
    let clock = clock(text, at)?;
    // asctime ends in the year; `date` puts a zone before it.
    let (zone_here, after) = match zone(text, clock.end) {
        Some((offset, end)) => (Some(offset), end),
        None => (None, abbreviation_end(text, clock.end)),
    };
    if text.get(after) == Some(&b' ') && digit_run(text, after + 1) == 4 && ends_word(text, after + 5) {
        let year = number(text, after + 1, 4)?;
        if (1990..2200).contains(&year) {
            let reading = Reading {
                date: full(year, month, day)?,
                millis_of_day: clock.millis_of_day,
                offset: zone_here,
            };
            let shape = Shape::MonthFirst;
            return Some(Time { reading, len: after + 5, fraction: clock.fraction, shape });
        }
    }
    finish(text, year_less(month, day)?, clock, Shape::MonthFirst)
}

/// Where ` CEST` ends, or the place itself.
fn abbreviation_end(text: &[u8], at: usize) -> usize {
    if text.get(at) != Some(&b' ') {
        return at;
    }
    let letters = text[at + 1..].iter().take(6).take_while(|b| b.is_ascii_uppercase()).count();
    if (2..=5).contains(&letters) { at + 1 + letters } else { at }
}

/// `E0423 10:15:30.123456`, `E20260423 10:15:30.123456`.
fn klog(text: &[u8]) -> Option<Time> {
    if !matches!(text[0], b'I' | b'W' | b'E' | b'F') {
        return None;
    }
    let run = digit_run(text, 1);
    let date = match run {
        4 => year_less(number(text, 1, 2)?, number(text, 3, 2)?)?,
        8 => full(number(text, 1, 4)?, number(text, 5, 2)?, number(text, 7, 2)?)?,
        _ => return None,
    };
    if text.get(run + 1) != Some(&b' ') {
        return None;
    }
    finish(text, date, clock(text, run + 2)?, Shape::Other)
}

/// `@4000000069e9f1d2075bcd15`: seconds of TAI as 16 hex digits, then nanoseconds as 8.
/// svlogd and s6 write UTC seconds + 10 + 2^62 (<https://cr.yp.to/libtai/tai64.html>).
fn tai64n(text: &[u8]) -> Option<Time> {
    let hex = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|s| u64::from_str_radix(s, 16).ok());
    let label = text.get(1..25)?;
    if !label.iter().all(u8::is_ascii_hexdigit) || !ends_word(text, 25) {
        return None;
    }
    let seconds = hex(&label[..16])?.checked_sub((1 << 62) + 10)?;
    let seconds = i64::try_from(seconds).ok().filter(|&s| s < 10_000_000_000)?;
    let nanos = i64::try_from(hex(&label[16..])?).ok().filter(|&n| n < 1_000_000_000)?;
    let reading = Reading::epoch(seconds * 1000 + nanos / 1_000_000);
    Some(Time { reading, len: 25, fraction: 9, shape: Shape::Other })
}

/// A time of day.
struct ClockTime {
    millis_of_day: i64,
    fraction: u8,
    end: usize,
}

/// `10:15:30`, `10:15:30.123`, `10:15:30,123`, `9:05:30 PM`; `:60` is held at `:59`.
fn clock(text: &[u8], at: usize) -> Option<ClockTime> {
    let hour_len = digit_run(text, at);
    if !(1..=2).contains(&hour_len) {
        return None;
    }
    let mut hour = number(text, at, hour_len)?;
    let at = at + hour_len;
    if text.get(at) != Some(&b':') || text.get(at + 3) != Some(&b':') {
        return None;
    }
    let (minute, second) = (number(text, at + 1, 2)?, number(text, at + 4, 2)?);
    let (millis, fraction, mut end) = fraction(text, at + 6);
    if let Some((afternoon, after)) = half_day(text, end) {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
        end = after;
    } else if hour_len == 1 {
        return None;
    }
    let millis_of_day = in_day(hour, minute, second, millis)?;
    Some(ClockTime { millis_of_day, fraction, end })
}

/// `101530`, `101530.123`.
fn compact_clock(text: &[u8], at: usize) -> Option<ClockTime> {
    if digit_run(text, at) != 6 {
        return None;
    }
    let (hour, minute, second) = (number(text, at, 2)?, number(text, at + 2, 2)?, number(text, at + 4, 2)?);
    let (millis, fraction, end) = fraction(text, at + 6);
    Some(ClockTime { millis_of_day: in_day(hour, minute, second, millis)?, fraction, end })
}

fn in_day(hour: u32, minute: u32, second: u32, millis: i64) -> Option<i64> {
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(i64::from(hour * 3600 + minute * 60 + second.min(59)) * 1000 + millis)
}

/// The fraction of a second, if one stands here: (milliseconds, digits, end).
fn fraction(text: &[u8], at: usize) -> (i64, u8, usize) {
    let digits = match text.get(at) {
        Some(b'.') => digit_run(text, at + 1),
        // In an exported table the comma ends the field; a fraction has 1 to 9 digits.
        Some(b',') => Some(digit_run(text, at + 1)).filter(|n| *n <= 9).unwrap_or(0),
        Some(b':') => Some(digit_run(text, at + 1)).filter(|n| *n == 3).unwrap_or(0),
        _ => 0,
    };
    if digits == 0 {
        return (0, 0, at);
    }
    let count = u8::try_from(digits).unwrap_or(u8::MAX);
    (fraction_millis(text, at + 1, digits), count, at + 1 + digits)
}

fn fraction_millis(text: &[u8], at: usize, digits: usize) -> i64 {
    let mut millis = 0;
    for i in 0..3 {
        let digit = if i < digits { text[at + i] - b'0' } else { 0 };
        millis = millis * 10 + i64::from(digit);
    }
    millis
}

/// ` AM`, `pm`: (afternoon, end).
fn half_day(text: &[u8], at: usize) -> Option<(bool, usize)> {
    let at = if text.get(at) == Some(&b' ') { at + 1 } else { at };
    let afternoon = match text.get(at)? {
        b'A' | b'a' => false,
        b'P' | b'p' => true,
        _ => return None,
    };
    (matches!(text.get(at + 1), Some(b'M' | b'm')) && ends_word(text, at + 2)).then_some((afternoon, at + 2))
}

fn finish(text: &[u8], date: Date, clock: ClockTime, shape: Shape) -> Option<Time> {
    let (offset, len) = match zone(text, clock.end) {
        Some((offset, end)) => (Some(offset), end),
        None => (None, clock.end),
    };
    let reading = Reading { date, millis_of_day: clock.millis_of_day, offset };
    ends_word(text, len).then_some(Time { reading, len, fraction: clock.fraction, shape })
}

/// A zone at this place: `Z`, `+02:00`, `+0200`, `+02`, ` +0200`, ` UTC`, ` GMT`, ` Z`.
/// Other abbreviations are ambiguous and name no zone.
fn zone(text: &[u8], at: usize) -> Option<(i16, usize)> {
    match *text.get(at)? {
        b'Z' | b'z' if ends_word(text, at + 1) => Some((0, at + 1)),
        b'+' | b'-' => offset(text, at, false),
        b'U' | b'G' => universal_name(text, at),
        b' ' => match *text.get(at + 1)? {
            b'Z' if ends_word(text, at + 2) => Some((0, at + 2)),
            b'+' | b'-' => offset(text, at + 1, true),
            b'U' | b'G' => universal_name(text, at + 1),
            _ => None,
        },
        _ => None,
    }
}

fn universal_name(text: &[u8], at: usize) -> Option<(i16, usize)> {
    let name = text.get(at..at + 3)?;
    let sign_follows = matches!(text.get(at + 3), Some(b'+' | b'-'));
    ((name == b"UTC" || name == b"GMT") && ends_word(text, at + 3) && !sign_follows).then_some((0, at + 3))
}

/// `+02:00`, `+0200`, and `+02` unless `whole` is asked for.
fn offset(text: &[u8], at: usize, whole: bool) -> Option<(i16, usize)> {
    let run = digit_run(text, at + 1);
    let hours = number(text, at + 1, 2)?;
    let (minutes, end) = match run {
        2 if text.get(at + 3) == Some(&b':') && digit_run(text, at + 4) == 2 => {
            (number(text, at + 4, 2)?, at + 6)
        }
        2 if !whole => (0, at + 3),
        4 => (number(text, at + 3, 2)?, at + 5),
        _ => return None,
    };
    if hours > 18 || minutes > 59 || (whole && minutes % 15 != 0) || !ends_word(text, end) {
        return None;
    }
    let total = i16::try_from(hours * 60 + minutes).ok()?;
    Some((if text[at] == b'-' { -total } else { total }, end))
}

fn ends_word(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|b| !b.is_ascii_alphanumeric())
}

/// How many digits stand at this place, 40 at most.
pub(super) fn digit_run(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take(40).take_while(|b| b.is_ascii_digit()).count())
}

/// The number made of `len` digits at this place, up to nine digits.
fn number(text: &[u8], at: usize, len: usize) -> Option<u32> {
    if len == 0 || len > 9 {
        return None;
    }
    let mut value = 0;
    for &b in text.get(at..at + len)? {
        if !b.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(b - b'0');
    }
    Some(value)
}

fn month_name(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let index = NAMES.iter().position(|n| n.as_slice() == name)?;
    u32::try_from(index + 1).ok()
}

fn is_weekday(name: &[u8]) -> bool {
    matches!(name, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> SourceContext {
        SourceContext::new(jiff::civil::datetime(2026, 11, 21, 12, 0, 0, 0))
    }

    fn print(text: &str, context: &SourceContext) -> Option<(String, String)> {
        let time = read(text.as_bytes(), context.day_first)?;
        let rest = text[time.len..].to_owned();
        Some((time.reading.resolve(context).map_or_else(|| "-".to_owned(), |s| s.to_string()), rest))
    }

    #[test]
    fn every_layout_of_the_catalogue() {
        let rows = [
            ("2026-04-23T10:15:30.123456789Z x", "2026-04-23T10:15:30.123Z", " x"),
            ("2026-04-23T10:15:30Z", "2026-04-23T10:15:30.000Z", ""),
            ("2026-04-23T10:15:30.123+02:00 x", "2026-04-23T10:15:30.123+02:00", " x"),
            ("2026-04-23T10:15:30+0200 x", "2026-04-23T10:15:30.000+02:00", " x"),
            ("2026-04-23T10:15:30-07 x", "2026-04-23T10:15:30.000-07:00", " x"),
            ("2026-04-23T10:15:30,123Z", "2026-04-23T10:15:30.123Z", ""),
            ("2026-04-23T10:15Z x", "2026-04-23T10:15:00.000Z", " x"),
            ("2026-04-23 10:15:30.123 x", "2026-04-23T10:15:30.123", " x"),
            ("2026-04-23 10:15:30,123 x", "2026-04-23T10:15:30.123", " x"),
            ("2026-04-23 10:15:30,123]", "2026-04-23T10:15:30.123", "]"),
            ("2026-04-23 10:15:30.123 +02:00 [ERR]", "2026-04-23T10:15:30.123+02:00", " [ERR]"),
            ("2026-04-23 10:15:30 +0000] [12]", "2026-04-23T10:15:30.000Z", "] [12]"),
            ("2026-04-23 10:15:30 UTC [7]", "2026-04-23T10:15:30.000Z", " [7]"),
            ("2026-04-23 10:15:30 CEST [7]", "2026-04-23T10:15:30.000", " CEST [7]"),
            ("2026-04-23 10:15:30 - x", "2026-04-23T10:15:30.000", " - x"),
            ("2026-04-23 10:15:30 -12 keys", "2026-04-23T10:15:30.000", " -12 keys"),
            ("2026-04-23T10:15:30.1234567891234Z", "2026-04-23T10:15:30.123Z", ""),
            ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59.000Z", ""),
            ("2026-04-23 10:15:30.5 x", "2026-04-23T10:15:30.500", " x"),
            ("2026/04/23 10:15:30.123456 x", "2026-04-23T10:15:30.123", " x"),
            ("2026/04/23 10:15:30 x", "2026-04-23T10:15:30.000", " x"),
            ("20260423T101530Z", "2026-04-23T10:15:30.000Z", ""),
            ("20260423T101530.123Z x", "2026-04-23T10:15:30.123Z", " x"),
            ("20260423 10:15:30 x", "2026-04-23T10:15:30.000", " x"),
            ("23/Apr/2026:10:15:30 +0200] \"GET", "2026-04-23T10:15:30.000+02:00", "] \"GET"),
            ("Thu Apr 23 10:15:30.123456 2026] x", "2026-04-23T10:15:30.123", "] x"),
            ("Thu Apr 23 10:15:30 2026", "2026-04-23T10:15:30.000", ""),
            ("Thu Apr 23 10:15:30 UTC 2026", "2026-04-23T10:15:30.000Z", ""),
            ("Thu Apr 23 10:15:30 CEST 2026 x", "2026-04-23T10:15:30.000", " x"),
            ("Thu, 23 Apr 2026 10:15:30 GMT", "2026-04-23T10:15:30.000Z", ""),
            ("Thu 2026-04-23 10:15:30 CEST host", "2026-04-23T10:15:30.000", " CEST host"),
            ("Apr 23 10:15:30 host", "2026-04-23T10:15:30.000", " host"),
            ("Apr  3 10:15:30 host", "2026-04-03T10:15:30.000", " host"),
            ("Apr 3 10:15:30 host", "2026-04-03T10:15:30.000", " host"),
            ("Apr 23 2026 10:15:30 host", "2026-04-23T10:15:30.000", " host"),
            ("Apr 23, 2026 10:15:30 AM com.x.Y run", "2026-04-23T10:15:30.000", " com.x.Y run"),
            ("Apr 23 10:15:30 1234 x", "2026-04-23T10:15:30.000", " 1234 x"),
            ("Dec 24 10:15:30 host", "2025-12-24T10:15:30.000", " host"),
            ("Nov 22 11:59:59 host", "2026-11-22T11:59:59.000", " host"),
            ("Nov 22 12:00:01 host", "2025-11-22T12:00:01.000", " host"),
            ("Feb 29 10:15:30 host", "2024-02-29T10:15:30.000", " host"),
            ("I0423 10:15:30.123456    1234 f.go:9] x", "2026-04-23T10:15:30.123", "    1234 f.go:9] x"),
            ("E20260423 10:15:30.123456 1 f.cc:9] x", "2026-04-23T10:15:30.123", " 1 f.cc:9] x"),
            ("23 Apr 2026 10:15:30.123 * msg", "2026-04-23T10:15:30.123", " * msg"),
            ("13 Apr 12:52:30.731 # msg", "2026-04-13T12:52:30.731", " # msg"),
            ("23-Apr-2026 10:15:30.123 SEVERE", "2026-04-23T10:15:30.123", " SEVERE"),
            ("23-Apr-2026 10:15:30 UTC] PHP", "2026-04-23T10:15:30.000Z", "] PHP"),
            ("04/23/2026 10:15:30 AM x", "2026-04-23T10:15:30.000", " x"),
            ("4/23/2026 9:05:30 PM x", "2026-04-23T21:05:30.000", " x"),
            ("4/23/2026, 12:05:30 AM x", "2026-04-23T00:05:30.000", " x"),
            ("23/04/2026 10:15:30 x", "2026-04-23T10:15:30.000", " x"),
            ("04/05/2026 10:15:30 x", "-", " x"),
            ("04/04/2026 10:15:30 x", "2026-04-04T10:15:30.000", " x"),
            ("23.04.2026 10:15:30 x", "2026-04-23T10:15:30.000", " x"),
            ("26/04/23 10:15:30 INFO", "2026-04-23T10:15:30.000", " INFO"),
            ("260423 101530 12 INFO", "2026-04-23T10:15:30.000", " 12 INFO"),
            ("10:15:30.123 x", "2026-11-21T10:15:30.123", " x"),
            ("12:00:01 x", "2026-11-20T12:00:01.000", " x"),
            ("04-23 10:15:30 x", "2026-04-23T10:15:30.000", " x"),
            ("1776939330 x", "2026-04-23T10:15:30.000Z", " x"),
            ("1776939330.123 x", "2026-04-23T10:15:30.123Z", " x"),
            ("1776939330123 x", "2026-04-23T10:15:30.123Z", " x"),
            ("1776939330123456 x", "2026-04-23T10:15:30.123Z", " x"),
            ("1776939330123456789 x", "2026-04-23T10:15:30.123Z", " x"),
            ("@4000000069e9f14c075bcd15 x", "2026-04-23T10:15:30.123Z", " x"),
        ];
        for (text, time, rest) in rows {
            assert_eq!(print(text, &context()), Some((time.to_owned(), rest.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        let rows = [
            "",
            "2026",
            "2026-04-23",
            "2026-04-23 text",
            "2026-13-23 10:15:30",
            "2026-02-29 10:15:30",
            "2026-04-23T24:00:00Z",
            "10:15",
            "10:61:30",
            "127.0.0.1:6379",
            "7000:7001",
            "12345678901",
            "177693933012",
            "0776939330 x",
            "1776939330x",
            "Apr",
            "Apr 31 10:15:30",
            "Thu",
            "Thunder 10:15:30",
            "E042 10:15:30",
            "X0423 10:15:30",
            "@40000000",
            "13/13/2026 10:15:30",
            "9:15:30 x",
            "13:15:30 PM x",
            "2026-04-23 10:15:30abc",
            "1:2:3",
        ];
        for text in rows {
            assert_eq!(print(text, &context()), None, "{text}");
        }
    }

    #[test]
    fn what_is_known_beforehand_decides() {
        let mut known = context();
        known.day_first = Some(true);
        assert_eq!(print("04/05/2026 10:15:30", &known).unwrap().0, "2026-05-04T10:15:30.000");
        known.day_first = Some(false);
        assert_eq!(print("04/05/2026 10:15:30", &known).unwrap().0, "2026-04-05T10:15:30.000");
        known.fixed_year = Some(2019);
        assert_eq!(print("Apr 23 10:15:30", &known).unwrap().0, "2019-04-23T10:15:30.000");
        assert_eq!(print("Feb 29 10:15:30", &known).unwrap().0, "-");
        known.zone = Some(jiff::tz::TimeZone::fixed(jiff::tz::offset(2)));
        assert_eq!(print("2026-04-23 10:15:30,123", &known).unwrap().0, "2026-04-23T10:15:30.123+02:00");
        assert_eq!(print("2026-04-23 10:15:30 UTC", &known).unwrap().0, "2026-04-23T10:15:30.000Z");
    }

    #[test]
    fn days_agree_with_jiff() {
        for year in [1969, 1970, 1999, 2000, 2024, 2026, 2100] {
            for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
                let date = jiff::civil::date(year, month, day);
                let expected = jiff::civil::date(1970, 1, 1).until(date).unwrap().get_days();
                let got = days(year.into(), month.unsigned_abs().into(), day.unsigned_abs().into());
                assert_eq!(got, i64::from(expected), "{date}");
            }
        }
    }
}
