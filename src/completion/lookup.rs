//! Queries names while the user types: one or two requests for metadata, with a short timeout and without any message.

use std::time::Duration;

use super::{CompletionRequest, CompletionResponse, Directive, NameKind};
use crate::app::App;
use crate::cluster::{ApiError, QuickClient, RecordFilter, ReleaseRecord, StorageDriver, context_names};
use crate::inventory::record_store;
use crate::journal::JournalLocation;
use crate::release::{Namespace, ReleaseName};
use crate::settings::{ConnectionOptions, EntryPoint};

/// All requests together take no longer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The status of the newest record of a release that was uninstalled with `--keep-history`.
const UNINSTALLED: &str = "uninstalled";

/// What a query for names needs.
pub(crate) struct NameLookup<'a> {
    pub(crate) options: &'a ConnectionOptions,
    pub(crate) request: &'a CompletionRequest,
    pub(crate) app: &'a App,
}

impl NameLookup<'_> {
    /// None if the query failed.
    pub(crate) fn find(&self, names: NameKind) -> Option<CompletionResponse> {
        let partial = self.request.partial.as_str();
        let names = match names {
            NameKind::Runs => return Some(self.response(Directive::InOrder, self.runs())),
            NameKind::Releases => return self.releases(),
            NameKind::Contexts => context_names(self.options),
            NameKind::Namespaces => namespaces(&self.client()?).ok()?,
            NameKind::UninstalledReleases => self.uninstalled()?,
            NameKind::NamespacesAndReleases => {
                let client = self.client()?;
                let Some(namespace) = namespace_of(partial) else {
                    let namespaces = self.response(Directive::Prefixes, namespaces(&client).ok()?);
                    // A namespace that is whole already can only go on.
                    return Some(namespaces.with_slash(|name| name == partial));
                };
                self.releases_in(&client, namespace)?
            }
        };
        Some(self.sorted(names))
    }

    fn response(&self, directive: Directive, names: Vec<String>) -> CompletionResponse {
        CompletionResponse::of_names(directive, names, &self.request.partial, &self.request.context.values)
    }

    fn sorted(&self, mut names: Vec<String>) -> CompletionResponse {
        names.sort_unstable();
        self.response(Directive::Words, names)
    }

    fn client(&self) -> Option<QuickClient> {
        QuickClient::new(self.options, self.app.interrupts.stop(), TIMEOUT)
    }

    /// Releases of one namespace if it is clear which one; otherwise the namespaces, or the releases of the only one.
    fn releases(&self) -> Option<CompletionResponse> {
        let (client, partial) = (self.client()?, self.request.partial.as_str());
        let releases = |namespace| Some(self.sorted(self.releases_in(&client, namespace)?));
        if let Some(namespace) = namespace_of(partial).or_else(|| self.namespace(&client)) {
            return releases(namespace);
        }
        let fitting = match namespaces(&client) {
            Ok(names) => names.into_iter().filter(|name| name.starts_with(partial)).collect::<Vec<_>>(),
            // An account that cannot list them usually has a namespace to work in.
            Err(ApiError::Forbidden(_)) => return releases(client.default_namespace().parse().ok()?),
            Err(_) => return None,
        };
        if let [only] = fitting.as_slice()
            && let Some(releases) = self.releases_in(&client, only.parse().ok()?).filter(|found| !found.is_empty())
        {
            return Some(self.sorted(releases));
        }
        (!fitting.is_empty()).then(|| self.response(Directive::Prefixes, fitting).with_slash(|_| true))
    }

    fn releases_in(&self, client: &QuickClient, namespace: Namespace) -> Option<Vec<String>> {
        let records = records_in(client, self.store()?, namespace, RecordFilter::NotSuperseded)?;
        let exists = |record: &&ReleaseRecord| record.status.as_deref() != Some(UNINSTALLED);
        Some(records.iter().filter(exists).filter_map(name_of).collect())
    }

    /// There are few of them, so one request lists those of the whole cluster if that is allowed.
    fn uninstalled(&self) -> Option<Vec<String>> {
        let (client, store) = (self.client()?, self.store()?);
        let within = |namespace| records_in(&client, store, namespace, RecordFilter::Uninstalled);
        let listed = match namespace_of(&self.request.partial).or_else(|| self.namespace(&client)) {
            Some(namespace) => within(namespace)?,
            None => match client.client().records(store, None, RecordFilter::Uninstalled) {
                Err(ApiError::Forbidden(_)) => within(client.default_namespace().parse().ok()?)?,
                listed => listed.ok()?,
            },
        };
        Some(listed.iter().filter_map(name_of).collect())
    }

    /// Runs on this machine and runs of pods, the newest first: their names sort by time.
    fn runs(&self) -> Vec<String> {
        let usual = self.app.environment.state_home.as_deref().map(JournalLocation::usual);
        let mut runs = usual.map(|folder| folder.runs()).unwrap_or_default();
        if !self.request.context.local
            && let Some(client) = self.client()
        {
            let namespace = self.namespace(&client).map(|namespace| namespace.to_string());
            let namespace = namespace.as_deref().unwrap_or(client.default_namespace());
            runs.extend(client.client().journal_run_ids(namespace).unwrap_or_default());
        }
        runs.sort_unstable_by(|left, right| right.cmp(left));
        runs.iter().map(ToString::to_string).collect()
    }

    /// The namespace on the line. Helm keeps `-n` for itself and always sets its variable, so the variable counts only if it
    /// differs from the kubeconfig.
    fn namespace(&self, client: &QuickClient) -> Option<Namespace> {
        let is_helm = self.app.entry_point == EntryPoint::Helm;
        let of_helm = self.app.environment.helm_namespace.as_deref().filter(|name| !name.is_empty());
        let of_helm = of_helm.filter(|name| is_helm && *name != client.default_namespace());
        self.request.context.namespace.as_deref().or(of_helm)?.parse().ok()
    }

    fn store(&self) -> Option<StorageDriver> {
        record_store(self.app.environment.helm_driver.as_deref()).ok()
    }
}

fn records_in(
    client: &QuickClient,
    store: StorageDriver,
    namespace: Namespace,
    filter: RecordFilter,
) -> Option<Vec<ReleaseRecord>> {
    client.client().records_in(store, vec![namespace], filter).ok()?.pop()?.1.ok()
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
