//! What of a cluster can be seen: all of it, or namespace by namespace what the fence takes in.

use crate::cluster::{InNamespace, LookError, Record, ReplacedRevisions};
use crate::inventory::Unlisted;
use crate::release::Namespace;

use super::MetadataInventory;

/// What could be seen.
pub(super) struct View {
    pub(super) records: Vec<Record>,
    /// Of each namespace of the fence that was looked at.
    pub(super) replaced: Vec<(Namespace, ReplacedRevisions)>,
    /// Those that refused.
    pub(super) unlisted: Vec<Unlisted>,
    /// From where a watch can go on, where everything was seen.
    pub(super) version: Option<String>,
}

/// Looks at everything where that is allowed; at the same time at what only the namespaces of the fence are asked.
pub(super) fn look(inventory: &MetadataInventory) -> Result<View, LookError> {
    let (records, fence) = std::thread::scope(|scope| {
        let fence = scope.spawn(|| {
            let namespaces = namespaces(inventory)?;
            let replaced = inventory.client.replaced_revisions(inventory.store, namespaces.clone());
            Ok((namespaces, replaced))
        });
        let records = inventory.client.records(inventory.store);
        let panicked = |_| Err(LookError::Failed("the look at the namespaces panicked".to_owned()));
        (records, fence.join().unwrap_or_else(panicked))
    });
    match (records, fence) {
        (Ok(list), Ok((_, replaced))) => {
            let (records, replaced, version) = (list.records, replaced?, Some(list.version));
            Ok(View { records, replaced, unlisted: Vec::new(), version })
        }
        (Ok(list), Err(LookError::Forbidden(_))) => {
            let namespaces = in_fence(inventory, namespaces_of(&list.records));
            let replaced = inventory.client.replaced_revisions(inventory.store, namespaces)?;
            Ok(View { records: list.records, replaced, unlisted: Vec::new(), version: Some(list.version) })
        }
        (Err(LookError::Forbidden(_)), Ok((namespaces, _))) => one_by_one(inventory, namespaces),
        (Err(LookError::Forbidden(why)), Err(LookError::Forbidden(_))) => {
            one_by_one(inventory, literal(inventory, &why)?)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
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
            Ok(View { records, replaced, unlisted, version: None })
        }
    }
}

fn namespaces(inventory: &MetadataInventory) -> Result<Vec<Namespace>, LookError> {
    if let Some(known) = inventory.namespaces.get() {
        return Ok(known.clone());
    }
    let namespaces = in_fence(inventory, inventory.client.namespaces()?);
    Ok(inventory.namespaces.get_or_init(|| namespaces).clone())
}

fn in_fence(inventory: &MetadataInventory, mut namespaces: Vec<Namespace>) -> Vec<Namespace> {
    namespaces.retain(|namespace| inventory.fence.matches(namespace).is_some());
    namespaces
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
