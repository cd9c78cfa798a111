//! L1: from the paths on a command line to bytes in memory.
//!
//! [`discover()`] turns paths into ordered [`Source`]s. [`Intake`] cuts them into
//! [`Job`]s that any number of [`Worker`]s claim from one counter; a worker hands each
//! stretch of a source to a callback as a [`Window`]. A plain file is read in ranges by
//! all workers at once, anything else (pipes, compressed files, UTF-16) is pumped by
//! the one worker that claimed it. Both ways show the same bytes around a place, so a
//! finding depends on its source and position alone, never on how the source was cut.
//!
//! Files are read, never mapped: a log that is truncated while it is mapped kills the
//! reader.
//!
//! ```
//! use scan::input::{Intake, Order, Progress, Settings, discover};
//! use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
//!
//! let found = discover(&["Cargo.toml".into()]);
//! let (stop, progress, lines) = (AtomicBool::new(false), Progress::default(), AtomicU64::new(0));
//! let intake = Intake::new(&found, Settings::default(), Order::Fastest, &stop, &progress);
//! std::thread::scope(|scope| {
//!     for _ in 0..2 {
//!         scope.spawn(|| {
//!             let mut worker = intake.worker();
//!             while let Some(job) = worker.claim() {
//!                 worker.read(job, &mut |window| {
//!                     let own = window.glance().own_bytes();
//!                     let count = own.iter().filter(|&&byte| byte == b'\n').count();
//!                     lines.fetch_add(count as u64, Ordering::Relaxed);
//!                 });
//!             }
//!         });
//!     }
//! });
//! let reading = intake.finish();
//! assert!(reading.problems.is_empty() && reading.bytes[0] > 0);
//! assert!(lines.into_inner() > 10);
//! ```

mod chunk;
mod codec;
mod decode;
mod discover;
mod intake;
mod label;
mod peek;
mod plan;
mod problem;
mod pump;
mod ranges;
mod raw;
pub mod rotation;
mod sniff;
mod source;
mod walk;

pub use chunk::{MARGIN, SEAM, Settings, Window};
pub use discover::discover;
pub use intake::{Intake, Progress, Reading, Worker};
pub use label::reporter_names;
pub use plan::{Job, Order, Plan};
pub use problem::{InputProblem, Trouble};
pub use sniff::{Codec, Foreign};
pub use source::{Discovery, Source};
