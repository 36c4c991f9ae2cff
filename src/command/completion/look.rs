//! Names that are looked up while somebody types: one or two requests for metadata, for a short time, and no word about
//! what went wrong.

use std::time::Duration;

use crate::cluster::{ApiError, QuickClient, Record, StorageDriver, context_names};
use crate::command::App;
use crate::completion::{Names, NamesAnswer, Typed};
use crate::journal::JournalLocation;
use crate::operation::record_store;
use crate::release::{Namespace, ReleaseName};
use crate::settings::{ConnectionOptions, EntryPoint};

/// All looks together take no longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The state of a release that was uninstalled with its history kept.
const UNINSTALLED: &str = "uninstalled";

/// Where to look.
pub(super) struct Looks<'a> {
    pub(super) wish: &'a ConnectionOptions,
    pub(super) typed: &'a Typed,
    pub(super) app: &'a App,
}

impl Looks<'_> {
    /// The names that there are; nothing where that could not be found out.
    pub(super) fn find(&self, names: Names, partial: &str) -> Option<NamesAnswer> {
        match names {
            Names::Contexts => Some(NamesAnswer::Whole(context_names(self.wish))),
            Names::Runs => Some(self.runs()),
            Names::Namespaces => Some(NamesAnswer::Whole(namespaces(&self.glance()?).ok()?)),
            Names::Releases => self.releases(partial),
            Names::UninstalledReleases => self.uninstalled(partial),
            Names::NamespacesAndReleases => match namespace_of(partial) {
                Some(namespace) => self.releases_in(&self.glance()?, namespace),
                None => Some(NamesAnswer::NamespacesOrMore(namespaces(&self.glance()?).ok()?)),
            },
        }
    }

    fn glance(&self) -> Option<QuickClient> {
        QuickClient::new(self.wish, self.app.interrupts.stop(), PATIENCE)
    }

    /// Of one namespace where it is clear which; else the namespaces, and of a single one its releases.
    fn releases(&self, partial: &str) -> Option<NamesAnswer> {
        let glance = self.glance()?;
        if let Some(namespace) = namespace_of(partial).or_else(|| self.namespace(&glance)) {
            return self.releases_in(&glance, namespace);
        }
        let mut fitting = match namespaces(&glance) {
            Ok(names) => names.into_iter().filter(|name| name.starts_with(partial)).collect::<Vec<_>>(),
            // Who may not list them most often has a namespace to work in.
            Err(ApiError::Forbidden(_)) => return self.releases_in(&glance, glance.default_namespace().parse().ok()?),
            Err(_) => return None,
        };
        if fitting.len() > 1 {
            return Some(NamesAnswer::NamespacesOfReleases(fitting));
        }
        let only = fitting.pop()?;
        match self.releases_in(&glance, only.parse().ok()?) {
            Some(NamesAnswer::Whole(releases)) if !releases.is_empty() => Some(NamesAnswer::Whole(releases)),
            _ => Some(NamesAnswer::NamespacesOfReleases(vec![only])),
        }
    }

    fn releases_in(&self, glance: &QuickClient, namespace: Namespace) -> Option<NamesAnswer> {
        let mut listed = glance.client().records_in(self.store()?, vec![namespace]).ok()?;
        let records = listed.pop()?.listed.ok()?;
        let is_there = |record: &&Record| record.status.as_deref() != Some(UNINSTALLED);
        Some(NamesAnswer::Whole(records.iter().filter(is_there).filter_map(name_of).collect()))
    }

    /// There are not many of them: all of the cluster at once, where that is allowed.
    fn uninstalled(&self, partial: &str) -> Option<NamesAnswer> {
        let (glance, store) = (self.glance()?, self.store()?);
        let in_namespace = |namespace: Namespace| {
            let mut listed = glance.client().uninstalled_records_in(store, vec![namespace]).ok()?;
            listed.pop()?.listed.ok()
        };
        let listed = match namespace_of(partial).or_else(|| self.namespace(&glance)) {
            Some(namespace) => in_namespace(namespace)?,
            None => match glance.client().uninstalled_records(store) {
                Err(ApiError::Forbidden(_)) => in_namespace(glance.default_namespace().parse().ok()?)?,
                listed => listed.ok()?,
            },
        };
        Some(NamesAnswer::Whole(listed.iter().filter_map(name_of).collect()))
    }

    /// Those on this machine, and those of pods; the newest first, as their names sort by time.
    fn runs(&self) -> NamesAnswer {
        let usual = self.app.environment.state_home.as_deref().map(JournalLocation::usual);
        let mut runs = usual.map(|place| place.runs()).unwrap_or_default();
        if !self.typed.local
            && let Some(glance) = self.glance()
        {
            let namespace = self.namespace(&glance).map(|namespace| namespace.to_string());
            let namespace = namespace.as_deref().unwrap_or(glance.default_namespace());
            runs.extend(glance.client().run_names(namespace).unwrap_or_default());
        }
        runs.sort_unstable_by(|left, right| right.cmp(left));
        NamesAnswer::InOrder(runs.iter().map(ToString::to_string).collect())
    }

    /// The namespace that was given. Helm keeps `-n` for itself and sets its variable in any case, so that one counts
    /// only where it says something else than the kubeconfig.
    fn namespace(&self, glance: &QuickClient) -> Option<Namespace> {
        let of_helm = self.app.environment.helm_namespace.as_deref();
        let is_helm = self.app.entry_point == EntryPoint::Helm;
        let of_helm = of_helm.filter(|name| is_helm && *name != glance.default_namespace());
        self.typed.namespace.as_deref().or(of_helm)?.parse().ok()
    }

    fn store(&self) -> Option<StorageDriver> {
        record_store(self.app.environment.helm_driver.as_deref()).ok()
    }
}

/// The namespace that is typed already, where a release of it is being typed.
fn namespace_of(partial: &str) -> Option<Namespace> {
    partial.split_once('/')?.0.parse().ok()
}

fn namespaces(glance: &QuickClient) -> Result<Vec<String>, ApiError> {
    let listed = glance.client().namespaces()?;
    Ok(listed.keys().map(ToString::to_string).collect())
}

/// Names that can be none are nothing that could be typed.
fn name_of(record: &Record) -> Option<String> {
    let namespace = record.namespace.parse::<Namespace>().ok()?;
    let name = record.release.as_deref()?.parse::<ReleaseName>().ok()?;
    Some(format!("{namespace}/{name}"))
}
