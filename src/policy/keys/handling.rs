//! `defaults`, and the same keys in a rule: how a release is uninstalled.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::options::{Cascade, History, Hooks, UninstallOptions, Wait};
use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::ErrorReported;

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
    /// What lies inside the fence.
    Namespace,
    /// Anything: definitions of custom resources, namespaces, objects outside the fence.
    Cluster,
}

/// What becomes of releases that hold data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataLoss {
    /// They stay.
    Keep,
    /// They go, with their data.
    Allow,
}

impl Default for PurgeOptions {
    fn default() -> Self {
        Self { uninstall: UninstallOptions::default(), reach: Reach::Namespace, data_loss: DataLoss::Keep }
    }
}

/// In helm's own words.
const CASCADES: &[(&str, Cascade)] =
    &[("background", Cascade::Background), ("foreground", Cascade::Foreground), ("orphan", Cascade::Orphan)];

/// Longer than any hook runs, and shorter than the next purge.
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24);

pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<PurgeOptions, ErrorReported> {
    let built_in = PurgeOptions::default();
    let read = |slot: &Slot<'_>, reader: &mut Reader<'_>| {
        let mut fields = slot.fields(&schema::DEFAULTS, reader)?;
        let options = read_over(&built_in, &mut fields, reader);
        fields.complete()?;
        options
    };
    Ok(fields.optional("defaults", reader, read)?.unwrap_or(built_in))
}

/// Reads the keys that say how, over what holds where they are left out.
pub(super) fn read_over(
    over: &PurgeOptions,
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<PurgeOptions, ErrorReported> {
    let timeout = fields.optional("timeout", reader, read_timeout);
    let hooks = fields
        .optional("hooks", reader, |slot, reader| slot.one_of(&[("run", Hooks::Run), ("skip", Hooks::Skip)], reader));
    let wait = fields.optional("wait", reader, |slot, reader| slot.either(Wait::Objects, Wait::Hooks, reader));
    let cascade = fields.optional("cascade", reader, |slot, reader| slot.one_of(CASCADES, reader));
    let reach = fields.optional("reach", reader, |slot, reader| {
        slot.one_of(&[("namespace", Reach::Namespace), ("cluster", Reach::Cluster)], reader)
    });
    let data_loss = fields.optional("dataLoss", reader, |slot, reader| {
        slot.one_of(&[("keep", DataLoss::Keep), ("allow", DataLoss::Allow)], reader)
    });
    let history =
        fields.optional("keepHistory", reader, |slot, reader| slot.either(History::Keep(0), History::Drop, reader));
    let uninstall = UninstallOptions {
        timeout: timeout?.unwrap_or(over.uninstall.timeout),
        hooks: hooks?.unwrap_or(over.uninstall.hooks),
        wait: wait?.unwrap_or(over.uninstall.wait),
        cascade: cascade?.unwrap_or(over.uninstall.cascade),
        history: history?.unwrap_or(over.uninstall.history),
    };
    Ok(PurgeOptions { uninstall, reach: reach?.unwrap_or(over.reach), data_loss: data_loss?.unwrap_or(over.data_loss) })
}

/// Reads how long one release may take.
pub(crate) fn read_timeout(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Duration, ErrorReported> {
    slot.duration(TIMEOUTS, reader)
}
