//! What a record says about the code that logged it.

/// Level of a log record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Level {
    /// Trace or finer.
    Trace,
    /// Debug.
    Debug,
    /// Info, notice.
    Info,
    /// Warning.
    Warn,
    /// Error.
    Error,
    /// Fatal, critical, panic.
    Fatal,
}

impl Level {
    /// Every level, finest first.
    pub const ALL: [Self; 6] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];
}

/// Facts about the code path of a record, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum PathMark {
    /// A stack frame, logger or class of a cluster-aware client.
    ClusterClient,
    /// A stack frame or class of a client that knows no cluster.
    StandaloneClient,
    /// A pipeline.
    Pipeline,
    /// MULTI/EXEC.
    Transaction,
    /// A Lua script or function.
    Script,
    /// (Sharded) publish/subscribe.
    PubSub,
    /// The client followed this redirection: no command failed.
    Followed,
    /// The answer or the error went to a caller.
    Escaped,
}

impl PathMark {
    /// Every mark.
    pub const ALL: [Self; 8] = [
        Self::ClusterClient,
        Self::StandaloneClient,
        Self::Pipeline,
        Self::Transaction,
        Self::Script,
        Self::PubSub,
        Self::Followed,
        Self::Escaped,
    ];
}

/// A set of [`PathMark`]s.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PathMarks(u8);

impl PathMarks {
    /// Adds a mark.
    pub fn insert(&mut self, mark: PathMark) {
        self.0 |= 1 << mark as u8;
    }

    /// Whether the mark is set.
    pub const fn contains(self, mark: PathMark) -> bool {
        self.0 & (1 << mark as u8) != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
