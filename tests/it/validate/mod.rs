//! `validate`: what is said of policies without a cluster.

mod policies;
