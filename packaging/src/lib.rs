//! Makes what a release of helm-purge consists of.
//!
//! ```text
//! targets ─ build ─► binaries            where this toolchain can; others are finished elsewhere
//! binary files ─ binary ─► Binary        is it a static program for the platform it was given as?
//! (Binary, repository) ─ pack ─► Packages    plugin, platform archives, krew's manifest, SHA256SUMS
//! ```
//!
//! What it is made for stands in `platform` alone; a test holds the release's workflow against it.

mod archive;
mod binary;
pub mod build;
pub mod command_line;
mod error;
pub mod krew;
mod pack;
mod platform;
pub mod plugin;
mod sums;

use std::path::Path;

pub use binary::Binary;
pub use error::Error;
pub use pack::{Addresses, Packages, pack};
pub use platform::{Platform, Target};

/// The version of this package is that of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The repository that this package is part of.
///
/// # Panics
/// Never: a package of a workspace lies in a folder of it.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository's folder")
}
