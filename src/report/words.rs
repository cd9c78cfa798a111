//! English for ids, numbers, spans and slots.

use super::Time;
use crate::diagnose::{CauseId, Kind, Severity, State, Strength};
use crate::model::Signal;
use std::collections::BTreeMap;

/// An incident's shape, as a headline begins.
pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::MovedStorm => "MOVED storm",
        Kind::MovedRefresh => "MOVED refresh burst",
        Kind::MovedScattered => "Scattered MOVED",
        Kind::MovedBurstOpen => "MOVED burst, verdict open",
        Kind::AskWindow => "ASK migration window",
        Kind::AskCampaign => "ASK migration campaign",
        Kind::Failover => "Failover",
        Kind::Flapping => "Flapping slots",
        Kind::ClusterErrors => "Cluster errors",
        Kind::Other => "Rule matches",
    }
}

/// An incident's state, for after a comma.
pub(crate) const fn state(state: State) -> &'static str {
    match state {
        State::Over => "over",
        State::OngoingAtEnd => "still going on when the log ends",
        State::Undated => "not dated",
        State::Completed => "completed",
        State::PresumedEnded => "presumed ended",
        State::InProgressAtEnd => "in progress when the log ends",
        State::Slow => "slow",
        State::Stuck => "stuck",
        State::Aborted => "aborted",
        State::Reversed => "reversed",
        State::Unknown => "end unknown",
        State::Mixed => "windows in different states",
    }
}

/// A state in one or two words, for a table.
pub(crate) const fn state_short(state: State) -> &'static str {
    match state {
        State::OngoingAtEnd => "ongoing",
        State::InProgressAtEnd => "in progress",
        State::Undated => "undated",
        State::Unknown => "unknown",
        State::Mixed => "mixed",
        other => self::state(other),
    }
}

/// A severity, for a headline.
pub(crate) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "INFO",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// A cause, as a clause.
pub(crate) const fn cause(cause: CauseId) -> &'static str {
    match cause {
        CauseId::StandaloneClient => "the client is not cluster aware",
        CauseId::StaleSlotMap => "a client keeps a stale slot map",
        CauseId::BenignRefresh => "clients learned a new slot map",
        CauseId::Resharding => "slots are being moved to another node",
        CauseId::StuckMigration => "a slot migration is stuck",
        CauseId::Failover => "a replica took over its master's slots",
        CauseId::ConflictingOwners => "nodes disagree about who owns slots",
        CauseId::TwoClusters => "two clusters are mixed up",
        CauseId::EndpointAlias => "one node goes by two names",
        CauseId::UnreachableAddress => "the cluster announces an address that the client cannot reach",
        CauseId::ReplicaReads => "reads go to replicas without READONLY",
        CauseId::UnknownEndpoint => "a node announces no address",
        CauseId::NodeReplaced => "a node came back under a new address",
        CauseId::AskMishandled => "the client does not send ASKING after ASK",
        CauseId::ProxyOrBalancer => "a proxy, balancer or DNS name stands before the nodes",
        CauseId::PipelinePath => "a pipeline, transaction or script path does not follow redirections",
        CauseId::OwnerDown => "the owner cannot be reached and clients try other nodes",
        CauseId::MisroutedCommand => "the client routes one command to the wrong node",
        CauseId::TargetAuth => "the redirected-to node refuses login or TLS",
        CauseId::PeriodicProbe => "a timer or tool asks one node again and again",
        CauseId::Undecided => "the evidence does not decide",
    }
}

/// A cause as a headline tells it: what is only possible is not told as a fact.
pub(crate) fn verdict(id: CauseId, strength: Strength) -> String {
    match strength {
        Strength::Possible => format!("possibly {}", cause(id)),
        _ => cause(id).to_owned(),
    }
}

/// How sure, before a cause.
pub(crate) const fn strength(strength: Strength) -> &'static str {
    strength.id()
}

/// A signal as an SRE writes it, one of it.
pub(crate) const fn signal(signal: Signal) -> &'static str {
    match signal {
        Signal::Moved => "MOVED",
        Signal::Ask => "ASK",
        Signal::Redirect => "MOVED or ASK",
        Signal::TryAgain => "TRYAGAIN",
        Signal::CrossSlot => "CROSSSLOT",
        Signal::ClusterDown => "CLUSTERDOWN",
        Signal::SlotUnserved => "unserved slot",
        Signal::TooManyRedirects => "too many redirects",
        Signal::NoTopology => "missing slot map",
        Signal::ReadOnly => "READONLY",
        Signal::MasterDown => "MASTERDOWN",
        Signal::Loading => "LOADING",
        Signal::ExecAbort => "EXECABORT",
        Signal::Unreachable => "connect error",
        Signal::Auth => "login error",
        Signal::Migration => "migration notice",
        Signal::Failover => "failover notice",
        Signal::Topology => "slot map notice",
        Signal::Other => "other",
    }
}

/// The same, so many of it.
fn signals(signal: Signal, events: u64) -> String {
    let name = self::signal(signal);
    let countable = ["notice", "error", "slot", "map"].iter().any(|noun| name.ends_with(noun));
    format!("{name}{}", if countable && events != 1 { "s" } else { "" })
}

/// What incidents of a signal that is no redirection are headed with.
pub(crate) fn errors(signal: Signal) -> String {
    let name = signals(signal, 2);
    let name = match signal {
        Signal::TooManyRedirects => name,
        _ if name == self::signal(signal) => format!("{name} errors"),
        _ => name,
    };
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// `41,208 MOVED, 12 TRYAGAIN`: those that are not zero.
pub(crate) fn events(by_signal: &BTreeMap<Signal, u64>) -> String {
    let parts = by_signal.iter().filter(|&(_, &events)| events > 0);
    let parts: Vec<String> =
        parts.map(|(&signal, &events)| format!("{} {}", number(events), signals(signal, events))).collect();
    parts.join(", ")
}

/// The first few of a list with the number of the others: `a, b, c (+4)`.
pub(crate) fn some(items: &[String], limit: usize) -> String {
    let shown = items.len().min(limit);
    let more = items.len() - shown;
    let list = items[..shown].join(", ");
    if more > 0 { format!("{list} (+{})", number(more as u64)) } else { list }
}

/// `1,234,567`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 line`, `1,200 lines`.
pub(crate) fn count(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(n), if n == 1 { "" } else { "s" })
}

/// `512 B`, `18.4 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut scaled = bytes as f64 / 1024.0;
    let mut unit = 0;
    while scaled >= 1023.95 && unit + 1 < units.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    if scaled < 99.95 {
        format!("{scaled:.1} {}", units[unit])
    } else {
        format!("{scaled:.0} {}", units[unit])
    }
}

/// `850 ms`, `12.3 s`, `46 min 41 s`, `3 h 5 min`, `2 d 4 h`.
pub(crate) fn duration(millis: i64) -> String {
    let millis = millis.unsigned_abs();
    let seconds = millis / 1000;
    let two = |big: u64, unit: &str, small: u64, sub: &str| {
        if small == 0 { format!("{big} {unit}") } else { format!("{big} {unit} {small} {sub}") }
    };
    match seconds {
        0 => format!("{millis} ms"),
        1..=59 if millis % 1000 / 100 > 0 => format!("{seconds}.{} s", millis % 1000 / 100),
        1..=59 => format!("{seconds} s"),
        60..=3599 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..=86_399 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

/// A span with its zone: the second date is left out when it is the first's, and
/// milliseconds are shown only below ten seconds.
pub(crate) fn span(start: Time, end: Time, dash: &str) -> String {
    let (first_date, first_clock, first_ms) = start.civil();
    let (last_date, last_clock, last_ms) = end.civil();
    let zone = if start.is_universal() { " UTC" } else { " (no zone)" };
    let fine = end.0.millis - start.0.millis < 10_000 && end.0.millis != start.0.millis;
    let ms = |ms: i64| if fine { format!(".{ms:03}") } else { String::new() };
    let first = format!("{first_date} {first_clock}{}", ms(first_ms));
    if start == end {
        return format!("{first}{zone}");
    }
    let last = format!("{last_clock}{}", ms(last_ms));
    if first_date == last_date {
        format!("{first} {dash} {last}{zone}")
    } else {
        format!("{first} {dash} {last_date} {last}{zone}")
    }
}

/// Slots for a table: up to three ranges as they are; otherwise the range that holds
/// most of them with the number of the others, or the bounds of all.
pub(crate) fn slots(ranges: &str) -> String {
    let parts: Vec<&str> = ranges.split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() <= 3 {
        return parts.join(", ");
    }
    let bounds = |part: &str| {
        let (start, end) = part.split_once('-').unwrap_or((part, part));
        (start.parse::<u64>().unwrap_or(0), end.parse::<u64>().unwrap_or(0))
    };
    let len = |part: &str| {
        let (start, end) = bounds(part);
        end.saturating_sub(start) + 1
    };
    let total: u64 = parts.iter().map(|part| len(part)).sum();
    // The first of the longest, so that equal ranges give the same answer each time.
    let longest = parts.iter().rev().copied().max_by_key(|part| len(part)).unwrap_or_default();
    if len(longest) * 5 >= total * 4 {
        return format!("{longest} (+{} ranges)", number(parts.len() as u64 - 1));
    }
    let first = bounds(parts[0]).0;
    let last = parts.last().map_or(0, |part| bounds(part).1);
    format!("{} slots in {first}-{last}", number(total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Moment;

    #[test]
    fn numbers_in_words() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(n), text);
        }
        for (n, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1.0 MiB"),
            (197_132_288, "188 MiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(size(n), text);
        }
        for (ms, text) in [
            (0, "0 ms"),
            (850, "850 ms"),
            (1000, "1 s"),
            (12_345, "12.3 s"),
            (60_000, "1 min"),
            (2_801_000, "46 min 41 s"),
            (11_100_000, "3 h 5 min"),
            (187_200_000, "2 d 4 h"),
        ] {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn signals_in_words() {
        let some = BTreeMap::from([(Signal::Moved, 1200), (Signal::Ask, 0), (Signal::Topology, 1)]);
        assert_eq!(events(&some), "1,200 MOVED, 1 slot map notice");
        let more = BTreeMap::from([(Signal::Unreachable, 2), (Signal::TooManyRedirects, 2)]);
        assert_eq!(events(&more), "2 too many redirects, 2 connect errors");
        assert_eq!(errors(Signal::ClusterDown), "CLUSTERDOWN errors");
        assert_eq!(errors(Signal::Topology), "Slot map notices");
        assert_eq!(errors(Signal::TooManyRedirects), "Too many redirects");
    }

    #[test]
    fn spans_say_no_date_twice() {
        let at = |ms: i64| Time(Moment::universal(1_776_939_330_000 + ms));
        assert_eq!(span(at(0), at(0), "-"), "2026-04-23 10:15:30 UTC");
        assert_eq!(span(at(0), at(5), "-"), "2026-04-23 10:15:30.000 - 10:15:30.005 UTC");
        assert_eq!(span(at(0), at(60_000), "-"), "2026-04-23 10:15:30 - 10:16:30 UTC");
        assert_eq!(span(at(0), at(86_400_000), "-"), "2026-04-23 10:15:30 - 2026-04-24 10:15:30 UTC");
        let local = Time(Moment::local(0));
        assert_eq!(span(local, local, "-"), "1970-01-01 00:00:00 (no zone)");
    }

    #[test]
    fn slots_stay_short() {
        for (ranges, text) in [
            ("", ""),
            ("7638", "7638"),
            ("0-5460,7001", "0-5460, 7001"),
            ("1,2-3000,5000,6000", "2-3000 (+3 ranges)"),
            ("1,5,9,16383", "4 slots in 1-16383"),
        ] {
            assert_eq!(slots(ranges), text);
        }
    }
}
