//! `validate`: what is printed of policies without a cluster.

mod policies;
