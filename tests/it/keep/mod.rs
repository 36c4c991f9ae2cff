//! `keep`: opt-outs that developers write.

mod cluster_opt_outs;
