//! `scan`: what is wrong between an application and its Redis or Valkey Cluster,
//! told from logs.
//!
//! Layers, each importing only those named beside it (docs/design.md says why):
//!
//! | layer | owns | may import |
//! | --- | --- | --- |
//! | [`model`] | the nouns: slot, endpoint, signal, moment, place | |
//! | [`rules`] | rule files and their compiled form | `model` |
//! | [`input`] | from paths to bytes in memory | `model` |
//! | [`tally`] | the mergeable aggregate and the digest it ends as | `model` |
//! | [`matcher`] | hits in a stretch of input | `model`, `rules` |
//! | [`diagnose`] | from a digest to incidents with a verdict | `model`, `rules`, `tally` |
//! | [`report`] | one document, its views, escaping | `model`, `diagnose`, types of `tally` and `rules` |
//! | [`cli`] | arguments, environment, threads, files, exit status | all |
pub mod cli;
pub mod diagnose;
pub mod input;
pub mod matcher;
pub mod model;
pub mod report;
pub mod rules;
pub mod tally;
