//! The rules that travel inside the binary.

/// Name and text of every file of `rules/`, sorted by name.
pub(super) static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));
