//! What a record's text proves about who printed it and through which code path.
//!
//! A text proves a client only where its own source code prints that text; a bare
//! `MOVED 1 h:p` proves none. Collecting works line by line, so a caller can leave out
//! the lines of other pods that stand between those of a record, and decide once.

mod checks;
mod needles;
mod origin;

pub(super) use origin::{answering_node, command};

use crate::model::{Client, PathMark, PathMarks};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind, StartKind};
use needles::Needle;
use std::sync::OnceLock;

/// What the texts of a record prove.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Evidence {
    /// Who printed it; `None` rather than a guess.
    pub client: Option<Client>,
    /// Which code path it shows.
    pub marks: PathMarks,
    /// Whether a word, logger, class or message of Redis or Valkey is in the text: the
    /// evidence that a bare `<slot> <host>:<port>`, a connect error or a failed login
    /// is about Redis.
    pub redis: bool,
}

/// Something that is neither a client nor a mark by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
enum Hint {
    /// A Redis or Valkey word.
    RedisWord,
    /// redis-py, or one of the clients that grew out of its code.
    PythonFamily,
    /// `ReplyError`: the class of redis-parser, which ioredis and node_redis 2–3 share.
    ReplyError,
    /// A command as ioredis shows it: an object with a name in lower case.
    CommandObject,
    /// A command as node_redis shows it: a name in capitals.
    CommandText,
    /// `code: 'MOVED'`, which only node_redis adds.
    ReplyCode,
    /// The client says that it stopped following.
    GaveUp,
    /// The connection's URL after a redirection: redis-client, mostly below redis-rb.
    RubySuffix,
}

/// What one needle proves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    /// This client printed it.
    Of(Client),
    /// A code path.
    Mark(PathMark),
    /// Part of a proof.
    Hint(Hint),
}

impl Sign {
    /// Clients take bits 0 to 39, marks 40 to 47, hints 48 to 63.
    const fn bit(self) -> u64 {
        match self {
            Self::Of(client) => 1 << client as u32,
            Self::Mark(mark) => 1 << (40 + mark as u32),
            Self::Hint(hint) => 1 << (48 + hint as u32),
        }
    }
}

const _: () = assert!(Client::ALL.len() <= 40 && PathMark::ALL.len() <= 8);

/// The signs found so far: a set that merges with `|`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Needles(u64);

impl std::ops::BitOr for Needles {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Needles {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Which client wins when a record proves several: the server's own lines first, then
/// a library before the one that it is built on or shares its texts with, tools last.
const PRECEDENCE: [Client; 34] = [
    Client::RedisServer,
    // These subclass or copy redis-py's classes.
    Client::RedisPyCluster,
    Client::Coredis,
    Client::Aioredis,
    Client::ValkeyPy,
    // GLIDE's core is a fork of redis-rs, and its wrappers run in Python, Java, Node.
    Client::ValkeyGlide,
    Client::RedisPy,
    Client::Redisson,
    Client::Lettuce,
    Client::Jedis,
    Client::VertxRedis,
    Client::StackExchangeRedis,
    Client::DotnetOther,
    Client::Ioredis,
    Client::NodeRedis,
    Client::Rueidis,
    Client::Radix,
    Client::GoRedis,
    Client::Redigo,
    Client::Fred,
    Client::Rustis,
    Client::RedisRs,
    // redis-rb 5 runs on redis-client, so both are in its traces.
    Client::RedisRb,
    Client::RedisClientRb,
    // Predis can run on top of the extension.
    Client::Predis,
    Client::Phpredis,
    Client::RedisPlusPlus,
    Client::Redix,
    Client::Eredis,
    Client::LuaRestyRedis,
    Client::PerlRedis,
    // Many of the above are built on hiredis.
    Client::Hiredis,
    Client::Envoy,
    Client::RedisCli,
];

impl Needles {
    /// What everything found so far proves together.
    pub(super) fn decide(self) -> Evidence {
        let client = self.client();
        Evidence {
            client,
            marks: self.marks(),
            redis: client.is_some() || self.has(Sign::Hint(Hint::RedisWord)),
        }
    }

    const fn has(self, sign: Sign) -> bool {
        self.0 & sign.bit() != 0
    }

    fn client(self) -> Option<Client> {
        if let Some(client) = PRECEDENCE.into_iter().find(|&c| self.has(Sign::Of(c))) {
            return Some(client);
        }
        if self.has(Sign::Hint(Hint::PythonFamily)) {
            return Some(Client::RedisPy);
        }
        if self.has(Sign::Hint(Hint::ReplyError)) {
            if self.has(Sign::Hint(Hint::CommandObject)) {
                return Some(Client::Ioredis);
            }
            if self.has(Sign::Hint(Hint::CommandText)) || self.has(Sign::Hint(Hint::ReplyCode)) {
                return Some(Client::NodeRedis);
            }
        }
        // Above redis-client 0.21 the class alone tells the two apart.
        self.has(Sign::Hint(Hint::RubySuffix)).then_some(Client::RedisRb)
    }

    fn marks(self) -> PathMarks {
        let mut marks = PathMarks::default();
        for mark in PathMark::ALL {
            let overruled = match mark {
                // A cluster client's trace goes through the plain client's frames.
                PathMark::StandaloneClient => self.has(Sign::Mark(PathMark::ClusterClient)),
                // A client that logs a redirection and follows it prints the exception
                // too; once it gave up, the command failed.
                PathMark::Escaped => {
                    self.has(Sign::Mark(PathMark::Followed)) && !self.has(Sign::Hint(Hint::GaveUp))
                }
                PathMark::Followed => self.has(Sign::Hint(Hint::GaveUp)),
                _ => false,
            };
            if self.has(Sign::Mark(mark)) && !overruled {
                marks.insert(mark);
            }
        }
        marks
    }
}

/// Finds in one pass over a text everything that proves something.
///
/// A line without any needle costs about 0.4 ns a byte, one with needles about 2 ns.
pub(super) struct EvidenceFinder {
    /// Short pieces of which every needle holds one: most lines have none.
    gate: AhoCorasick,
    /// All needles, any case, overlapping. It takes some milliseconds to build, which
    /// an input without a single piece need not pay.
    needles: OnceLock<AhoCorasick>,
    /// By pattern number.
    table: Vec<(&'static Needle, Needles)>,
    /// How far before its first piece a needle may start, in bytes.
    lead: usize,
}

/// Every needle holds one of these as written; one that ignores case also does when
/// it is in lower case. At most 64 of at least four bytes: that is what the vectorised
/// search takes.
const STEMS: &[&str] = &[
    "edis",
    "EDIS",
    "alkey",
    "ALKEY",
    "edix",
    "ettuce",
    "luster",
    "Error",
    "Exception",
    "slot",
    "Slot",
    "r.c.j",
    "i.l.c",
    "output=",
    "a partition",
    "edirect",
    "ASKING",
    "ipeline",
    "startup n",
    "reconnectOn",
    "code: '",
    "\"MOVED\"",
    "\"ASK\"",
    "Client).",
    "rueidis",
    "InitAddress",
    "edigo",
    "radix",
    "Moved: ",
    "Ask: ",
    "TryAgain",
    "with MASTER",
    "ReadOnly: ",
    "UNBLOCKED",
    "ansaction",
    "initial conn",
    "fred::",
    "rustis",
    "glide",
    "logger_core",
    "moved_error",
    "Timed out att",
    "shards info",
    "refresh topo",
    "TYPE ret",
    "Set as ",
    "STABLE",
    "agree about",
    " role=",
    "EXEC",
    "ExecAbort",
    "user_script",
    "EVAL",
    "FCALL",
    "SSUBSCR",
    "SPUBL",
    "ShardedP",
    "ssubscr",
    "spubl",
    "error,<<",
    "(error)",
    "command",
    "signalled by",
];

impl Default for EvidenceFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl EvidenceFinder {
    /// Builds the search. Build one for the whole run and share it between threads.
    pub(super) fn new() -> Self {
        let table: Vec<_> = needles::all()
            .map(|needle| {
                let bits = needle.signs.iter().fold(0, |bits, sign| bits | sign.bit());
                (needle, Needles(bits))
            })
            .collect();
        let lead = table.iter().filter_map(|(needle, _)| lead(needle)).max().unwrap_or_default();
        let gate = search(MatchKind::LeftmostFirst, false, STEMS.iter().copied());
        Self { gate, needles: OnceLock::new(), table, lead }
    }

    /// Adds to `found` what `text` proves. `text` is one line, or several that belong
    /// together.
    pub(super) fn collect(&self, text: &[u8], found: &mut Needles) {
        if checks::server_line(text) {
            found.0 |= Sign::Of(Client::RedisServer).bit();
        }
        let Some(stem) = self.gate.find(text) else { return };
        let needles = self.needles.get_or_init(|| {
            search(MatchKind::Standard, true, self.table.iter().map(|(needle, _)| needle.text))
        });
        let rest = Input::new(text).range(stem.start().saturating_sub(self.lead)..);
        for hit in needles.find_overlapping_iter(rest) {
            let Some((needle, signs)) = self.table.get(hit.pattern().as_usize()) else { continue };
            if (*found | *signs) == *found {
                continue;
            }
            let as_written = !needle.exact || &text[hit.range()] == needle.text.as_bytes();
            if as_written && (needle.check)(text, hit.start(), hit.end()) {
                *found |= *signs;
            }
        }
    }
}

/// How far into the needle its first stem stands, in the less lucky case of letters.
fn lead(needle: &Needle) -> Option<usize> {
    let first = |text: &str| STEMS.iter().filter_map(|stem| text.find(stem)).min();
    let lower = if needle.exact { None } else { first(&needle.text.to_ascii_lowercase()) };
    first(needle.text).max(lower)
}

/// An automaton over a fixed, valid set of patterns.
fn search<'p>(kind: MatchKind, any_case: bool, patterns: impl Iterator<Item = &'p str>) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(kind)
        .kind(Some(AhoCorasickKind::DFA))
        .start_kind(StartKind::Unanchored)
        .ascii_case_insensitive(any_case)
        .build(patterns)
        .expect("a few hundred short patterns fit an automaton")
}

#[cfg(test)]
mod tests;
