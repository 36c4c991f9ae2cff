//! From the proxy to the API server.
//!
//! Must not try anything twice: what fails behind the proxy fails in front of it.

use std::io;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, HOST};
use http::{Request, Response};
use kube::client::Body;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::runtime::Runtime;

use super::other;
use crate::Error;

/// The API server, as the admin and as nobody.
#[derive(Clone)]
pub(super) struct Upstream {
    admin: Client,
    /// Whoever comes with a token of the cluster is known by that, which a certificate would outdo.
    nobody: Client,
    /// What the admin's requests carry.
    password: String,
}

impl Upstream {
    pub(super) fn connect(runtime: &Runtime, kubeconfig: &Path, token: &str) -> Result<Self, Error> {
        let unusable = |source| Error::Kubeconfig { path: kubeconfig.to_owned(), source: Box::new(source) };
        let parsed = Kubeconfig::read_from(kubeconfig).map_err(unusable)?;
        let options = KubeConfigOptions::default();
        let mut admin = runtime.block_on(Config::from_custom_kubeconfig(parsed, &options)).map_err(unusable)?;
        admin.default_retry = false;
        admin.read_timeout = None::<Duration>;
        let mut nobody = admin.clone();
        nobody.auth_info = AuthInfo::default();
        // Outside a runtime their construction panics.
        let _inside = runtime.enter();
        let client = |config: Config| Client::try_from(config).map_err(Error::api("make a client"));
        Ok(Self { admin: client(admin)?, nobody: client(nobody)?, password: format!("Bearer {token}") })
    }

    pub(super) async fn send(&self, mut request: Request<Body>) -> io::Result<Response<Body>> {
        request.headers_mut().remove(HOST);
        let is_admin = request.headers().get(AUTHORIZATION).is_some_and(|it| it.as_bytes() == self.password.as_bytes());
        if is_admin {
            request.headers_mut().remove(AUTHORIZATION);
        }
        let client = if is_admin { &self.admin } else { &self.nobody };
        client.send(request).await.map_err(other)
    }
}

/// Of the proxy's own: what can be known of it is known to whoever can read its kubeconfig.
pub(super) fn token() -> io::Result<String> {
    let mut bytes = [0; 24];
    SystemRandom::new().fill(&mut bytes).map_err(|_| io::Error::other("there is no randomness to be had"))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
