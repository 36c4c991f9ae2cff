//! The packages of a release: the program under test for this machine, texts for the others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use packaging::{Addresses, Binary, Platform, VERSION};
use tempfile::TempDir;

use crate::support::{OrPanic, install_program};

/// The packages, in a folder that goes with the last test that holds them.
pub(super) struct Packages {
    folder: TempDir,
    made: packaging::Packages,
}

/// Packed once for all tests that run at the same time: it takes some seconds.
pub(super) fn packages() -> Arc<Packages> {
    static SHARED: Mutex<Weak<Packages>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let fresh = Arc::new(Packages::pack());
        *shared = Arc::downgrade(&fresh);
        fresh
    })
}

/// What this machine is called in the names of archives.
pub(super) fn here() -> Platform {
    Platform::here().expect("these tests run where the program does")
}

impl Packages {
    fn pack() -> Self {
        let folder = tempfile::Builder::new().prefix("helm-purge-packages-").tempdir().expect("a folder can be made");
        let binaries =
            Platform::ALL.map(|platform| Binary { platform, path: folder.path().join(platform.to_string()) });
        for binary in &binaries {
            if binary.platform == here() {
                copy_of_the_program(&binary.path);
            } else {
                fs::write(&binary.path, format!("for {}", binary.platform)).expect("the folder is ours");
            }
        }
        let out = folder.path().join("out");
        let made = packaging::pack(&binaries, packaging::repository(), &Addresses::default(), &out).or_panic();
        Self { folder, made }
    }

    /// Where all of them are.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// The Helm plugin's archive.
    pub(super) fn plugin(&self) -> &Path {
        &self.made.plugin
    }

    /// This machine's archive.
    pub(super) fn of_this_machine(&self) -> PathBuf {
        self.folder().join(format!("helm-purge-{VERSION}-{}.tar.gz", here()))
    }

    /// krew's manifest, with the archives at this address.
    pub(super) fn krew_manifest(&self, address: &str) -> String {
        let addresses = Addresses { archives: Some(address.to_owned()), homepage: None };
        packaging::krew::manifest(&self.made.platforms, &addresses)
    }
}

/// Without what only debuggers read, which is most of it.
fn copy_of_the_program(path: &Path) {
    let program = env!("CARGO_BIN_EXE_helm-purge");
    let stripped = Command::new("strip").arg("-o").arg(path).arg(program).status();
    if !stripped.is_ok_and(|status| status.success()) {
        install_program(Path::new(program), path);
    }
}
