//! The command that met a redirection, and the node that answered it, where a record
//! prints them.

use crate::model::{Endpoint, EndpointRef};
use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// How the name is written after a lead.
#[derive(Clone, Copy)]
enum Name {
    /// Any case.
    Any,
    /// Capitals only: the lead alone is too weak.
    Capitals,
    /// After `] … -> `, before `(`: ioredis's debug line.
    AfterArrow,
    /// After a number and ` (`: a pipeline's error.
    InParentheses,
}

/// What stands before a command's name. The first lead in the text with a name wins.
const COMMAND_LEADS: [(&str, Name); 17] = [
    // ioredis: `util.inspect`, JSON, JSON within JSON, `DEBUG=ioredis:*`.
    ("command: { name: '", Name::Any),
    ("\"command\":{\"name\":\"", Name::Any),
    ("\\\"command\\\":{\\\"name\\\":\\\"", Name::Any),
    ("ioredis:cluster command ", Name::Any),
    ("write command[", Name::AfterArrow),
    // node_redis 2-3.
    ("command: '", Name::Capitals),
    ("\"command\":\"", Name::Capitals),
    ("\\\"command\\\":\\\"", Name::Capitals),
    // redis-py.
    ("error received for command ", Name::Any),
    ("Command # ", Name::InParentheses),
    // Lettuce, Redisson.
    ("[type=", Name::Any),
    ("command=(", Name::Any),
    ("command: (", Name::Any),
    // StackExchange.Redis.
    ("redirect not followed for ", Name::Any),
    ("topology refresh has been requested. Command: ", Name::Any),
    // The server, in scripts.
    ("execute command '", Name::Any),
    ("ERR Command '", Name::Any),
];

/// The command's name as the text prints it (`get`, `GET`), where it does.
pub(in crate::matcher) fn command(text: &[u8]) -> Option<&[u8]> {
    static LEADS: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| search(COMMAND_LEADS.iter().map(|(lead, _)| *lead)));
    LEADS.as_ref()?.find_iter(text).find_map(|hit| {
        let (_, name) = COMMAND_LEADS.get(hit.pattern().as_usize())?;
        let after = &text[hit.end()..];
        match name {
            Name::Any => word(after),
            Name::Capitals => word(after).filter(|w| w.iter().all(|b| !b.is_ascii_lowercase())),
            Name::AfterArrow => {
                let near = &after[..after.len().min(320)];
                let arrow = memchr::memmem::find(near, b" -> ")?;
                word(&near[arrow + 4..])
            }
            Name::InParentheses => {
                let digits = after.iter().take(8).take_while(|b| b.is_ascii_digit()).count();
                word(after[digits..].strip_prefix(b" (")?)
            }
        }
    })
}

/// A command's name: letters first, then also digits and `._|-` (`JSON.GET`,
/// `cluster|slots`), at most 32 bytes.
fn word(text: &[u8]) -> Option<&[u8]> {
    let letters = |b: &u8| b.is_ascii_alphanumeric() || b"._|-".contains(b);
    let len = text.iter().take(33).take_while(|b| letters(b)).count();
    ((2..=32).contains(&len) && text[0].is_ascii_alphabetic()).then(|| &text[..len])
}

/// How a source address is written after a lead.
#[derive(Clone, Copy)]
enum Source {
    /// Host and port, perhaps in quotes.
    Plain,
    /// A URL's authority, which may hold a user and a password, in front of `)`, `/`…
    Url,
    /// A URL's authority that must be followed by ` has further redirect`.
    Looping,
    /// `<host>/<ip>:<port>` as Java prints a resolved address.
    Resolved,
}

/// What stands before the address of the node that answered.
const SOURCE_LEADS: [(&str, Source); 15] = [
    // redis-py, GLIDE.
    (" on node ", Source::Plain),
    // redis-rb 5 and redis-client append the connection's URL.
    (" (redis://", Source::Url),
    (" (rediss://", Source::Url),
    // Redisson's channel; its redirection loop.
    (" - R:", Source::Resolved),
    ("Node redis://", Source::Looping),
    ("Node rediss://", Source::Looping),
    ("Node valkey://", Source::Looping),
    ("Node valkeys://", Source::Looping),
    ("Node //", Source::Looping),
    // Lettuce's channel: `[channel=0x…, /local -> /remote, …`.
    (" -> /", Source::Plain),
    // memtier_benchmark, redis-benchmark.
    ("Error from server ", Source::Plain),
    ("server ", Source::Plain),
    // ioredis's debug lines.
    ("write command[", Source::Plain),
    // Celery's worker.
    ("Cannot connect to redis://", Source::Url),
    ("Cannot connect to rediss://", Source::Url),
];

/// The node that answered, where the text prints it. A redirection never does; some
/// clients add the address of the connection.
pub(in crate::matcher) fn answering_node(text: &[u8]) -> Option<Endpoint> {
    static LEADS: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| search(SOURCE_LEADS.iter().map(|(lead, _)| *lead)));
    LEADS.as_ref()?.find_iter(text).find_map(|hit| {
        let (lead, source) = SOURCE_LEADS.get(hit.pattern().as_usize())?;
        let after = &text[hit.end()..];
        match source {
            Source::Plain => {
                let after =
                    after.strip_prefix(b"\"").or_else(|| after.strip_prefix(b"\\\"")).unwrap_or(after);
                let (node, used) = EndpointRef::parse_prefix(after)?;
                let follows = &after[used..];
                let is_source = match *lead {
                    "server " => follows.starts_with(b" handle error"),
                    "Error from server " => follows.starts_with(b": "),
                    _ => true,
                };
                is_source.then(|| node.to_owned())
            }
            Source::Url => authority(after).map(|(node, _)| node.to_owned()),
            Source::Looping => {
                let (node, rest) = authority(after)?;
                rest.starts_with(b" has further redirect").then(|| node.to_owned())
            }
            Source::Resolved => {
                let slash = after.iter().take(256).take_while(|&&b| b > b' ').position(|&b| b == b'/')?;
                EndpointRef::parse_prefix(&after[slash + 1..]).map(|(node, _)| node.to_owned())
            }
        }
    })
}

/// The host and port of a URL after its `//`, and what follows them. What stands
/// before an `@` is a secret and is skipped.
fn authority(text: &[u8]) -> Option<(EndpointRef<'_>, &[u8])> {
    let end = text.iter().take(512).position(|b| b" /)\"'".contains(b)).unwrap_or(text.len().min(512));
    let host = text[..end].iter().rposition(|&b| b == b'@').map_or(0, |at| at + 1);
    let (node, used) = EndpointRef::parse_prefix(&text[host..])?;
    Some((node, &text[host + used..]))
}

/// Fixed, valid patterns: building cannot fail, and if it did the record would only
/// tell less.
fn search<'p>(leads: impl Iterator<Item = &'p str>) -> Option<AhoCorasick> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(leads).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_as_clients_print_them() {
        let cases: [(&str, Option<&str>); 24] = [
            ("  command: { name: 'get', args: [ 'foo' ] }", Some("get")),
            (r#"{"err":{"command":{"name":"hgetall","args":["a"]}}}"#, Some("hgetall")),
            (r#"{"log":"{\"command\":{\"name\":\"get\",\"args\":[]}}"}"#, Some("get")),
            ("ioredis:cluster command get is moved to 10.0.0.11:6379", Some("get")),
            ("ioredis:redis write command[10.0.0.11:6379]: 0 -> mget([ 'a', 'b' ])", Some("mget")),
            ("MOVED error received for command GET loop, on node 10.0.0.12:6379, and", Some("GET")),
            ("Command # 1 (GET foo) of pipeline caused error: MOVED 1 a:6379", Some("GET")),
            ("Completing command AsyncCommand [type=GET, output=ValueOutput", Some("GET")),
            ("redirect not followed for GET cart:1. IOCP: (Busy=0", Some("GET")),
            (r#""command":"GET","args":["foo"],"code":"MOVED""#, Some("GET")),
            ("command: 'GET', args: [ 'foo' ], code: 'MOVED'", Some("GET")),
            ("data: CommandData [command=(MGET), params: [a, b]", Some("MGET")),
            ("command: (JSON.GET), params: [a]", Some("JSON.GET")),
            ("ERR Unable to execute command 'mget' in script", Some("mget")),
            ("ERR Command 'mget' in script attempted to access", Some("mget")),
            ("[type=EVALSHA_RO, output", Some("EVALSHA_RO")),
            (r#"{"command":"start","msg":"MOVED 1 a:6379"}"#, None),
            ("Command # x (GET", None),
            ("command: { name: '", None),
            ("command=(", None),
            ("write command[10.0.0.11:6379]", None),
            ("MOVED 12182 10.0.0.12:6379", None),
            ("[type=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", None),
            ("", None),
        ];
        for (text, name) in cases {
            assert_eq!(command(text.as_bytes()), name.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn nodes_that_answered() {
        let cases: [(&str, Option<&str>); 21] = [
            ("for command GET y, on node 10.0.0.12:6379, and connection:", Some("10.0.0.12:6379")),
            (r#"Ask: 5061 10.0.0.12:6379 on node "10.0.0.11:6379"."#, Some("10.0.0.11:6379")),
            (r#"5061 10.0.0.12:6379 on node \"10.0.0.11:6379\"."#, Some("10.0.0.11:6379")),
            ("MOVED 9259 10.0.0.12:6379 (redis://10.0.0.11:6379)", Some("10.0.0.11:6379")),
            ("MOVED 9259 10.0.0.12:6379 (rediss://[2001:db8::11]:6380/2)", Some("2001:db8::11:6380")),
            ("MOVED 9259 10.0.0.12:6379 (redis://app:s3cret@10.0.0.11:6379/0)", Some("10.0.0.11:6379")),
            ("MOVED 9259 10.0.0.12:6379 (redis://10.0.0.11)", None),
            ("L:/10.0.0.9:52414 - R:redis-1/10.0.0.11:6379] data", Some("10.0.0.11:6379")),
            ("L:/10.0.0.9:52414 - R:10.0.0.11/10.0.0.11:6379] data", Some("10.0.0.11:6379")),
            (
                "Node rediss://10.0.0.11:15000 has further redirect to rediss://10.0.0.12:15000",
                Some("10.0.0.11:15000"),
            ),
            ("Node //10.0.0.11:6379 has further redirect to //10.0.0.12:6379", Some("10.0.0.11:6379")),
            ("Node redis://10.0.0.11:6379 is up", None),
            (
                "server 10.0.0.11:6379 handle error response: -MOVED 3785 10.0.0.12:6379",
                Some("10.0.0.11:6379"),
            ),
            ("server 10.0.0.11:6379 is up", None),
            ("Error from server 10.0.0.11:6379: MOVED 3785 10.0.0.12:6379", Some("10.0.0.11:6379")),
            ("ioredis:redis write command[10.0.0.11:6379]: 0 -> get([ 'foo' ])", Some("10.0.0.11:6379")),
            ("Cannot connect to redis://10.0.0.11:6379/0: MOVED 1 10.0.0.12:6379.", Some("10.0.0.11:6379")),
            ("[channel=0x84a8347e, /10.0.0.9:57338 -> /10.0.0.11:6379, epid=0xa", Some("10.0.0.11:6379")),
            ("MOVED 12182 10.0.0.12:6379", None),
            ("on node , and", None),
            ("", None),
        ];
        for (text, node) in cases {
            let found = answering_node(text.as_bytes()).map(|n| n.to_string());
            assert_eq!(found.as_deref(), node, "{text}");
        }
    }
}
