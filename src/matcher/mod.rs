//! L2: hits in a stretch of input. Owns what a line and its record mean; knows nothing
//! of files, counts or verdicts.

mod confirm;
mod evidence;
mod found;
mod grams;
mod judge;
mod kernel;
pub mod layout;
mod line;
mod prefilter;
mod record;
pub mod redirect;
mod scan;
mod scratch;

pub use scan::{Matcher, Sink, SourceView, newlines};
pub use scratch::Scratch;
