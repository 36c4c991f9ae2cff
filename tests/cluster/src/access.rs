//! Other ways into the cluster than the admin's: users, service accounts, other names and addresses.
//!
//! Must not grant anything: roles and bindings are the test's.

use std::path::PathBuf;

use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::PostParams;

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
    /// One group, as a certificate made here can name no more.
    ///
    /// # Errors
    /// The names do not fit into a certificate, or the file can't be written.
    pub fn kubeconfig_for_user(&self, user: &str, group: Option<&str>) -> Result<PathBuf, Error> {
        let identity = self.authority().client(user, group)?;
        self.write_kubeconfig(NAME, self.server(), user, Credentials::Certificate(&identity))
    }

    /// A kubeconfig for a service account that exists, with a token that outlives the cluster.
    ///
    /// # Errors
    /// There is no such service account, or the file can't be written.
    pub fn kubeconfig_for_service_account(&self, namespace: &str, name: &str) -> Result<PathBuf, Error> {
        let accounts: kube::Api<ServiceAccount> = kube::Api::namespaced(self.api().client(), namespace);
        let day = TokenRequestSpec { expiration_seconds: Some(24 * 60 * 60), ..TokenRequestSpec::default() };
        let request = TokenRequest { spec: Some(day), ..TokenRequest::default() };
        let parameters = PostParams::default();
        let answer = self.api().block_on(accounts.create_token_request(name, &parameters, &request));
        let answer = answer.map_err(Error::api(format!("get a token for ServiceAccount {namespace}/{name}")))?;
        let token = answer.status.and_then(|status| status.token).unwrap_or_default();
        self.write_kubeconfig(NAME, self.server(), name, Credentials::Token(&token))
    }

    /// The admin's kubeconfig under another context name, or with another address: a relay's, a dead one's.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn kubeconfig_with(&self, context: &str, server: &str) -> Result<PathBuf, Error> {
        self.write_kubeconfig(context, server, "admin", Credentials::Certificate(self.admin()))
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

    fn write_kubeconfig(
        &self,
        context: &str,
        server: &str,
        user: &str,
        credentials: Credentials<'_>,
    ) -> Result<PathBuf, Error> {
        let access = Access { context, server, authority: self.authority().certificate(), user, credentials };
        let path = self.next_kubeconfig();
        write_private(&path, &access.to_yaml())?;
        Ok(path)
    }
}
