//! Helm's connection flags, laid over what the kubeconfig says.

use std::path::PathBuf;

use super::parts::Parts;
use crate::settings::ConnectionOptions;

/// The context's name where flags say which server is meant: what a kubeconfig calls its own cluster does not
/// describe that one.
pub(super) const FROM_FLAGS: &str = "kube-apiserver";

/// With the precedence they have in Helm: over the kubeconfig.
pub(super) fn apply(wish: &ConnectionOptions, parts: &mut Parts) {
    if let Some(server) = &wish.api_server {
        parts.cluster.server = Some(server.clone());
        FROM_FLAGS.clone_into(&mut parts.context);
    }
    if let Some(file) = &wish.certificate_authority {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        parts.cluster.certificate_authority = Some(absolute.display().to_string());
        parts.cluster.certificate_authority_data = None;
    }
    if wish.skip_tls_verify {
        parts.cluster.insecure_skip_tls_verify = Some(true);
        // Both together are refused by Helm's client.
        parts.cluster.certificate_authority = None;
        parts.cluster.certificate_authority_data = None;
    }
    if let Some(name) = &wish.tls_server_name {
        parts.cluster.tls_server_name = Some(name.clone());
    }
    if let Some(token) = &wish.token {
        parts.user.token = Some(token.clone().into());
        // Other ways to log in would compete with it, not in the same order everywhere.
        parts.user.token_file = None;
        parts.user.exec = None;
        parts.user.auth_provider = None;
        parts.user.username = None;
        parts.user.password = None;
    }
    if let Some(user) = &wish.as_user {
        parts.user.impersonate = Some(user.clone());
    }
    if !wish.as_groups.is_empty() {
        parts.user.impersonate_groups = Some(wish.as_groups.clone());
    }
}
