//! Bytes as the system gives them: positioned reads of files, patient reads of pipes.

use super::intake::Progress;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One positioned read; where the file's own cursor stands does not matter.
#[cfg(unix)]
pub(super) fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, at)
}

/// One positioned read; it moves the file's own cursor, which nothing here uses.
#[cfg(windows)]
pub(super) fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    match std::os::windows::fs::FileExt::seek_read(file, out, at) {
        // ERROR_HANDLE_EOF
        Err(error) if error.raw_os_error() == Some(38) => Ok(0),
        result => result,
    }
}

/// Fills `out` from `at` on; fewer bytes only where the file ends.
pub(super) fn read_full(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < out.len() {
        match read_at(file, &mut out[done..], at + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// A regular file from some place to its end, without touching its cursor.
#[derive(Debug)]
pub(super) struct FileTail {
    file: Arc<File>,
    at: u64,
}

impl FileTail {
    pub(super) fn new(file: Arc<File>, at: u64) -> Self {
        Self { file, at }
    }
}

impl Read for FileTail {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, out, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// What a stream is read from, counted, and ended early when `stop` is set.
#[derive(Debug)]
pub(super) struct Tap<'p> {
    from: From,
    stop: &'p AtomicBool,
    progress: &'p Progress,
    count: u64,
}

#[derive(Debug)]
enum From {
    Regular(FileTail),
    Pipe(Arc<File>),
}

impl<'p> Tap<'p> {
    /// A regular file from byte `at` on.
    pub(super) fn regular(file: Arc<File>, at: u64, stop: &'p AtomicBool, progress: &'p Progress) -> Self {
        Self { from: From::Regular(FileTail::new(file, at)), stop, progress, count: 0 }
    }

    /// A pipe, terminal or whatever else has no size.
    pub(super) fn pipe(file: Arc<File>, stop: &'p AtomicBool, progress: &'p Progress) -> Self {
        widen_pipe(&file);
        Self { from: From::Pipe(file), stop, progress, count: 0 }
    }

    /// Bytes read so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

impl Read for Tap<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(0);
        }
        let count = match &mut self.from {
            From::Regular(file) => file.read(out)?,
            From::Pipe(pipe) => {
                if !wait_readable(pipe, self.stop)? {
                    return Ok(0);
                }
                let mut pipe: &File = pipe;
                pipe.read(out)?
            }
        };
        self.count += count as u64;
        self.progress.add_bytes(count as u64);
        Ok(count)
    }
}

/// Asks for the largest pipe an ordinary user may have: fewer and larger reads. What is
/// no pipe, or may not grow, stays as it is.
#[cfg(target_os = "linux")]
fn widen_pipe(file: &File) {
    let _ = rustix::pipe::fcntl_setpipe_size(file, 1024 * 1024);
}

#[cfg(not(target_os = "linux"))]
fn widen_pipe(_: &File) {}

/// Waits until a read would not block; false when `stop` was set meanwhile. A read that
/// is under way would not notice: signal handlers restart it.
#[cfg(unix)]
fn wait_readable(file: &File, stop: &AtomicBool) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let tick = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    loop {
        let mut wanted = [PollFd::new(file, PollFlags::IN)];
        match poll(&mut wanted, Some(&tick)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {
                if stop.load(Ordering::Relaxed) {
                    return Ok(false);
                }
            }
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_readable(_: &File, _: &AtomicBool) -> io::Result<bool> {
    Ok(true)
}

/// Standard input as a file of its own, unbuffered.
pub(super) fn stdin() -> io::Result<File> {
    #[cfg(unix)]
    let owned = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?;
    #[cfg(windows)]
    let owned = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned()?;
    Ok(File::from(owned))
}
