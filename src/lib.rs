//! `scan`: what is wrong between an application and its Redis or Valkey Cluster,
//! told from logs.
//!
//! Layers, each importing only those above it in this list:
//!
//! | layer | owns |
//! | --- | --- |
//! | [`model`] | the nouns: slot, endpoint, signal, moment, place |
//! | [`tally`] | the mergeable aggregate and the digest it ends as |
//! | `matcher` | hits in a stretch of input |
pub mod cli;
pub mod diagnose;
pub mod input;
pub mod matcher;
pub mod model;
pub mod report;
pub mod rules;
pub mod tally;
