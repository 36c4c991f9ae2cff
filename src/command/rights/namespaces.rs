//! Which namespaces a fence means: those that it names, and for globs those that there are.

use std::collections::BTreeMap;

use crate::cluster::{ApiError, Client, NamespaceFacts};
use crate::policy::{PolicyScope, PolicySet, ScopeMatch};
use crate::release::{Known, Namespace};

/// The namespaces of each policy's fence, in the policies' order.
///
/// # Errors
/// Where globs or labels have to be held against the namespaces of the cluster, and these cannot be listed.
pub(super) fn of_fences(
    policies: &PolicySet,
    client: impl FnOnce() -> Result<Client, ApiError>,
) -> Result<Vec<Vec<Namespace>>, ApiError> {
    if let Some(named) = policies.iter().map(|policy| named(&policy.namespaces)).collect::<Option<Vec<_>>>() {
        return Ok(named);
    }
    let there = client()?.namespaces()?;
    Ok(policies.iter().map(|policy| found(&policy.namespaces, &there)).collect())
}

/// All of them, where each is named in full and no label is asked for.
fn named(fence: &PolicyScope) -> Option<Vec<Namespace>> {
    let names = fence.patterns().iter().map(|pattern| pattern.as_str().parse().ok());
    let names = names.collect::<Option<Vec<_>>>();
    names.filter(|_| fence.selector().is_none())
}

fn found(fence: &PolicyScope, there: &BTreeMap<Namespace, NamespaceFacts>) -> Vec<Namespace> {
    let is_inside = |(namespace, facts): &(&Namespace, &NamespaceFacts)| {
        matches!(fence.holds(namespace, Known::Is(&facts.labels)), ScopeMatch::Inside(_))
    };
    there.iter().filter(is_inside).map(|(namespace, _)| namespace.clone()).collect()
}
