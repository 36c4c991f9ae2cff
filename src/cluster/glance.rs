//! A short look at the cluster while somebody types.
//!
//! Whoever waits at a prompt wants names soon or not at all, and must not be asked for anything: what logs in by talking
//! to people is not started.

use std::time::{Duration, Instant};

use kube::config::{ExecInteractiveMode, Kubeconfig};

use super::client::Client;
use super::kubeconfig;
use crate::settings::ConnectionOptions;
use crate::signal::CancelToken;

/// A client for a few quick looks, and what the kubeconfig says about where.
#[derive(Debug)]
pub struct QuickClient {
    client: Client,
    stop: CancelToken,
    until: Instant,
    namespace: Option<String>,
}

impl QuickClient {
    /// Looks that are over after so long, all of them together. Nothing is asked yet, and nothing is written.
    ///
    /// Nothing where there is no such connection, or none without a question to somebody.
    pub fn new(wish: &ConnectionOptions, stop: &CancelToken, patience: Duration) -> Option<Self> {
        let until = Instant::now() + patience;
        let mut resolved = kubeconfig::resolve(wish).ok()?;
        ask_nobody(&mut resolved.kubeconfig)?;
        let client = Client::with(resolved.kubeconfig, stop.clone()).ok()?;
        Some(Self { client, stop: stop.clone(), until, namespace: resolved.namespace })
    }

    /// The client, for what is left of the time.
    pub fn client(&self) -> Client {
        let left = self.until.saturating_duration_since(Instant::now());
        self.client.listening_to(self.stop.clone(), left)
    }

    /// The namespace that commands without `-n` mean.
    pub fn default_namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }
}

/// The names of a kubeconfig's contexts. Foreign text. None where there is no kubeconfig that can be read.
pub fn context_names(wish: &ConnectionOptions) -> Vec<String> {
    let read = kubeconfig::read_files(&wish.kubeconfig).ok().flatten();
    read.map(|read| read.contexts.into_iter().map(|context| context.name).collect()).unwrap_or_default()
}

/// A plugin that logs in is told that nobody is there; one that cannot do without is not started.
fn ask_nobody(kubeconfig: &mut Kubeconfig) -> Option<()> {
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|user| user.auth_info.as_mut()) {
        let Some(plugin) = &mut user.exec else { continue };
        if plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
            return None;
        }
        plugin.interactive_mode = Some(ExecInteractiveMode::Never);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_plugin(interactive_mode: &str) -> Kubeconfig {
        let text = serde_json::json!({"users": [{"name": "x", "user": {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "login", "interactiveMode": interactive_mode,
        }}}]});
        serde_json::from_value(text).expect("a kubeconfig")
    }

    #[test]
    fn a_plugin_that_logs_in_is_told_that_nobody_is_there_or_is_not_started() {
        for (mode, is_fine) in [("Never", true), ("IfAvailable", true), ("Always", false)] {
            let mut kubeconfig = with_plugin(mode);
            assert_eq!(ask_nobody(&mut kubeconfig).is_some(), is_fine, "{mode}");
            let plugin = kubeconfig.auth_infos[0].auth_info.as_ref().and_then(|user| user.exec.as_ref());
            let told = plugin.and_then(|plugin| plugin.interactive_mode.clone());
            assert!(!is_fine || told == Some(ExecInteractiveMode::Never), "{told:?}");
        }
    }
}
