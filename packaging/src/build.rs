//! Builds the program for a target, where this toolchain can.
//!
//! Must not install anything, nor try what is known not to work here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, Platform, Target};

/// The cargo that built this program builds the other one as well.
const CARGO: &str = env!("CARGO");

/// Whether a target can be built here without more ado.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chance {
    /// Its standard library is there, and it is this machine's own platform.
    Good,
    /// Its standard library is there, and linking for it is up to the user's settings.
    WithALinker,
    /// Its standard library is not installed.
    NoStandardLibrary,
}

/// Looks at what is installed.
///
/// # Errors
/// `rustc` cannot be asked.
pub fn chance(target: Target) -> Result<Chance, Error> {
    let rustc = Path::new(CARGO).with_file_name("rustc");
    let asked = Command::new(&rustc).args(["--print", "target-libdir", "--target", target.triple()]).output();
    let answer = asked.map_err(Error::file("run", &rustc))?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    Ok(match (libraries.is_dir() && answer.status.success(), Platform::here() == Some(target.platform())) {
        (false, _) => Chance::NoStandardLibrary,
        (true, true) => Chance::Good,
        (true, false) => Chance::WithALinker,
    })
}

/// How to get what is missing.
#[must_use]
pub fn remedy(target: Target) -> String {
    format!("its standard library is not installed (rustup target add {target})")
}

/// Builds it in this repository, optimised, and returns where it is.
///
/// # Errors
/// The standard library of the target is not there, or cargo fails.
pub fn build(target: Target, repository: &Path) -> Result<PathBuf, Error> {
    if chance(target)? == Chance::NoStandardLibrary {
        return Err(Error::CannotBuild { target, why: remedy(target) });
    }
    let folder = repository.join("target");
    let mut cargo = Command::new(CARGO);
    cargo.args(["build", "--release", "--locked", "--package", "helm-purge", "--bin", "helm-purge"]);
    // With a target of its own, flags are for the program alone; procedural macros cannot be static.
    cargo.args(["--target", target.triple()]).arg("--target-dir").arg(&folder);
    if target.is_static_only_when_told() {
        cargo.env("RUSTFLAGS", "-C target-feature=+crt-static");
    }
    let exit = cargo.current_dir(repository).stdin(Stdio::null()).status();
    if !exit.map_err(Error::file("run", Path::new(CARGO)))?.success() {
        return Err(Error::BuildFailed(target));
    }
    Ok(folder.join(target.triple()).join("release").join("helm-purge"))
}
