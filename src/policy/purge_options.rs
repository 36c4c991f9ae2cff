//! How releases are uninstalled: `defaults`, the same keys in a rule, `workers` and `retries`.

use std::num::NonZeroUsize;

use super::decode::{Decoded, Field, SectionFields};
use crate::uninstall_options::{Cascade, History, Hooks, UninstallOptions, Wait};

/// How a release is uninstalled, and what its uninstall may take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurgeOptions {
    pub uninstall: UninstallOptions,
    pub blast_radius: BlastRadius,
    pub data_loss: DataLoss,
}

/// What an uninstall may take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlastRadius {
    /// What lies in the scope.
    Namespace,
    /// Anything: definitions of custom resources, namespaces, objects outside the scope.
    Cluster,
}

/// What becomes of releases that hold data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataLoss {
    /// They stay.
    Keep,
    /// They are purged, with their data.
    Allow,
}

impl Default for PurgeOptions {
    fn default() -> Self {
        Self { uninstall: UninstallOptions::default(), blast_radius: BlastRadius::Namespace, data_loss: DataLoss::Keep }
    }
}

impl PurgeOptions {
    /// Reads the same keys, of `defaults` or of a rule; these options hold for those that are left out.
    pub(super) fn overridden(self, fields: &SectionFields<'_>) -> Self {
        let (old, cascades) = (self.uninstall, [Cascade::Background, Cascade::Foreground, Cascade::Orphan]);
        let keep_history = |field: &Field<'_>| field.boolean(History::Keep(0), History::Drop);
        let uninstall = UninstallOptions {
            timeout: fields.value_or("timeout", old.timeout, Field::duration),
            hooks: fields.value_or("hooks", old.hooks, |field| field.choice(&[Hooks::Run, Hooks::Skip])),
            wait: fields.value_or("wait", old.wait, |field| field.boolean(Wait::Objects, Wait::Hooks)),
            cascade: fields.value_or("cascade", old.cascade, |field| field.choice(&cascades)),
            history: fields.value_or("keepHistory", old.history, keep_history),
        };
        let blast_radius = |field: &Field<'_>| field.choice(&[BlastRadius::Namespace, BlastRadius::Cluster]);
        let data_loss = |field: &Field<'_>| field.choice(&[DataLoss::Keep, DataLoss::Allow]);
        Self {
            uninstall,
            blast_radius: fields.value_or("reach", self.blast_radius, blast_radius),
            data_loss: fields.value_or("dataLoss", self.data_loss, data_loss),
        }
    }

    /// Reads `defaults`.
    pub(super) fn read(field: &Field<'_>) -> Decoded<Self> {
        let fields = field.section()?;
        let options = Self::default().overridden(&fields);
        fields.complete().map(|()| options)
    }
}

/// How many helm processes run at the same time if the policy does not say: never the CPU count, because the work waits
/// for the API server.
pub(super) const USUAL_WORKERS: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not zero");

/// How often a release is tried again if the policy does not say.
pub(super) const USUAL_RETRIES: u8 = 3;

/// Reads how many helm processes may run at the same time.
pub(super) fn workers(field: &Field<'_>) -> Decoded<NonZeroUsize> {
    let number = usize::try_from(field.number()?).ok().and_then(NonZeroUsize::new);
    Ok(number.expect("the table of keys allows 1 to 64 workers"))
}

/// Reads how often a release is tried again.
pub(super) fn retries(field: &Field<'_>) -> Decoded<u8> {
    Ok(u8::try_from(field.number()?).expect("the table of keys allows 0 to 10 retries"))
}
