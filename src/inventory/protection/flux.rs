//! Which releases Flux makes: the names that its helm-controller gives them. Pure.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};

use crate::cluster::HelmRelease;
use crate::release::{Namespace, ReleaseId, ReleaseName};

/// A longer name is shortened to this length.
const LONGEST: usize = ReleaseName::MAX_LENGTH;
/// So many characters of the hash of the whole name stand at the end of a shortened one, after a `-`.
const HASH: usize = 12;

/// A release that is made again when it goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedRelease {
    /// Which: in the namespace that holds its record.
    pub id: ReleaseId,
    /// The object that asks for it, as `HelmRelease NAMESPACE/NAME`.
    pub by: String,
}

/// The releases of these objects, sorted, each once.
///
/// Also of those that are suspended, and of those for another cluster, which may be this one under another address.
pub(super) fn managed(objects: &[HelmRelease]) -> Vec<ManagedRelease> {
    let mut found = BTreeMap::new();
    for object in objects {
        for id in releases(object) {
            found.entry(id).or_insert_with(|| format!("HelmRelease {}/{}", object.namespace, object.name));
        }
    }
    found.into_iter().map(|(id, by)| ManagedRelease { id, by }).collect()
}

/// The release that the spec asks for, and those that were made by an earlier one. What could be no release's name is
/// none's.
///
/// As of helm-controller 1.6 (`GetReleaseName`, `GetStorageNamespace`, `ShortenName`); v2beta1 and v2beta2 are the same.
fn releases(object: &HelmRelease) -> Vec<ReleaseId> {
    let storage = given(object.storage_namespace.as_ref()).unwrap_or(&object.namespace);
    let name = match (given(object.release_name.as_ref()), given(object.target_namespace.as_ref())) {
        (Some(name), _) => name.to_owned(),
        (None, Some(target)) => format!("{target}-{}", object.name),
        (None, None) => object.name.clone(),
    };
    let before = given(object.made.namespace.as_ref()).unwrap_or(storage);
    let id = |(namespace, name): (&str, &str)| {
        Some(ReleaseId { namespace: namespace.parse::<Namespace>().ok()?, name: name.parse().ok()? })
    };
    let asked_for = shortened(&name);
    let made = object.made.names.iter().map(|name| (before, name.as_str()));
    std::iter::once((storage, asked_for.as_str())).chain(made).filter_map(id).collect()
}

/// Go takes a text that is not there for an empty one.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let hash = digest(&SHA256, name.as_bytes());
    let hash = hash.as_ref().iter().take(HASH / 2).fold(0, |number, byte| (number << 8) | u64::from(*byte));
    // Where this is not the end of a character the name is no release's.
    format!("{}-{hash:0HASH$x}", name.get(..LONGEST - HASH - 1).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::MadeReleases;

    fn object(namespace: &str, name: &str) -> HelmRelease {
        HelmRelease { namespace: namespace.to_owned(), name: name.to_owned(), ..HelmRelease::default() }
    }

    fn ids(object: &HelmRelease) -> Vec<String> {
        releases(object).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_name_of_a_release_is_the_one_that_is_given_or_made_of_target_and_name() {
        let plain = object("flux", "web");
        assert_eq!(ids(&plain), ["flux/web"]);
        let targeted = HelmRelease { target_namespace: Some("dev-a".to_owned()), ..plain.clone() };
        assert_eq!(ids(&targeted), ["flux/dev-a-web"], "the record does not follow the objects");
        let stored = HelmRelease { storage_namespace: Some("dev-a".to_owned()), ..targeted.clone() };
        assert_eq!(ids(&stored), ["dev-a/dev-a-web"]);
        assert_eq!(ids(&HelmRelease { release_name: Some("shop".to_owned()), ..stored }), ["dev-a/shop"]);
        let empty = HelmRelease { release_name: Some(String::new()), target_namespace: Some(String::new()), ..plain };
        assert_eq!(ids(&HelmRelease { storage_namespace: Some(String::new()), ..empty }), ["flux/web"]);
    }

    /// The names are those of helm-controller's own test.
    #[test]
    fn a_name_that_is_too_long_is_cut_and_told_apart_by_its_hash() {
        for (name, expected) in [
            ("release-name", "release-name"),
            (
                "release-name-with-very-long-name-which-is-longer-than-53-characters",
                "release-name-with-very-long-name-which-i-788ca0d0d7b0",
            ),
            (
                "another-release-name-with-very-long-name-which-is-longer-than-53-characters",
                "another-release-name-with-very-long-name-7e72150d5a36",
            ),
        ] {
            assert_eq!(shortened(name), expected);
        }
        let exact = "x".repeat(LONGEST);
        assert_eq!(shortened(&exact), exact);
        assert!(ids(&object("flux", &"ä".repeat(60))).is_empty());
    }

    #[test]
    fn what_was_made_by_an_earlier_spec_is_managed_as_well() {
        let made =
            MadeReleases { namespace: Some("old".to_owned()), names: vec!["web".to_owned(), "--no-hooks".to_owned()] };
        let moved = HelmRelease { storage_namespace: Some("new".to_owned()), made, ..object("flux", "web") };
        assert_eq!(ids(&moved), ["new/web", "old/web"]);
        let made = MadeReleases { namespace: None, names: vec!["was".to_owned()] };
        assert_eq!(ids(&HelmRelease { made, ..object("flux", "web") }), ["flux/web", "flux/was"]);
    }

    #[test]
    fn each_release_is_named_once_with_the_object_that_asks_for_it() {
        let twin = HelmRelease { storage_namespace: Some("a".to_owned()), ..object("b", "web") };
        let managed = managed(&[object("a", "web"), twin, object("a", "db")]);
        let said = managed.iter().map(|managed| format!("{}: {}", managed.id, managed.by)).collect::<Vec<_>>();
        assert_eq!(said, ["a/db: HelmRelease a/db", "a/web: HelmRelease a/web"]);
    }
}
