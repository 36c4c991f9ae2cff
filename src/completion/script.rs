//! What is installed so that something asks.

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// kubectl, from 1.26 on.
    Kubectl,
}

impl Script {
    /// The script.
    pub fn text(self) -> &'static str {
        match self {
            Script::Bash => include_str!("scripts/helm-purge.bash"),
            Script::Zsh => include_str!("scripts/_helm-purge"),
            Script::Fish => include_str!("scripts/helm-purge.fish"),
            Script::Kubectl => include_str!("scripts/kubectl_complete-helm_purge"),
        }
    }
}
