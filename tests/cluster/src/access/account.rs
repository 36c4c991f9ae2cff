//! Service accounts: a token, and the places where programs look for one.
//!
//! Must not create accounts: they are objects like any other, and the test's.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::PostParams;

use crate::cluster::{Credentials, write_private};
use crate::{Cluster, Error};

/// A connection without a kubeconfig, as Helm's flags give it: `--kube-apiserver`, `--kube-token`, `--kube-ca-file`.
#[derive(Clone, Debug)]
pub struct HelmFlags {
    /// The API server's URL.
    pub server: String,
    /// A bearer token.
    pub token: String,
    /// The certificate of the authority that the API server's is checked with.
    pub authority: PathBuf,
}

/// What a pod finds about its own cluster.
///
/// A pod's folder is always `/var/run/secrets/kubernetes.io/serviceaccount`, which only root could write here: hand
/// the folder to the code under test, or mount it there in a mount namespace of the test's own.
#[derive(Clone, Debug)]
pub struct Pod {
    /// With `token`, `ca.crt` and `namespace` in it.
    pub folder: PathBuf,
    /// `KUBERNETES_SERVICE_HOST`.
    pub host: String,
    /// `KUBERNETES_SERVICE_PORT`.
    pub port: String,
}

impl HelmFlags {
    /// The same as Helm hands them to a plugin.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, OsString); 3] {
        [
            ("HELM_KUBEAPISERVER", self.server.clone().into()),
            ("HELM_KUBETOKEN", self.token.clone().into()),
            ("HELM_KUBECAFILE", self.authority.clone().into()),
        ]
    }
}

impl Pod {
    /// The address, as every pod has it in its environment.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, OsString); 2] {
        [("KUBERNETES_SERVICE_HOST", self.host.clone().into()), ("KUBERNETES_SERVICE_PORT", self.port.clone().into())]
    }
}

impl Cluster {
    /// A token of a service account that exists; it outlives the cluster.
    ///
    /// # Errors
    /// There is no such service account.
    pub fn service_account_token(&self, namespace: &str, name: &str) -> Result<String, Error> {
        let accounts: kube::Api<ServiceAccount> = kube::Api::namespaced(self.api().client(), namespace);
        let day = TokenRequestSpec { expiration_seconds: Some(24 * 60 * 60), ..TokenRequestSpec::default() };
        let request = TokenRequest { spec: Some(day), ..TokenRequest::default() };
        let parameters = PostParams::default();
        let answer = self.api().block_on(accounts.create_token_request(name, &parameters, &request));
        let answer = answer.map_err(Error::api(format!("get a token for ServiceAccount {namespace}/{name}")))?;
        Ok(answer.status.and_then(|status| status.token).unwrap_or_default())
    }

    /// A kubeconfig for a service account that exists, with its token.
    ///
    /// # Errors
    /// There is no such service account, or the file can't be written.
    pub fn kubeconfig_for_service_account(&self, namespace: &str, name: &str) -> Result<PathBuf, Error> {
        let token = self.service_account_token(namespace, name)?;
        self.write_kubeconfig(self.access(name, Credentials::Token(&token)))
    }

    /// Helm's connection flags for a service account that exists.
    ///
    /// # Errors
    /// There is no such service account.
    pub fn helm_flags(&self, namespace: &str, name: &str) -> Result<HelmFlags, Error> {
        let token = self.service_account_token(namespace, name)?;
        let authority = self.server_certificate().authority;
        Ok(HelmFlags { server: self.server().to_owned(), token, authority })
    }

    /// What a pod of this service account finds in its file system and environment.
    ///
    /// # Errors
    /// There is no such service account, or the folder can't be written.
    pub fn pod(&self, namespace: &str, service_account: &str) -> Result<Pod, Error> {
        let token = self.service_account_token(namespace, service_account)?;
        let folder = self.next_kubeconfig().with_extension("serviceaccount");
        fs::create_dir(&folder).map_err(Error::file("create", &folder))?;
        let authority = self.authority().certificate();
        for (name, text) in [("token", token.as_str()), ("ca.crt", authority), ("namespace", namespace)] {
            write_private(&folder.join(name), text)?;
        }
        let address = self.server().trim_start_matches("https://");
        let (host, port) = address.split_once(':').unwrap_or((address, "443"));
        Ok(Pod { folder, host: host.to_owned(), port: port.to_owned() })
    }
}
