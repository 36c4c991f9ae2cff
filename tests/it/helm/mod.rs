//! What is asked of helm, and how its processes are ended.

mod cluster_known_kinds;
mod fake_child_process;
mod fake_flags;
