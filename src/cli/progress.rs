//! How far a long scan has come, on standard error.

use super::pipeline::Live;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Nothing is shown for runs shorter than this.
const PATIENCE: Duration = Duration::from_millis(700);
const STEP: Duration = Duration::from_millis(100);

/// Shows progress until the other end of `done` is dropped. `total` is the size of the
/// input on disk, where it is known.
pub(super) fn show(live: &Live, total: Option<u64>, done: &Receiver<()>) {
    if done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    let template = if total.is_some() {
        "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {msg}"
    } else {
        "{spinner} {bytes} {bytes_per_sec} {msg}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    loop {
        bar.set_position(live.reading.bytes());
        let (files, hits) = (live.reading.files(), live.hits.load(Ordering::Relaxed));
        bar.set_message(format!("{files} files, {hits} events"));
        if done.recv_timeout(STEP) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    bar.finish_and_clear();
}
