//! What is to be kept, as it was typed: `NAMESPACE` or `NAMESPACE/RELEASE`.

use std::fmt;

use crate::command::CommandError;
use crate::inventory::KeptReleases;
use crate::policy::NamePattern;
use crate::release::Namespace;
use crate::sanitize::quoted;

const FORM: &str = "write NAMESPACE or NAMESPACE/RELEASE; the namespace in full, the release by name or glob";

/// A namespace, or some of its releases.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) namespace: Namespace,
    /// Nothing means all of them.
    releases: Option<NamePattern>,
}

impl Target {
    /// Reads all of them, each once.
    pub(super) fn read_all(texts: &[String]) -> Result<Vec<Self>, CommandError> {
        let mut targets: Vec<Self> = Vec::new();
        for text in texts {
            let target = Self::read(text)?;
            if !targets.iter().any(|known| known.to_string() == target.to_string()) {
                targets.push(target);
            }
        }
        Ok(targets)
    }

    fn read(text: &str) -> Result<Self, CommandError> {
        let (namespace, releases) = text.split_once('/').map_or((text, None), |(left, right)| (left, Some(right)));
        let namespace = read_namespace(namespace)?;
        match releases {
            // An entry `*` and none at all say the same, and have to be one ConfigMap.
            None | Some("*") => Ok(Self { namespace, releases: None }),
            Some(_) => {
                let pattern = NamePattern::releases_behind_slash("RELEASE", text).map_err(CommandError::flag)?;
                one_word(&pattern)?;
                Ok(Self { namespace, releases: Some(pattern) })
            }
        }
    }

    pub(super) fn releases(&self) -> KeptReleases {
        let one = |pattern: &NamePattern| KeptReleases::Matching(vec![pattern.as_str().to_owned()]);
        self.releases.as_ref().map_or(KeptReleases::All, one)
    }

    /// Whether a release of the namespace is meant.
    pub(super) fn names(&self, release: &str) -> bool {
        self.releases.as_ref().is_none_or(|pattern| pattern.matches(release))
    }
}

/// A namespace in full.
pub(super) fn read_namespace(text: &str) -> Result<Namespace, CommandError> {
    text.parse().map_err(|error| CommandError::usage(format!("{} is no namespace: {error}", quoted(text)), FORM))
}

/// The list in the ConfigMap has its globs between commas and blanks: a part of one would be taken for another.
fn one_word(pattern: &NamePattern) -> Result<(), CommandError> {
    let text = pattern.as_str();
    if text.contains(|character: char| character == ',' || character.is_whitespace()) {
        let what = format!("{} has a comma or a blank in it, which stand between releases", quoted(text));
        return Err(CommandError::usage(what, "name them one by one: NAMESPACE/RELEASE NAMESPACE/RELEASE"));
    }
    Ok(())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let releases = self.releases.as_ref().map_or("*", NamePattern::as_str);
        write!(f, "{}/{releases}", self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<Vec<String>, CommandError> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Ok(Target::read_all(&texts)?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_namespace_alone_means_all_its_releases_and_each_is_taken_once() {
        let read = read(&["dev-a", "dev-a/web", "dev-a/*", "dev-b/db*", "dev-a/web"]).expect("all of them are legal");
        assert_eq!(read, ["dev-a/*", "dev-a/web", "dev-b/db*"]);
    }

    #[test]
    fn what_could_protect_nothing_or_something_else_is_refused() {
        for text in
            ["", "/", "dev-*", "dev-a/", "/web", "dev-a/b/c", "Dev", "dev-a/{web,db}", "dev-a/w eb", "dev-a/\u{1b}"]
        {
            assert!(read(&[text]).is_err(), "{text:?}");
        }
    }
}
