//! `restore` and `forget`: histories that a purge has kept.

mod cluster_beside_runs;
mod cluster_kept_histories;
mod cluster_killed;
mod cluster_restore;
