//! What must stand around a needle before it counts.

use crate::model::EndpointRef;

/// Looks at `text` around the match `start..end`.
pub(super) type Check = fn(text: &[u8], start: usize, end: usize) -> bool;

/// The needle is specific enough by itself, in any case.
pub(super) fn anywhere(_: &[u8], _: usize, _: usize) -> bool {
    true
}

/// No letter, digit or underscore stands before it.
pub(super) fn word(text: &[u8], start: usize, _: usize) -> bool {
    !before(text, start).is_some_and(in_word)
}

/// It is the first part of a dotted or slashed name: `redis.exceptions.` counts, but
/// not within `coredis.exceptions.` or `data.redis.exceptions.`.
pub(super) fn name_start(text: &[u8], start: usize, _: usize) -> bool {
    !before(text, start).is_some_and(|b| in_word(b) || b".-/\\:".contains(&b))
}

/// A Python logger: a whole dotted name, or one followed by a class. A setting
/// (`redis.cluster.nodes=`, `redis.cluster=true`) is none.
pub(super) fn logger(text: &[u8], start: usize, end: usize) -> bool {
    name_start(text, start, end)
        && match text.get(end) {
            None => true,
            Some(b'.') => text.get(end + 1).is_some_and(u8::is_ascii_uppercase),
            Some(&b) => !in_word(b) && !b"-=/".contains(&b),
        }
}

/// A class of PHP's global name space: Java and Python classes of the same name have
/// a package before them, and Python's `repr` has a quote after the parenthesis.
pub(super) fn php_class(text: &[u8], start: usize, end: usize) -> bool {
    let python = [&b"('"[..], b"(\""].iter().any(|quote| text[end..].starts_with(quote));
    !python && !before(text, start).is_some_and(|b| in_word(b) || b".:".contains(&b))
}

/// `JedisCluster…`, save for `JedisClusterException`, which the plain client throws
/// for CLUSTERDOWN too (`redis/clients/jedis/Protocol.java`).
pub(super) fn jedis_cluster(text: &[u8], _: usize, end: usize) -> bool {
    !text[end..].starts_with(b"Exception")
}

/// `<slot> <host>:<port>` follows.
pub(super) fn slot_and_endpoint(text: &[u8], start: usize, end: usize) -> bool {
    word(text, start, end) && reads_slot_and_endpoint(&text[end..])
}

fn reads_slot_and_endpoint(text: &[u8]) -> bool {
    let digits = text.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    (1..=5).contains(&digits)
        && text.get(digits) == Some(&b' ')
        && EndpointRef::parse_prefix(&text[digits + 1..]).is_some()
}

/// A reply of the cluster follows: `Cluster Error: MOVED …`.
pub(super) fn cluster_reply(text: &[u8], _: usize, end: usize) -> bool {
    let after = &text[end..];
    [&b"MOVED "[..], b"ASK ", b"CLUSTERDOWN "].iter().any(|code| after.starts_with(code))
}

/// A reply's code word in capitals follows: `(error) MOVED …`.
pub(super) fn code_word(text: &[u8], _: usize, end: usize) -> bool {
    let word = text[end..].iter().take(24).take_while(|b| b.is_ascii_uppercase()).count();
    word >= 2 && text.get(end + word) == Some(&b' ')
}

/// `<slot> from ` follows.
pub(super) fn slot_from(text: &[u8], start: usize, end: usize) -> bool {
    let digits = text[end..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    word(text, start, end) && digits > 0 && text[end + digits..].starts_with(b" from ")
}

/// `Moving <n>` stands before.
pub(super) fn moving_count(text: &[u8], start: usize, _: usize) -> bool {
    let head = &text[..start];
    let digits = head.iter().rev().take(6).take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && head[..head.len() - digits].ends_with(b"Moving ")
}

/// A capital follows: node_redis prints command names so.
pub(super) fn capital_next(text: &[u8], _: usize, end: usize) -> bool {
    text.get(end).is_some_and(u8::is_ascii_uppercase)
}

/// `get","args":[` follows, plain or escaped: a command as ioredis serialises it.
pub(super) fn name_then_args(text: &[u8], _: usize, end: usize) -> bool {
    let name = text[end..].iter().take(32).take_while(|b| b.is_ascii_lowercase()).count();
    let after = &text[end + name..];
    name > 0 && (after.starts_with(b"\",\"args\":[") || after.starts_with(b"\\\",\\\"args\\\":["))
}

/// `MOVED <slot> <host>:<port>` (or ASK) stands before ` (redis://…`.
pub(super) fn after_redirection(text: &[u8], start: usize, _: usize) -> bool {
    // Longest code word, slot and host name: 5 + 1 + 5 + 1 + 255 + 6.
    let head = &text[start.saturating_sub(280)..start];
    let Some(host) = head.iter().rposition(|&b| b == b' ') else { return false };
    let Some(slot) = head[..host].iter().rposition(|&b| b == b' ') else { return false };
    let code = &head[..slot];
    (code.ends_with(b"MOVED") || code.ends_with(b"ASK")) && reads_slot_and_endpoint(&head[slot + 1..])
}

/// Whether a line of the server's own shape starts in the first bytes of `text`:
/// `<pid>:<role> <day> <Mon> <year>` (`serverLogRaw`, Redis `src/server.c`). Wrappers
/// may stand before it.
pub(super) fn server_line(text: &[u8]) -> bool {
    // A compose or pod prefix and a collector's time are shorter than this.
    let head = &text[..text.len().min(192)];
    memchr::memchr_iter(b':', head).any(|colon| {
        colon.checked_sub(1).is_some_and(|before| head[before].is_ascii_digit())
            && role_and_date(&text[colon + 1..])
    })
}

/// `M 21 Nov 2026 `.
fn role_and_date(text: &[u8]) -> bool {
    let [role, b' ', rest @ ..] = text else { return false };
    let day = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let Some([b' ', month @ .., b' ', y1, y2, y3, y4, b' ']) = rest[day..].first_chunk::<10>() else {
        return false;
    };
    let months: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    b"MSCX".contains(role)
        && (1..=2).contains(&day)
        && months.contains(&month)
        && [y1, y2, y3, y4].iter().all(|b| b.is_ascii_digit())
}

/// `pid=<n>` stands before ` role=` and ` timestamp="` follows the role: Valkey's
/// `log-format logfmt`.
pub(super) fn server_logfmt(text: &[u8], start: usize, end: usize) -> bool {
    let head = &text[..start];
    let digits = head.iter().rev().take(11).take_while(|b| b.is_ascii_digit()).count();
    let role = text[end..].iter().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
    digits > 0
        && head[..head.len() - digits].ends_with(b"pid=")
        && role > 0
        && text[end + role..].starts_with(b" timestamp=")
}

/// `EVAL`, `EVALSHA`, `EVAL_RO`, `EVALSHA_RO` as a word in capitals.
pub(super) fn eval_word(text: &[u8], start: usize, end: usize) -> bool {
    let rest = &text[end..];
    let rest = rest.strip_prefix(b"SHA").unwrap_or(rest);
    let rest = rest.strip_prefix(b"_RO").unwrap_or(rest);
    word(text, start, end) && !rest.first().copied().is_some_and(in_word)
}

/// Not a part of `redistribute`, `rediscover`, `predisposed` and their like.
pub(super) fn no_english_word(text: &[u8], _: usize, end: usize) -> bool {
    const TAILS: [&[u8]; 10] =
        [b"tribu", b"trict", b"cover", b"play", b"pos", b"til", b"solv", b"cuss", b"cipl", b"pers"];
    let after = &text[end..];
    !TAILS.iter().any(|tail| after.get(..tail.len()).is_some_and(|a| a.eq_ignore_ascii_case(tail)))
}

/// The byte before; an escaped line break or tab (`\nredis.exceptions…` within JSON)
/// is blank space.
fn before(text: &[u8], start: usize) -> Option<u8> {
    match text.get(..start)? {
        [.., b'\\', b'n' | b't' | b'r'] => Some(b' '),
        [.., last] => Some(*last),
        [] => None,
    }
}

fn in_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}
