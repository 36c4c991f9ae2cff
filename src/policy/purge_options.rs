//! How releases are uninstalled: `defaults`, the same keys in a rule, `workers` and `retries`.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::decode::{Decoded, Field, SectionFields};
use crate::location::{Location, Spanned};
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

/// Whether releases that hold data are purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataLoss {
    Deny,
    /// They are purged, with their data.
    Allow,
}

impl BlastRadius {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BlastRadius::Namespace => "namespace",
            BlastRadius::Cluster => "cluster",
        }
    }
}

impl DataLoss {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            DataLoss::Deny => "deny",
            DataLoss::Allow => "allow",
        }
    }
}

impl Default for PurgeOptions {
    fn default() -> Self {
        Self { uninstall: UninstallOptions::default(), blast_radius: BlastRadius::Namespace, data_loss: DataLoss::Deny }
    }
}

/// The values that `defaults` or a rule writes. The smallest value is the most careful one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WrittenOptions {
    pub(crate) timeout: Option<Spanned<Duration>>,
    pub(crate) wait: Option<Spanned<Wait>>,
    pub(crate) cascade: Option<Spanned<Cascade>>,
    pub(crate) hooks: Option<Spanned<Hooks>>,
    pub(crate) history: Option<Spanned<History>>,
    pub(crate) blast_radius: Option<Spanned<BlastRadius>>,
    pub(crate) data_loss: Option<Spanned<DataLoss>>,
}

/// A value of an option of which the most careful value wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CarefulValue {
    pub(crate) key: &'static str,
    pub(crate) word: &'static str,
    /// The smallest is the most careful.
    pub(super) rank: u8,
}

impl CarefulValue {
    pub(super) const KEYS: [&'static str; 4] = ["dataLoss", "reach", "hooks", "keepHistory"];

    pub(super) fn of(key: &'static str, options: PurgeOptions) -> Self {
        let (word, rank) = match key {
            "dataLoss" => (options.data_loss.as_str(), options.data_loss as u8),
            "reach" => (options.blast_radius.as_str(), options.blast_radius as u8),
            "hooks" => (options.uninstall.hooks.as_str(), options.uninstall.hooks as u8),
            _ if options.uninstall.keeps_history() => ("true", 0),
            _ => ("false", 1),
        };
        Self { key, word, rank }
    }
}

impl WrittenOptions {
    /// Where one of [`CarefulValue::KEYS`] is written.
    pub(super) fn place(&self, key: &str) -> Option<&Location> {
        match key {
            "dataLoss" => self.data_loss.as_ref().map(|written| &written.place),
            "reach" => self.blast_radius.as_ref().map(|written| &written.place),
            "hooks" => self.hooks.as_ref().map(|written| &written.place),
            _ => self.history.as_ref().map(|written| &written.place),
        }
    }

    /// Reads the same keys, of `defaults` or of a rule.
    pub(super) fn read(fields: &SectionFields<'_>) -> Self {
        let deny = |word: &str| (word == "keep").then(|| "did you mean `deny`?".to_owned());
        let cascades = [Cascade::Background, Cascade::Foreground, Cascade::Orphan];
        Self {
            timeout: spanned(fields, "timeout", Field::duration),
            wait: spanned(fields, "wait", |field| field.boolean(Wait::Objects, Wait::Hooks)),
            cascade: spanned(fields, "cascade", |field| field.choice(&cascades)),
            hooks: spanned(fields, "hooks", |field| field.choice(&[Hooks::Run, Hooks::Skip])),
            history: spanned(fields, "keepHistory", |field| field.boolean(History::Keep(0), History::Drop)),
            blast_radius: spanned(fields, "blastRadius", |field| {
                field.choice(&[BlastRadius::Namespace, BlastRadius::Cluster])
            }),
            data_loss: spanned(fields, "dataLoss", |field| field.choice_or(&[DataLoss::Deny, DataLoss::Allow], deny)),
        }
    }

    /// Reads `defaults`.
    pub(super) fn read_defaults(field: &Field<'_>) -> Decoded<Self> {
        let fields = field.section()?;
        let options = Self::read(&fields);
        fields.complete().map(|()| options)
    }

    /// These values, and those of `base` for keys that are left out.
    pub(super) fn over(&self, base: PurgeOptions) -> PurgeOptions {
        let uninstall = UninstallOptions {
            timeout: value_or(self.timeout.as_ref(), base.uninstall.timeout),
            hooks: value_or(self.hooks.as_ref(), base.uninstall.hooks),
            wait: value_or(self.wait.as_ref(), base.uninstall.wait),
            cascade: value_or(self.cascade.as_ref(), base.uninstall.cascade),
            history: value_or(self.history.as_ref(), base.uninstall.history),
        };
        let blast_radius = value_or(self.blast_radius.as_ref(), base.blast_radius);
        PurgeOptions { uninstall, blast_radius, data_loss: value_or(self.data_loss.as_ref(), base.data_loss) }
    }
}

fn spanned<'d, T>(
    fields: &SectionFields<'d>,
    key: &'static str,
    read: impl FnOnce(&Field<'d>) -> Decoded<T>,
) -> Option<Spanned<T>> {
    fields.given(key, |field| field.spanned(read))
}

fn value_or<T: Copy>(written: Option<&Spanned<T>>, otherwise: T) -> T {
    written.map_or(otherwise, |written| written.value)
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
