//! Opt-outs: releases that a user protects without editing the policy file, by a ConfigMap, by annotations of a namespace, or
//! by a label of the release. From the objects to opt-outs and back; `plan` decides what they mean.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};

use crate::cluster::{ApiError, Client, NamespaceFacts, OptOutConfigMap, PerNamespace};
use crate::parallel::join;
use crate::release::{Known, Namespace, Release, ReleaseName};

/// The annotations of a namespace.
const KEEP: &str = "helm-purge/keep";
const KEEP_UNTIL: &str = "helm-purge/keep-until";
/// The value of an annotation or a label that does not opt out.
const NO: &str = "false";
/// Values that opt out without a reason.
const YES: [&str; 2] = ["", "true"];
/// The end of a text that was truncated.
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
    /// For the releases whose name one of these globs matches; none: for all of them. Untrusted text: one that is not a
    /// glob must count as one that matches everything.
    pub releases: Vec<String>,
    /// Until this date; none: it does not expire. Untrusted text: if it is not a date, it does not expire either.
    pub until: Option<String>,
    /// In the user's words. Untrusted text.
    pub reason: Option<String>,
    /// Where it was found.
    pub source: OptOutSource,
    /// Who wrote it, from its ConfigMap. Untrusted text.
    pub by: Option<String>,
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

/// All opt-outs that an account can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VisibleOptOuts {
    /// Sorted.
    pub opt_outs: Vec<OptOut>,
    /// Where there may be more.
    pub unreadable: Vec<UnreadableOptOuts>,
}

/// Objects that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnreadableOptOuts {
    /// In words.
    pub what: String,
    /// In the API server's words.
    pub why: String,
}

impl OptOut {
    /// The label by which a release opts out.
    pub(crate) const LABEL: &str = "helm-purge-keep";

    /// For a ConfigMap that is to be written: always the same one for the same releases, so that a new end replaces the
    /// old one.
    pub fn to_write(
        namespace: Namespace,
        releases: Vec<String>,
        until: Option<String>,
        reason: Option<String>,
    ) -> Self {
        let source = OptOutSource::ConfigMap(config_map_name(&releases));
        Self { namespace, releases, until, reason, source, by: None }
    }

    /// The opt-out by the label that a release itself carries; unknown if helm made the list.
    pub fn by_label(release: &Release) -> Known<Option<Self>> {
        let Known::Is(labels) = &release.labels else { return Known::Unknown };
        let label = labels.get(Self::LABEL);
        Known::Is(label.filter(|label| opts_out(label)).map(|label| Self {
            namespace: release.id.namespace.clone(),
            releases: vec![release.id.name.to_string()],
            until: None,
            reason: reason(label),
            source: OptOutSource::ReleaseLabel,
            by: None,
        }))
    }

    /// Its ConfigMap; `None` if the opt-out is stored elsewhere.
    pub fn to_config_map(&self) -> Option<OptOutConfigMap> {
        let OptOutSource::ConfigMap(name) = &self.source else { return None };
        let releases = (!self.releases.is_empty()).then(|| self.releases.join(","));
        let texts = [
            (OptOutConfigMap::RELEASES, releases),
            (OptOutConfigMap::UNTIL, self.until.clone()),
            (OptOutConfigMap::REASON, self.reason.clone()),
            (OptOutConfigMap::BY, self.by.clone()),
        ];
        let annotations = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?))).collect();
        Some(OptOutConfigMap { namespace: self.namespace.to_string(), name: name.clone(), annotations })
    }

    /// The opt-out in a ConfigMap; `None` if its namespace has no legal name, which the API server does not allow.
    pub fn from_config_map(config_map: OptOutConfigMap) -> Option<Self> {
        let OptOutConfigMap { namespace, name, mut annotations } = config_map;
        let mut filled = |key: &str| annotations.remove(key).filter(|text| !text.is_empty());
        let (reason, by, releases) =
            (filled(OptOutConfigMap::REASON), filled(OptOutConfigMap::BY), filled(OptOutConfigMap::RELEASES));
        Some(Self {
            namespace: namespace.parse().ok()?,
            releases: globs(&releases.unwrap_or_default()),
            until: annotations.remove(OptOutConfigMap::UNTIL),
            reason,
            source: OptOutSource::ConfigMap(name),
            by,
        })
    }

    /// Those in the annotations of a namespace. Both together are two: the end of one does not end the other.
    pub(super) fn from_namespace(namespace: &Namespace, facts: &NamespaceFacts) -> Vec<Self> {
        let opt_out = |key, until, reason| Self {
            namespace: namespace.clone(),
            releases: Vec::new(),
            until,
            reason,
            source: OptOutSource::NamespaceAnnotation(key),
            by: None,
        };
        let keep = facts.annotations.get(KEEP).filter(|value| opts_out(value));
        let keep = keep.map(|value| opt_out(KEEP, None, reason(value)));
        let until = facts.annotations.get(KEEP_UNTIL);
        keep.into_iter().chain(until.map(|date| opt_out(KEEP_UNTIL, Some(date.clone()), None))).collect()
    }
}

impl VisibleOptOuts {
    /// Those of the whole cluster: at once, or namespace by namespace if that is not allowed.
    ///
    /// # Errors
    /// If none can be read.
    pub(crate) fn of_cluster(client: &Client) -> Result<Self, ApiError> {
        let (namespaces, config_maps) = join(|| client.namespaces(), || client.opt_outs());
        if let (Err(ApiError::Forbidden(_)), Ok(found)) = (&config_maps, &namespaces) {
            return Self::of(client, found.keys().cloned().collect());
        }
        let (config_maps, mut unreadable) = (config_maps?, Vec::new());
        let facts = namespaces.unwrap_or_else(|error| {
            let what = "the annotations of namespaces".to_owned();
            unreadable.push(UnreadableOptOuts { what, why: error.to_string() });
            BTreeMap::new()
        });
        Ok(Self { opt_outs: opt_outs(config_maps, &facts), unreadable })
    }

    /// Those of some namespaces.
    ///
    /// # Errors
    /// If the ConfigMaps of none of them can be read.
    pub(crate) fn of(client: &Client, namespaces: Vec<Namespace>) -> Result<Self, ApiError> {
        let same = namespaces.clone();
        let (facts, config_maps) = join(|| client.namespaces_by_name(same), || client.opt_outs_in(namespaces));
        let (config_maps, mut unreadable) = (config_maps?, Vec::new());
        if let Some((_, Err(error))) = config_maps.first()
            && config_maps.iter().all(|(_, answer)| answer.is_err())
        {
            return Err(error.clone());
        }
        let config_maps = readable("the ConfigMaps of", config_maps, &mut unreadable);
        let facts = readable("the annotations of", facts?, &mut unreadable);
        Ok(Self { opt_outs: opt_outs(config_maps.into_values().flatten(), &facts), unreadable })
    }
}

/// The answers of the namespaces that did not refuse.
fn readable<T>(
    what: &str,
    answers: Vec<PerNamespace<T>>,
    unreadable: &mut Vec<UnreadableOptOuts>,
) -> BTreeMap<Namespace, T> {
    let mut read = BTreeMap::new();
    for (namespace, answer) in answers {
        match answer {
            Ok(answer) => drop(read.insert(namespace, answer)),
            Err(why) => {
                unreadable.push(UnreadableOptOuts { what: format!("{what} {namespace}"), why: why.to_string() });
            }
        }
    }
    read
}

/// The opt-outs in ConfigMaps and in annotations of namespaces, sorted.
pub(super) fn opt_outs<'a>(
    config_maps: impl IntoIterator<Item = OptOutConfigMap>,
    facts: impl IntoIterator<Item = (&'a Namespace, &'a NamespaceFacts)>,
) -> Vec<OptOut> {
    let annotated = facts.into_iter().flat_map(|(namespace, facts)| OptOut::from_namespace(namespace, facts));
    let mut opt_outs = config_maps.into_iter().filter_map(OptOut::from_config_map).chain(annotated).collect::<Vec<_>>();
    opt_outs.sort();
    opt_outs
}

/// The globs in a list. A user who wrote an empty list wanted to keep something, and a truncated list has lost some globs:
/// both mean all releases.
fn globs(list: &str) -> Vec<String> {
    if list.ends_with(CUT) {
        return Vec::new();
    }
    let listed = list.split(|character: char| character == ',' || character.is_whitespace());
    listed.filter(|glob| !glob.is_empty()).map(str::to_owned).collect()
}

/// Whether a value opts out.
fn opts_out(value: &str) -> bool {
    value != NO
}

/// The reason in a value that may be one.
fn reason(value: &str) -> Option<String> {
    (!YES.contains(&value)).then(|| value.to_owned())
}

/// The name of the ConfigMap for these releases. Names for a release have a `-` where names for a glob have a dot, so they
/// cannot be the same.
fn config_map_name(globs: &[String]) -> String {
    let text = globs.join(",");
    match text.parse::<ReleaseName>() {
        _ if globs.is_empty() => NAME.to_owned(),
        Ok(name) => format!("{NAME}-{name}"),
        Err(_) => {
            let hash = digest(&SHA256, text.as_bytes());
            hash.as_ref().iter().take(HASH).fold(format!("{NAME}."), |name, byte| format!("{name}{byte:02x}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotations(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, text)| (format!("helm-purge/{key}"), (*text).to_owned())).collect()
    }

    fn by_config_map(pairs: &[(&str, &str)]) -> OptOut {
        let config_map =
            OptOutConfigMap { namespace: "dev-a".into(), name: "mine".into(), annotations: annotations(pairs) };
        OptOut::from_config_map(config_map).expect("the namespace has a legal name")
    }

    fn by_namespace(pairs: &[(&str, &str)]) -> Vec<(Option<String>, Option<String>)> {
        let facts = NamespaceFacts { annotations: annotations(pairs), ..NamespaceFacts::default() };
        let opt_outs = OptOut::from_namespace(&"dev-a".parse().expect("a legal name"), &facts);
        assert!(opt_outs.iter().all(|opt_out| opt_out.releases == Vec::<String>::new()));
        opt_outs.into_iter().map(|opt_out| (opt_out.until, opt_out.reason)).collect()
    }

    #[test]
    fn a_config_map_without_annotations_keeps_everything_for_ever() {
        let opt_out = by_config_map(&[]);
        assert_eq!((opt_out.releases, opt_out.until, opt_out.reason), (Vec::<String>::new(), None, None));
        assert_eq!(opt_out.source, OptOutSource::ConfigMap("mine".to_owned()));
    }

    #[test]
    fn what_is_written_in_a_config_map_is_handed_on_as_it_is() {
        let opt_out = by_config_map(&[("releases", " web,*-db\n cache ,"), ("until", "soon"), ("reason", "a demo")]);
        let globs = ["web", "*-db", "cache"].map(str::to_owned).to_vec();
        assert_eq!(opt_out.releases, globs);
        assert_eq!((opt_out.until, opt_out.reason.as_deref()), (Some("soon".to_owned()), Some("a demo")));
        assert_eq!(by_config_map(&[("until", "")]).until, Some(String::new()), "no date is not no end");
    }

    #[test]
    fn a_list_of_releases_that_is_empty_or_was_cut_off_means_all_of_them() {
        for globs in ["", " ", ",\n,", "web,cach…"] {
            assert_eq!(by_config_map(&[("releases", globs)]).releases, Vec::<String>::new(), "{globs:?}");
        }
    }

    #[test]
    fn a_namespace_asks_with_anything_but_false() {
        assert!(by_namespace(&[]).is_empty() && by_namespace(&[("keep", "false")]).is_empty());
        for (value, reason) in [("true", None), ("", None), ("False", Some("False")), ("a demo", Some("a demo"))] {
            let expected = (None, reason.map(str::to_owned));
            assert_eq!(by_namespace(&[("keep", value)]), [expected], "{value:?}");
        }
    }

    #[test]
    fn the_end_of_one_annotation_is_not_the_end_of_the_other() {
        let date = || (Some("2026-12-01".to_owned()), None);
        assert_eq!(by_namespace(&[("keep-until", "2026-12-01"), ("keep", "false")]), [date()]);
        let both = by_namespace(&[("keep-until", "2026-12-01"), ("keep", "demo")]);
        assert_eq!(both, [(None, Some("demo".to_owned())), date()]);
    }

    fn matching(globs: &[&str]) -> Vec<String> {
        globs.iter().map(|glob| (*glob).to_owned()).collect()
    }

    #[test]
    fn what_is_written_is_read_as_it_was_meant() {
        let until = || Some("2026-12-01".to_owned());
        for (releases, until, reason) in [
            (Vec::<String>::new(), None, None),
            (matching(&["web"]), until(), Some("customer demo".to_owned())),
            (matching(&["db*", "[a-c]?"]), until(), None),
        ] {
            let opt_out = OptOut {
                by: Some("alice".to_owned()),
                ..OptOut::to_write("dev-a".parse().expect("a legal name"), releases, until, reason)
            };
            let config_map = opt_out.to_config_map().expect("it goes into a ConfigMap");
            assert_eq!(config_map.annotations[OptOutConfigMap::BY], "alice");
            assert_eq!(OptOut::from_config_map(config_map), Some(opt_out));
        }
    }

    #[test]
    fn a_name_is_for_one_set_of_releases_and_never_changes() {
        let names = [
            (Vec::<String>::new(), "helm-purge-keep"),
            (matching(&["web"]), "helm-purge-keep-web"),
            (matching(&["my.app"]), "helm-purge-keep-my.app"),
            (matching(&["db*"]), "helm-purge-keep.f885d32c97"),
        ];
        for (releases, expected) in names {
            assert_eq!(config_map_name(&releases), expected, "{releases:?}");
        }
    }
}
