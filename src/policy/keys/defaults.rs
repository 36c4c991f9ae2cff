//! `defaults`: how a release is uninstalled where nothing else says so.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::Reported;

/// What holds for every release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// How long one release may take.
    pub timeout: Duration,
    /// Whether releases go that reach beyond the fence.
    pub reach: Reach,
    /// Whether releases go that take volume claims along.
    pub data_loss: DataLoss,
}

/// What an uninstall may take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What lies inside the fence.
    Namespace,
    /// Anything: definitions of custom resources, namespaces, objects outside the fence.
    Cluster,
}

/// What becomes of releases that hold data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataLoss {
    /// They stay.
    Keep,
    /// They go, with their data.
    Allow,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { timeout: Duration::from_mins(5), reach: Reach::Namespace, data_loss: DataLoss::Keep }
    }
}

/// Longer than any hook runs, and shorter than the next purge.
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24);

pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Defaults, Reported> {
    Ok(fields.optional("defaults", reader, read_defaults)?.unwrap_or_default())
}

fn read_defaults(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Defaults, Reported> {
    let mut fields = slot.fields(&schema::DEFAULTS, reader)?;
    let timeout = fields.optional("timeout", reader, read_timeout);
    let reach = fields.optional("reach", reader, |slot, reader| {
        slot.one_of(&[("namespace", Reach::Namespace), ("cluster", Reach::Cluster)], reader)
    });
    let data_loss = fields.optional("dataLoss", reader, |slot, reader| {
        slot.one_of(&[("keep", DataLoss::Keep), ("allow", DataLoss::Allow)], reader)
    });
    let built_in = Defaults::default();
    Ok(Defaults {
        timeout: timeout?.unwrap_or(built_in.timeout),
        reach: reach?.unwrap_or(built_in.reach),
        data_loss: data_loss?.unwrap_or(built_in.data_loss),
    })
}

/// Reads how long one release may take.
pub(crate) fn read_timeout(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Duration, Reported> {
    slot.duration(TIMEOUTS, reader)
}
