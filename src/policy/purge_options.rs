//! How releases are uninstalled: `defaults`, the same keys in a rule, `workers` and `retries`.

use std::num::NonZeroUsize;

use super::decode::{Decoded, Field, SectionFields};
use crate::options::{Cascade, History, Hooks, UninstallOptions, Wait};

/// How a release is uninstalled, and what its uninstall may take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurgeOptions {
    pub uninstall: UninstallOptions,
    pub reach: Reach,
    pub data_loss: DataLoss,
}

/// What an uninstall may take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// What lies in the scope.
    Namespace,
    /// Anything: definitions of custom resources, namespaces, objects outside the scope.
    Cluster,
}

/// What becomes of releases that hold data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataLoss {
    /// They are kept.
    Keep,
    /// They are purged, with their data.
    Allow,
}

impl Default for PurgeOptions {
    fn default() -> Self {
        Self { uninstall: UninstallOptions::default(), reach: Reach::Namespace, data_loss: DataLoss::Keep }
    }
}

impl PurgeOptions {
    /// Reads `defaults`.
    pub(super) fn read_defaults(fields: &SectionFields<'_>) -> Decoded<Self> {
        let read = |field: &Field<'_>| {
            let fields = field.section()?;
            let options = Self::default().overridden(&fields);
            fields.complete()?;
            options
        };
        Ok(fields.optional("defaults", read)?.unwrap_or_default())
    }

    /// Reads the same keys, of `defaults` or of a rule; this one holds for those that are left out.
    pub(super) fn overridden(self, fields: &SectionFields<'_>) -> Decoded<Self> {
        let timeout = fields.optional("timeout", Field::duration);
        let hooks = fields.optional("hooks", |field| field.choice(&[Hooks::Run, Hooks::Skip]));
        let wait = fields.optional("wait", |field| field.boolean(Wait::Objects, Wait::Hooks));
        let cascades = [Cascade::Background, Cascade::Foreground, Cascade::Orphan];
        let cascade = fields.optional("cascade", |field| field.choice(&cascades));
        let reach = fields.optional("reach", |field| field.choice(&[Reach::Namespace, Reach::Cluster]));
        let data_loss = fields.optional("dataLoss", |field| field.choice(&[DataLoss::Keep, DataLoss::Allow]));
        let history = fields.optional("keepHistory", |field| field.boolean(History::Keep(0), History::Drop));
        let uninstall = UninstallOptions {
            timeout: timeout?.unwrap_or(self.uninstall.timeout),
            hooks: hooks?.unwrap_or(self.uninstall.hooks),
            wait: wait?.unwrap_or(self.uninstall.wait),
            cascade: cascade?.unwrap_or(self.uninstall.cascade),
            history: history?.unwrap_or(self.uninstall.history),
        };
        let (reach, data_loss) = (reach?.unwrap_or(self.reach), data_loss?.unwrap_or(self.data_loss));
        Ok(Self { uninstall, reach, data_loss })
    }
}

/// How many helm processes run at the same time if the policy does not say: never the CPU count, because the work waits
/// for the API server.
const USUAL_WORKERS: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not zero");

const USUAL_RETRIES: u8 = 3;

/// Reads `workers` of the policy.
pub(super) fn read_workers(fields: &SectionFields<'_>) -> Decoded<NonZeroUsize> {
    Ok(fields.optional("workers", workers)?.unwrap_or(USUAL_WORKERS))
}

/// How many helm processes may run at the same time.
pub(super) fn workers(field: &Field<'_>) -> Decoded<NonZeroUsize> {
    let number = usize::try_from(field.number()?).ok().and_then(NonZeroUsize::new);
    Ok(number.expect("the table of keys allows 1 to 64 workers"))
}

/// Reads `retries`: how often a release is tried again if that may help.
pub(super) fn read_retries(fields: &SectionFields<'_>) -> Decoded<u8> {
    let retries = fields.optional("retries", Field::number)?;
    Ok(retries.map_or(USUAL_RETRIES, |number| u8::try_from(number).expect("the table of keys allows 0 to 10 retries")))
}
