//! By which of its three names this program was called.

/// The way in. All three do the same; what differs is what the user typed, and who may have eaten a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryPoint {
    /// `helm purge`: Helm takes its own flags out of the command line and passes them as variables.
    Helm,
    /// `kubectl helm-purge`.
    Kubectl,
    /// `helm-purge`.
    Direct,
}

impl EntryPoint {
    /// Tells the way in from the name of the program and from Helm's name for the plugin.
    pub fn from_call(program: &str, helm_plugin_name: Option<&str>) -> Self {
        let file = program.rsplit('/').next().unwrap_or(program);
        if file.starts_with("kubectl-") {
            EntryPoint::Kubectl
        } else if helm_plugin_name.is_some() {
            EntryPoint::Helm
        } else {
            EntryPoint::Direct
        }
    }

    /// What the user types to get here.
    pub fn command(self) -> &'static str {
        match self {
            EntryPoint::Helm => "helm purge",
            EntryPoint::Kubectl => "kubectl helm-purge",
            EntryPoint::Direct => "helm-purge",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_in_is_told_from_the_call() {
        assert_eq!(EntryPoint::from_call("/p/bin/helm-purge", Some("purge")), EntryPoint::Helm);
        assert_eq!(EntryPoint::from_call("/usr/bin/kubectl-helm_purge", None), EntryPoint::Kubectl);
        assert_eq!(EntryPoint::from_call("helm-purge", None), EntryPoint::Direct);
    }
}
