//! Incidents: events with one verdict. Numbers and ids only; words are made in the
//! report layer.

use super::advice::Advice;
use super::fact::Fact;
use crate::model::{Client, Endpoint, Moment, Signal, Slot, SlotSet};
use crate::tally::Place;
use std::collections::BTreeMap;

/// Events with one verdict. An event belongs to one incident at most.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Stable id: a fixed hash of signal family, sorted targets and sorted reporters,
    /// plus a running number by start. No time, slot, cause or count is in it.
    pub id: String,
    /// What shape the events have.
    pub kind: Kind,
    /// Where in its life it was when the log ended.
    pub state: State,
    /// How much it matters.
    pub severity: Severity,
    /// Times of its first and last event; `None` when undated.
    pub span: Option<(Moment, Moment)>,
    /// How many events.
    pub events: u64,
    /// Events by signal, sorted.
    pub signals: Vec<(Signal, u64)>,
    /// Index of the rule, for kind [`Kind::Other`].
    pub rule: Option<u32>,
    /// Slots named by its events.
    pub slots: SlotSet,
    /// Targets with their events and slots, most events first (then by address).
    pub targets: Vec<TargetShare>,
    /// Indexes into `Digest::reporters`, sorted.
    pub reporters: Vec<u32>,
    /// Proven clients, most events first.
    pub clients: Vec<Client>,
    /// Why it has this kind and state, or what a longer log would have to show.
    pub reasons: Vec<Fact>,
    /// The likely cause with its evidence.
    pub cause: Cause,
    /// What to do, what not to do, and how to verify.
    pub advice: Advice,
    /// For windows and campaigns: each window, in order of its first ASK.
    pub window_list: Vec<WindowDetail>,
    /// The node that a window's or campaign's slots leave, where it is known.
    pub source: Option<Endpoint>,
    /// For windows and campaigns: how many windows are in each state.
    pub windows: BTreeMap<State, u64>,
    /// The slot that takes half of the events or more, with its share (0 to 1).
    pub hot_slot: Option<(Slot, f64)>,
    /// Place of its first and last event in the order of the input.
    pub first: Place,
    /// See `first`.
    pub last: Place,
    /// Events over the incident's span in equal steps, for a sparkline; empty when
    /// undated.
    pub profile: Vec<u64>,
    /// Indexes into `Digest::samples`, at most three.
    pub samples: Vec<usize>,
}

/// One target's part of an incident.
#[derive(Clone, Debug)]
pub struct TargetShare {
    /// The target; `None` when its events print none.
    pub endpoint: Option<Endpoint>,
    /// Events that name it.
    pub events: u64,
    /// Slots that they name.
    pub slots: SlotSet,
}

/// One slot's way to one target.
#[derive(Clone, Debug)]
pub struct WindowDetail {
    /// The slot; `None` for all ASK that do not name slot and target.
    pub slot: Option<Slot>,
    /// Where it goes.
    pub target: Option<Endpoint>,
    /// What became of it.
    pub state: State,
    /// ASK events.
    pub asks: u64,
    /// First and last ASK; `None` when undated.
    pub span: Option<(Moment, Moment)>,
    /// The first MOVED to its target that proves its arrival.
    pub closed: Option<Moment>,
}

macro_rules! ids {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $id:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The id used in every output (fixed by the outside contract).
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

ids! {
    /// What shape an incident's events have (definitions: docs/verdicts.md).
    Kind {
        /// The same lesson repeated.
        MovedStorm => "moved-storm",
        /// A burst in which every client learns once and is quiet.
        MovedRefresh => "moved-refresh",
        /// Few hits, far apart.
        MovedScattered => "moved-scattered",
        /// Dense, but the evidence does not decide.
        MovedBurstOpen => "moved-burst-open",
        /// One slot on its way.
        AskWindow => "ask-window",
        /// Several windows of one resharding.
        AskCampaign => "ask-campaign",
        /// A node's ranges went to another at once, after errors.
        Failover => "failover",
        /// A slot whose target alternates.
        Flapping => "flapping",
        /// Another signal that no redirection incident uses as evidence.
        ClusterErrors => "cluster-errors",
        /// A rule that is not about redirections.
        Other => "other",
    }
}

ids! {
    /// Where in its life an incident was when the log ended.
    State {
        /// Over: quiet followed while logging went on.
        Over => "over",
        /// Still going on when the log ended.
        OngoingAtEnd => "ongoing-at-end",
        /// Nothing is dated.
        Undated => "undated",
        /// ASK window: MOVED to its target followed.
        Completed => "completed",
        /// ASK window: no ASK for long enough of active log.
        PresumedEnded => "presumed-ended",
        /// ASK window: its last ASK is close to the end of the log.
        InProgressAtEnd => "in-progress-at-end",
        /// ASK window longer than one MIGRATE timeout.
        Slow => "slow",
        /// ASK window that does not move.
        Stuck => "stuck",
        /// ASK window after which only the old owner is named.
        Aborted => "aborted",
        /// ASK back to the source after a MOVED away from it.
        Reversed => "reversed",
        /// ASK window about which nothing more is known.
        Unknown => "unknown",
        /// Campaign whose windows are in different states.
        Mixed => "mixed",
    }
}

ids! {
    /// How much an incident matters, least first.
    Severity {
        /// Retried and over; nothing to do.
        Info => "info",
        /// Latency only.
        Low => "low",
        /// Transient errors for users.
        Medium => "medium",
        /// Persistent errors for users.
        High => "high",
        /// Conflicting ownership or data at risk.
        Critical => "critical",
    }
}

ids! {
    /// The causes that a verdict can name (docs/verdicts.md).
    #[expect(missing_docs, reason = "docs/verdicts.md has a heading for each")]
    CauseId {
        StandaloneClient => "standalone-client",
        StaleSlotMap => "stale-slot-map",
        BenignRefresh => "benign-refresh",
        Resharding => "resharding",
        StuckMigration => "stuck-migration",
        Failover => "failover",
        ConflictingOwners => "conflicting-owners",
        TwoClusters => "two-clusters",
        EndpointAlias => "endpoint-alias",
        UnreachableAddress => "unreachable-address",
        ReplicaReads => "replica-reads",
        UnknownEndpoint => "unknown-endpoint",
        NodeReplaced => "node-replaced",
        AskMishandled => "ask-mishandled",
        ProxyOrBalancer => "proxy-or-balancer",
        PipelinePath => "pipeline-path",
        OwnerDown => "owner-down",
        MisroutedCommand => "misrouted-command",
        TargetAuth => "target-auth",
        PeriodicProbe => "periodic-probe",
        Undecided => "undecided",
    }
}

ids! {
    /// How sure a cause is, in words.
    Strength {
        /// Nothing stands out.
        Undecided => "undecided",
        /// Score 0.4 or above.
        Possible => "possible",
        /// Score 0.7 or above.
        Likely => "likely",
        /// Score 0.9 or above with a decisive feature.
        Certain => "certain",
    }
}

/// A cause with its evidence.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Which.
    pub id: CauseId,
    /// How sure, in words.
    pub strength: Strength,
    /// How sure, 0 to 0.95; only ranks.
    pub score: f64,
    /// The numbers it rests on, strongest first.
    pub evidence: Vec<Fact>,
    /// Other causes that the evidence allows, likeliest first.
    pub alternatives: Vec<(CauseId, Strength)>,
}
