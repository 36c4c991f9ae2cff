//! Names that may go into an argv: checked once, where they enter the program.
//!
//! A plan, its releases and their results name the same ones: a copy of a name is another reference to it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a namespace: a DNS-1123 label of at most 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(Arc<str>);

/// The name of a release: a DNS-1123 subdomain of at most 53 characters.
///
/// Helm checks this when it uninstalls but not when it lists, so a forged record can carry any name
/// (`--no-hooks`, an escape sequence); such a name never becomes a `ReleaseName`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseName(Arc<str>);

/// Why a text is not a legal name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidName {
    /// It has no characters.
    Empty,
    /// It has more characters than the given number.
    TooLong(usize),
    /// A character (or its position) is not allowed.
    Character,
}

impl Namespace {
    /// The longest legal name.
    pub const MAX_LENGTH: usize = 63;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReleaseName {
    /// The longest legal name, by Helm's own rule.
    pub const MAX_LENGTH: usize = 53;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Namespace {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        check_length(text, Self::MAX_LENGTH)?;
        if is_label(text) { Ok(Self(text.into())) } else { Err(InvalidName::Character) }
    }
}

impl FromStr for ReleaseName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        check_length(text, Self::MAX_LENGTH)?;
        if text.split('.').all(is_label) { Ok(Self(text.into())) } else { Err(InvalidName::Character) }
    }
}

fn check_length(text: &str, longest: usize) -> Result<(), InvalidName> {
    match text.len() {
        0 => Err(InvalidName::Empty),
        length if length > longest => Err(InvalidName::TooLong(longest)),
        _ => Ok(()),
    }
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inside) && !text.starts_with('-') && !text.ends_with('-')
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidName::Empty => f.write_str("a name has at least one character"),
            InvalidName::TooLong(longest) => write!(f, "a name has at most {longest} characters"),
            InvalidName::Character => f.write_str(
                "a name is made of lower-case letters, digits and `-`, and starts and ends with a letter or digit",
            ),
        }
    }
}

impl std::error::Error for InvalidName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_names_are_taken_as_they_are() {
        for name in ["a", "dev-alice", "0", "a--b", &"x".repeat(53)] {
            assert!(name.parse::<Namespace>().is_ok(), "{name}");
            assert!(name.parse::<ReleaseName>().is_ok(), "{name}");
        }
        assert!("my.app-2".parse::<ReleaseName>().is_ok());
        assert!("x".repeat(63).parse::<Namespace>().is_ok());
    }

    #[test]
    fn names_that_could_be_a_flag_or_reach_a_terminal_are_refused() {
        for name in
            ["", "-a", "--no-hooks", "a-", "A", "a_b", "a/b", "..", "a..b", ".a", "\u{1b}[2J", "a\u{202e}b", "ä", "a b"]
        {
            assert!(name.parse::<ReleaseName>().is_err(), "{name:?}");
            assert!(name.parse::<Namespace>().is_err(), "{name:?}");
        }
        assert!("my.app".parse::<Namespace>().is_err());
        assert!("x".repeat(54).parse::<ReleaseName>().is_err());
        assert!("x".repeat(64).parse::<Namespace>().is_err());
    }
}
