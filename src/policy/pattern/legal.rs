//! What a name may be, as a small automaton that reads it character by character.
//!
//! The rules are those of `crate::release` and of Helm; a test holds them together.

use super::names::{Names, SYSTEM_NAMESPACES};

/// The beginning of a name, as far as it matters for what may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Prefix {
    names: Names,
    last: Last,
    /// The system namespace that starts like this, and how much of it this is.
    system: Option<(usize, usize)>,
    /// How much of `https://` this is; for servers only.
    scheme: usize,
}

/// What the last character allows to come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Last {
    /// There is none, or it was the dot between two labels.
    Nothing,
    /// The name may end here.
    Letter,
    Dash,
}

const SCHEME: &[u8] = b"https://";

/// The same for characters that are as good as each other at any place of a name.
pub(super) fn class(names: Names, byte: u8) -> u8 {
    let is_special = match names {
        Names::Fenced => SYSTEM_NAMESPACES.iter().any(|name| name.as_bytes().contains(&byte)),
        Names::Namespaces | Names::Releases => matches!(byte, b'-' | b'.'),
        Names::Servers => SCHEME.contains(&byte),
        Names::Charts | Names::Contexts => false,
    };
    if is_special { byte } else { 0 }
}

impl Prefix {
    /// Before the first character.
    pub(super) fn start(names: Names) -> Self {
        let system = (names == Names::Fenced).then_some((0, 0));
        Self { names, last: Last::Nothing, system, scheme: 0 }
    }

    /// With one more character, where a name can go on with it.
    pub(super) fn step(self, byte: u8) -> Option<Self> {
        if !self.names.has(byte) {
            return None;
        }
        let last = match self.names {
            Names::Servers if self.scheme < SCHEME.len() => {
                return (SCHEME[self.scheme] == byte).then_some(Self { scheme: self.scheme + 1, ..self });
            }
            Names::Servers | Names::Contexts | Names::Charts => Last::Letter,
            Names::Fenced | Names::Namespaces | Names::Releases => self.last.followed_by(byte)?,
        };
        let system = self.system.and_then(|(name, length)| system(&SYSTEM_NAMESPACES[name][..length], byte));
        Some(Self { last, system, ..self })
    }

    /// Whether a name may end here.
    pub(super) fn may_end(self) -> bool {
        let is_system =
            self.system.is_some_and(|(name, length)| SYSTEM_NAMESPACES.contains(&&SYSTEM_NAMESPACES[name][..length]));
        self.last == Last::Letter && !is_system
    }
}

impl Last {
    /// In labels with dots between them.
    fn followed_by(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Last::Letter, b'.') => Some(Last::Nothing),
            (Last::Nothing | Last::Dash, b'.') | (Last::Nothing, b'-') => None,
            (Last::Letter | Last::Dash, b'-') => Some(Last::Dash),
            _ => Some(Last::Letter),
        }
    }
}

/// The first system namespace that starts with this beginning and one more character.
fn system(beginning: &str, byte: u8) -> Option<(usize, usize)> {
    let length = beginning.len();
    let fits = |name: &&str| name.starts_with(beginning) && name.as_bytes().get(length) == Some(&byte);
    SYSTEM_NAMESPACES.iter().position(fits).map(|name| (name, length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Namespace, ReleaseName};

    fn is_legal(names: Names, text: &str) -> bool {
        let end = text.bytes().try_fold(Prefix::start(names), Prefix::step);
        text.len() <= names.longest() && end.is_some_and(Prefix::may_end)
    }

    /// Every text of up to four of these characters.
    fn texts() -> Vec<String> {
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            let longer = texts.iter().flat_map(|text| "a9-.A_/".chars().map(move |next| format!("{text}{next}")));
            texts = std::iter::once(String::new()).chain(longer).collect();
        }
        texts
    }

    #[test]
    fn the_rules_are_those_of_the_names_themselves() {
        let long = ["x".repeat(53), "x".repeat(54), "x".repeat(63), "x".repeat(64)];
        for text in texts().into_iter().chain(long) {
            assert_eq!(is_legal(Names::Namespaces, &text), text.parse::<Namespace>().is_ok(), "{text}");
            assert_eq!(is_legal(Names::Releases, &text), text.parse::<ReleaseName>().is_ok(), "{text}");
        }
    }

    #[test]
    fn the_namespaces_of_the_system_are_no_names_for_a_glob_of_the_fence() {
        for name in SYSTEM_NAMESPACES {
            assert!(!is_legal(Names::Fenced, name), "{name}");
            assert!(is_legal(Names::Namespaces, name), "{name}");
            assert!(is_legal(Names::Fenced, &format!("{name}s")), "{name}s");
            assert!(is_legal(Names::Fenced, &name[..name.len() - 1]), "{name}");
        }
    }

    #[test]
    fn charts_have_capitals_and_servers_a_scheme() {
        assert!(is_legal(Names::Charts, "My_Chart.2"));
        assert!(!is_legal(Names::Charts, "bitnami/redis"));
        assert!(is_legal(Names::Servers, "https://10.0.0.1:6443"));
        assert!(!is_legal(Names::Servers, "https://"));
        assert!(is_legal(Names::Contexts, "arn:aws:eks:eu-west-1:123:cluster/dev"));
    }
}
