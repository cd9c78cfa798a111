//! Who logged a line, as the line itself names it.

use std::borrow::Cow;

/// The pod, container or host that a line names. Never a process id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reporter<'l> {
    /// A container of a pod: kubectl's prefix, stern, kail, collectors.
    Pod {
        /// Name of the pod.
        pod: Cow<'l, str>,
        /// Name of the container; empty when the prefix leaves it out.
        container: Cow<'l, str>,
    },
    /// A container, a compose or swarm service, a dyno, a process of a process manager.
    Container(Cow<'l, str>),
    /// A unit (or program) on a host: syslog and journald.
    Host {
        /// Name of the host.
        host: Cow<'l, str>,
        /// The systemd unit, or the syslog tag without its process id.
        unit: Cow<'l, str>,
    },
}

impl Reporter<'_> {
    /// Appends the label of the outside contract: `pod/P/C`, `container/N`,
    /// `host/H/UNIT`. A pod without a container name is `pod/P`.
    pub fn write_label(&self, out: &mut String) {
        let parts = match self {
            Self::Pod { pod, container } if container.is_empty() => ["pod", pod, ""],
            Self::Pod { pod, container } => ["pod", pod, container],
            Self::Container(name) => ["container", name, ""],
            Self::Host { host, unit } => ["host", host, unit],
        };
        for (i, part) in parts.into_iter().filter(|p| !p.is_empty()).enumerate() {
            if i > 0 {
                out.push('/');
            }
            out.push_str(part);
        }
    }

    /// The label as a string of its own.
    pub fn label(&self) -> String {
        let mut out = String::new();
        self.write_label(&mut out);
        out
    }

    /// A pod tells more than a container, a container more than a host.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Pod { .. } => 3,
            Self::Container(_) => 2,
            Self::Host { .. } => 1,
        }
    }

    pub(super) fn into_owned(self) -> Reporter<'static> {
        let own = |name: Cow<'_, str>| Cow::Owned(name.into_owned());
        match self {
            Self::Pod { pod, container } => Reporter::Pod { pod: own(pod), container: own(container) },
            Self::Container(name) => Reporter::Container(own(name)),
            Self::Host { host, unit } => Reporter::Host { host: own(host), unit: own(unit) },
        }
    }
}

/// The rank of a label made elsewhere (from a path, say), comparable to
/// [`Reporter::rank`].
pub(super) fn label_rank(label: &str) -> u8 {
    match label.split('/').next() {
        Some("pod") => 3,
        Some("container") => 2,
        Some("host") => 1,
        _ => 0,
    }
}

/// A name from a log: bytes that are not UTF-8 become U+FFFD, without a copy otherwise.
pub(super) fn name(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
