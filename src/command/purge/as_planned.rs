//! The last question before releases are given to helm, answered by what the cluster tells and what the policies say.

use crate::clock::Clock;
use crate::cluster::LookError;
use crate::command::prepare::Prepared;
use crate::executor::StillAsPlanned;
use crate::inventory::{Meanwhile, Standing, Watch};
use crate::plan::{self, Narrowing};
use crate::policy::Policies;
use crate::release::Release;

/// Asks a watch, and judges by what the plan was made by.
#[derive(Debug)]
pub(in crate::command) struct Watched {
    watch: Watch,
    policies: Policies,
    narrowing: Narrowing,
    clock: Clock,
}

impl Watched {
    pub(in crate::command) fn new(watch: Watch, prepared: &Prepared, clock: Clock) -> Self {
        Self { watch, policies: prepared.policies.clone(), narrowing: prepared.narrowing.clone(), clock }
    }
}

impl StillAsPlanned for Watched {
    fn standings(&self, batch: &[&Release]) -> Vec<Standing> {
        let Meanwhile { standings, protection } = self.watch.look(batch);
        let protected = |release: &Release| match &protection {
            Ok(protection) => Ok(plan::protected_now(
                release,
                self.policies.as_slice(),
                protection,
                self.clock.now(),
                &self.narrowing,
            )),
            Err(error) => Err(error.clone()),
        };
        let both = standings.into_iter().zip(batch);
        both.map(|(standing, release)| joined(standing, protected(release))).collect()
    }
}

/// What is known to have changed goes before what cannot be told.
fn joined(record: Standing, protected: Result<Option<String>, LookError>) -> Standing {
    match (record, protected) {
        (Standing::Changed(why), _) | (_, Ok(Some(why))) => Standing::Changed(why),
        (Standing::Unknown(error), _) | (_, Err(error)) => Standing::Unknown(error),
        (record @ (Standing::AsPlanned | Standing::Begun(_) | Standing::NotYet(_)), Ok(None)) => record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_goes_only_where_its_record_and_all_that_could_protect_it_were_seen() {
        let refused = || LookError::Forbidden("no".to_owned());
        let changed = |why: &str| Standing::Changed(why.to_owned());
        let begun = || Standing::Begun("uninstalling".to_owned());
        for (record, protected, expected) in [
            (Standing::AsPlanned, Ok(None), Standing::AsPlanned),
            (Standing::AsPlanned, Ok(Some("opted out".to_owned())), changed("opted out")),
            (Standing::NotYet("it goes".to_owned()), Ok(None), Standing::NotYet("it goes".to_owned())),
            (Standing::AsPlanned, Err(refused()), Standing::Unknown(refused())),
            (Standing::Unknown(refused()), Ok(None), Standing::Unknown(refused())),
            (Standing::Unknown(refused()), Ok(Some("opted out".to_owned())), changed("opted out")),
            (begun(), Ok(None), begun()),
            (begun(), Ok(Some("opted out".to_owned())), changed("opted out")),
            (begun(), Err(refused()), Standing::Unknown(refused())),
            (changed("now revision 2"), Ok(Some("opted out".to_owned())), changed("now revision 2")),
            (changed("now revision 2"), Err(refused()), changed("now revision 2")),
        ] {
            assert_eq!(joined(record.clone(), protected), expected, "{record:?}");
        }
    }
}
