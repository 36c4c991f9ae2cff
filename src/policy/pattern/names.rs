//! The kinds of names that patterns are over.

use crate::release::{Namespace, ReleaseName};

/// Matched by their exact name only: a glob that happens to reach them was not meant for them.
pub(crate) const SYSTEM_NAMESPACES: &[&str] = &["kube-system", "kube-public", "kube-node-lease"];

/// A kind of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Names {
    /// Namespaces that a glob of the fence may reach: all but those of the system.
    Fenced,
    Namespaces,
    Releases,
    Charts,
    /// Kubeconfig contexts: any text.
    Contexts,
    /// URLs of API servers.
    Servers,
}

impl Names {
    /// One of them, as messages call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Names::Fenced | Names::Namespaces => "namespace",
            Names::Releases => "release",
            Names::Charts => "chart",
            Names::Contexts => "context",
            Names::Servers => "server",
        }
    }

    /// The rule in words.
    pub(crate) fn rule(self) -> String {
        let longest = self.longest();
        match self {
            Names::Fenced | Names::Namespaces => {
                format!("a namespace is made of lower-case letters, digits and `-`, at most {longest} of them")
            }
            Names::Releases => {
                format!("a release is made of lower-case letters, digits, `-` and `.`, at most {longest} of them")
            }
            Names::Charts => format!("a chart is made of letters, digits, `-`, `_` and `.`, at most {longest} of them"),
            Names::Contexts | Names::Servers => "it may have any characters".to_owned(),
        }
    }

    /// The length of the longest one.
    pub(crate) fn longest(self) -> usize {
        match self {
            Names::Fenced | Names::Namespaces => Namespace::MAX_LENGTH,
            Names::Releases => ReleaseName::MAX_LENGTH,
            Names::Charts => 250,
            Names::Contexts | Names::Servers => usize::MAX,
        }
    }

    /// Every character that can stand in one.
    pub(super) fn alphabet(self) -> impl Iterator<Item = u8> {
        (b'!'..=b'~').filter(move |byte| self.has(*byte))
    }

    /// Whether a character can stand in one.
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Names::Fenced | Names::Namespaces => matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'),
            Names::Releases => matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'),
            Names::Charts => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Names::Contexts | Names::Servers => true,
        }
    }
}
