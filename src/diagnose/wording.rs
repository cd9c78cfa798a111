//! Facts in words, numbers always beside them. English; another language is one more
//! function of the same shape.

use super::fact::{Fact, Note};
use super::incident::State;
use super::timeline::LaneClock;
use crate::model::{Endpoint, PathMark, Signal};
use std::fmt::Write as _;

/// One fact as a clause without a full stop.
pub fn fact_words(fact: &Fact) -> String {
    match fact {
        Fact::ClusterCode { events, of } => {
            format!("{} of {} events show code of a cluster client", num(*events), num(*of))
        }
        Fact::StandaloneCode { events, of } => {
            format!("{} of {} events show code of a client that knows no cluster", num(*events), num(*of))
        }
        Fact::ClientWithoutCluster { client, events } => {
            format!("{} events come from {client} outside of any cluster mode", num(*events))
        }
        Fact::Followed { events, of } => {
            format!("the client followed {} of {} by itself: no command failed", num(*events), num(*of))
        }
        Fact::OnPath { mark, events, of } => {
            format!("{} of {} events are in {}", num(*events), num(*of), path(*mark))
        }
        Fact::OneCommand { command, events, of } => {
            format!("{} of {} named commands are {command}", num(*events), num(*of))
        }
        Fact::ReadCommandsOnly { events } => format!("all {} named commands only read", num(*events)),
        Fact::SelfRedirect { events, of } => {
            format!("the node that answered named itself in {} of {} events", num(*events), num(*of))
        }
        Fact::WideSpread { slots, targets, low } => format!(
            "{} slots from at least {} of slot space, {}",
            num(*slots as u64),
            percent(*low),
            plural(*targets as u64, "target")
        ),
        Fact::NarrowSpread { slots, targets, high } => format!(
            "{} slots from at most {} of slot space, {}",
            num(*slots as u64),
            percent(*high),
            plural(*targets as u64, "target")
        ),
        Fact::FewSlots { slots } => format!("only {}", plural(*slots as u64, "slot")),
        Fact::OneMasterMissing { gap, targets } => format!(
            "{} of slot space is never redirected: the share of one master beside {}, the one that is asked",
            percent(*gap),
            plural(*targets as u64, "target")
        ),
        Fact::NoMasterMissing { gap, targets } => format!(
            "no master's share is left out (largest gap {}, {}): who is asked owns nothing, or changes",
            percent(*gap),
            plural(*targets as u64, "target")
        ),
        Fact::OneMap { reseen } => format!("all {} slots seen again had one owner", num(*reseen)),
        Fact::MixedTargets { interleaving, targets } => format!(
            "{} are mixed ({interleaving:.2} of a random order's switches)",
            plural(*targets as u64, "target")
        ),
        Fact::SequentialTargets { interleaving, targets } => format!(
            "{} follow one another ({interleaving:.2} of a random order's switches)",
            plural(*targets as u64, "target")
        ),
        Fact::LateRepeats { late, of, after } => format!(
            "{} of {} hits repeat what the same reporter was told {} or more before",
            num(*late),
            num(*of),
            seconds(*after)
        ),
        Fact::SameLesson { minutes } => {
            format!("one reporter was told the same in {} separate minutes", num(*minutes))
        }
        Fact::Learned { lessons, median, late } => format!(
            "{} were taught, {} each in the middle, {} late repeats",
            plural(*lessons, "lesson"),
            plural(*median, "time"),
            num(*late)
        ),
        Fact::Decayed { second_half, of } => {
            format!(
                "{} of {} events fall into the second half of the log volume",
                num(*second_half),
                num(*of)
            )
        }
        Fact::Persistent { second_half, of } => {
            format!(
                "no decay: {} of {} events in the second half of the log volume",
                num(*second_half),
                num(*of)
            )
        }
        Fact::QuietAfter { seconds: s } => format!("then {} of log without a hit", seconds(*s)),
        Fact::UpToTheEnd { seconds: s } => {
            format!("the last hit is {} before the end of the log", seconds(*s))
        }
        Fact::Born { reporters } => {
            format!("hits begin with the process ({})", plural(*reporters as u64, "reporter"))
        }
        Fact::MidLife { clean } => format!("hits begin after {} of clean log", seconds(*clean)),
        Fact::BeganTogether { reporters, of } => {
            format!("{} of {} began within 30 s", num(*reporters as u64), plural(*of as u64, "reporter"))
        }
        Fact::EndedByRestart => "a process start ended it".to_owned(),
        Fact::SomeReporters { with, of } => {
            format!("only {} of {} are affected", num(*with as u64), plural(*of as u64, "reporter"))
        }
        Fact::ConnectErrors { node, events, after_redirect } => {
            let mut text = format!("{} to {}", plural(*events, "connect error"), address(node.as_ref()));
            if *after_redirect > 0 {
                // Writing to a string cannot fail.
                let _ = write!(text, ", {} of them right after a redirection there", num(*after_redirect));
            }
            text
        }
        Fact::UnreachableTargets { targets, of, events } => format!(
            "{} of {} cannot be reached ({})",
            num(*targets as u64),
            plural(*of as u64, "target"),
            plural(*events, "connect error")
        ),
        Fact::Nearby { signal, events } => format!("{} close by", signal_count(*signal, *events)),
        Fact::LedBy { signal, events } => format!("{} around the first hit", signal_count(*signal, *events)),
        Fact::Succession { from, to, slots } => {
            format!("{} went from {from} to {to} and never back", plural(*slots, "slot"))
        }
        Fact::Handover { from, to } => format!("{from} was named until {to} came up, and never again"),
        Fact::AllAtOnce { slots, seconds: s } => {
            format!("{} came up within {}", plural(*slots as u64, "slot"), seconds(*s))
        }
        Fact::RisingSlots { slots, correlation } => {
            format!("{} came up in rising order ({correlation:.2})", plural(*slots as u64, "slot"))
        }
        Fact::Alternates { slot, alternations } => {
            format!("slot {slot} changed its target {} times for one reporter", num(*alternations))
        }
        Fact::TwoOwners { slots, of } => {
            format!("{} of {} slots seen again had two owners in turn", num(*slots), num(*of))
        }
        Fact::OtherMap { reporters, targets, shared_slots } => format!(
            "{} with {} agree on nothing with the rest of the log ({} in common)",
            plural(*reporters as u64, "reporter"),
            plural(*targets as u64, "target"),
            plural(*shared_slots as u64, "slot")
        ),
        Fact::TwoMaps { targets, conflicting, of } => format!(
            "two whole maps: {} of {} slots seen again have two owners among {}",
            num(*conflicting),
            num(*of),
            plural(*targets as u64, "target")
        ),
        Fact::TwoNames { one, other, slots } => {
            format!("{one} and {other} are named for the same {}", plural(*slots, "slot"))
        }
        Fact::UnknownHost { host, events, of } => format!(
            "{} of {} events name {} host",
            num(*events),
            num(*of),
            if host.is_empty() { "an empty" } else { "\"?\" as" }
        ),
        Fact::LocalAddress { node } => format!("{node} works on its own machine or network only"),
        Fact::Timer { burstiness, period } => {
            format!("hits come every {} (burstiness {burstiness:.2})", seconds(*period))
        }
        Fact::HotSlot { slot, share } => format!("slot {slot} takes {} of the events", percent(*share)),
        Fact::AuthAfterRedirect { events } => {
            format!("{} right after a redirection", plural(*events, "refused login"))
        }
        Fact::AskSeen { events, slots } => format!(
            "{} ASK for {} or more: a node answers ASK only for a slot that it is giving away",
            num(*events),
            plural(*slots as u64, "slot")
        ),
        Fact::Closed { windows, of } => {
            format!("{} of {} slots were named at their new owner afterwards", num(*windows), num(*of))
        }
        Fact::Source { node } => format!("the slots leave {node}"),
        Fact::Window { slot, state, asks, seconds: s } => {
            let slot =
                slot.map_or_else(|| "a slot that is not named".to_owned(), |slot| format!("slot {slot}"));
            format!("{slot} is {}: {} ASK over {}", state_words(*state), num(*asks), seconds(*s))
        }
        Fact::Overtaken { slot, by } => {
            format!("slot {by} was opened after slot {slot} and is done, while slot {slot} still answers ASK")
        }
        Fact::Bounced { events, of } => format!(
            "{} MOVED back to the source within a second of an ASK for the slot ({} ASK in all)",
            num(*events),
            num(*of)
        ),
        Fact::TryAgain { events, seconds: s } => format!("{} TRYAGAIN over {}", num(*events), seconds(*s)),
        Fact::SameTargetAsCampaign { target, slots } => {
            format!("{} moved to {target} in this log at that time", plural(*slots as u64, "slot"))
        }
        Fact::FewEvents { events, needed } => {
            format!("only {}; a verdict needs {}", plural(*events, "event"), num(*needed))
        }
        Fact::ShortLog { seconds: s, needed } => format!(
            "the log ends {} after the first hit; whether anybody learns shows after {}",
            seconds(*s),
            seconds(*needed)
        ),
        Fact::ShortSilence { seconds: s, needed } => format!(
            "the log ends {} after the last hit; whether it is over shows after {}",
            seconds(*s),
            seconds(*needed)
        ),
        Fact::NeverDense { busiest, limit } => {
            format!("never more than {} in a minute (dense from {})", plural(*busiest, "event"), num(*limit))
        }
        Fact::BetweenTests { late, of } => {
            format!(
                "{} of {} hits are late repeats: more than a refresh leaves, too few for a storm",
                num(*late),
                num(*of)
            )
        }
        Fact::Sampled { events } => {
            format!(
                "counts are lower bounds: the logger left lines out ({} events from such notices)",
                num(*events)
            )
        }
        Fact::UnknownKind { events, of } => {
            format!("{} of {} events do not print whether they are MOVED or ASK", num(*events), num(*of))
        }
        Fact::Undated => "no times: only the order of lines is known".to_owned(),
        Fact::Recurring { episodes } => {
            format!("{} that teach mostly the same", plural(*episodes as u64, "episode"))
        }
    }
}

/// One remark as a sentence.
pub fn note_words(note: &Note, reporters: &[String]) -> String {
    match note {
        Note::SeparateClocks { clocks } => {
            let names: Vec<&str> = clocks.iter().map(|c| clock(*c)).collect();
            format!(
                "Events are on separate timelines ({}); nothing orders one against another. --timezone gives local times a zone.",
                names.join(", ")
            )
        }
        Note::Thinned { kept_one_in } => format!(
            "There was more than memory for: times were kept for one in {} of the (slot, target, reporter) series. Counts are exact, shapes in time are sampled.",
            num(*kept_one_in)
        ),
        Note::TwoClusters { first, second, shared_slots } => format!(
            "Two clusters in one log: {} and {} name different owners for all {} that both name.",
            names(first, reporters),
            names(second, reporters),
            plural(*shared_slots as u64, "slot")
        ),
    }
}

fn names(indexes: &[u32], reporters: &[String]) -> String {
    let known: Vec<&str> =
        indexes.iter().filter_map(|&i| reporters.get(i as usize)).map(String::as_str).take(3).collect();
    let rest = indexes.len().saturating_sub(known.len());
    match (known.is_empty(), rest) {
        (true, _) => "some reporters".to_owned(),
        (false, 0) => known.join(", "),
        (false, rest) => format!("{} and {rest} more", known.join(", ")),
    }
}

fn clock(clock: LaneClock) -> &'static str {
    match clock {
        LaneClock::Universal => "times with a zone",
        LaneClock::Local => "times without a zone",
        LaneClock::Undated => "no times",
    }
}

fn state_words(state: State) -> &'static str {
    match state {
        State::Over => "over",
        State::OngoingAtEnd => "ongoing at the end of the log",
        State::Undated => "undated",
        State::Completed => "completed",
        State::PresumedEnded => "presumed to have ended",
        State::InProgressAtEnd => "in progress at the end of the log",
        State::Slow => "slow",
        State::Stuck => "stuck",
        State::Aborted => "given up, by the look of it",
        State::Reversed => "on its way back",
        State::Unknown => "unknown",
        State::Mixed => "mixed",
    }
}

fn path(mark: PathMark) -> &'static str {
    match mark {
        PathMark::ClusterClient => "a cluster client",
        PathMark::StandaloneClient => "a plain client",
        PathMark::Pipeline => "a pipeline",
        PathMark::Transaction => "a transaction",
        PathMark::Script => "a script",
        PathMark::PubSub => "publish/subscribe",
        PathMark::Followed => "redirections that were followed",
        PathMark::Escaped => "errors that reached a caller",
    }
}

fn signal_count(signal: Signal, events: u64) -> String {
    let name = match signal {
        Signal::Moved => "MOVED",
        Signal::Ask => "ASK",
        Signal::Redirect => "redirection of unknown kind",
        Signal::TryAgain => "TRYAGAIN",
        Signal::CrossSlot => "CROSSSLOT",
        Signal::ClusterDown => "CLUSTERDOWN",
        Signal::SlotUnserved => "slot without an owner",
        Signal::TooManyRedirects => "exceeded redirect limit",
        Signal::NoTopology => "failed read of the slot map",
        Signal::ReadOnly => "READONLY",
        Signal::MasterDown => "MASTERDOWN",
        Signal::Loading => "LOADING",
        Signal::ExecAbort => "EXECABORT",
        Signal::Unreachable => "connect error",
        Signal::Auth => "refused login",
        Signal::Migration => "line about a slot migration",
        Signal::Failover => "line about a failover",
        Signal::Topology => "line about a map refresh or a changed address",
        Signal::Other => "other hit",
    };
    format!("{} × {name}", num(events))
}

fn address(node: Option<&Endpoint>) -> String {
    node.map_or_else(|| "a node that is not named".to_owned(), ToString::to_string)
}

/// Digits in groups of three.
fn num(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn plural(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", num(n), if n == 1 { "" } else { "s" })
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn seconds(s: i64) -> String {
    match s {
        i64::MIN..120 => format!("{s} s"),
        120..7_200 => format!("{} min", s / 60),
        _ => format!("{:.1} h", s as f64 / 3_600.0),
    }
}
