//! From the paths of a command line to the sources of a run.

use super::codec::Members;
use super::label::directory_parts;
use super::peek::Peek;
use super::problem::{InputProblem, Trouble};
use super::raw::{self, FileTail, read_full};
use super::rotation::{self, Rank};
use super::sniff::{Charset, Codec, Content, HEAD, classify};
use super::source::{Discovery, Form, Identity, Source};
use super::walk::walk;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, FileType, Metadata};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many files stay open from here until they are read. Beyond, a file is opened
/// again by name and checked to be the same.
const KEPT_OPEN: usize = 128;

/// Files below which starting threads costs more than it saves.
const WORTH_THREADS: usize = 32;

/// Finds out what `paths` name and in which order it is read.
///
/// A path is a file, a directory or `-`. Directories are walked; links are followed,
/// and all files in them that are text or compressed text become sources, whatever
/// their names. Only version control's own directories (`.git` and the like) are left
/// out. In a walked directory binary files are skipped with one note; a file that is
/// named itself is read unless it is of a known format without text.
///
/// The result does not depend on the order of `paths`. A file reached by several paths
/// is one source. A plain file and its compressed copy (`X` and `X.gz` with the same
/// first 4 KiB) are one source, with a note. Pipes are not opened here.
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let mut problems = Vec::new();
    let mut roots = BTreeSet::new();
    let mut found = gather(paths, &mut problems, &mut roots);
    look_into_all(&mut found);
    let walked = count_by_root(&found);
    let found = without_duplicates(found);
    let left = count_by_root(&found);
    // A directory whose files are reached by other paths as well does hold logs.
    roots.retain(|root| walked.get(root) == left.get(root));
    let mut skipped: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut candidates = Vec::new();
    for one in found {
        let Some(root) = one.root.clone() else {
            match one.into_source() {
                Ok(source) => candidates.push(source),
                Err(problem) => problems.push(problem),
            }
            continue;
        };
        if one.is_other_binary() {
            let entry = skipped.entry(root).or_insert_with(|| (0, one.name.clone()));
            entry.0 += 1;
            if one.name < entry.1 {
                entry.1 = one.name;
            }
            continue;
        }
        match one.into_source() {
            Ok(source) => {
                roots.remove(&root);
                candidates.push(source);
            }
            Err(problem) => problems.push(problem),
        }
    }
    for (name, (count, first)) in skipped {
        problems.push(note(name, Trouble::Skipped { count, first }));
    }
    for root in roots {
        let inside = |problem: &InputProblem| problem.unread && Path::new(&problem.name).starts_with(&root);
        if !problems.iter().any(inside) && !candidates.iter().any(|s| Path::new(&s.name).starts_with(&root)) {
            problems.push(note(root, Trouble::NoLogs));
        }
    }
    let mut sources = ordered(candidates);
    drop_twins(&mut sources, &mut problems);
    problems.sort_by(|a, b| (&a.name, &a.trouble).cmp(&(&b.name, &b.trouble)));
    problems.dedup();
    Discovery { sources, problems }
}

fn note(name: String, trouble: Trouble) -> InputProblem {
    InputProblem { name, source_id: None, unread: false, trouble }
}

/// A file that was reached by some path.
struct Found {
    name: String,
    path: Option<PathBuf>,
    /// The directory it was walked to from; none when it was named itself.
    root: Option<String>,
    seen: Seen,
}

/// What is known of it.
enum Seen {
    /// A regular file that was not opened yet.
    Unopened,
    /// A pipe or a character device: opened when it is read.
    Stream(Option<Identity>),
    /// Opened and looked into. `from` is where its data starts (standard input may be a
    /// file that somebody has read a part of).
    Opened(Box<Opened>),
    Refused(Trouble),
}

struct Opened {
    /// Kept open, for the first files only: there may be more files than handles.
    file: Option<Arc<File>>,
    metadata: Metadata,
    identity: Option<Identity>,
    from: u64,
    look: Look,
}

/// What a file's first bytes say.
#[derive(Clone, Copy)]
struct Look {
    content: Content,
    /// For compressed data, what the first decompressed bytes say; else the same.
    inside: Content,
}

/// Turns paths into files. Directories leave their names in `roots`.
fn gather(paths: &[PathBuf], problems: &mut Vec<InputProblem>, roots: &mut BTreeSet<String>) -> Vec<Found> {
    let mut found = Vec::new();
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        if name == "-" {
            found.push(standard_input());
            continue;
        }
        let seen = match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                roots.insert(name.clone());
                for file in walk(path, problems) {
                    let shown = file.to_string_lossy().into_owned();
                    found.push(Found {
                        name: shown,
                        path: Some(file),
                        root: Some(name.clone()),
                        seen: Seen::Unopened,
                    });
                }
                continue;
            }
            Ok(metadata) if metadata.is_file() => Seen::Unopened,
            Ok(metadata) => match special(metadata.file_type()) {
                Some(what) => Seen::Refused(Trouble::Special(what)),
                None => Seen::Stream(Identity::of(&metadata, Some(path))),
            },
            Err(error) => Seen::Refused(match Trouble::from_open(&error) {
                Trouble::Missing if name.contains(['*', '?', '[']) => Trouble::MissingPattern,
                trouble => trouble,
            }),
        };
        found.push(Found { name, path: Some(path.clone()), root: None, seen });
    }
    found
}

/// What a file is that cannot be a log; `None` for pipes and character devices.
fn special(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() || kind.is_char_device() {
            return None;
        }
        if kind.is_socket() {
            return Some("socket");
        }
        if kind.is_block_device() {
            return Some("block device");
        }
    }
    let _ = kind;
    Some("special file")
}

fn standard_input() -> Found {
    let looked = || -> io::Result<Seen> {
        let mut file = raw::stdin()?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Ok(Seen::Refused(Trouble::Special("directory")));
        }
        if !metadata.is_file() {
            return Ok(Seen::Stream(Identity::of(&metadata, None)));
        }
        // `scan - < app.log`: as good as the file itself, from where it stands.
        let from = file.stream_position()?;
        let identity = if from == 0 { Identity::of(&metadata, None) } else { None };
        let look = look_into(&file, from)?;
        Ok(Seen::Opened(Box::new(Opened { file: Some(Arc::new(file)), metadata, identity, from, look })))
    };
    let seen = looked().unwrap_or_else(|error| Seen::Refused(Trouble::from_open(&error)));
    Found { name: "-".to_owned(), path: None, root: None, seen }
}

/// Opens every regular file and looks at its first bytes, on several threads when they
/// are many.
fn look_into_all(found: &mut [Found]) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let threads = if found.len() < WORTH_THREADS { 1 } else { threads };
    let share = found.len().div_ceil(threads).max(1);
    let open = |part: &mut [Found]| {
        part.iter_mut().enumerate().for_each(|(n, one)| one.open(n < KEPT_OPEN / threads));
    };
    if threads == 1 {
        return open(found);
    }
    std::thread::scope(|scope| {
        for part in found.chunks_mut(share) {
            scope.spawn(|| open(part));
        }
    });
}

impl Found {
    fn open(&mut self, keep: bool) {
        let (Seen::Unopened, Some(path)) = (&self.seen, &self.path) else { return };
        let opened = || -> io::Result<Seen> {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Ok(Seen::Refused(Trouble::Replaced));
            }
            let look = look_into(&file, 0)?;
            let identity = Identity::of(&metadata, Some(path));
            let file = keep.then(|| Arc::new(file));
            Ok(Seen::Opened(Box::new(Opened { file, metadata, identity, from: 0, look })))
        };
        self.seen = opened().unwrap_or_else(|error| Seen::Refused(Trouble::from_open(&error)));
    }

    /// Binary data of no format that may hold logs.
    fn is_other_binary(&self) -> bool {
        match &self.seen {
            Seen::Opened(opened) => match opened.look.inside {
                Content::Binary => true,
                Content::Foreign(foreign) => !foreign.may_hold_logs(),
                Content::Text { .. } | Content::Packed(_) => false,
            },
            _ => false,
        }
    }

    fn identity(&self) -> Option<&Identity> {
        match &self.seen {
            Seen::Opened(opened) => opened.identity.as_ref(),
            Seen::Stream(identity) => identity.as_ref(),
            Seen::Unopened | Seen::Refused(_) => None,
        }
    }

    fn into_source(self) -> Result<Source, InputProblem> {
        let explicit = self.root.is_none();
        let refuse = |name: String, trouble: Trouble| {
            // What a walk merely came across was not asked for by name.
            let unread = trouble.leaves_unread() && (explicit || !matches!(trouble, Trouble::Foreign(_)));
            Err(InputProblem { name, source_id: None, unread, trouble })
        };
        let mut source = Source {
            name: self.name,
            modified: None,
            disk_bytes: None,
            form: if self.path.is_some() { Form::Pipe } else { Form::Stdin },
            path: self.path,
            handle: None,
            identity: None,
        };
        match self.seen {
            Seen::Stream(_) => Ok(source),
            Seen::Refused(trouble) => refuse(source.name, trouble),
            Seen::Unopened => refuse(source.name, Trouble::Replaced),
            Seen::Opened(opened) => {
                let Opened { file, metadata, identity, from, look } = *opened;
                if let Content::Foreign(foreign) = look.inside {
                    return refuse(source.name, Trouble::Foreign(foreign));
                }
                source.form = match look.content {
                    Content::Binary if rotation::without_compression(&source.name).is_some() => {
                        return refuse(source.name, Trouble::LostMagic);
                    }
                    Content::Text { charset: Charset::Bytes, bom } => {
                        let from = from + bom as u64;
                        Form::Plain { from, to: metadata.len().max(from) }
                    }
                    Content::Binary => Form::Plain { from, to: metadata.len().max(from) },
                    Content::Text { .. } | Content::Packed(_) | Content::Foreign(_) => Form::Packed { from },
                };
                source.modified = metadata.modified().ok();
                source.disk_bytes = Some(metadata.len().saturating_sub(from));
                source.handle = file;
                source.identity = identity;
                Ok(source)
            }
        }
    }
}

fn look_into(file: &File, from: u64) -> io::Result<Look> {
    let mut head = [0; HEAD];
    let count = read_full(file, &mut head, from)?;
    let content = classify(&head[..count]);
    let inside = match content {
        Content::Packed(codec) => classify(&decoded_head(file.try_clone()?, from, codec)),
        other => other,
    };
    Ok(Look { content, inside })
}

/// The first [`HEAD`] decompressed bytes, fewer when there are fewer or the data is bad.
fn decoded_head(file: File, from: u64, codec: Codec) -> Vec<u8> {
    let mut inside = Vec::with_capacity(HEAD);
    let raw = Peek::new(FileTail::new(Arc::new(file), from), 64 * 1024);
    // A failing read shows itself again when the source is read.
    let _ = Members::new(codec, raw).take(HEAD as u64).read_to_end(&mut inside);
    inside
}

/// How many entries each walked directory has.
fn count_by_root(found: &[Found]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for root in found.iter().filter_map(|one| one.root.clone()) {
        *counts.entry(root).or_insert(0) += 1;
    }
    counts
}

/// One of several paths to the same file: the one that is no link, named before walked
/// to, then the first by name. A file that was also named itself counts as named.
fn without_duplicates(mut found: Vec<Found>) -> Vec<Found> {
    let mut groups: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
    for (index, one) in found.iter().enumerate() {
        if let Some(identity) = one.identity() {
            groups.entry(identity.clone()).or_default().push(index);
        }
    }
    let mut dropped = BTreeSet::new();
    for group in groups.values().filter(|group| group.len() > 1) {
        let key = |&index: &usize| {
            let one: &Found = &found[index];
            let path = one.path.as_deref();
            (path.is_none(), path.is_some_and(is_linked), one.name.clone())
        };
        let Some(best) = group.iter().copied().min_by_key(key) else { continue };
        dropped.extend(group.iter().copied().filter(|&index| index != best));
        let root = group.iter().map(|&index| found[index].root.clone()).min().flatten();
        found[best].root = root;
    }
    let mut names = BTreeSet::new();
    let mut index = 0;
    found.retain(|one| {
        let keep = !dropped.contains(&index);
        index += 1;
        // What has no identity (it could not be opened, or has none here) goes by name.
        keep && (one.identity().is_some() || names.insert((one.name.clone(), one.path.is_some())))
    });
    found
}

/// Whether a symbolic link is on the way.
fn is_linked(path: &Path) -> bool {
    let (Ok(real), Ok(mut shown)) = (path.canonicalize(), std::path::absolute(path)) else { return true };
    if shown.components().any(|part| part == std::path::Component::ParentDir) {
        // `a/../b` is no link, but cannot be compared as text.
        let parent = shown.parent().and_then(|parent| parent.canonicalize().ok());
        let (Some(parent), Some(name)) = (parent, shown.file_name()) else { return true };
        shown = parent.join(name);
    }
    real != shown
}

/// By directory, then base name, then oldest first; standard input last.
fn ordered(mut sources: Vec<Source>) -> Vec<Source> {
    sources.sort_by_cached_key(|source| {
        let (directory, base, rank) = place(source);
        (source.path.is_none(), directory, base, rank, source.name.clone())
    });
    sources
}

fn place(source: &Source) -> (Vec<String>, String, Rank) {
    let path = Path::new(&source.name);
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let split = rotation::split(&name);
    let mut directory = path.parent().map(directory_parts).unwrap_or_default();
    if path.has_root() {
        directory.insert(0, String::new());
    }
    (directory, split.base.into_owned(), split.rank)
}

/// Drops compressed copies of files that are read as well: the kubelet and gzip leave
/// both for a while.
fn drop_twins(sources: &mut Vec<Source>, problems: &mut Vec<InputProblem>) {
    let stem = |source: &Source| -> String {
        let plain = rotation::without_compression(&source.name).unwrap_or(&source.name);
        plain.strip_suffix(".tmp").unwrap_or(plain).to_owned()
    };
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate().filter(|(_, source)| source.disk_bytes.is_some()) {
        groups.entry(stem(source)).or_default().push(index);
    }
    let mut dropped = BTreeSet::new();
    for mut group in groups.into_values().filter(|group| group.len() > 1) {
        // Plain before compressed: it is read faster and may have grown since.
        group.sort_by_key(|&index| (matches!(sources[index].form, Form::Packed { .. }), index));
        let mut kept: Vec<(usize, Vec<u8>)> = Vec::new();
        for index in group {
            let head = text_head(&sources[index]);
            match kept.iter().find(|(_, other)| !head.is_empty() && *other == head) {
                Some(&(other, _)) => {
                    dropped.insert(index);
                    let twin = Trouble::Twin(sources[other].name.clone());
                    problems.push(note(sources[index].name.clone(), twin));
                }
                None => kept.push((index, head)),
            }
        }
    }
    let mut index = 0;
    sources.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
}

/// The first bytes of a regular file, decompressed.
fn text_head(source: &Source) -> Vec<u8> {
    let opened = || source.handle.clone().or_else(|| File::open(source.path.as_ref()?).ok().map(Arc::new));
    let Some(file) = opened() else { return Vec::new() };
    let mut head = vec![0; HEAD];
    let from = match source.form {
        Form::Packed { from } => from,
        _ => 0,
    };
    let count = read_full(&file, &mut head, from).unwrap_or(0);
    head.truncate(count);
    match (classify(&head), file.try_clone()) {
        (Content::Packed(codec), Ok(file)) => decoded_head(file, from, codec),
        _ => head,
    }
}
