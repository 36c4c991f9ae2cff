//! Other ways into the cluster than the admin's: users, service accounts, plugins, other names and addresses.
//!
//! Must not grant anything: roles and bindings are the test's, through [`Api::apply`](crate::Api::apply).

mod account;
mod exec;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub use account::{HelmFlags, Pod};
pub use exec::ExecPlugin;

use crate::cluster::{Access, Credentials, NAME, write_private};
use crate::{Cluster, Error};

/// The files with which something else can serve as the API server, a proxy that ends TLS for example.
#[derive(Clone, Debug)]
pub struct ServerCertificate {
    /// The authority that every kubeconfig of the cluster trusts.
    pub authority: PathBuf,
    /// For 127.0.0.1 and localhost.
    pub certificate: PathBuf,
    /// Of the certificate.
    pub key: PathBuf,
}

impl Cluster {
    /// A kubeconfig for another user, known by a client certificate, with no rights of its own.
    ///
    /// One group, as a certificate made here can name no more; [`kubeconfig_as`](Self::kubeconfig_as) takes several.
    ///
    /// # Errors
    /// The names do not fit into a certificate, or the file can't be written.
    pub fn kubeconfig_for_user(&self, user: &str, group: Option<&str>) -> Result<PathBuf, Error> {
        let identity = self.authority().client(user, group)?;
        self.write_kubeconfig(self.access(user, Credentials::Certificate(&identity)))
    }

    /// A kubeconfig with which the admin acts as another user, in these groups and no others (`as`, `as-groups`).
    ///
    /// # Errors
    /// The file can't be written.
    pub fn kubeconfig_as(&self, user: &str, groups: &[&str]) -> Result<PathBuf, Error> {
        let credentials = Credentials::Impersonation { identity: self.admin(), user, groups };
        self.write_kubeconfig(self.access("admin", credentials))
    }

    /// The admin's kubeconfig under another context name, or with another address: a relay's, a dead one's.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn kubeconfig_with(&self, context: &str, server: &str) -> Result<PathBuf, Error> {
        let access = self.access("admin", Credentials::Certificate(self.admin()));
        self.write_kubeconfig(Access { context, server, ..access })
    }

    /// A copy of any of these kubeconfigs with another address in it.
    ///
    /// # Errors
    /// It can't be read, or the copy can't be written.
    pub fn kubeconfig_at(&self, server: &str, kubeconfig: &Path) -> Result<PathBuf, Error> {
        let text = fs::read_to_string(kubeconfig).map_err(Error::file("read", kubeconfig))?;
        let path = self.next_kubeconfig();
        write_private(&path, &text.replace(self.server(), server))?;
        Ok(path)
    }

    /// The admin's kubeconfig in two files, as a value for `KUBECONFIG`: cluster and context in the first, the user
    /// in the second.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn kubeconfig_in_two_files(&self) -> Result<OsString, Error> {
        let mut list = OsString::new();
        for text in self.access("admin", Credentials::Certificate(self.admin())).to_two_yamls() {
            let path = self.next_kubeconfig();
            write_private(&path, &text)?;
            if !list.is_empty() {
                list.push(":");
            }
            list.push(path);
        }
        Ok(list)
    }

    /// What the API server identifies itself with.
    #[must_use]
    pub fn server_certificate(&self) -> ServerCertificate {
        let layout = self.layout();
        ServerCertificate {
            authority: layout.authority(),
            certificate: layout.server_certificate(),
            key: layout.server_key(),
        }
    }

    /// The usual context and address.
    pub(crate) fn access<'a>(&'a self, user: &'a str, credentials: Credentials<'a>) -> Access<'a> {
        let authority = self.authority().certificate();
        Access { context: NAME, server: self.server(), authority, user, credentials }
    }

    pub(crate) fn write_kubeconfig(&self, access: Access<'_>) -> Result<PathBuf, Error> {
        let path = self.next_kubeconfig();
        write_private(&path, &access.to_yaml())?;
        Ok(path)
    }
}
