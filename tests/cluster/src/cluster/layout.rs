//! Where what lies in a cluster's folder.
//!
//! Must not remove the folder: that is the keeper's.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::Error;

/// The folder of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// A fresh folder that only this user can read. Its name is short: some paths in it become names of sockets.
    pub(super) fn create() -> Result<Self, Error> {
        let place = std::env::temp_dir();
        let mut folder = tempfile::Builder::new();
        folder.prefix("tc-").permissions(Permissions::from_mode(0o700));
        let root = folder.tempdir_in(&place).map_err(Error::file("write to", &place))?.keep();
        let layout = Self { root };
        for folder in [layout.home(), layout.root.join("logs"), layout.root.join("keys"), layout.kubeconfigs()] {
            fs::create_dir(&folder).map_err(Error::file("create", &folder))?;
        }
        Ok(layout)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Stands in for the user's home: caches of helm and kubectl.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub(crate) fn admin_kubeconfig(&self) -> PathBuf {
        self.root.join("kubeconfig")
    }

    pub(crate) fn kubeconfigs(&self) -> PathBuf {
        self.root.join("kubeconfigs")
    }

    pub(super) fn log(&self, component: &str) -> PathBuf {
        self.root.join("logs").join(format!("{component}.log"))
    }

    pub(super) fn etcd(&self) -> PathBuf {
        self.root.join("etcd")
    }

    pub(crate) fn authority(&self) -> PathBuf {
        self.root.join("keys").join("authority.crt")
    }

    pub(crate) fn server_certificate(&self) -> PathBuf {
        self.root.join("keys").join("api-server.crt")
    }

    pub(crate) fn server_key(&self) -> PathBuf {
        self.root.join("keys").join("api-server.key")
    }

    pub(super) fn account_key(&self) -> PathBuf {
        self.root.join("keys").join("service-accounts.key")
    }

    pub(super) fn account_public_key(&self) -> PathBuf {
        self.root.join("keys").join("service-accounts.pub")
    }

    pub(super) fn stages(&self) -> PathBuf {
        self.root.join("stages.yaml")
    }
}

/// Writes a file that only this user can read: helm warns about every other kubeconfig.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::file("write", path))?;
    file.write_all(text.as_bytes()).map_err(Error::file("write", path))
}
