//! Opt-outs: releases that a user protects without editing the policy file, by a ConfigMap, by annotations of a namespace, or
//! by a label of the release. From the objects to opt-outs and back; what they mean is decided elsewhere.

use ring::digest::{SHA256, digest};

use super::SkippedNamespace;
use crate::cluster::{ApiError, Client, NamespaceFacts, OptOutConfigMap};
use crate::parallel::join;
use crate::release::{Known, Namespace, Release, ReleaseName};

/// The annotations of a namespace.
const KEEP: &str = "helm-purge/keep";
const KEEP_UNTIL: &str = "helm-purge/keep-until";
/// The value of an annotation or a label that asks for nothing.
const NO: &str = "false";
/// Values that ask, and give no reason.
const YES: [&str; 2] = ["", "true"];
/// What a text ends in that was cut off.
const CUT: char = '…';
/// The name of the ConfigMap for all releases of a namespace, and what every other name begins with.
const NAME: &str = "helm-purge-keep";
/// How many bytes of its hash stand for a glob.
const HASH: usize = 5;

/// An opt-out as a user wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OptOut {
    /// In this namespace.
    pub namespace: Namespace,
    /// For these releases.
    pub releases: KeptReleases,
    /// For so long.
    pub until: Until,
    /// In the user's words. Untrusted text.
    pub reason: Option<String>,
    /// Where it was found.
    pub source: OptOutSource,
}

/// Which releases of a namespace an opt-out is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptReleases {
    /// All of them.
    All,
    /// Those whose name one of these globs matches; never empty. Untrusted text: one that is not a glob must count as one
    /// that matches everything.
    Matching(Vec<String>),
}

/// How long an opt-out holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// It does not expire.
    Never,
    /// Until this date. Untrusted text: if it is not a date, the opt-out does not expire.
    At(String),
}

/// Where an opt-out was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OptOutSource {
    /// In a ConfigMap of this name.
    ConfigMap(String),
    /// In this annotation of the namespace.
    NamespaceAnnotation(&'static str),
    /// In a label of the release.
    ReleaseLabel,
}

/// The ConfigMaps with opt-outs, as far as the account can read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenMarks {
    /// Those that it can.
    pub marks: Vec<OptOutConfigMap>,
    /// Namespaces in which there may be more, each once.
    pub unseen: Vec<SkippedNamespace>,
}

/// The opt-outs in ConfigMaps and in annotations of namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenOptOuts {
    /// Sorted.
    pub opt_outs: Vec<SeenOptOut>,
    /// Where there may be more.
    pub unseen: Vec<UnseenOptOuts>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenOptOut {
    /// As it was written.
    pub opt_out: OptOut,
    /// Who wrote it, as its ConfigMap says. Untrusted text.
    pub by: Option<String>,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenOptOuts {
    /// In words.
    pub what: String,
    /// In the API server's words.
    pub why: String,
}

impl OptOut {
    /// The opt-out by the label that a release itself carries; unknown if helm made the list.
    pub fn by_label(release: &Release) -> Known<Option<Self>> {
        match &release.keep_label {
            Known::Unknown => Known::Unknown,
            Known::Is(label) => Known::Is(label.as_deref().filter(|label| asks(label)).map(|label| Self {
                namespace: release.id.namespace.clone(),
                releases: KeptReleases::Matching(vec![release.id.name.to_string()]),
                until: Until::Never,
                reason: reason(label),
                source: OptOutSource::ReleaseLabel,
            })),
        }
    }

    /// For a ConfigMap that is to be written: always the same one for the same releases, so that a new end replaces the
    /// old one.
    pub fn to_write(namespace: Namespace, releases: KeptReleases, until: Until, reason: Option<String>) -> Self {
        let source = OptOutSource::ConfigMap(mark_name(&releases));
        Self { namespace, releases, until, reason, source }
    }

    /// The ConfigMap that says it, and who wrote it; `None` if the opt-out stands elsewhere.
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

    /// What a ConfigMap says; `None` if its namespace has no legal name, which the API server does not allow.
    pub fn from_mark(mark: OptOutConfigMap) -> Option<Self> {
        let OptOutConfigMap { namespace, name, mut annotations } = mark;
        Some(Self {
            namespace: namespace.parse().ok()?,
            releases: annotations
                .get(OptOutConfigMap::RELEASES)
                .map_or(KeptReleases::All, |globs| kept_releases(globs)),
            until: annotations.remove(OptOutConfigMap::UNTIL).map_or(Until::Never, Until::At),
            reason: annotations.remove(OptOutConfigMap::REASON).filter(|reason| !reason.is_empty()),
            source: OptOutSource::ConfigMap(name),
        })
    }
}

impl SeenOptOuts {
    /// Those of the whole cluster: at once, or namespace by namespace if that is not allowed.
    ///
    /// # Errors
    /// If none can be read.
    pub fn of_cluster(client: &Client) -> Result<Self, ApiError> {
        let (namespaces, marks) = join(|| client.namespaces(), || client.opt_outs());
        let mut seen = Self::default();
        match (marks, namespaces) {
            (Err(ApiError::Forbidden(_)), Ok(found)) => return Self::of(client, found.into_keys().collect()),
            (marks, Ok(found)) => {
                seen.take_marks(marks?);
                for (namespace, facts) in &found {
                    seen.take_annotations(namespace, facts);
                }
            }
            (marks, Err(error)) => {
                seen.take_marks(marks?);
                seen.note("the annotations of namespaces".to_owned(), &error);
            }
        }
        seen.opt_outs.sort();
        Ok(seen)
    }

    /// Those of some namespaces.
    ///
    /// # Errors
    /// If the ConfigMaps of none of them can be read.
    pub fn of(client: &Client, namespaces: Vec<Namespace>) -> Result<Self, ApiError> {
        let asked = namespaces.clone();
        let (facts, marks) = join(|| client.namespaces_by_name(asked), || client.opt_outs_in(namespaces));
        let (marks, mut seen) = (marks?, Self::default());
        if let Some((_, Err(error))) = marks.first()
            && marks.iter().all(|(_, answer)| answer.is_err())
        {
            return Err(error.clone());
        }
        for (namespace, answer) in marks {
            match answer {
                Ok(marks) => seen.take_marks(marks),
                Err(error) => seen.note(format!("the ConfigMaps of {namespace}"), &error),
            }
        }
        for (namespace, answer) in facts? {
            match answer {
                Ok(facts) => seen.take_annotations(&namespace, &facts),
                Err(error) => seen.note(format!("the annotations of {namespace}"), &error),
            }
        }
        seen.opt_outs.sort();
        Ok(seen)
    }

    fn take_marks(&mut self, marks: Vec<OptOutConfigMap>) {
        let read = |mark: OptOutConfigMap| {
            let by = mark.annotations.get(OptOutConfigMap::BY).filter(|by| !by.is_empty()).cloned();
            Some(SeenOptOut { by, opt_out: OptOut::from_mark(mark)? })
        };
        self.opt_outs.extend(marks.into_iter().filter_map(read));
    }

    fn take_annotations(&mut self, namespace: &Namespace, facts: &NamespaceFacts) {
        let nobody = |opt_out| SeenOptOut { opt_out, by: None };
        self.opt_outs.extend(in_namespace(namespace, facts).into_iter().map(nobody));
    }

    fn note(&mut self, what: String, why: &ApiError) {
        self.unseen.push(UnseenOptOuts { what, why: why.to_string() });
    }
}

/// The opt-outs in the annotations of a namespace. Both together are two: the end of one does not end the other.
pub(super) fn in_namespace(namespace: &Namespace, facts: &NamespaceFacts) -> Vec<OptOut> {
    let opt_out = |source, until, reason| OptOut {
        namespace: namespace.clone(),
        releases: KeptReleases::All,
        until,
        reason,
        source: OptOutSource::NamespaceAnnotation(source),
    };
    let keep = facts.annotations.get(KEEP).filter(|value| asks(value));
    let keep = keep.map(|value| opt_out(KEEP, Until::Never, reason(value)));
    let until = facts.annotations.get(KEEP_UNTIL);
    let until = until.map(|date| opt_out(KEEP_UNTIL, Until::At(date.clone()), None));
    keep.into_iter().chain(until).collect()
}

/// A user who wrote an empty list wanted to keep something; and a list that was cut off has lost some globs.
fn kept_releases(globs: &str) -> KeptReleases {
    let listed = globs.split(|character: char| character == ',' || character.is_whitespace());
    let listed = listed.filter(|glob| !glob.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    if listed.is_empty() || globs.ends_with(CUT) { KeptReleases::All } else { KeptReleases::Matching(listed) }
}

/// Whether a value asks for anything.
fn asks(value: &str) -> bool {
    value != NO
}

/// The reason in a value that may be one.
fn reason(value: &str) -> Option<String> {
    (!YES.contains(&value)).then(|| value.to_owned())
}

/// The name of the ConfigMap for these releases. Names for a release have a `-` where names for a glob have a dot, so they
/// cannot be the same.
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

    fn annotations(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
        pairs.iter().map(|(key, text)| (format!("helm-purge/{key}"), (*text).to_owned())).collect()
    }

    fn by_config_map(pairs: &[(&str, &str)]) -> OptOut {
        let mark = OptOutConfigMap { namespace: "dev-a".into(), name: "mine".into(), annotations: annotations(pairs) };
        OptOut::from_mark(mark).expect("the namespace has a legal name")
    }

    fn by_namespace(pairs: &[(&str, &str)]) -> Vec<(Until, Option<String>)> {
        let facts = NamespaceFacts { annotations: annotations(pairs), ..NamespaceFacts::default() };
        let opt_outs = in_namespace(&"dev-a".parse().expect("a legal name"), &facts);
        assert!(opt_outs.iter().all(|opt_out| opt_out.releases == KeptReleases::All));
        opt_outs.into_iter().map(|opt_out| (opt_out.until, opt_out.reason)).collect()
    }

    #[test]
    fn a_config_map_without_annotations_keeps_everything_for_ever() {
        let opt_out = by_config_map(&[]);
        assert_eq!((opt_out.releases, opt_out.until, opt_out.reason), (KeptReleases::All, Until::Never, None));
        assert_eq!(opt_out.source, OptOutSource::ConfigMap("mine".to_owned()));
    }

    #[test]
    fn what_is_written_in_a_config_map_is_handed_on_as_it_is() {
        let opt_out = by_config_map(&[("releases", " web,*-db\n cache ,"), ("until", "soon"), ("reason", "a demo")]);
        let globs = ["web", "*-db", "cache"].map(str::to_owned).to_vec();
        assert_eq!(opt_out.releases, KeptReleases::Matching(globs));
        assert_eq!((opt_out.until, opt_out.reason.as_deref()), (Until::At("soon".to_owned()), Some("a demo")));
        assert_eq!(by_config_map(&[("until", "")]).until, Until::At(String::new()), "no date is not no end");
    }

    #[test]
    fn a_list_of_releases_that_is_empty_or_was_cut_off_means_all_of_them() {
        for globs in ["", " ", ",\n,", "web,cach…"] {
            assert_eq!(by_config_map(&[("releases", globs)]).releases, KeptReleases::All, "{globs:?}");
        }
    }

    #[test]
    fn a_namespace_asks_with_anything_but_false() {
        assert!(by_namespace(&[]).is_empty() && by_namespace(&[("keep", "false")]).is_empty());
        for (value, reason) in [("true", None), ("", None), ("False", Some("False")), ("a demo", Some("a demo"))] {
            let expected = (Until::Never, reason.map(str::to_owned));
            assert_eq!(by_namespace(&[("keep", value)]), [expected], "{value:?}");
        }
    }

    #[test]
    fn the_end_of_one_annotation_is_not_the_end_of_the_other() {
        let date = || (Until::At("2026-12-01".to_owned()), None);
        assert_eq!(by_namespace(&[("keep-until", "2026-12-01"), ("keep", "false")]), [date()]);
        let both = by_namespace(&[("keep-until", "2026-12-01"), ("keep", "demo")]);
        assert_eq!(both, [(Until::Never, Some("demo".to_owned())), date()]);
    }

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
