//! What a scan finds is a function of the input alone: not of how it is cut, by how many
//! threads, in which order it is named, or whether it comes from a file, a pipe or a
//! compressed file. And tallies merge in any order.

#[path = "laws/cuts.rs"]
mod cuts;
#[path = "laws/logs.rs"]
mod logs;
#[path = "laws/merging.rs"]
mod merging;
#[path = "laws/scanning.rs"]
mod scanning;
#[path = "laws/ways_in.rs"]
mod ways_in;
