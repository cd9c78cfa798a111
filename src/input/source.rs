//! The sources of a run.

use super::problem::InputProblem;
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// What [`super::discover()`] found: the sources in the run's order, and what could not be
/// made one. A source's [`crate::model::SourceId`] is its index.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The sources: by name, rotated sets oldest first, standard input last.
    pub sources: Vec<Source>,
    /// Paths that cannot be read, and notes on what was left out, by name.
    pub problems: Vec<InputProblem>,
}

impl Discovery {
    /// Bytes on disk of all sources together, to measure progress by; `None` when a
    /// stream is among them, which may go on without end.
    pub fn disk_bytes(&self) -> Option<u64> {
        self.sources.iter().map(|source| source.disk_bytes).sum()
    }
}

/// One log to read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as given or walked to; `-` for standard input. Not escaped: a terminal
    /// must not see it raw.
    pub name: String,
    /// When the file was last written; none for streams.
    pub modified: Option<SystemTime>,
    /// Bytes on disk when it was found, compressed or not; none for streams.
    pub disk_bytes: Option<u64>,
    pub(super) path: Option<PathBuf>,
    pub(super) form: Form,
    /// Kept open since it was found, so that a rotation meanwhile does no harm.
    pub(super) handle: Option<Arc<File>>,
    pub(super) identity: Option<Identity>,
}

/// How a source is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Plain bytes of a regular file: in ranges, from byte `from` (behind a byte order
    /// mark) to byte `to`.
    Plain { from: u64, to: u64 },
    /// A regular file to decompress or transcode, from byte `from` on.
    Packed { from: u64 },
    /// A pipe or the like, opened by its path.
    Pipe,
    /// Standard input that is no regular file.
    Stdin,
}

/// What makes two paths the same file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Identity {
    /// Device and inode.
    #[cfg(unix)]
    Inode(u64, u64),
    /// The canonical path, where the system tells no more.
    #[cfg(not(unix))]
    Canonical(PathBuf),
}

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata, _: Option<&Path>) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self::Inode(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata, path: Option<&Path>) -> Option<Self> {
        path?.canonicalize().ok().map(Self::Canonical)
    }
}

impl Source {
    /// The file's path; none for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether it may go on without end: standard input or a pipe.
    pub fn is_stream(&self) -> bool {
        matches!(self.form, Form::Pipe | Form::Stdin)
    }

    /// Whether it is read in ranges by all workers: a regular file of plain text.
    pub fn is_ranged(&self) -> bool {
        matches!(self.form, Form::Plain { .. })
    }

    #[cfg(test)]
    pub(super) fn named_for_test(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            modified: None,
            disk_bytes: None,
            path: (name != "-").then(|| name.into()),
            form: Form::Pipe,
            handle: None,
            identity: None,
        }
    }
}
