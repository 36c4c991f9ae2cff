//! The chart of a release, told from the one text in which Helm prints its name and version.
//!
//! A listing, contents and a plan name the same ones: a copy of a name is another reference to it.

use std::fmt;
use std::sync::Arc;

use super::Known;

/// A chart's name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chart {
    /// The name, without the version: what a policy's `charts` are compared with.
    pub name: Arc<str>,
    /// The version as the chart gives it.
    pub version: Arc<str>,
}

impl Chart {
    /// Bytes of a name, and of a version, that no chart needs: Helm makes none with a longer name.
    const LONGEST: usize = 250;

    /// What a record says that it is, where a chart can be called so.
    pub fn named(name: String, version: String) -> Known<Chart> {
        let is_one = !name.is_empty() && name.len() <= Self::LONGEST && version.len() <= Self::LONGEST;
        if is_one { Known::Is(Chart { name: name.into(), version: version.into() }) } else { Known::Unknown }
    }

    /// Tells name and version apart in `NAME-VERSION`, where both may contain `-`.
    ///
    /// Where more than one cut leaves a version behind, or none does, the chart is unknown, and an
    /// unknown chart keeps its release: a wrong guess could lose one that `keep` names.
    /// Helm prints `MISSING` where a record has no chart metadata.
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
        1 => charts.pop().map_or(Known::Unknown, Known::Is),
        _ => Known::Unknown,
    }
}

fn is_semantic(version: &str) -> bool {
    semver::Version::parse(version.strip_prefix('v').unwrap_or(version)).is_ok()
}

/// `1`, `1.2` or `1-rc1`, which Helm accepts as versions too.
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
    fn name_and_version_are_told_apart_where_that_can_be_done() {
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
