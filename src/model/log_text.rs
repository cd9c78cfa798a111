//! Bytes from a log: hostile until escaped.

use std::fmt;

/// Text taken from a log.
///
/// It has no `Display` on purpose: a log line may hold terminal escapes, HTML or CI
/// commands, so printing it means choosing an escape for the place it is printed in
/// (`report::escape`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LogText(Box<[u8]>);

impl LogText {
    /// Keeps a copy of the bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The raw bytes, not fit for any output as they are.
    pub fn raw(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for LogText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogText({} bytes)", self.0.len())
    }
}
