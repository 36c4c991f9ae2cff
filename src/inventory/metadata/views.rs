//! What of a cluster can be seen: all of it, or namespace by namespace what the fence takes in.

use crate::cluster::{InNamespace, LookError, NamespaceList, Record, RecordList, ReplacedNames, ReplacedRevisions};
use crate::inventory::Unlisted;
use crate::release::Namespace;
use crate::side_by_side::beside;

use super::MetadataInventory;
use super::doubt::doubtful_namespaces;

/// What could be seen.
pub(super) struct View {
    pub(super) records: Vec<Record>,
    /// Of each namespace of the fence that was looked at.
    pub(super) replaced: Vec<(Namespace, ReplacedRevisions)>,
    /// Those that refused.
    pub(super) unlisted: Vec<Unlisted>,
    /// Those of the fence, where namespaces may be listed.
    pub(super) namespaces: Option<NamespaceList>,
    /// From where a watch can go on, where everything was seen.
    pub(super) version: Option<String>,
}

/// Looks at everything where that is allowed, with all three questions at the same time.
pub(super) fn look(inventory: &MetadataInventory) -> Result<View, LookError> {
    let (client, store) = (&inventory.client, inventory.store);
    let with_names = || beside(|| client.replaced_names(store), || client.records(store));
    let (namespaces, (names, records)) = beside(|| namespaces(inventory), with_names);
    let panicked = || LookError::Failed("a look at the cluster panicked".to_owned());
    let namespaces = namespaces.unwrap_or_else(|_| Err(panicked()));
    let names = names.unwrap_or_else(|_| Err(panicked()));
    match (records, namespaces) {
        (Ok(list), Ok(seen)) => {
            let view = everything(inventory, list, &names?, seen.namespaces.keys().cloned().collect())?;
            Ok(View { namespaces: Some(seen), ..view })
        }
        (Ok(list), Err(LookError::Forbidden(_))) => {
            let mut namespaces = namespaces_of(&list.records);
            namespaces.retain(|namespace| inventory.fence.matches(namespace).is_some());
            everything(inventory, list, &names?, namespaces)
        }
        (Err(LookError::Forbidden(_)), Ok(seen)) => {
            let view = one_by_one(inventory, seen.namespaces.keys().cloned().collect())?;
            Ok(View { namespaces: Some(seen), ..view })
        }
        (Err(LookError::Forbidden(why)), Err(LookError::Forbidden(_))) => {
            one_by_one(inventory, literal(inventory, &why)?)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Only where names leave a doubt, the namespaces are asked which of their revisions are replaced.
fn everything(
    inventory: &MetadataInventory,
    list: RecordList,
    names: &ReplacedNames,
    namespaces: Vec<Namespace>,
) -> Result<View, LookError> {
    let doubtful = doubtful_namespaces(&list.records, names, namespaces);
    let replaced = inventory.client.replaced_revisions(inventory.store, doubtful)?;
    Ok(View { records: list.records, replaced, unlisted: Vec::new(), namespaces: None, version: Some(list.version) })
}

/// Namespace by namespace; all of them refusing is an error.
fn one_by_one(inventory: &MetadataInventory, fence: Vec<Namespace>) -> Result<View, LookError> {
    let (mut records, mut seen, mut unlisted) = (Vec::new(), Vec::new(), Vec::new());
    for InNamespace { namespace, listed } in inventory.client.records_in(inventory.store, fence)? {
        match listed {
            Ok(list) => {
                records.extend(list.records);
                seen.push(namespace);
            }
            Err(LookError::Forbidden(why)) => unlisted.push(Unlisted { namespace, why }),
            Err(error) => return Err(error),
        }
    }
    match unlisted.first() {
        Some(first) if seen.is_empty() => Err(LookError::Forbidden(first.why.clone())),
        _ => {
            unlisted.sort();
            let replaced = inventory.client.replaced_revisions(inventory.store, seen)?;
            Ok(View { records, replaced, unlisted, namespaces: None, version: None })
        }
    }
}

/// Those of the fence.
fn namespaces(inventory: &MetadataInventory) -> Result<NamespaceList, LookError> {
    let mut seen = inventory.client.namespaces()?;
    seen.namespaces.retain(|namespace, _| inventory.fence.matches(namespace).is_some());
    Ok(seen)
}

/// Without the right to list namespaces a glob stands for nothing that could be looked at.
fn literal(inventory: &MetadataInventory, why: &str) -> Result<Vec<Namespace>, LookError> {
    let names = inventory.fence.patterns().iter().map(|pattern| {
        pattern.as_str().parse().map_err(|_| {
            let pattern = pattern.as_str();
            LookError::Forbidden(format!("{why}; nor may namespaces be listed, to tell which ones `{pattern}` means"))
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
