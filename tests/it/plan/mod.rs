//! `plan`: what is read of a cluster, and what is decided about each release.

mod cluster_listing;
mod cluster_memory;
mod cluster_protection;
mod cluster_reach;
mod fake_shards;
