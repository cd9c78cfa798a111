//! `scan`: what is wrong between an application and its Redis or Valkey Cluster,
//! told from logs.
//!
//! Layers, each importing only those above it in this list:
//!
//! | layer | owns |
//! | --- | --- |
//! | [`model`] | the nouns: slot, endpoint, signal, moment, place |
//! | [`diagnose`] | from a finished tally to incidents with a verdict each |
pub mod diagnose;
pub mod model;
pub mod tally;
