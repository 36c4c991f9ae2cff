//! The programs a cluster is made of: found where they fit, else built once per machine.
//!
//! Must not start any of them but to ask for their version.
//!
//! An order of four, the first hit counts: the folder `KUBEBUILDER_ASSETS`, PATH, the cache, `go build`.

mod build;
mod cache;
mod family;
mod fit;
mod go;
mod present;
mod recipe;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use recipe::Part;

use crate::{Error, Progress};

/// Finds or builds each of `parts`, and nothing else.
///
/// # Errors
/// Go is missing or too old, a build failed, or the cache can't be written.
pub fn obtain(parts: &[Part], progress: &dyn Progress) -> Result<BTreeMap<Part, PathBuf>, Error> {
    parts.iter().map(|&part| Ok((part, obtain_one(part, progress)?))).collect()
}

fn obtain_one(part: Part, progress: &dyn Progress) -> Result<PathBuf, Error> {
    match present::find(part) {
        Some(program) => Ok(program),
        None => cache::find_or_build(part, progress),
    }
}
