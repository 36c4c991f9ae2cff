//! The last check before a batch starts: what the cluster says now, judged by the policies.

use crate::clock::Clock;
use crate::cluster::ApiError;
use crate::command::prepare::Prepared;
use crate::executor::Recheck;
use crate::inventory::{BatchRecheck, Freshness, Rechecked};
use crate::plan::{self, Filters};
use crate::policy::PolicySet;
use crate::release::Release;

/// Asks the cluster about each batch, and judges by what the plan was made by.
#[derive(Debug)]
pub(in crate::command) struct PolicyRecheck {
    cluster: BatchRecheck,
    policies: PolicySet,
    filters: Filters,
    clock: Clock,
}

impl PolicyRecheck {
    pub(in crate::command) fn new(cluster: BatchRecheck, prepared: &Prepared, clock: Clock) -> Self {
        Self { cluster, policies: prepared.policies.clone(), filters: prepared.filters.clone(), clock }
    }
}

impl Recheck for PolicyRecheck {
    fn standings(&self, batch: &[&Release]) -> Vec<Freshness> {
        let Rechecked { freshness, protection } = self.cluster.ask(batch);
        let protected = |release: &Release| match &protection {
            Ok(protection) => {
                Ok(plan::protected_now(release, self.policies.as_slice(), protection, self.clock.now(), &self.filters))
            }
            Err(error) => Err(error.clone()),
        };
        let both = freshness.into_iter().zip(batch);
        both.map(|(standing, release)| joined(standing, protected(release))).collect()
    }
}

/// What is known to have changed goes before what cannot be told.
fn joined(record: Freshness, protected: Result<Option<String>, ApiError>) -> Freshness {
    match (record, protected) {
        (Freshness::Changed(why), _) | (_, Ok(Some(why))) => Freshness::Changed(why),
        (Freshness::Unknown(error), _) | (_, Err(error)) => Freshness::Unknown(error),
        (record @ (Freshness::AsPlanned | Freshness::Begun(_) | Freshness::NotYet(_)), Ok(None)) => record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_goes_only_where_its_record_and_all_that_could_protect_it_were_seen() {
        let refused = || ApiError::Forbidden("no".to_owned());
        let changed = |why: &str| Freshness::Changed(why.to_owned());
        let begun = || Freshness::Begun("uninstalling".to_owned());
        for (record, protected, expected) in [
            (Freshness::AsPlanned, Ok(None), Freshness::AsPlanned),
            (Freshness::AsPlanned, Ok(Some("opted out".to_owned())), changed("opted out")),
            (Freshness::NotYet("it goes".to_owned()), Ok(None), Freshness::NotYet("it goes".to_owned())),
            (Freshness::AsPlanned, Err(refused()), Freshness::Unknown(refused())),
            (Freshness::Unknown(refused()), Ok(None), Freshness::Unknown(refused())),
            (Freshness::Unknown(refused()), Ok(Some("opted out".to_owned())), changed("opted out")),
            (begun(), Ok(None), begun()),
            (begun(), Ok(Some("opted out".to_owned())), changed("opted out")),
            (begun(), Err(refused()), Freshness::Unknown(refused())),
            (changed("now revision 2"), Ok(Some("opted out".to_owned())), changed("now revision 2")),
            (changed("now revision 2"), Err(refused()), changed("now revision 2")),
        ] {
            assert_eq!(joined(record.clone(), protected), expected, "{record:?}");
        }
    }
}
