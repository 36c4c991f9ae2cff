//! From an opt-out to the ConfigMap that says it: the other direction of [`marks`](super::marks). Pure.

use ring::digest::{SHA256, digest};

use super::{KeptReleases, OptOut, OptOutSource, Until, marks};
use crate::cluster::OptOutConfigMap;
use crate::release::{Namespace, ReleaseName};

/// The name for all releases of a namespace, and what every other name begins with.
const NAME: &str = "helm-purge-keep";
/// So many bytes of its hash stand for a glob.
const HASH: usize = 5;

impl OptOut {
    /// One that is to be written into a ConfigMap: always the same one for the same releases, so that a new end replaces
    /// the old one.
    pub fn to_write(namespace: Namespace, releases: KeptReleases, until: Until, reason: Option<String>) -> Self {
        let source = OptOutSource::ConfigMap(mark_name(&releases));
        Self { namespace, releases, until, reason, source }
    }

    /// The ConfigMap that says it, and who wrote it; `None` for what stands elsewhere.
    pub fn to_mark(&self, by: Option<String>) -> Option<OptOutConfigMap> {
        let OptOutSource::ConfigMap(name) = &self.source else { return None };
        let releases = match &self.releases {
            KeptReleases::All => None,
            KeptReleases::Matching(globs) => Some(globs.join(",")),
        };
        let until = match &self.until {
            Until::Never => None,
            Until::At(text) => Some(text.clone()),
        };
        let texts = [
            (OptOutConfigMap::RELEASES, releases),
            (OptOutConfigMap::UNTIL, until),
            (OptOutConfigMap::REASON, self.reason.clone()),
            (OptOutConfigMap::BY, by),
        ];
        let annotations = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?))).collect();
        Some(OptOutConfigMap { namespace: self.namespace.to_string(), name: name.clone(), annotations })
    }

    /// What a ConfigMap says; `None` where its namespace has no legal name, which the API server lets nobody have.
    pub fn from_mark(mark: OptOutConfigMap) -> Option<Self> {
        marks::in_config_map(mark)
    }
}

/// The name of the ConfigMap for these releases. A glob's can be no release's: those have a `-` where it has a dot.
fn mark_name(releases: &KeptReleases) -> String {
    let text = match releases {
        KeptReleases::All => return NAME.to_owned(),
        KeptReleases::Matching(globs) => globs.join(","),
    };
    if text.parse::<ReleaseName>().is_ok() {
        return format!("{NAME}-{text}");
    }
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().take(HASH).fold(format!("{NAME}."), |name, byte| format!("{name}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(globs: &[&str]) -> KeptReleases {
        KeptReleases::Matching(globs.iter().map(|glob| (*glob).to_owned()).collect())
    }

    #[test]
    fn what_is_written_is_read_as_it_was_meant() {
        let until = || Until::At("2026-12-01".to_owned());
        for (releases, until, reason) in [
            (KeptReleases::All, Until::Never, None),
            (matching(&["web"]), until(), Some("customer demo".to_owned())),
            (matching(&["db*", "[a-c]?"]), until(), None),
        ] {
            let opt_out = OptOut::to_write("dev-a".parse().expect("a legal name"), releases, until, reason);
            let mark = opt_out.to_mark(Some("alice".to_owned())).expect("it goes into a ConfigMap");
            assert_eq!(mark.annotations[OptOutConfigMap::BY], "alice");
            assert_eq!(OptOut::from_mark(mark), Some(opt_out));
        }
    }

    #[test]
    fn a_name_is_for_one_set_of_releases_and_never_changes() {
        let names = [
            (KeptReleases::All, "helm-purge-keep"),
            (matching(&["web"]), "helm-purge-keep-web"),
            (matching(&["my.app"]), "helm-purge-keep-my.app"),
            (matching(&["db*"]), "helm-purge-keep.f885d32c97"),
        ];
        for (releases, expected) in names {
            assert_eq!(mark_name(&releases), expected, "{releases:?}");
        }
    }
}
