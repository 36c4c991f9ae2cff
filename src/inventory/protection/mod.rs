//! What protects releases besides the policy, as the cluster says it: opt-outs, namespaces' labels, controllers that
//! would make a release again.
//!
//! Nothing here decides anything: dates and globs are text as somebody wrote it, and what could not be seen stands
//! beside what was, with the reason. Foreign text is bounded, and read by nobody as a command.

mod argo;
mod cluster_wide;
mod flux;
mod marks;
mod opt_out;
mod seen;
mod written;

pub use argo::ManagedNamespace;
pub use cluster_wide::ClusterWide;
pub use flux::ManagedRelease;
pub use marks::SeenMarks;
pub use opt_out::{KeptReleases, OptOut, OptOutSource, Until};
pub use seen::{SeenOptOut, SeenOptOuts, UnseenOptOuts};

use std::collections::{BTreeMap, BTreeSet};

use super::{Listing, Unlisted};
use crate::cluster::NamespaceFacts;
use crate::policy::PolicyScope;
use crate::release::{Namespace, ReleaseId};

/// What protects releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// What is known of each namespace of the fence, or why nothing is. Where namespaces may not be listed, only of those
    /// that hold releases.
    pub namespaces: BTreeMap<Namespace, Result<NamespaceFacts, String>>,
    /// The opt-outs that were seen in namespaces of the fence, sorted. Those by a release's own label are not among them:
    /// see [`OptOut::by_label`].
    pub opt_outs: Vec<OptOut>,
    /// Namespaces in which there may be more opt-outs than those, and why; sorted. A namespace can be here twice.
    pub unseen_opt_outs: Vec<Unlisted>,
    /// Those of them whose ConfigMaps could not be looked at.
    pub unseen_marks: BTreeSet<Namespace>,
    /// The releases that Flux makes again, sorted; or why that cannot be told.
    pub flux: Result<Vec<ManagedRelease>, String>,
    /// The namespaces of the fence that Argo CD puts objects into, sorted; or why that cannot be told.
    pub argo: Result<Vec<ManagedNamespace>, String>,
}

impl Protection {
    /// Where nothing of it could be looked at, as where helm makes the lists.
    pub fn unseen(listing: &Listing, fence: &PolicyScope, why: &str) -> Self {
        let namespaces = in_question(listing, fence);
        let unseen = |namespace: &Namespace| Unlisted { namespace: namespace.clone(), why: why.to_owned() };
        Self {
            unseen_opt_outs: namespaces.iter().map(unseen).collect(),
            unseen_marks: namespaces.clone(),
            namespaces: namespaces.into_iter().map(|namespace| (namespace, Err(why.to_owned()))).collect(),
            opt_outs: Vec::new(),
            flux: Err(why.to_owned()),
            argo: Err(why.to_owned()),
        }
    }

    /// Of what the looks have brought: the opt-outs are those of the marks and of the namespaces' annotations, and where
    /// nothing is known of a namespace there may be more.
    pub fn of(
        namespaces: BTreeMap<Namespace, Result<NamespaceFacts, String>>,
        marks: SeenMarks,
        flux: Result<Vec<ManagedRelease>, String>,
        argo: Result<Vec<ManagedNamespace>, String>,
    ) -> Self {
        let SeenMarks { marks, unseen: mut unseen_opt_outs } = marks;
        let unseen_marks = unseen_opt_outs.iter().map(|unseen| unseen.namespace.clone()).collect();
        let mut opt_outs = marks.into_iter().filter_map(marks::in_config_map).collect::<Vec<_>>();
        for (namespace, facts) in &namespaces {
            match facts {
                Ok(facts) => opt_outs.extend(marks::in_namespace(namespace, facts)),
                Err(why) => unseen_opt_outs.push(Unlisted { namespace: namespace.clone(), why: why.clone() }),
            }
        }
        opt_outs.sort();
        unseen_opt_outs.sort();
        Self { namespaces, opt_outs, unseen_opt_outs, unseen_marks, flux, argo }
    }

    /// What is known of a namespace, or why nothing is.
    ///
    /// # Errors
    /// In words, where its labels and annotations could not be read.
    pub fn facts(&self, namespace: &Namespace) -> Result<&NamespaceFacts, &str> {
        match self.namespaces.get(namespace) {
            Some(facts) => facts.as_ref().map_err(String::as_str),
            None => Err("it was not there when the namespaces were listed"),
        }
    }

    /// What of Flux makes this release again, where anything does.
    ///
    /// # Errors
    /// In words, where that cannot be told.
    pub fn manager_of(&self, release: &ReleaseId) -> Result<Option<&str>, &str> {
        let managed = self.flux.as_ref().map_err(String::as_str)?;
        let at = managed.binary_search_by(|managed| managed.id.cmp(release));
        Ok(at.ok().map(|at| managed[at].by.as_str()))
    }
}

/// Only where there are releases that could be chosen does it matter what protects them.
fn in_question(listing: &Listing, fence: &PolicyScope) -> BTreeSet<Namespace> {
    let mut namespaces: BTreeSet<_> = listing.releases.iter().map(|release| release.id.namespace.clone()).collect();
    namespaces.retain(|namespace| fence.matches(namespace).is_some());
    namespaces
}

#[cfg(test)]
mod tests {
    use super::*;
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
            keep_label: Known::Unknown,
        }
    }

    fn fence() -> PolicyScope {
        let text =
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [a, b]\n";
        Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}")).namespaces
    }

    #[test]
    fn where_nothing_could_be_seen_nothing_is_known_of_any_release() {
        let releases = ["a/db", "a/web", "b/web", "outside/web"].map(release).to_vec();
        let listing = Listing { releases, ..Listing::default() };
        let protection = Protection::unseen(&listing, &fence(), "no answer");
        let unseen = protection.unseen_opt_outs.iter().map(|unseen| unseen.namespace.as_str()).collect::<Vec<_>>();
        assert_eq!(unseen, ["a", "b"]);
        for release in &listing.releases {
            assert!(protection.facts(&release.id.namespace).is_err());
            assert_eq!(protection.manager_of(&release.id), Err("no answer"));
            assert_eq!(OptOut::by_label(release), Known::Unknown);
        }
        assert_eq!(protection.argo, Err("no answer".to_owned()));
    }
}
