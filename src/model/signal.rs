//! What kind of reply, error or notice a line tells of.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! signals {
    ($($(#[$doc:meta])* $variant:ident => $id:literal,)*) => {
        /// What kind of reply, error or notice a hit is. The ids are fixed by the
        /// outside contract.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Signal {
            $($(#[$doc])* #[serde(rename = $id)] $variant,)*
        }

        impl Signal {
            /// Every signal, in the order reports list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The id used in rule files, on the command line and in every output.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

signals! {
    /// `MOVED <slot> <host>:<port>`: the slot lives there; update the map.
    Moved => "moved",
    /// `ASK <slot> <host>:<port>`: the slot is migrating; ask there once, keep the map.
    Ask => "ask",
    /// A redirection whose kind is not printed.
    Redirect => "redirect",
    /// `TRYAGAIN`: a multi-key command met a slot whose keys are on two nodes.
    TryAgain => "tryagain",
    /// `CROSSSLOT`: the keys of one command hash to different slots.
    CrossSlot => "crossslot",
    /// `CLUSTERDOWN`: the node sees no quorum or an uncovered slot.
    ClusterDown => "clusterdown",
    /// A slot has no known owner.
    SlotUnserved => "slot-unserved",
    /// The client's redirect limit was reached, or it runs in a loop.
    TooManyRedirects => "too-many-redirects",
    /// No node gave the client the slot map.
    NoTopology => "no-topology",
    /// `READONLY`: a write reached a replica.
    ReadOnly => "readonly",
    /// `MASTERDOWN`: a replica without its master refuses to serve stale data.
    MasterDown => "masterdown",
    /// `LOADING`: the node reads its data set from disk.
    Loading => "loading",
    /// `EXECABORT`: a queued command was refused, often with a redirection.
    ExecAbort => "execabort",
    /// A connect error or timeout that names a node.
    Unreachable => "unreachable",
    /// `NOAUTH`, `WRONGPASS` and the like.
    Auth => "auth",
    /// A server, redis-cli or client line that tells of a slot being migrated.
    Migration => "migration",
    /// A server line that tells of an election or a takeover.
    Failover => "failover",
    /// A client refreshes its slot map, or a node's address changed.
    Topology => "topology",
    /// A rule that is not about redirections.
    Other => "other",
}

impl Signal {
    /// The signal with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.id() == id)
    }

    /// Whether this is a redirection: `MOVED`, `ASK`, or one of unknown kind.
    pub const fn is_redirection(self) -> bool {
        matches!(self, Self::Moved | Self::Ask | Self::Redirect)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
