//! Directories.

use super::problem::{InputProblem, Trouble};
use std::path::{Path, PathBuf};

/// Directories of version control: they hold no logs, but commit messages and reflogs
/// that look like some. Other hidden directories are walked (`~/.pm2/logs` has logs).
const VERSION_CONTROL: [&str; 5] = [".git", ".hg", ".svn", ".bzr", ".jj"];

/// Every regular file below `root`, in no particular order. Symbolic links are followed,
/// loops are not. Sockets, pipes and devices are left out.
pub(super) fn walk(root: &Path, problems: &mut Vec<InputProblem>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = walkdir::WalkDir::new(root).follow_links(true).into_iter();
    let wanted = |entry: &walkdir::DirEntry| {
        let hidden = entry.depth() > 0
            && entry.file_type().is_dir()
            && entry.file_name().to_str().is_some_and(|name| VERSION_CONTROL.contains(&name));
        !hidden
    };
    for entry in entries.filter_entry(wanted) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
            Ok(_) => {}
            // What a looping link leads to is walked anyway.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => problems.push(refused(root, &error)),
        }
    }
    files
}

fn refused(root: &Path, error: &walkdir::Error) -> InputProblem {
    let path = error.path().unwrap_or(root);
    let dangling = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
    let trouble = match error.io_error().map(Trouble::from_open) {
        // Deleted between listing and looking, or a link without a target.
        Some(Trouble::Missing) if dangling => Trouble::Dangling,
        Some(trouble) => trouble,
        None => Trouble::Open(error.to_string()),
    };
    let unread = trouble.leaves_unread();
    InputProblem { name: path.to_string_lossy().into_owned(), source_id: None, unread, trouble }
}
