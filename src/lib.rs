//! `scan`: what is wrong between an application and its Redis or Valkey Cluster,
//! told from logs.
//!
//! Layers, each importing only those above it in this list:
//!
//! | layer | owns |
//! | --- | --- |
//! | [`model`] | the nouns: slot, endpoint, signal, moment, place |
pub mod model;
