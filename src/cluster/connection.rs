//! The pinned connection: one description of one cluster, for the client and for every helm process.
//!
//! Each helm process reads the kubeconfig again, so `kubectl config use-context` in another window would send the
//! rest of a run to another cluster. The pinned kubeconfig is a private copy that no other program changes. It holds
//! credentials, so its folder is removed when this process ends, or by the next run if this process is killed.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kube::config::Kubeconfig;
use rustix::fs::{Mode, OFlags, open};
use tempfile::TempDir;

use super::kubeconfig::{self, ConnectionError};
use crate::settings::ConnectionOptions;

/// The names of all private folders begin with this.
const FOLDER_PREFIX: &str = "helm-purge-";
/// A folder that is younger than this may not be locked yet.
const LOCK_DELAY: Duration = Duration::from_mins(1);
/// The file that is locked while the folder's process, or a helm process that it started, lives.
const LOCK: &str = "lock";

/// The name of a kubeconfig's context, which means something only to the author of the kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextName(String);

/// One cluster, one user, one context: resolved once, and the same for everything in a run.
///
/// The private file is removed with the last clone.
#[derive(Debug, Clone)]
pub struct Connection {
    pub context: ContextName,
    /// The API server's address as the kubeconfig gives it, without a user and a password.
    pub(crate) server: String,
    /// The namespace of commands without `-n`.
    pub default_namespace: String,
    /// Whether the connection comes from the service account of this pod.
    pub is_in_cluster: bool,
    pinned: Arc<PinnedKubeconfig>,
}

#[derive(Debug)]
struct PinnedKubeconfig {
    folder: TempDir,
    _lock: File,
    path: PathBuf,
    kubeconfig: Kubeconfig,
}

impl Connection {
    /// # Errors
    /// If no connection can be resolved, or the private file cannot be written.
    pub fn resolve(options: &ConnectionOptions) -> Result<Self, ConnectionError> {
        let resolved = kubeconfig::resolve(options)?;
        let pinned = pin(resolved.kubeconfig()).map_err(ConnectionError::not_pinned)?;
        Ok(Self {
            server: without_credentials(resolved.server()),
            context: ContextName(resolved.context),
            default_namespace: resolved.namespace.unwrap_or_else(|| "default".to_owned()),
            is_in_cluster: resolved.in_cluster,
            pinned: Arc::new(pinned),
        })
    }

    /// Whether the client and each helm process start a program that gives the credentials.
    pub fn logs_in_by_program(&self) -> bool {
        let users = &self.pinned.kubeconfig.auth_infos;
        users
            .iter()
            .filter_map(|user| user.auth_info.as_ref())
            .any(|user| user.exec.is_some() || user.auth_provider.is_some())
    }

    /// The path of the private kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        &self.pinned.path
    }

    /// The private folder of that file, which is removed when the run ends.
    pub fn folder(&self) -> &Path {
        self.pinned.folder.path()
    }

    /// The API server's address as clients have it.
    pub(crate) fn pinned_server(&self) -> &str {
        let mut clusters = self.pinned.kubeconfig.clusters.iter().filter_map(|cluster| cluster.cluster.as_ref());
        clusters.find_map(|cluster| cluster.server.as_deref()).unwrap_or_default()
    }

    pub(super) fn pinned(&self) -> &Kubeconfig {
        &self.pinned.kubeconfig
    }
}

/// An address without the user and the password that may stand before its host.
fn without_credentials(address: &str) -> String {
    let start = address.find("://").map_or(0, |scheme| scheme + 3);
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |length| start + length);
    let host = address[start..end].rfind('@').map_or(start, |at| start + at + 1);
    format!("{}{}", &address[..start], &address[host..])
}

/// Writes a kubeconfig into a private folder.
fn pin(kubeconfig: Kubeconfig) -> io::Result<PinnedKubeconfig> {
    let (folder, lock) = private_folder()?;
    let path = folder.path().join("kubeconfig");
    // JSON is valid YAML, so every client reads it.
    let text = serde_json::to_vec(&kubeconfig)?;
    // The folder is private already; the file's mode is for copies of it.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?.write_all(&text)?;
    Ok(PinnedKubeconfig { folder, _lock: lock, path, kubeconfig })
}

impl ContextName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a typed answer names this context: by its whole name, or by the last part of an ARN.
    pub fn is_named_by(&self, answer: &str) -> bool {
        let last_part = self.0.strip_prefix("arn:").and_then(|arn| arn.rsplit(['/', ':']).next());
        answer == self.0 || last_part.is_some_and(|part| !part.is_empty() && part == answer)
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Makes a folder that only this user can read, with a lock, and removes the folders of killed runs.
fn private_folder() -> io::Result<(TempDir, File)> {
    let folder = tempfile::Builder::new().prefix(FOLDER_PREFIX).tempdir()?;
    let lock = File::create_new(folder.path().join(LOCK))?;
    lock.lock()?;
    // Child processes inherit the lock: a helm process that outlives a killed run still needs the folder.
    rustix::io::fcntl_setfd(&lock, rustix::io::FdFlags::empty())?;
    if let Some(parent) = folder.path().parent() {
        remove_abandoned(parent);
    }
    Ok((folder, lock))
}

/// Errors are ignored: the next run tries again.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(FOLDER_PREFIX));
        if is_ours && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether the lock of a folder is free. A folder without a lock belongs to another program. A folder with a new lock
/// file may still be used: the file exists before it is locked.
fn is_abandoned(folder: &Path) -> bool {
    let Some(lock) = own_lock(folder) else { return false };
    let age = lock.metadata().and_then(|facts| facts.modified()).ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > LOCK_DELAY) && lock.try_lock().is_ok()
}

/// Other users can put anything into a shared folder: a link to another place, a pipe that would block.
fn own_lock(folder: &Path) -> Option<File> {
    let is_own = |facts: &fs::Metadata| facts.uid() == rustix::process::geteuid().as_raw();
    let is_own_folder = fs::symlink_metadata(folder).is_ok_and(|facts| facts.is_dir() && is_own(&facts));
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let lock = File::from(open(folder.join(LOCK), flags, Mode::empty()).ok()?);
    let is_own_lock = lock.metadata().is_ok_and(|facts| facts.is_file() && is_own(&facts));
    (is_own_folder && is_own_lock).then_some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_arn_the_last_part_is_enough() {
        let arn = ContextName("arn:aws:eks:eu-west-1:1234:cluster/dev-eu".to_owned());
        assert!(arn.is_named_by("dev-eu") && arn.is_named_by("arn:aws:eks:eu-west-1:1234:cluster/dev-eu"));
        assert!(!arn.is_named_by("dev") && !arn.is_named_by(""));
        let plain = ContextName("team/dev-eu".to_owned());
        assert!(plain.is_named_by("team/dev-eu") && !plain.is_named_by("dev-eu"));
    }

    #[test]
    fn a_folder_is_abandoned_when_no_process_holds_its_lock() {
        let (folder, _lock) = private_folder().expect("a folder can be made");
        assert!(!is_abandoned(folder.path()));
        let left = tempfile::tempdir().expect("a folder can be made");
        assert!(!is_abandoned(left.path()), "without a lock it may be anything");
        let lock = File::create(left.path().join(LOCK)).expect("a file can be written");
        assert!(!is_abandoned(left.path()), "it may be locked in a moment");
        lock.set_modified(std::time::SystemTime::now() - 2 * LOCK_DELAY).expect("it is ours");
        assert!(is_abandoned(left.path()));
        lock.lock().expect("nobody holds it");
        assert!(!is_abandoned(left.path()), "somebody lives in it");
    }

    #[test]
    fn what_another_user_puts_in_place_of_a_lock_is_neither_waited_for_nor_removed() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (lock, elsewhere) = (folder.path().join(LOCK), folder.path().join("elsewhere"));
        rustix::fs::mkfifoat(rustix::fs::CWD, &lock, Mode::RWXU).expect("a pipe can be made");
        assert!(!is_abandoned(folder.path()), "a pipe without a writer would block");
        fs::remove_file(&lock).expect("it is ours");
        let old = File::create(&elsewhere).expect("a file can be written");
        old.set_modified(std::time::SystemTime::now() - 2 * LOCK_DELAY).expect("it is ours");
        std::os::unix::fs::symlink(&elsewhere, &lock).expect("a link can be made");
        assert!(!is_abandoned(folder.path()), "a link leads to another place");
    }

    #[test]
    fn a_password_in_an_address_is_shown_nowhere() {
        for (address, shown) in [
            ("https://dev.example.com:6443/k8s/a@b", "https://dev.example.com:6443/k8s/a@b"),
            ("https://user:pass@dev.example.com/x", "https://dev.example.com/x"),
            ("https://user:p@ss@dev.example.com", "https://dev.example.com"),
            ("user:pass@dev.example.com:6443?a", "dev.example.com:6443?a"),
            ("", ""),
        ] {
            assert_eq!(without_credentials(address), shown);
        }
    }
}
