//! What of a cluster can be seen: all of it, or namespace by namespace what the fence takes in.

use std::collections::BTreeMap;

use crate::cluster::{ApiError, InNamespace, NamespaceFacts, Record, SupersededNames, SupersededRevisions};
use crate::inventory::Unlisted;
use crate::parallel::join;
use crate::release::Namespace;

use super::MetadataInventory;
use super::doubt::doubtful_namespaces;

/// What could be seen.
pub(super) struct View {
    pub(super) records: Vec<Record>,
    /// Of each namespace of the fence that was looked at.
    pub(super) replaced: Vec<(Namespace, SupersededRevisions)>,
    /// Those that refused.
    pub(super) unlisted: Vec<Unlisted>,
    /// Those of the fence, where namespaces may be listed.
    pub(super) namespaces: Option<BTreeMap<Namespace, NamespaceFacts>>,
}

/// Looks at everything where that is allowed, with all three questions at the same time.
pub(super) fn look(inventory: &MetadataInventory) -> Result<View, ApiError> {
    let (client, store) = (&inventory.client, inventory.store);
    let with_names = || join(|| client.superseded_names(store), || client.records(store));
    let (namespaces, (names, records)) = join(|| namespaces(inventory), with_names);
    let panicked = || ApiError::Failed("a look at the cluster panicked".to_owned());
    let namespaces = namespaces.unwrap_or_else(|_| Err(panicked()));
    let names = names.unwrap_or_else(|_| Err(panicked()));
    match (records, namespaces) {
        (Ok(list), Ok(seen)) => {
            let view = everything(inventory, list, &names?, seen.keys().cloned().collect())?;
            Ok(View { namespaces: Some(seen), ..view })
        }
        (Ok(list), Err(ApiError::Forbidden(_))) => {
            let mut namespaces = namespaces_of(&list);
            namespaces.retain(|namespace| inventory.fence.matches(namespace).is_some());
            everything(inventory, list, &names?, namespaces)
        }
        (Err(ApiError::Forbidden(_)), Ok(seen)) => {
            let view = one_by_one(inventory, seen.keys().cloned().collect())?;
            Ok(View { namespaces: Some(seen), ..view })
        }
        (Err(ApiError::Forbidden(why)), Err(ApiError::Forbidden(_))) => {
            one_by_one(inventory, literal(inventory, &why)?)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Only where names leave a doubt, the namespaces are asked which of their revisions are replaced.
fn everything(
    inventory: &MetadataInventory,
    records: Vec<Record>,
    names: &SupersededNames,
    namespaces: Vec<Namespace>,
) -> Result<View, ApiError> {
    let doubtful = doubtful_namespaces(&records, names, namespaces);
    let replaced = inventory.client.superseded_revisions(inventory.store, doubtful)?;
    Ok(View { records, replaced, unlisted: Vec::new(), namespaces: None })
}

/// Namespace by namespace; all of them refusing is an error.
fn one_by_one(inventory: &MetadataInventory, fence: Vec<Namespace>) -> Result<View, ApiError> {
    let (mut records, mut seen, mut unlisted) = (Vec::new(), Vec::new(), Vec::new());
    for InNamespace { namespace, listed } in inventory.client.records_in(inventory.store, fence)? {
        match listed {
            Ok(listed) => {
                records.extend(listed);
                seen.push(namespace);
            }
            Err(ApiError::Forbidden(why)) => unlisted.push(Unlisted { namespace, why }),
            Err(error) => return Err(error),
        }
    }
    match unlisted.first() {
        Some(first) if seen.is_empty() => Err(ApiError::Forbidden(first.why.clone())),
        _ => {
            unlisted.sort();
            let replaced = inventory.client.superseded_revisions(inventory.store, seen)?;
            Ok(View { records, replaced, unlisted, namespaces: None })
        }
    }
}

/// Those of the fence.
fn namespaces(inventory: &MetadataInventory) -> Result<BTreeMap<Namespace, NamespaceFacts>, ApiError> {
    let mut seen = inventory.client.namespaces()?;
    seen.retain(|namespace, _| inventory.fence.matches(namespace).is_some());
    Ok(seen)
}

/// Without the right to list namespaces a glob stands for nothing that could be looked at.
fn literal(inventory: &MetadataInventory, why: &str) -> Result<Vec<Namespace>, ApiError> {
    let names = inventory.fence.patterns().iter().map(|pattern| {
        pattern.as_str().parse().map_err(|_| {
            let pattern = pattern.as_str();
            ApiError::Forbidden(format!("{why}; nor may namespaces be listed, to tell which ones `{pattern}` means"))
        })
    });
    names.collect()
}

fn namespaces_of(records: &[Record]) -> Vec<Namespace> {
    let mut names = records.iter().filter_map(|record| record.namespace.parse().ok()).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    names
}
