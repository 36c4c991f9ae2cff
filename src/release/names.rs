//! Names that may go into an argv: of namespaces, releases and charts. They are checked once, where they enter the program.
//!
//! A listing, a plan and its results share the names: a copy of a name is another reference to it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::Known;

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    #[error("a name has at least one character")]
    Empty,
    #[error("a name has at most {0} characters")]
    TooLong(usize),
    #[error("a name is made of lower-case letters, digits and `-`, and starts and ends with a letter or digit")]
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
    /// Helm's own rule.
    pub const MAX_LENGTH: usize = 53;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Namespace {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        checked(text, Self::MAX_LENGTH, is_dns_label(text)).map(Self)
    }
}

impl FromStr for ReleaseName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        checked(text, Self::MAX_LENGTH, text.split('.').all(is_dns_label)).map(Self)
    }
}

fn checked(text: &str, longest: usize, is_legal: bool) -> Result<Arc<str>, InvalidName> {
    match text.len() {
        0 => Err(InvalidName::Empty),
        length if length > longest => Err(InvalidName::TooLong(longest)),
        _ if is_legal => Ok(text.into()),
        _ => Err(InvalidName::Character),
    }
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
pub(crate) fn is_dns_label(text: &str) -> bool {
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

/// A chart's name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chart {
    /// The name, without the version: what a policy's `charts` are compared with.
    pub name: Arc<str>,
    /// The version as the chart gives it.
    pub version: Arc<str>,
}

impl Chart {
    /// In bytes, of a name or a version. Helm makes no chart with a longer name.
    const LONGEST: usize = 250;

    /// The chart of a record, if a chart can have that name and version.
    pub fn named(name: String, version: String) -> Known<Chart> {
        let is_one = !name.is_empty() && name.len() <= Self::LONGEST && version.len() <= Self::LONGEST;
        if is_one { Known::Is(Chart { name: name.into(), version: version.into() }) } else { Known::Unknown }
    }

    /// Splits `NAME-VERSION`, in which both parts may contain `-`.
    ///
    /// If not exactly one cut leaves a version behind, the chart is unknown, and an unknown chart keeps its release: a
    /// wrong guess could lose a release that `keep` names. Helm prints `MISSING` for a record without chart metadata.
    pub fn from_name_and_version(text: &str) -> Known<Chart> {
        if text.len() > 2 * Self::LONGEST {
            return Known::Unknown;
        }
        let strict = cuts(text).filter(|chart| is_semantic(&chart.version)).collect::<Vec<_>>();
        if !strict.is_empty() {
            return only(strict);
        }
        only(cuts(text).filter(|chart| is_shortened(&chart.version)).collect())
    }
}

/// Every way to cut the text in two at a `-`.
fn cuts(text: &str) -> impl Iterator<Item = Chart> + '_ {
    text.match_indices('-')
        .filter(|(at, _)| *at > 0)
        .map(|(at, _)| Chart { name: text[..at].into(), version: text[at + 1..].into() })
}

fn only(mut charts: Vec<Chart>) -> Known<Chart> {
    match charts.len() {
        1 => charts.pop().into(),
        _ => Known::Unknown,
    }
}

fn is_semantic(version: &str) -> bool {
    semver::Version::parse(version.strip_prefix('v').unwrap_or(version)).is_ok()
}

/// `1`, `1.2` or `1-rc1`: Helm accepts these as versions too.
fn is_shortened(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let numbers = version.split(['-', '+']).next().unwrap_or_default().split('.').collect::<Vec<_>>();
    numbers.len() <= 2
        && numbers.iter().all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.name, self.version)
    }
}

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
            ["-a", "--no-hooks", "a-", "A", "a_b", "a/b", "..", "a..b", ".a", "\u{1b}[2J", "a\u{202e}b", "ä", "a b"]
        {
            assert_eq!(name.parse::<ReleaseName>(), Err(InvalidName::Character), "{name:?}");
            assert_eq!(name.parse::<Namespace>(), Err(InvalidName::Character), "{name:?}");
        }
        assert_eq!("".parse::<ReleaseName>(), Err(InvalidName::Empty));
        assert_eq!("".parse::<Namespace>(), Err(InvalidName::Empty));
        assert_eq!("my.app".parse::<Namespace>(), Err(InvalidName::Character));
        assert_eq!("x".repeat(54).parse::<ReleaseName>(), Err(InvalidName::TooLong(53)));
        assert_eq!("x".repeat(64).parse::<Namespace>(), Err(InvalidName::TooLong(63)));
    }

    #[test]
    fn name_and_version_are_distinguished_where_that_can_be_done() {
        for (text, name, version) in [
            ("redis-23.1.1", "redis", "23.1.1"),
            ("cert-manager-v1.17.0", "cert-manager", "v1.17.0"),
            ("app-2-1.0.0", "app-2", "1.0.0"),
            ("app-1.0.0-2", "app", "1.0.0-2"),
            ("my-app-1.2.3-rc.1", "my-app", "1.2.3-rc.1"),
            ("app-1.2.3+build-7", "app", "1.2.3+build-7"),
            ("app-1.2", "app", "1.2"),
            ("app-7", "app", "7"),
        ] {
            let expected = Chart { name: name.into(), version: version.into() };
            assert_eq!(Chart::from_name_and_version(text), Known::Is(expected), "{text}");
        }
    }

    #[test]
    fn what_could_be_cut_in_two_ways_or_not_at_all_is_unknown() {
        for text in
            ["", "MISSING", "redis", "-1.0.0", "app-1.0.0-2.0.0", "app-2-1", "app-latest", &"-1".repeat(1 << 20)]
        {
            assert_eq!(Chart::from_name_and_version(text), Known::Unknown, "{text}");
        }
        assert_eq!(Chart::named("a".repeat(1 << 20), "1.0.0".to_owned()), Known::Unknown);
    }
}
