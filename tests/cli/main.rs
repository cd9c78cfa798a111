//! The built program from the outside: what it reads, says, writes and returns.
//!
//! Every run has a directory of its own and no environment, so that nothing of the machine
//! reaches it.

mod encodings;
mod filters;
mod hostile;
mod order;
mod outputs;
mod place;
mod reading;
mod records;
mod rules;
#[cfg(unix)]
mod signals;
mod trouble;
