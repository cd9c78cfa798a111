//! Node addresses as servers and clients print them.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The address of a node as a log prints it.
///
/// The host may be an IPv4 address, an IPv6 address (kept without brackets: servers
/// print none), a host name, `""` (same host as the connection) or `"?"` (the node
/// announces no host name): Redis `src/cluster.c`, `clusterRedirectClient`. A report
/// that was redacted may have a host such as `<IP>` or `10.2.1**.4*` and no port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Endpoint {
    /// Host as printed, without brackets.
    pub host: Box<str>,
    /// TCP port, 1 to 65535; absent only where a redacted address shows none.
    pub port: Option<u16>,
}

/// An [`Endpoint`] that borrows its host from the line it was read from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EndpointRef<'t> {
    /// Host as printed, without brackets.
    pub host: &'t str,
    /// TCP port, 1 to 65535; absent only where a redacted address shows none.
    pub port: Option<u16>,
}

impl EndpointRef<'_> {
    /// A copy that owns its host.
    pub fn to_owned(self) -> Endpoint {
        Endpoint { host: self.host.into(), port: self.port }
    }
}

impl Endpoint {
    /// The same address, borrowed.
    pub fn as_ref(&self) -> EndpointRef<'_> {
        EndpointRef { host: &self.host, port: self.port }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl fmt::Display for EndpointRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl<'t> EndpointRef<'t> {
    /// Reads the endpoint at the start of `text` and tells how many bytes it took.
    ///
    /// Accepts `10.0.0.7:6379`, `2001:db8::7:6379` (split at the last colon),
    /// `[2001:db8::7]:6379`, `node-1.example:6379`, `:6379`, `?:6379`, a Markdown link
    /// (`[10.0.0.7:6379](http://10.0.0.7:6379)`, what a ticket makes of a pasted log)
    /// and redacted forms (`<IP>`, `<ip>:6379`, `<some-host:6379>`, `10.2.*.*:6379`,
    /// `10.x.x.7:6379`, `ip:port`, `10.0.0.7:****`). A port that is shown must be whole,
    /// 1 to 65535, and not run into a word. Numeric text that is no address (`10.5:100`,
    /// an order book; `10:15:30`, a time) is refused, and so is a host name without a
    /// dot on a port below 1024 (`me:80`, chat): no cluster node listens there.
    pub fn parse_prefix(text: &'t [u8]) -> Option<(Self, usize)> {
        match *text.first()? {
            b'[' => bracketed(text),
            b'<' => redacted_tag(text),
            b':' if text.get(1) == Some(&b':') => unbracketed_ipv6(text),
            b':' | b'?' => unknown_host(text),
            _ => plain(text),
        }
    }
}

/// `[v6]:port`, as .NET and Go re-format addresses, or a Markdown link.
fn bracketed(text: &[u8]) -> Option<(EndpointRef<'_>, usize)> {
    let close = text.iter().take(270).position(|&b| b == b']')?;
    if text.get(close + 1) == Some(&b'(') {
        return enclosed(text, close);
    }
    let host = std::str::from_utf8(&text[1..close]).ok()?;
    is_ipv6(host).then_some(())?;
    (text.get(close + 1) == Some(&b':')).then_some(())?;
    let (port, used) = port(&text[close + 2..])?;
    Some((EndpointRef { host, port: Some(port) }, close + 2 + used))
}

/// A whole endpoint between the brackets at 0 and `close`.
fn enclosed(text: &[u8], close: usize) -> Option<(EndpointRef<'_>, usize)> {
    let inner = &text[1..close];
    let (endpoint, used) = plain(inner)?;
    (used == inner.len()).then_some((endpoint, close + 1))
}

/// `<IP>`, `<redacted>:6379` or `<some-host:6379>`: somebody hid the address before
/// posting the log.
fn redacted_tag(text: &[u8]) -> Option<(EndpointRef<'_>, usize)> {
    let close = text.iter().take(270).position(|&b| b == b'>')?;
    let inner = &text[1..close];
    if inner.contains(&b':') {
        return enclosed(text, close);
    }
    (inner.len() <= 46).then_some(())?;
    let wordy = |b: &u8| b.is_ascii_alphanumeric() || b"_-. ".contains(b);
    (!inner.is_empty() && inner.iter().all(wordy)).then_some(())?;
    let host = std::str::from_utf8(&text[..=close]).ok()?;
    let end = close + 1;
    if text.get(end) == Some(&b':')
        && let Some((port, used)) = port(&text[end + 1..])
    {
        return Some((EndpointRef { host, port: Some(port) }, end + 1 + used));
    }
    Some((EndpointRef { host, port: None }, end))
}

/// `:6379` (same host as the connection) and `?:6379` (no host name announced).
fn unknown_host(text: &[u8]) -> Option<(EndpointRef<'_>, usize)> {
    // A part of the text, like every other host.
    let host = std::str::from_utf8(&text[..usize::from(text[0] == b'?')]).ok()?;
    (text.get(host.len()) == Some(&b':')).then_some(())?;
    let (port, used) = port(&text[host.len() + 1..])?;
    Some((EndpointRef { host, port: Some(port) }, host.len() + 1 + used))
}

fn plain(text: &[u8]) -> Option<(EndpointRef<'_>, usize)> {
    // A host without a colon comes first: an IPv6 address fails here, since what
    // stands before its first colon is not followed by a whole port.
    let is_host = |b: u8| b.is_ascii_alphanumeric() || b"._-*".contains(&b);
    let host_len = text.iter().take(256).position(|&b| !is_host(b)).unwrap_or(text.len().min(256));
    if host_len > 0 && text.get(host_len) == Some(&b':') {
        let after = &text[host_len + 1..];
        if let Some((port, used)) = port(after) {
            let host = std::str::from_utf8(&text[..host_len]).ok()?;
            if is_host_name(host, port) {
                return Some((EndpointRef { host, port: Some(port) }, host_len + 1 + used));
            }
        } else if let Some(used) = hidden_port(after) {
            let host = std::str::from_utf8(&text[..host_len]).ok()?;
            if is_host_name(host, u16::MAX) {
                return Some((EndpointRef { host, port: None }, host_len + 1 + used));
            }
        }
    }
    unbracketed_ipv6(text)
}

/// The length of what stands in for a port that was hidden before a log was posted:
/// `port`, `node_port`, or nothing but the marks that hide digits (`****`, `xxxx`).
fn hidden_port(text: &[u8]) -> Option<usize> {
    let word = text.iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || b"_-*#".contains(b)).count();
    let word = &text[..word];
    let name = word.len().checked_sub(4).is_some_and(|at| {
        word[at..].eq_ignore_ascii_case(b"port") && (at == 0 || matches!(word[at - 1], b'_' | b'-'))
    });
    let marks = word.len() >= 2 && word.iter().all(|b| b"xX*#".contains(b));
    (name || marks).then_some(word.len())
}

/// `2001:db8::7:6379`: the port is what follows the last colon.
fn unbracketed_ipv6(text: &[u8]) -> Option<(EndpointRef<'_>, usize)> {
    let in_address = |b: u8| b.is_ascii_hexdigit() || b == b':' || b == b'.';
    let run = text.iter().take(64).position(|&b| !in_address(b)).unwrap_or(text.len().min(64));
    // A zone id (`fe80::1%eth0:6379`) is made of other letters.
    let run = if text.get(run) == Some(&b'%') {
        let zone = |b: u8| b.is_ascii_alphanumeric() || b"%:_-.".contains(&b);
        text.iter().take(96).position(|&b| !zone(b)).unwrap_or(text.len().min(96))
    } else {
        run
    };
    // Trailing punctuation (`:%s`, a sentence's dot) is not part of the address.
    let mut end = run;
    while end > 0 {
        let colon = text[..end].iter().rposition(|&b| b == b':')?;
        if let Some((port, used)) = port(&text[colon + 1..]) {
            let host = std::str::from_utf8(&text[..colon]).ok()?;
            if is_ipv6(host) {
                return Some((EndpointRef { host, port: Some(port) }, colon + 1 + used));
            }
        }
        end = colon;
    }
    None
}

/// One to five digits, 1 to 65535, that do not run into a word or a further number.
fn port(text: &[u8]) -> Option<(u16, usize)> {
    let digits = text.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let number: u32 = text[..digits].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    let port = u16::try_from(number).ok().filter(|&p| p > 0)?;
    let next = text.get(digits).copied().unwrap_or(b' ');
    let after = text.get(digits + 1).copied().unwrap_or(b' ');
    let runs_on = next.is_ascii_alphanumeric()
        || next == b'_'
        || (next == b':' && (after.is_ascii_hexdigit() || after == b':'))
        || (next == b'.' && after.is_ascii_digit());
    (!runs_on).then_some((port, digits))
}

fn is_ipv6(host: &str) -> bool {
    let address = host.split_once('%').map_or(host, |(address, _zone)| address);
    address.contains(':') && address.parse::<Ipv6Addr>().is_ok()
}

/// Whether this is an IPv4 address, a host name or a redacted form of one.
fn is_host_name(host: &str, port: u16) -> bool {
    if host.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    if host.contains('*') {
        return host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-*_".contains(&b));
    }
    if is_quad(host) {
        return true;
    }
    // A label may end in a hyphen where a part of the name was cut out (`prod-.example.com`).
    let dotted = host.contains('.');
    let labels_ok = host.split('.').all(|label| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && (dotted || !label.ends_with('-'))
    });
    let top = host.rsplit('.').next().unwrap_or_default();
    let top_has_letter = top.bytes().any(|b| b.is_ascii_alphabetic());
    labels_ok && top_has_letter && (dotted || port >= 1024)
}

/// Four numbers up to 255, of which some may be hidden behind letters (`172.x.x.1`,
/// `a.b.c.7`) or begin with a zero.
fn is_quad(host: &str) -> bool {
    let number = |label: &str| label.len() <= 3 && label.parse::<u8>().is_ok();
    let hidden = |label: &str| label.len() <= 3 && label.bytes().all(|b| b.is_ascii_alphabetic());
    host.split('.').count() == 4
        && host.split('.').all(|label| !label.is_empty() && (number(label) || hidden(label)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<u16>, usize)> {
        EndpointRef::parse_prefix(text.as_bytes()).map(|(e, n)| (e.host.to_owned(), e.port, n))
    }

    #[test]
    fn every_form_that_servers_and_clients_print() {
        let good = [
            ("10.0.0.12:6379", "10.0.0.12", Some(6379), ""),
            ("::1:17002", "::1", Some(17002), ""),
            ("2001:db8::12:6379", "2001:db8::12", Some(6379), ""),
            ("2001:db8::12:6379.", "2001:db8::12", Some(6379), "."),
            ("[2001:db8::12]:6379 x", "2001:db8::12", Some(6379), " x"),
            ("fe80::1%eth0:6379", "fe80::1%eth0", Some(6379), ""),
            ("node2.example.test:6379", "node2.example.test", Some(6379), ""),
            ("redis-1:6379", "redis-1", Some(6379), ""),
            ("localhost:7001", "localhost", Some(7001), ""),
            (":6379", "", Some(6379), ""),
            ("?:6379", "?", Some(6379), ""),
            ("10.0.0.12:6379:%s", "10.0.0.12", Some(6379), ":%s"),
            ("10.0.0.12:6379.; nested", "10.0.0.12", Some(6379), ".; nested"),
            ("10.0.0.12:6379\\n", "10.0.0.12", Some(6379), "\\n"),
            ("<IP>", "<IP>", None, ""),
            ("<IP>:6379", "<IP>", Some(6379), ""),
            ("X.X.X.X:6379", "X.X.X.X", Some(6379), ""),
            ("10.2.1**.4*:6379", "10.2.1**.4*", Some(6379), ""),
            ("10.x.x.7:6379", "10.x.x.7", Some(6379), ""),
            ("a.b.c.7:6379", "a.b.c.7", Some(6379), ""),
            ("10.0.07.012:6379", "10.0.07.012", Some(6379), ""),
            ("prod-.example.com:6379", "prod-.example.com", Some(6379), ""),
            ("ip:port", "ip", None, ""),
            ("Node_Address:PORT,", "Node_Address", None, ","),
            ("to-host:to-port'", "to-host", None, "'"),
            ("10.0.0.7:****", "10.0.0.7", None, ""),
            ("cache-1:xxxx ", "cache-1", None, " "),
            ("<some-host:6379>", "some-host", Some(6379), ""),
            ("[10.0.0.7:6379](http://10.0.0.7:6379/)", "10.0.0.7", Some(6379), "(http://10.0.0.7:6379/)"),
            ("::ffff:10.0.0.1:6379", "::ffff:10.0.0.1", Some(6379), ""),
        ];
        for (text, host, port, rest) in good {
            assert_eq!(read(text), Some((host.to_owned(), port, text.len() - rest.len())), "{text}");
        }
    }

    #[test]
    fn what_is_no_endpoint() {
        let bad = [
            "10.5:100",
            "10.0.0.1",
            "10.0.0.1:99999",
            "10.0.0.1:0",
            "10.0.0.1:63a",
            "me:80",
            "10:15:30",
            "rows",
            "",
            ":",
            "?",
            "[::1]",
            "1:2",
            "a b:1",
            "10.0.0.256:6379",
            "-x.example:6379",
            "prod-:6379",
            "10.x.7:6379",
            "ip:ports",
            "ip:export",
            "ip:x",
            "10:port",
            "<a b:c>",
            "[10.0.0.7:6379]",
            "[10.0.0.7](x)",
        ];
        for text in bad {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
