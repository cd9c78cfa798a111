//! The files of `--output`: opened before the scan, written whole or not at all.

use super::config::{Config, Output};
use crate::input::Discovery;
use crate::report::{Format, RenderContext, Report};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Bytes of hits that are written at once.
const HITS_BUFFER: usize = 256 * 1024;

/// Everything that a run writes beside standard output.
pub(super) struct Targets {
    reports: Vec<(Format, Target)>,
    hits: Vec<Target>,
}

impl Targets {
    /// Opens them all, so that a mistake is told before anything is read. A log is never
    /// overwritten, and a file in a walked directory that an earlier run wrote to the same
    /// place is no log.
    ///
    /// # Errors
    /// What is wrong with which file, in one line.
    pub(super) fn open(config: &Config, discovery: &mut Discovery) -> Result<Self, String> {
        spare_inputs(config, discovery)?;
        let mut targets = Self { reports: Vec::new(), hits: Vec::new() };
        let mut places = BTreeSet::new();
        for (output, path) in &config.outputs {
            let target = Target::open(path)?;
            if !target.is_special() && !places.insert(place(path)) {
                return Err(format!(
                    "scan: {}: is named by two --output; give each its own file",
                    target.name
                ));
            }
            match output {
                Output::Report(format) => targets.reports.push((*format, target)),
                Output::Hits => targets.hits.push(target),
            }
        }
        Ok(targets)
    }

    /// Where hits go, if anywhere; `out` is standard output.
    pub(super) fn hits<'t>(
        &'t mut self,
        config: &Config,
        out: &'t mut (dyn Write + Send),
    ) -> Option<HitsWriter<'t>> {
        let stdout = (config.format == Output::Hits).then(|| BufWriter::with_capacity(HITS_BUFFER, out));
        if stdout.is_none() && self.hits.is_empty() {
            return None;
        }
        let needed = !config.outputs.is_empty();
        Some(HitsWriter { stdout, files: &mut self.hits, needed, closed: false, failed: None })
    }

    /// Writes the reports, to standard output last. A target that fails does not keep
    /// the others from being written; the first failure is returned with its name.
    ///
    /// # Errors
    /// A target could not be written.
    pub(super) fn finish(
        self,
        report: &Report,
        config: &Config,
        out: &mut (dyn Write + Send),
    ) -> Result<(), (String, io::Error)> {
        let plain = RenderContext { colour: false, width: 80, unicode: true, ..config.render.clone() };
        let mut result = Ok(());
        for (format, target) in self.reports {
            let written = target.finish(|out| format.emitter().emit(report, &plain, out));
            result = result.and(written);
        }
        for target in self.hits {
            result = result.and(target.finish(|_| Ok(())));
        }
        if let Output::Report(format) = config.format {
            let mut buffered = BufWriter::new(out);
            let printed = format.emitter().emit(report, &config.render, &mut buffered);
            let printed = printed.and_then(|()| buffered.flush());
            result = result.and(printed.map_err(|error| (STDOUT.to_owned(), error)));
        }
        result
    }
}

/// How standard output is named in messages.
pub(super) const STDOUT: &str = "standard output";

fn spare_inputs(config: &Config, discovery: &mut Discovery) -> Result<(), String> {
    let there = |path: &PathBuf| path.is_file().then(|| path.canonicalize().ok()).flatten();
    let outputs: BTreeSet<PathBuf> = config.outputs.iter().filter_map(|(_, path)| there(path)).collect();
    if outputs.is_empty() {
        return Ok(());
    }
    if let Some(path) =
        config.paths.iter().find(|path| there(path).is_some_and(|path| outputs.contains(&path)))
    {
        let name = path.display();
        return Err(format!("scan: {name}: is read as a log; give another file for --output"));
    }
    discovery.sources.retain(|source| {
        !source.path().and_then(|path| path.canonicalize().ok()).is_some_and(|path| outputs.contains(&path))
    });
    Ok(())
}

/// A file by its directory and name, which need not exist.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}

/// A file that takes its name only when it is complete.
struct Target {
    name: String,
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
}

impl Target {
    fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(format!("scan: {name}: is a directory; give a file for --output"));
        }
        // A device or a pipe (`/dev/stderr`) is written as it is.
        let special = path.exists() && !path.is_file();
        let temporary = if special {
            path.to_owned()
        } else {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            path.with_file_name(format!(".{file}.{}.part", std::process::id()))
        };
        let file = File::create(&temporary).map_err(|error| {
            let what = if error.kind() == ErrorKind::NotFound {
                "its directory does not exist; create it first".to_owned()
            } else {
                plain_words(&error)
            };
            format!("scan: {name}: cannot be written: {what}")
        })?;
        Ok(Self { name, path: path.to_owned(), temporary, file: BufWriter::new(file) })
    }

    fn is_special(&self) -> bool {
        self.temporary == self.path
    }

    fn finish(
        mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), (String, io::Error)> {
        let written = write(&mut self.file).and_then(|()| self.file.flush());
        let kept = written.and_then(|()| {
            if self.is_special() { Ok(()) } else { std::fs::rename(&self.temporary, &self.path) }
        });
        kept.map_err(|error| (std::mem::take(&mut self.name), error))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // After the rename there is nothing left under this name.
        if !self.is_special() {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// The system's words without Rust's ` (os error 5)`.
pub(super) fn plain_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// Hits on their way to every place that takes them.
pub(super) struct HitsWriter<'t> {
    stdout: Option<BufWriter<&'t mut (dyn Write + Send)>>,
    files: &'t mut Vec<Target>,
    /// Whether the run goes on when nobody reads standard output.
    needed: bool,
    /// Whether the reader of standard output has gone.
    pub(super) closed: bool,
    /// The place that could not be written, after an error.
    pub(super) failed: Option<String>,
}

impl HitsWriter<'_> {
    fn each(&mut self, mut act: impl FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        for target in self.files.iter_mut() {
            if let Err(error) = act(&mut target.file) {
                self.failed = Some(target.name.clone());
                return Err(error);
            }
        }
        let Some(stdout) = &mut self.stdout else { return Ok(()) };
        match act(stdout) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe && self.needed => {
                self.closed = true;
                // What is buffered has no reader; dropping it would try again.
                if let Some(stdout) = self.stdout.take() {
                    drop(stdout.into_parts());
                }
                Ok(())
            }
            Err(error) => {
                self.failed = Some(STDOUT.to_owned());
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }
}

impl Write for HitsWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.each(|out| out.write_all(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.each(|out| out.flush())
    }
}
