//! `defaults`, and the same keys in a rule: how a release is uninstalled.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::ErrorReported;

/// How a release is uninstalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handling {
    /// Helm's own bound for each hook of a release, and for each wait.
    pub timeout: Duration,
    /// Whether its hooks run.
    pub hooks: Hooks,
    /// Whether helm waits until its objects are gone.
    pub wait: Waiting,
    /// What becomes of what its objects own.
    pub cascade: Cascade,
    /// Whether releases go that reach beyond the fence.
    pub reach: Reach,
    /// Whether releases go that take volume claims along.
    pub data_loss: DataLoss,
    /// What becomes of its records.
    pub history: History,
}

/// What becomes of a release's hooks for its deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hooks {
    /// They run, as with any `helm uninstall`.
    Run,
    /// They are left out.
    Skip,
}

/// What helm waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Waiting {
    /// For nothing but hooks.
    No,
    /// Until all objects are gone; such a release has a helm of its own.
    ForObjects,
}

/// How Kubernetes deletes what the objects of a release own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cascade {
    /// After them.
    Background,
    /// Before them.
    Foreground,
    /// Not at all.
    Orphan,
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

/// What becomes of the records of a release that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum History {
    /// They go with it.
    Drop,
    /// The newest stays, so that the release can be restored.
    Keep,
}

impl Default for Handling {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(5),
            hooks: Hooks::Run,
            wait: Waiting::No,
            cascade: Cascade::Background,
            reach: Reach::Namespace,
            data_loss: DataLoss::Keep,
            history: History::Drop,
        }
    }
}

/// In helm's own words.
const CASCADES: &[(&str, Cascade)] =
    &[("background", Cascade::Background), ("foreground", Cascade::Foreground), ("orphan", Cascade::Orphan)];

/// Longer than any hook runs, and shorter than the next purge.
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24);

pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Handling, ErrorReported> {
    let built_in = Handling::default();
    let read = |slot: &Slot<'_>, reader: &mut Reader<'_>| {
        let mut fields = slot.fields(&schema::DEFAULTS, reader)?;
        let handling = read_over(&built_in, &mut fields, reader);
        fields.complete()?;
        handling
    };
    Ok(fields.optional("defaults", reader, read)?.unwrap_or(built_in))
}

/// Reads the keys that say how, over what holds where they are left out.
pub(super) fn read_over(
    over: &Handling,
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<Handling, ErrorReported> {
    let timeout = fields.optional("timeout", reader, read_timeout);
    let hooks = fields
        .optional("hooks", reader, |slot, reader| slot.one_of(&[("run", Hooks::Run), ("skip", Hooks::Skip)], reader));
    let wait = fields.optional("wait", reader, |slot, reader| slot.either(Waiting::ForObjects, Waiting::No, reader));
    let cascade = fields.optional("cascade", reader, |slot, reader| slot.one_of(CASCADES, reader));
    let reach = fields.optional("reach", reader, |slot, reader| {
        slot.one_of(&[("namespace", Reach::Namespace), ("cluster", Reach::Cluster)], reader)
    });
    let data_loss = fields.optional("dataLoss", reader, |slot, reader| {
        slot.one_of(&[("keep", DataLoss::Keep), ("allow", DataLoss::Allow)], reader)
    });
    let history =
        fields.optional("keepHistory", reader, |slot, reader| slot.either(History::Keep, History::Drop, reader));
    Ok(Handling {
        timeout: timeout?.unwrap_or(over.timeout),
        hooks: hooks?.unwrap_or(over.hooks),
        wait: wait?.unwrap_or(over.wait),
        cascade: cascade?.unwrap_or(over.cascade),
        reach: reach?.unwrap_or(over.reach),
        data_loss: data_loss?.unwrap_or(over.data_loss),
        history: history?.unwrap_or(over.history),
    })
}

/// Reads how long one release may take.
pub(crate) fn read_timeout(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Duration, ErrorReported> {
    slot.duration(TIMEOUTS, reader)
}
