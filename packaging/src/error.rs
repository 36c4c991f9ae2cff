//! What can go wrong, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::{Platform, Target};

/// Why no packages were made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A target that no archive is made for.
    #[error("nothing is packed for `{0}`; known are {list}", list = known_targets())]
    UnknownTarget(String),
    /// Windows.
    #[error("helm-purge does not run on Windows, so nothing is packed for it; in WSL 2 the archive for Linux works")]
    Windows,
    /// `--binary` without its two parts.
    #[error("`--binary {0}`: write it as TRIPLE=PATH, for instance x86_64-unknown-linux-musl=target/helm-purge")]
    NotABinary(String),
    /// An address that no manifest could carry.
    #[error("`{0}` is no address: it has to begin with http:// or https:// and be free of spaces and quotes")]
    NotAnAddress(String),
    /// Two binaries for one platform.
    #[error("two binaries for {0}: an archive has room for one; leave out one `--target` or `--binary`")]
    Twice(Platform),
    /// Nothing to pack.
    #[error("there is nothing to pack: give a finished binary with --binary TRIPLE=PATH")]
    Nothing,
    /// A complete release was asked for.
    #[error("not complete: no binary for {}", names(.0))]
    Incomplete(Vec<Platform>),
    /// A file that is no program for its platform.
    #[error("{}: {why}; it was given as the binary for {platform}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What it was given as.
        platform: Platform,
        /// What it is instead.
        why: String,
    },
    /// This toolchain cannot build for the target.
    #[error("{target} cannot be built here: {why}")]
    CannotBuild {
        /// What was asked for.
        target: Target,
        /// What to do about it.
        why: String,
    },
    /// cargo ended with an error, which it has told itself.
    #[error("building for {0} failed; cargo's own words are above")]
    BuildFailed(Target),
    /// A file or a program.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` where a file is read or written.
    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }
}

fn known_targets() -> String {
    Target::ALL.map(Target::triple).join(", ")
}

fn names(platforms: &[Platform]) -> String {
    platforms.iter().map(Platform::to_string).collect::<Vec<_>>().join(", ")
}
