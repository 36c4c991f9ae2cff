//! The text of a kubeconfig file with one cluster, one context and one user.
//!
//! Must not refer to other files: what is copied elsewhere still works.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::certificates::Identity;

/// The name of the context and of the cluster in every kubeconfig that is not asked for another.
pub(crate) const NAME: &str = "throwaway";

/// One way into the cluster.
#[derive(Clone, Copy)]
pub(crate) struct Access<'a> {
    pub(crate) context: &'a str,
    pub(crate) server: &'a str,
    /// The certificate of the authority, as PEM.
    pub(crate) authority: &'a str,
    pub(crate) user: &'a str,
    pub(crate) credentials: Credentials<'a>,
}

/// How a user proves to be that user.
#[derive(Clone, Copy)]
pub(crate) enum Credentials<'a> {
    Certificate(&'a Identity),
    Token(&'a str),
}

impl Access<'_> {
    pub(crate) fn to_yaml(self) -> String {
        let context = quoted(self.context);
        let user = quoted(self.user);
        let server = quoted(self.server);
        let authority = BASE64_STANDARD.encode(self.authority);
        let credentials = self.credentials.to_yaml();
        format!(
            "\
apiVersion: v1
kind: Config
current-context: {context}
clusters:
  - name: {context}
    cluster:
      server: {server}
      certificate-authority-data: {authority}
contexts:
  - name: {context}
    context:
      cluster: {context}
      user: {user}
users:
  - name: {user}
    user:
{credentials}"
        )
    }
}

impl Credentials<'_> {
    fn to_yaml(self) -> String {
        match self {
            Self::Certificate(identity) => format!(
                "      client-certificate-data: {}\n      client-key-data: {}\n",
                BASE64_STANDARD.encode(&identity.certificate),
                BASE64_STANDARD.encode(&identity.key)
            ),
            Self::Token(token) => format!("      token: {}\n", quoted(token)),
        }
    }
}

/// A JSON string is a YAML string, whatever a test puts into the name of a context.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
