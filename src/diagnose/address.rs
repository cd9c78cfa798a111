//! What the form of an address tells, and what it does not: private ranges alone prove
//! nothing.

use crate::model::Endpoint;
use std::net::{Ipv4Addr, Ipv6Addr};

/// How a host is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// No host: the one that was asked.
    Empty,
    /// `?`: the node announces no name.
    Unknown,
    V4(Ipv4Addr),
    V6,
    /// A host name with or without a domain.
    Name,
    /// Hidden by whoever posted the log.
    Hidden,
}

/// The form of an address's host.
pub(crate) fn form(endpoint: &Endpoint) -> Form {
    let host = &*endpoint.host;
    if host.is_empty() {
        Form::Empty
    } else if host == "?" {
        Form::Unknown
    } else if let Ok(v4) = host.parse::<Ipv4Addr>() {
        Form::V4(v4)
    } else if host.split('%').next().is_some_and(|a| a.parse::<Ipv6Addr>().is_ok()) {
        Form::V6
    } else if host.contains(['*', '<', '>']) || host.eq_ignore_ascii_case("x.x.x.x") {
        Form::Hidden
    } else {
        Form::Name
    }
}

/// Whether this address works only on the server's own machine, container network or
/// name service: loopback, Docker's default pools (172.17 to 172.31), a bare name.
pub(crate) fn is_local(endpoint: &Endpoint) -> bool {
    match form(endpoint) {
        Form::V4(ip) => ip.is_loopback() || matches!(ip.octets(), [172, 17..=31, _, _]),
        Form::V6 => &*endpoint.host == "::1",
        Form::Name => !endpoint.host.contains('.'),
        _ => false,
    }
}

/// Whether two addresses may be one node written in two forms: same port, and a name
/// beside a number or IPv4 beside IPv6.
pub(crate) fn two_names(a: &Endpoint, b: &Endpoint) -> bool {
    let kind = |e: &Endpoint| match form(e) {
        Form::V4(_) => 0,
        Form::V6 => 1,
        Form::Name => 2,
        Form::Empty | Form::Unknown | Form::Hidden => 3,
    };
    let (ka, kb) = (kind(a), kind(b));
    let short_and_long =
        ka == 2 && kb == 2 && a.host != b.host && a.host.split('.').next() == b.host.split('.').next();
    a.port == b.port && ((ka != kb && ka < 3 && kb < 3) || short_and_long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: &str, port: u16) -> Endpoint {
        Endpoint { host: host.into(), port: Some(port) }
    }

    #[test]
    fn one_node_in_two_forms() {
        let cases = [
            ("10.0.0.1", "redis-1.example", 6379, 6379, true),
            ("10.0.0.1", "2001:db8::1", 6379, 6379, true),
            ("redis-1", "redis-1.svc.local", 6379, 6379, true),
            ("10.0.0.1", "10.0.0.2", 6379, 6379, false),
            ("10.0.0.1", "redis-1.example", 6379, 6380, false),
            ("", "10.0.0.1", 6379, 6379, false),
        ];
        for (a, b, pa, pb, expected) in cases {
            assert_eq!(two_names(&node(a, pa), &node(b, pb)), expected, "{a} {b}");
        }
    }

    #[test]
    fn local_addresses() {
        for (host, local) in [
            ("127.0.0.1", true),
            ("172.18.0.3", true),
            ("172.16.0.3", false),
            ("10.0.0.1", false),
            ("redis", true),
            ("a.b", false),
            ("::1", true),
        ] {
            assert_eq!(is_local(&node(host, 6379)), local, "{host}");
        }
    }
}
