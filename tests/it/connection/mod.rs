//! Which cluster is meant, and that no other one is ever purged.

mod cluster_options;
mod cluster_pinned;
mod cluster_socks;
mod fake_pinned;
