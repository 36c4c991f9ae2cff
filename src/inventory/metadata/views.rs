//! What of a cluster can be seen: all of it, or namespace by namespace what the fence takes in.

use crate::cluster::{InNamespace, LookError, Record};
use crate::inventory::Unlisted;
use crate::release::Namespace;

use super::MetadataInventory;

/// What could be seen.
pub(super) struct View {
    pub(super) records: Vec<Record>,
    /// The namespaces of the fence that were looked at.
    pub(super) namespaces: Vec<Namespace>,
    /// Those that refused.
    pub(super) unlisted: Vec<Unlisted>,
    /// From where a watch can go on, where everything was seen.
    pub(super) version: Option<String>,
}

/// Looks at everything where that is allowed.
pub(super) fn look(inventory: &MetadataInventory) -> Result<View, LookError> {
    let (records, namespaces) = std::thread::scope(|scope| {
        let namespaces = scope.spawn(|| inventory.client.namespaces());
        let records = inventory.client.records(inventory.store);
        let panicked = |_| Err(LookError::Failed("the look at the namespaces panicked".to_owned()));
        (records, namespaces.join().unwrap_or_else(panicked))
    });
    match records {
        Ok(list) => {
            let namespaces = match namespaces {
                Ok(namespaces) => in_fence(inventory, namespaces),
                Err(LookError::Forbidden(_)) => in_fence(inventory, namespaces_of(&list.records)),
                Err(error) => return Err(error),
            };
            Ok(View { records: list.records, namespaces, unlisted: Vec::new(), version: Some(list.version) })
        }
        Err(LookError::Forbidden(why)) => one_by_one(inventory, namespaces, &why),
        Err(error) => Err(error),
    }
}

/// Namespace by namespace; all of them refusing is an error.
fn one_by_one(
    inventory: &MetadataInventory,
    namespaces: Result<Vec<Namespace>, LookError>,
    why: &str,
) -> Result<View, LookError> {
    let fence = match namespaces {
        Ok(namespaces) => in_fence(inventory, namespaces),
        Err(LookError::Forbidden(_)) => literal(inventory, why)?,
        Err(error) => return Err(error),
    };
    let mut view = View { records: Vec::new(), namespaces: Vec::new(), unlisted: Vec::new(), version: None };
    for InNamespace { namespace, listed } in inventory.client.records_in(inventory.store, fence)? {
        match listed {
            Ok(list) => {
                view.records.extend(list.records);
                view.namespaces.push(namespace);
            }
            Err(LookError::Forbidden(why)) => view.unlisted.push(Unlisted { namespace, why }),
            Err(error) => return Err(error),
        }
    }
    match view.unlisted.first() {
        Some(first) if view.namespaces.is_empty() => Err(LookError::Forbidden(first.why.clone())),
        _ => {
            view.unlisted.sort();
            Ok(view)
        }
    }
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
