//! What protects releases besides the policy: opt-outs, labels of namespaces, and controllers that would install a release
//! again.
//!
//! Nothing here decides anything: dates and globs are text as a user wrote it, and what could not be read stands beside
//! the rest, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{SHA256, digest};

use super::opt_outs::opt_outs;
use super::{Listing, OptOut, SkippedNamespace};
use crate::cluster::{ApiError, Application, Client, HelmRelease, NamespaceFacts, OptOutConfigMap};
use crate::parallel::join;
use crate::policy::PolicyScope;
use crate::release::{Namespace, ReleaseId, ReleaseName};
use crate::sanitize::truncated;

/// In characters. A refusal is about half as long.
const LONGEST_WORDS: usize = 400;
/// helm-controller shortens a longer name to this length.
const LONGEST: usize = ReleaseName::MAX_LENGTH;
/// How many characters of the hash of the whole name stand at the end of a shortened one, after a `-`.
const HASH: usize = 12;
/// Argo CD's own cluster, by its address and by its name.
const THIS_SERVER: &str = "https://kubernetes.default.svc";
const THIS_CLUSTER: &str = "in-cluster";

/// What protects releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// The labels and annotations of each namespace of the scope, or why they are unknown. If the account cannot list
    /// namespaces, only of those that hold releases.
    pub namespaces: NamespaceAnswers,
    /// The opt-outs in namespaces of the scope, sorted. Those by a release's own label are not among them: see
    /// [`OptOut::by_label`].
    pub opt_outs: Vec<OptOut>,
    /// Namespaces in which there may be more opt-outs, and why; sorted. A namespace can be here twice, for two reasons.
    pub unreadable_opt_outs: Vec<SkippedNamespace>,
    /// Those of them whose ConfigMaps could not be listed.
    pub unreadable_config_maps: BTreeSet<Namespace>,
    /// The releases that Flux would install again, sorted; or why they are unknown.
    pub flux: Result<Vec<ManagedRelease>, String>,
    /// The namespaces of the scope that Argo CD puts objects into, sorted; or why they are unknown.
    pub argo: Result<Vec<ManagedNamespace>, String>,
}

/// The labels and annotations of namespaces, or why they are unknown.
type NamespaceAnswers = BTreeMap<Namespace, Result<NamespaceFacts, String>>;

/// A release that a controller would install again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedRelease {
    /// With the namespace that holds its record.
    pub id: ReleaseId,
    /// The object that installs it, as `HelmRelease NAMESPACE/NAME`.
    pub by: String,
}

/// A namespace that an `Application` puts objects into. It makes no Helm releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedNamespace {
    pub namespace: Namespace,
    /// The `Application`, as `NAMESPACE/NAME`.
    pub application: String,
}

impl Protection {
    /// If nothing of it could be read, for example because helm makes the lists.
    pub fn unseen(listing: &Listing, scope: &PolicyScope, why: &str) -> Self {
        let (namespaces, why) = (namespaces_to_check(listing, scope), || why.to_owned());
        let unseen = namespaces.iter().map(|namespace| SkippedNamespace { namespace: namespace.clone(), why: why() });
        let unseen = unseen.collect();
        let namespaces = namespaces.into_iter().map(|namespace| (namespace, Err(why()))).collect();
        Self::of(namespaces, Vec::new(), unseen, Err(why()), Err(why()))
    }

    /// From the answers of the cluster. The opt-outs are those in ConfigMaps and in annotations of namespaces; in a
    /// namespace that could not be read there may be more.
    pub fn of(
        namespaces: NamespaceAnswers,
        config_maps: Vec<OptOutConfigMap>,
        unreadable: Vec<SkippedNamespace>,
        flux: Result<Vec<ManagedRelease>, String>,
        argo: Result<Vec<ManagedNamespace>, String>,
    ) -> Self {
        let unreadable_config_maps = unreadable.iter().map(|skipped| skipped.namespace.clone()).collect();
        let mut unreadable_opt_outs = unreadable;
        let readable = namespaces.iter().filter_map(|(namespace, facts)| Some((namespace, facts.as_ref().ok()?)));
        let opt_outs = opt_outs(config_maps, readable);
        let refused = |(namespace, facts): (&Namespace, &Result<_, String>)| {
            Some(SkippedNamespace { namespace: namespace.clone(), why: facts.as_ref().err()?.clone() })
        };
        unreadable_opt_outs.extend(namespaces.iter().filter_map(refused));
        unreadable_opt_outs.sort();
        unreadable_opt_outs.dedup();
        Self { namespaces, opt_outs, unreadable_opt_outs, unreadable_config_maps, flux, argo }
    }

    /// The labels and annotations of a namespace.
    ///
    /// # Errors
    /// Why they could not be read.
    pub fn facts(&self, namespace: &Namespace) -> Result<&NamespaceFacts, &str> {
        match self.namespaces.get(namespace) {
            Some(facts) => facts.as_ref().map_err(String::as_str),
            None => Err("it did not exist when the namespaces were listed"),
        }
    }

    /// The object of Flux that would install a release again, if there is one.
    ///
    /// # Errors
    /// Why that is unknown.
    pub fn manager_of(&self, release: &ReleaseId) -> Result<Option<&str>, &str> {
        let managed = self.flux.as_ref().map_err(String::as_str)?;
        let at = managed.binary_search_by(|managed| managed.id.cmp(release));
        Ok(at.ok().map(|at| managed[at].by.as_str()))
    }
}

/// The namespaces of releases that could be selected. It does not matter what protects others.
fn namespaces_to_check(listing: &Listing, scope: &PolicyScope) -> BTreeSet<Namespace> {
    let mut namespaces: BTreeSet<_> = listing.releases.iter().map(|release| release.id.namespace.clone()).collect();
    namespaces.retain(|namespace| scope.matches(namespace).is_some());
    namespaces
}

/// Makes a list, and reads what protects its releases. Requests that do not need the list are sent at the same time. If
/// the account cannot read all namespaces at once, requests for each namespace follow.
pub(super) fn query<E>(
    client: &Client,
    scope: &PolicyScope,
    list: impl FnOnce() -> Result<Listing, E>,
) -> Result<(Listing, Protection), E> {
    let controllers = || join(|| client.applications(), || client.helm_releases());
    let cluster_wide = || join(|| client.opt_outs(), controllers);
    let ((config_maps, (applications, helm_releases)), listing) = join(cluster_wide, list);
    let listing = listing?;
    let namespaces = namespaces_to_check(&listing, scope);
    let facts = || facts(client, &listing, &namespaces);
    let all_config_maps = || all_config_maps(config_maps, client, &namespaces);
    let (facts, (mut config_maps, unreadable)) = join(facts, all_config_maps);
    config_maps.retain(|found| found.namespace.parse().is_ok_and(|namespace| scope.matches(&namespace).is_some()));
    let flux = helm_releases.map(|objects| managed_releases(&objects)).map_err(|error| words(&error));
    let argo = applications.map(|objects| managed_namespaces(&objects, scope)).map_err(|error| words(&error));
    let protection = Protection::of(facts, config_maps, unreadable, flux, argo);
    Ok((listing, protection))
}

/// From the list of namespaces, and from each namespace that is not in it.
fn facts(client: &Client, listing: &Listing, namespaces: &BTreeSet<Namespace>) -> NamespaceAnswers {
    let mut facts = NamespaceAnswers::new();
    facts.extend(listing.namespaces.iter().map(|(name, facts)| (name.clone(), Ok(facts.clone()))));
    let missing = namespaces.iter().filter(|namespace| !facts.contains_key(namespace)).cloned().collect::<Vec<_>>();
    if !missing.is_empty() {
        let answers = client.namespaces_by_name(missing.clone()).unwrap_or_else(|error| refused(&missing, &error));
        let in_words = |(namespace, answer): (_, Result<_, _>)| (namespace, answer.map_err(|error| words(&error)));
        facts.extend(answers.into_iter().map(in_words));
    }
    facts
}

/// All opt-outs in ConfigMaps that the account can read, and the namespaces in which there may be more.
fn all_config_maps(
    cluster_wide: Result<Vec<OptOutConfigMap>, ApiError>,
    client: &Client,
    namespaces: &BTreeSet<Namespace>,
) -> (Vec<OptOutConfigMap>, Vec<SkippedNamespace>) {
    let one_by_one = match cluster_wide {
        Ok(config_maps) => return (config_maps, Vec::new()),
        Err(ApiError::Forbidden(_)) => client.opt_outs_in(namespaces.iter().cloned().collect()),
        Err(error) => Err(error),
    };
    let (mut config_maps, mut unreadable) = (Vec::new(), Vec::new());
    for (namespace, answer) in one_by_one.unwrap_or_else(|error| refused(namespaces, &error)) {
        match answer {
            Ok(found) => config_maps.extend(found),
            Err(error) => unreadable.push(SkippedNamespace { namespace, why: words(&error) }),
        }
    }
    (config_maps, unreadable)
}

/// The same error for each namespace.
fn refused<'a, T>(
    namespaces: impl IntoIterator<Item = &'a Namespace>,
    error: &ApiError,
) -> Vec<(Namespace, Result<T, ApiError>)> {
    namespaces.into_iter().map(|namespace| (namespace.clone(), Err(error.clone()))).collect()
}

/// The server's message may quote an object: as much of it as fits into a sentence.
fn words(error: &ApiError) -> String {
    truncated(&error.to_string(), LONGEST_WORDS)
}

/// The releases of these objects, sorted, each once. Those of a suspended object are among them, and those of one for
/// another cluster, which may be this one under another address.
fn managed_releases(objects: &[HelmRelease]) -> Vec<ManagedRelease> {
    let mut found = BTreeMap::new();
    for object in objects {
        for id in releases(object) {
            found.entry(id).or_insert_with(|| format!("HelmRelease {}/{}", object.namespace, object.name));
        }
    }
    found.into_iter().map(|(id, by)| ManagedRelease { id, by }).collect()
}

/// The release of the spec, and those that an earlier spec made. A name that no release can have is left out.
///
/// As of helm-controller 1.6 (`GetReleaseName`, `GetStorageNamespace`, `ShortenName`); v2beta1 and v2beta2 are the same.
fn releases(object: &HelmRelease) -> Vec<ReleaseId> {
    let HelmRelease { namespace, name, spec, status } = object;
    let storage = given(spec.storage_namespace.as_ref()).unwrap_or(namespace);
    let name = match (given(spec.release_name.as_ref()), given(spec.target_namespace.as_ref())) {
        (Some(name), _) => name.to_owned(),
        (None, Some(target)) => format!("{target}-{name}"),
        (None, None) => name.clone(),
    };
    let before = given(status.storage_namespace.as_ref()).unwrap_or(storage);
    let id = |(namespace, name): (&str, &str)| {
        Some(ReleaseId { namespace: namespace.parse::<Namespace>().ok()?, name: name.parse().ok()? })
    };
    let requested = shortened(&name);
    let made = status.history.iter().flatten().filter_map(|made| Some((before, made.name.as_deref()?)));
    std::iter::once((storage, requested.as_str())).chain(made).filter_map(id).collect()
}

/// To Go, an empty text is the same as none.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let hash = digest(&SHA256, name.as_bytes());
    let hash = hash.as_ref().iter().take(HASH / 2).fold(0, |number, byte| (number << 8) | u64::from(*byte));
    // If this is not the end of a character, no release can have the name.
    format!("{}-{hash:0HASH$x}", name.get(..LONGEST - HASH - 1).unwrap_or_default())
}

/// Those of the scope, sorted. An `Application` for a cluster with another name or address is left out: it may or
/// may not be this one.
fn managed_namespaces(applications: &[Application], scope: &PolicyScope) -> Vec<ManagedNamespace> {
    let mut found = applications
        .iter()
        .filter(|application| is_for_this_cluster(application))
        .filter_map(|application| {
            let namespace: Namespace = application.destination.namespace.as_deref()?.parse().ok()?;
            let application = format!("{}/{}", application.namespace, application.name);
            scope.matches(&namespace).is_some().then_some(ManagedNamespace { namespace, application })
        })
        .collect::<Vec<_>>();
    found.sort();
    found
}

fn is_for_this_cluster(application: &Application) -> bool {
    let server = application.destination.server.as_deref().unwrap_or_default();
    let cluster = application.destination.name.as_deref().unwrap_or_default();
    server.trim_end_matches('/') == THIS_SERVER || (server.is_empty() && cluster == THIS_CLUSTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{HelmReleaseSnapshot, HelmReleaseSpec, HelmReleaseStatus};
    use crate::policy::Policy;
    use crate::release::{Known, Release, Revision, Status};

    fn release(id: &str) -> Release {
        let (namespace, name) = id.split_once('/').expect("written as namespace/name");
        Release {
            id: ReleaseId {
                namespace: namespace.parse().expect("a legal name"),
                name: name.parse().expect("a legal name"),
            },
            revision: Revision(1),
            status: Status::Deployed,
            chart: Known::Unknown,
            updated: Known::Unknown,
            record: Known::Unknown,
            labels: Known::Unknown,
        }
    }

    fn scope() -> PolicyScope {
        let text =
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [a, b]\n";
        Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}")).namespaces
    }

    #[test]
    fn where_nothing_could_be_seen_nothing_is_known_of_any_release() {
        let releases = ["a/db", "a/web", "b/web", "outside/web"].map(release).to_vec();
        let listing = Listing { releases, ..Listing::default() };
        let protection = Protection::unseen(&listing, &scope(), "no answer");
        let unseen = protection.unreadable_opt_outs.iter().map(|unseen| unseen.namespace.as_str()).collect::<Vec<_>>();
        assert_eq!(unseen, ["a", "b"]);
        for release in &listing.releases {
            let is_seen = release.id.namespace.as_str() != "outside";
            let why = if is_seen { "no answer" } else { "it did not exist when the namespaces were listed" };
            assert_eq!(protection.facts(&release.id.namespace), Err(why));
            assert_eq!(protection.manager_of(&release.id), Err("no answer"));
            assert_eq!(OptOut::by_label(release), Known::Unknown);
        }
        assert_eq!(protection.argo, Err("no answer".to_owned()));
    }

    fn object(namespace: &str, name: &str) -> HelmRelease {
        HelmRelease { namespace: namespace.to_owned(), name: name.to_owned(), ..HelmRelease::default() }
    }

    fn ids(object: &HelmRelease) -> Vec<String> {
        releases(object).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_name_of_a_release_is_the_one_that_is_given_or_made_of_target_and_name() {
        let text = |text: &str| Some(text.to_owned());
        let ids = |spec: &HelmReleaseSpec| ids(&HelmRelease { spec: spec.clone(), ..object("flux", "web") });
        let plain = HelmReleaseSpec::default();
        assert_eq!(ids(&plain), ["flux/web"]);
        let targeted = HelmReleaseSpec { target_namespace: text("dev-a"), ..plain };
        assert_eq!(ids(&targeted), ["flux/dev-a-web"], "the record does not follow the objects");
        let stored = HelmReleaseSpec { storage_namespace: text("dev-a"), ..targeted };
        assert_eq!(ids(&stored), ["dev-a/dev-a-web"]);
        assert_eq!(ids(&HelmReleaseSpec { release_name: text("shop"), ..stored }), ["dev-a/shop"]);
        let (release_name, target_namespace, storage_namespace) = (text(""), text(""), text(""));
        assert_eq!(ids(&HelmReleaseSpec { release_name, target_namespace, storage_namespace }), ["flux/web"]);
    }

    /// The names are those of helm-controller's own test.
    #[test]
    fn a_name_that_is_too_long_is_cut_and_distinguished_by_its_hash() {
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
        let made = |namespace: Option<&str>, names: &[&str]| {
            let history = names.iter().map(|name| HelmReleaseSnapshot { name: Some((*name).to_owned()) }).collect();
            HelmReleaseStatus { storage_namespace: namespace.map(str::to_owned), history: Some(history) }
        };
        let spec = HelmReleaseSpec { storage_namespace: Some("new".to_owned()), ..HelmReleaseSpec::default() };
        let status = made(Some("old"), &["web", "--no-hooks"]);
        assert_eq!(ids(&HelmRelease { spec, status, ..object("flux", "web") }), ["new/web", "old/web"]);
        let status = made(None, &["was"]);
        assert_eq!(ids(&HelmRelease { status, ..object("flux", "web") }), ["flux/web", "flux/was"]);
    }

    #[test]
    fn each_release_is_named_once_with_the_object_that_asks_for_it() {
        let spec = HelmReleaseSpec { storage_namespace: Some("a".to_owned()), ..HelmReleaseSpec::default() };
        let twin = HelmRelease { spec, ..object("b", "web") };
        let managed = managed_releases(&[object("a", "web"), twin, object("a", "db")]);
        let said = managed.iter().map(|managed| format!("{}: {}", managed.id, managed.by)).collect::<Vec<_>>();
        assert_eq!(said, ["a/db: HelmRelease a/db", "a/web: HelmRelease a/web"]);
    }
}
