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
}

impl Default for Defaults {
    fn default() -> Self {
        Self { timeout: Duration::from_mins(5) }
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
    let built_in = Defaults::default();
    Ok(Defaults { timeout: timeout?.unwrap_or(built_in.timeout) })
}

/// Reads how long one release may take.
pub(crate) fn read_timeout(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Duration, Reported> {
    slot.duration(TIMEOUTS, reader)
}
