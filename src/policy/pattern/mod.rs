//! Globs: compiled, and refused where they cannot do what their author meant.
//!
//! A pattern of `keep` that matches nothing keeps nothing, and one of `namespaces` that matches
//! everything deletes everything. Both are answered exactly, with automata, before anything runs.
//! Must not know which key a pattern stands under, beyond what its names are.

mod automaton;
mod braces;
mod check;
mod cluster;
mod foreign;
mod glob;
mod legal;
mod looks;
mod name;
mod names;
mod written;

pub use cluster::ClusterPattern;
pub use foreign::LenientGlob;
pub use name::NamePattern;

pub(crate) use automaton::{Common, Overlap, Together, common};
pub(crate) use braces::is_bare;
pub(crate) use cluster::{ClusterText, Reach};
pub(crate) use name::{Coverage, coverage};
pub(crate) use names::{Names, SYSTEM_NAMESPACES};
pub(crate) use written::Written;
