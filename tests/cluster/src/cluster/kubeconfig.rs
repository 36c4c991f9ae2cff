//! The text of a kubeconfig file with one cluster, one context and one user.
//!
//! Must not refer to other files, but for the program of an exec plugin: what is copied elsewhere still works.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::certificates::Identity;

/// The name of the context and of the cluster in every kubeconfig that is not asked for another.
pub(crate) const NAME: &str = "throwaway";

const HEADER: &str = "apiVersion: v1\nkind: Config\n";

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
    /// A shell script that prints a token.
    Exec(&'a Path),
    /// Whoever has this certificate acts as this user, in these groups.
    Impersonation {
        identity: &'a Identity,
        user: &'a str,
        groups: &'a [&'a str],
    },
}

impl Access<'_> {
    pub(crate) fn to_yaml(self) -> String {
        format!("{HEADER}{}{}{}", self.clusters(), self.contexts(), self.users())
    }

    /// The same in two files, neither of which is of use without the other: cluster and context, and the user.
    pub(crate) fn to_two_yamls(self) -> [String; 2] {
        [format!("{HEADER}{}{}", self.clusters(), self.contexts()), format!("{HEADER}{}", self.users())]
    }

    fn clusters(self) -> String {
        let name = quoted(self.context);
        let server = quoted(self.server);
        let authority = BASE64_STANDARD.encode(self.authority);
        format!(
            "\
clusters:
  - name: {name}
    cluster:
      server: {server}
      certificate-authority-data: {authority}
"
        )
    }

    fn contexts(self) -> String {
        let (name, user) = (quoted(self.context), quoted(self.user));
        format!(
            "\
current-context: {name}
contexts:
  - name: {name}
    context:
      cluster: {name}
      user: {user}
"
        )
    }

    fn users(self) -> String {
        format!("users:\n  - name: {}\n    user:\n{}", quoted(self.user), self.credentials.to_yaml())
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
            // By the shell, as a script that was just written may be too busy to be started by its own name.
            Self::Exec(program) => {
                let plugin = serde_json::json!({
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": "/bin/sh",
                    "args": [program],
                    "interactiveMode": "Never",
                });
                format!("      exec: {plugin}\n")
            }
            Self::Impersonation { identity, user, groups } => {
                let groups = serde_json::Value::from(groups);
                let certificate = Self::Certificate(identity).to_yaml();
                format!("{certificate}      as: {}\n      as-groups: {groups}\n", quoted(user))
            }
        }
    }
}

/// A JSON string is a YAML string, whatever a test puts into the name of a context.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
