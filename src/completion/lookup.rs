//! Looks up names while the user types: one or two requests for metadata, for a short time, and without any message.

use std::time::Duration;

use super::candidates::{FoundNames, NameKind};
use super::line::LineContext;
use crate::cluster::{ApiError, QuickClient, RecordFilter, ReleaseRecord, StorageDriver, context_names};
use crate::inventory::record_store;
use crate::journal::JournalLocation;
use crate::release::{Namespace, ReleaseName};
use crate::settings::{ConnectionOptions, EntryPoint, Environment};
use crate::signal::CancelToken;

/// All requests together take no longer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The state of a release that was uninstalled with its history kept.
const UNINSTALLED: &str = "uninstalled";

/// Where names are looked up.
pub struct NameLookup<'a> {
    /// Which cluster.
    pub options: &'a ConnectionOptions,
    /// What else the line says.
    pub line: &'a LineContext,
    /// The environment.
    pub environment: &'a Environment,
    /// How this program was called.
    pub entry_point: EntryPoint,
    /// Ends the requests.
    pub cancel: &'a CancelToken,
}

impl NameLookup<'_> {
    /// The names that there are; none if they could not be found out.
    pub fn find(&self, names: NameKind, partial: &str) -> Option<FoundNames> {
        match names {
            NameKind::Contexts => Some(FoundNames::Whole(context_names(self.options))),
            NameKind::Runs => Some(self.runs()),
            NameKind::Namespaces => Some(FoundNames::Whole(namespaces(&self.client()?).ok()?)),
            NameKind::Releases => self.releases(partial),
            NameKind::UninstalledReleases => self.uninstalled(partial),
            NameKind::NamespacesAndReleases => match namespace_of(partial) {
                Some(namespace) => self.releases_in(&self.client()?, namespace),
                None => Some(FoundNames::NamespacesOrMore(namespaces(&self.client()?).ok()?)),
            },
        }
    }

    fn client(&self) -> Option<QuickClient> {
        QuickClient::new(self.options, self.cancel, TIMEOUT)
    }

    /// Releases of one namespace if it is clear which one; otherwise the namespaces, or the releases of the only one.
    fn releases(&self, partial: &str) -> Option<FoundNames> {
        let client = self.client()?;
        if let Some(namespace) = namespace_of(partial).or_else(|| self.namespace(&client)) {
            return self.releases_in(&client, namespace);
        }
        let mut fitting = match namespaces(&client) {
            Ok(names) => names.into_iter().filter(|name| name.starts_with(partial)).collect::<Vec<_>>(),
            // An account that may not list them usually has a namespace to work in.
            Err(ApiError::Forbidden(_)) => return self.releases_in(&client, client.default_namespace().parse().ok()?),
            Err(_) => return None,
        };
        if fitting.len() > 1 {
            return Some(FoundNames::NamespacesOfReleases(fitting));
        }
        let only = fitting.pop()?;
        match self.releases_in(&client, only.parse().ok()?) {
            Some(FoundNames::Whole(releases)) if !releases.is_empty() => Some(FoundNames::Whole(releases)),
            _ => Some(FoundNames::NamespacesOfReleases(vec![only])),
        }
    }

    fn releases_in(&self, client: &QuickClient, namespace: Namespace) -> Option<FoundNames> {
        let mut listed =
            client.client().records_in(self.store()?, vec![namespace], RecordFilter::NotSuperseded).ok()?;
        let records = listed.pop()?.1.ok()?;
        let is_there = |record: &&ReleaseRecord| record.status.as_deref() != Some(UNINSTALLED);
        Some(FoundNames::Whole(records.iter().filter(is_there).filter_map(name_of).collect()))
    }

    /// There are few of them, so one request lists those of the whole cluster if that is allowed.
    fn uninstalled(&self, partial: &str) -> Option<FoundNames> {
        let (client, store) = (self.client()?, self.store()?);
        let in_namespace = |namespace: Namespace| {
            let mut listed = client.client().records_in(store, vec![namespace], RecordFilter::Uninstalled).ok()?;
            listed.pop()?.1.ok()
        };
        let listed = match namespace_of(partial).or_else(|| self.namespace(&client)) {
            Some(namespace) => in_namespace(namespace)?,
            None => match client.client().records(store, None, RecordFilter::Uninstalled) {
                Err(ApiError::Forbidden(_)) => in_namespace(client.default_namespace().parse().ok()?)?,
                listed => listed.ok()?,
            },
        };
        Some(FoundNames::Whole(listed.iter().filter_map(name_of).collect()))
    }

    /// Runs on this machine and runs of pods, the newest first: their names sort by time.
    fn runs(&self) -> FoundNames {
        let usual = self.environment.state_home.as_deref().map(JournalLocation::usual);
        let mut runs = usual.map(|place| place.runs()).unwrap_or_default();
        if !self.line.local
            && let Some(client) = self.client()
        {
            let namespace = self.namespace(&client).map(|namespace| namespace.to_string());
            let namespace = namespace.as_deref().unwrap_or(client.default_namespace());
            runs.extend(client.client().journal_run_ids(namespace).unwrap_or_default());
        }
        runs.sort_unstable_by(|left, right| right.cmp(left));
        FoundNames::InOrder(runs.iter().map(ToString::to_string).collect())
    }

    /// The namespace that was given. Helm keeps `-n` for itself and always sets its variable, so the variable counts only
    /// if it differs from the kubeconfig.
    fn namespace(&self, client: &QuickClient) -> Option<Namespace> {
        let of_helm = self.environment.helm_namespace.as_deref();
        let is_helm = self.entry_point == EntryPoint::Helm;
        let of_helm = of_helm.filter(|name| is_helm && *name != client.default_namespace());
        self.line.namespace.as_deref().or(of_helm)?.parse().ok()
    }

    fn store(&self) -> Option<StorageDriver> {
        record_store(self.environment.helm_driver.as_deref()).ok()
    }
}

/// The namespace before the slash, if there is a slash.
fn namespace_of(partial: &str) -> Option<Namespace> {
    partial.split_once('/')?.0.parse().ok()
}

fn namespaces(client: &QuickClient) -> Result<Vec<String>, ApiError> {
    let listed = client.client().namespaces()?;
    Ok(listed.keys().map(ToString::to_string).collect())
}

/// A record with an illegal name has no name that can be typed.
fn name_of(record: &ReleaseRecord) -> Option<String> {
    let namespace = record.namespace.parse::<Namespace>().ok()?;
    let name = record.release.as_deref()?.parse::<ReleaseName>().ok()?;
    Some(format!("{namespace}/{name}"))
}
