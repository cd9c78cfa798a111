//! The `scan` binary: parse, run, exit.

use clap::Parser;
use scan::cli::{Args, Env, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(&Args::parse(), &Env::read(), &mut std::io::stdout(), &mut std::io::stderr()).into()
}
