//! The last question before releases are given to helm, answered by what the cluster tells and what the policies say.

use crate::clock::Clock;
use crate::cluster::ApiError;
use crate::command::prepare::Prepared;
use crate::executor::Recheck;
use crate::inventory::{Freshness, Meanwhile, Watch};
use crate::plan::{self, Filters};
use crate::policy::PolicySet;
use crate::release::Release;

/// Asks a watch, and judges by what the plan was made by.
#[derive(Debug)]
pub(in crate::command) struct Watched {
    watch: Watch,
    policies: PolicySet,
    filters: Filters,
    clock: Clock,
}

impl Watched {
    pub(in crate::command) fn new(watch: Watch, prepared: &Prepared, clock: Clock) -> Self {
        Self { watch, policies: prepared.policies.clone(), filters: prepared.filters.clone(), clock }
    }
}

impl Recheck for Watched {
    fn standings(&self, batch: &[&Release]) -> Vec<Freshness> {
        let Meanwhile { standings, protection } = self.watch.look(batch);
        let protected = |release: &Release| match &protection {
            Ok(protection) => {
                Ok(plan::protected_now(release, self.policies.as_slice(), protection, self.clock.now(), &self.filters))
            }
            Err(error) => Err(error.clone()),
        };
        let both = standings.into_iter().zip(batch);
        both.map(|(standing, release)| joined(standing, protected(release))).collect()
    }
}

/// What is known to have changed goes before what cannot be told.
fn joined(record: Freshness, protected: Result<Option<String>, ApiError>) -> Freshness {
    match (record, protected) {
        (Freshness::Changed(why), _) | (_, Ok(Some(why))) => Freshness::Changed(why),
        (Freshness::Unknown(error), _) | (_, Err(error)) => Freshness::Unknown(error),
        (record @ (Freshness::AlwaysFresh | Freshness::Begun(_) | Freshness::NotYet(_)), Ok(None)) => record,
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
            (Freshness::AlwaysFresh, Ok(None), Freshness::AlwaysFresh),
            (Freshness::AlwaysFresh, Ok(Some("opted out".to_owned())), changed("opted out")),
            (Freshness::NotYet("it goes".to_owned()), Ok(None), Freshness::NotYet("it goes".to_owned())),
            (Freshness::AlwaysFresh, Err(refused()), Freshness::Unknown(refused())),
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
