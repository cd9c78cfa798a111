//! Who logged a file, told by its path alone.

use super::rotation;
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

/// The reporter label of each source: `file/NAME` without rotation and compression
/// suffixes, `None` for standard input.
///
/// Files of one name in several directories get as many parent directories in front as
/// it takes to tell the directories apart (`file/pod-a/app.log`). A path that names its
/// pod or container gets a better label elsewhere.
pub fn reporter_names(sources: &[Source]) -> Vec<Option<String>> {
    let named: Vec<Option<(Vec<String>, String)>> =
        sources.iter().map(|source| source.path().map(taken_apart)).collect();
    let mut directories: BTreeMap<&str, BTreeSet<&[String]>> = BTreeMap::new();
    for (parents, base) in named.iter().flatten() {
        directories.entry(base).or_default().insert(parents);
    }
    let depths: BTreeMap<&str, usize> =
        directories.iter().map(|(&base, parents)| (base, telling_depth(parents))).collect();
    named
        .iter()
        .map(|name| {
            let (parents, base) = name.as_ref()?;
            let depth = depths.get(base.as_str()).copied().unwrap_or(0);
            let mut label = "file".to_owned();
            for part in last(parents, depth).iter().map(String::as_str).chain([base.as_str()]) {
                label.push('/');
                label.push_str(part);
            }
            Some(label)
        })
        .collect()
}

fn taken_apart(path: &Path) -> (Vec<String>, String) {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let base = rotation::split(&name).base.into_owned();
    (path.parent().map(directory_parts).unwrap_or_default(), base)
}

/// The directories of a path without `.` and root.
pub(super) fn directory_parts(directory: &Path) -> Vec<String> {
    let part = |component: Component<'_>| match component {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        Component::ParentDir => Some("..".to_owned()),
        Component::Prefix(prefix) => Some(prefix.as_os_str().to_string_lossy().into_owned()),
        Component::CurDir | Component::RootDir => None,
    };
    directory.components().filter_map(part).collect()
}

fn last(parts: &[String], count: usize) -> &[String] {
    &parts[parts.len() - count.min(parts.len())..]
}

/// How many last parts it takes until all directories differ.
fn telling_depth(directories: &BTreeSet<&[String]>) -> usize {
    let deepest = directories.iter().map(|parts| parts.len()).max().unwrap_or(0);
    (0..deepest)
        .find(|&depth| {
            let ends: BTreeSet<&[String]> = directories.iter().map(|parts| last(parts, depth)).collect();
            ends.len() == directories.len()
        })
        .unwrap_or(deepest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(paths: &[&str]) -> Vec<String> {
        let sources: Vec<Source> = paths.iter().map(|path| Source::named_for_test(path)).collect();
        reporter_names(&sources).into_iter().map(|label| label.unwrap_or("-".to_owned())).collect()
    }

    #[test]
    fn a_file_is_named_without_rotation() {
        assert_eq!(
            labels(&["logs/app.log.2.gz", "logs/app.log", "-"]),
            ["file/app.log", "file/app.log", "-"]
        );
    }

    #[test]
    fn directories_tell_equal_names_apart() {
        assert_eq!(
            labels(&["a/app.log", "b/app.log.1", "b/other.log"]),
            ["file/a/app.log", "file/b/app.log", "file/other.log"]
        );
        assert_eq!(
            labels(&["x/pod-a/logs/app.log", "x/pod-b/logs/app.log"]),
            ["file/pod-a/logs/app.log", "file/pod-b/logs/app.log"]
        );
        assert_eq!(labels(&["app.log", "./app.log.1", "a/app.log"])[..2], ["file/app.log", "file/app.log"]);
    }
}
