//! Evidence as data: numbers, addresses and times. Words are made from it elsewhere
//! (`wording`), in as many languages as there are.

use super::incident::State;
use super::timeline::LaneClock;
use crate::model::{Client, Endpoint, PathMark, Signal, Slot};

/// One piece of evidence, or one reason for a kind or a state. Durations are seconds,
/// shares run from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the variants say what their fields count; `of` is the whole that a count is part of"
)]
pub enum Fact {
    /// Records show code of a cluster-aware client.
    ClusterCode { events: u64, of: u64 },
    /// Records show code of a client that knows no cluster.
    StandaloneCode { events: u64, of: u64 },
    /// This client has no cluster mode of its own, or not in the form that was logged.
    ClientWithoutCluster { client: Client, events: u64 },
    /// The client followed these redirections: no command failed.
    Followed { events: u64, of: u64 },
    /// Records show a pipeline, a transaction, a script or publish/subscribe.
    OnPath { mark: PathMark, events: u64, of: u64 },
    /// One command makes up nearly all of the events.
    OneCommand { command: String, events: u64, of: u64 },
    /// Only commands that read.
    ReadCommandsOnly { events: u64 },
    /// The node that answered named itself.
    SelfRedirect { events: u64, of: u64 },
    /// Slots come from half of slot space or more.
    WideSpread { slots: usize, targets: usize, low: f64 },
    /// Slots come from less than half of slot space.
    NarrowSpread { slots: usize, targets: usize, high: f64 },
    /// One to three slots.
    FewSlots { slots: usize },
    /// Slots leave out a stretch as large as one master's share.
    OneMasterMissing { gap: f64, targets: usize },
    /// No stretch of slots is left out: the asked node is no master's own.
    NoMasterMissing { gap: f64, targets: usize },
    /// Every slot has one owner.
    OneMap { reseen: u64 },
    /// Targets are mixed as in a random order (1) rather than one after another (0).
    MixedTargets { interleaving: f64, targets: usize },
    /// One target follows another.
    SequentialTargets { interleaving: f64, targets: usize },
    /// Events that teach again what was taught long before.
    LateRepeats { late: u64, of: u64, after: i64 },
    /// One lesson came in this many separate minutes.
    SameLesson { minutes: u64 },
    /// No lesson was needed again after the wait.
    Learned { lessons: u64, median: u64, late: u64 },
    /// Far fewer events in the second half of the log volume.
    Decayed { second_half: u64, of: u64 },
    /// About as many events in the second half of the log volume.
    Persistent { second_half: u64, of: u64 },
    /// The log goes on without a hit.
    QuietAfter { seconds: i64 },
    /// Hits go on to the end of the log, or so close to it that nothing is known.
    UpToTheEnd { seconds: i64 },
    /// Hits began with the process.
    Born { reporters: usize },
    /// Hits began after clean log.
    MidLife { clean: i64 },
    /// Reporters began together.
    BeganTogether { reporters: usize, of: usize },
    /// A process start ended it.
    EndedByRestart,
    /// Others of the same log are not affected.
    SomeReporters { with: usize, of: usize },
    /// Connect errors to a node, some of them right after a redirection to it.
    ConnectErrors { node: Option<Endpoint>, events: u64, after_redirect: u64 },
    /// Part of the targets that cannot be reached.
    UnreachableTargets { targets: usize, of: usize, events: u64 },
    /// Another signal close by.
    Nearby { signal: Signal, events: u64 },
    /// Another signal in the minute before the first hit.
    LedBy { signal: Signal, events: u64 },
    /// Slots said to live at one node, and then only at another.
    Succession { from: Endpoint, to: Endpoint, slots: u64 },
    /// One node was named until another, the only one besides, came up.
    Handover { from: Endpoint, to: Endpoint },
    /// All slots came up within this time.
    AllAtOnce { slots: usize, seconds: i64 },
    /// Slots came up in rising order.
    RisingSlots { slots: usize, correlation: f64 },
    /// A slot's target alternates.
    Alternates { slot: Slot, alternations: u64 },
    /// Slots with two owners named.
    TwoOwners { slots: u64, of: u64 },
    /// Reporters whose map has no target in common with that of the others.
    OtherMap { reporters: usize, targets: usize, shared_slots: usize },
    /// Two maps lie on top of each other.
    TwoMaps { targets: usize, conflicting: u64, of: u64 },
    /// Two names for the same slots.
    TwoNames { one: Endpoint, other: Endpoint, slots: u64 },
    /// The host part is empty or unknown.
    UnknownHost { host: String, events: u64, of: u64 },
    /// An address that only works on the server's own machine or network.
    LocalAddress { node: Endpoint },
    /// Events at a fixed interval.
    Timer { burstiness: f64, period: i64 },
    /// One slot takes most of the events.
    HotSlot { slot: Slot, share: f64 },
    /// A login was refused right after a redirection.
    AuthAfterRedirect { events: u64 },
    /// ASK is answered only for a slot that its owner has marked as migrating.
    AskSeen { events: u64, slots: usize },
    /// Windows whose slot is later named at its new owner.
    Closed { windows: u64, of: u64 },
    /// The node that the slots leave.
    Source { node: Endpoint },
    /// A window in a state worth naming.
    Window { slot: Option<Slot>, state: State, asks: u64, seconds: i64 },
    /// This slot is still asked for while a later one is done.
    Overtaken { slot: Slot, by: Slot },
    /// MOVED back to the source right after ASK: the ASKING got lost.
    Bounced { events: u64, of: u64 },
    /// TRYAGAIN alongside.
    TryAgain { events: u64, seconds: i64 },
    /// The same target is that of a resharding nearby.
    SameTargetAsCampaign { target: Endpoint, slots: usize },
    /// Too few events for a verdict.
    FewEvents { events: u64, needed: u64 },
    /// The log ends too soon after the first hit to see whether anybody learns.
    ShortLog { seconds: i64, needed: i64 },
    /// The log ends too soon after the last hit to see whether it is over.
    ShortSilence { seconds: i64, needed: i64 },
    /// Fewer hits than this in every minute.
    NeverDense { busiest: u64, limit: u64 },
    /// Share of late repeats between the limits of a refresh and of a storm.
    BetweenTests { late: u64, of: u64 },
    /// Counts are lower bounds: the logger left lines out.
    Sampled { events: u64 },
    /// Redirections whose kind is not printed and that nothing else in the log proves.
    UnknownKind { events: u64, of: u64 },
    /// Nothing is dated.
    Undated,
    /// Several episodes of the same pairs.
    Recurring { episodes: usize },
}

/// A remark on the diagnosis as a whole.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the variants say what their fields are; reporters are indexes into the digest's"
)]
pub enum Note {
    /// Some events have times with a zone, some without: no order between them is
    /// assumed.
    SeparateClocks { clocks: Vec<LaneClock> },
    /// The digest kept only part of the time series.
    Thinned { kept_one_in: u64 },
    /// Reporters of two clusters are in one log.
    TwoClusters { first: Vec<u32>, second: Vec<u32>, shared_slots: usize },
}
