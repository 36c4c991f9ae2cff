//! The only reader of the process's environment in this package.
//!
//! Must not decide anything: it hands the few variables that count to those who do.

#![expect(clippy::disallowed_methods, reason = "this package reads its environment here and nowhere else")]

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The folders that programs are looked for in.
pub(crate) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// The folder with etcd, kube-apiserver and kubectl that `setup-envtest` fills.
pub(crate) fn kubebuilder_assets() -> Option<PathBuf> {
    folder("KUBEBUILDER_ASSETS")
}

/// The user's folder for what can be made again.
pub(crate) fn user_cache() -> Option<PathBuf> {
    if let Some(cache) = folder("XDG_CACHE_HOME") {
        return Some(cache);
    }
    let home = folder("HOME")?;
    Some(if cfg!(target_os = "macos") { home.join("Library").join("Caches") } else { home.join(".cache") })
}

/// An empty variable means "not set", and a relative path would mean another folder for each caller.
fn folder(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
