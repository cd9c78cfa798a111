//! The `scan` binary: parse, run, exit.

fn main() {}
