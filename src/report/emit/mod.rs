//! Emitters: views of one finished [`Report`], one file each.
//!
//! An emitter imports the document, the words and the escapes, and nothing of the
//! layers that made them. A new format is a file, a variant and its snapshots.

mod github;
mod json;
pub(crate) mod page;
mod text;

use super::Report;
use std::io::{self, Write};
use std::path::PathBuf;

/// Writes a report in one format.
pub trait Emitter {
    /// Writes the whole report.
    ///
    /// # Errors
    ///
    /// Those of `out` alone.
    fn emit(&self, report: &Report, cx: &RenderContext, out: &mut dyn Write) -> io::Result<()>;
}

/// What an emitter may know of the world; decided by the caller.
#[derive(Clone, Debug)]
pub struct RenderContext {
    /// Whether ANSI styles are welcome.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether anything beyond ASCII can be shown.
    pub unicode: bool,
    /// The repository's root, absolute: CI formats give paths relative to it.
    pub workspace: Option<PathBuf>,
    /// The directory that relative paths of sources start from, absolute.
    pub working_dir: Option<PathBuf>,
}

impl Default for RenderContext {
    /// A plain 80-column page, as for a file.
    fn default() -> Self {
        Self { colour: false, width: 80, unicode: true, workspace: None, working_dir: None }
    }
}

/// The formats of a finished report. (`hits` is no view of it: it is printed while the
/// scan runs, see [`super::HitLine`].)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For a reader at a terminal.
    Text,
    /// The document itself.
    Json,
    /// Workflow commands of GitHub Actions, with the text in a group.
    Github,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Github];

    /// The id used on the command line.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Github => "github",
        }
    }

    /// The format with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.id() == id)
    }

    /// What writes it.
    pub fn emitter(self) -> &'static dyn Emitter {
        match self {
            Self::Text => &text::Text,
            Self::Json => &json::Json,
            Self::Github => &github::Github,
        }
    }
}
