//! From policies and the state of a cluster to a plan.

use std::collections::BTreeSet;

use super::decide::{Decider, PolicyScopes, names};
use super::model::{ClusterState, Filters, Plan, PlanEntry, Subject};
use super::reason::Reason;
use super::totals::PlanTotals;
use crate::inventory::Listing;
use crate::policy::{Phase, Policy, SelectorMatch};
use crate::release::{Content, Dependents, Known, Namespace, Release, ReleaseId, Status};
use crate::shard::Shard;
use crate::uninstall_options::Hooks;

/// Decides about every release in scope. The contents must be those of the releases that [`to_read`] names.
pub fn build(policies: &[Policy], facts: ClusterState<'_>, filters: &Filters) -> Plan {
    let decider = Decider::new(policies, facts, filters);
    let (mut totals, mut entries) = (PlanTotals::new(&decider), Vec::new());
    for (release, scopes) in releases_in_scope(&decider) {
        let release = with_chart(release, &facts);
        totals.count(&release, &scopes);
        if is_requested(&release, filters) {
            entries.push(entry_of(release, &scopes, &decider));
        }
    }
    for namespace in facts.listing.unreadable.iter().filter_map(|entry| entry.namespace.as_ref()) {
        totals.count_for_policies(&decider.scopes(namespace));
    }
    put_in_order(&mut entries, &facts);
    keep_what_goes_last(&mut entries, &facts, filters.shard);
    let unreadable =
        facts.listing.unreadable.iter().filter(|entry| may_be_in_scope(&decider, entry.namespace.as_ref()));
    entries.extend(
        unreadable
            .map(|entry| PlanEntry::kept(Subject::Unreadable(entry.clone()), Reason::Unreadable(entry.why.clone()))),
    );
    let unlisted = facts.listing.unlisted.iter().filter(|entry| may_be_in_scope(&decider, Some(&entry.namespace)));
    entries.extend(unlisted.map(|entry| {
        PlanEntry::kept(Subject::Unlisted(entry.clone()), Reason::NamespaceUnreadable(entry.why.clone()))
    }));
    // In place, so that many entries are not copied.
    entries.sort_unstable_by(|left, right| sort_key(&left.subject).cmp(&sort_key(&right.subject)));
    let (missing, unmatched) = totals.unmatched();
    Plan {
        entries,
        keep_hits: totals.keep_hits(),
        missing,
        unmatched,
        releases_with_unknown_labels: totals.unknown_labels,
        opt_outs: totals.opt_outs(),
        managed_namespaces: facts.protection.argo.clone().unwrap_or_default(),
        remarks: remarks(&facts),
        releases_in_scope: totals.releases,
        releases_of_policies: totals.releases_of_policies,
        namespaces_in_scope: totals.namespaces.len(),
        namespaces_in_shard: totals.namespaces.iter().filter(|namespace| filters.shard_holds(namespace)).count(),
        seen: seen(facts.listing),
    }
}

/// The releases whose decision depends on what they hold: those that nothing else keeps, and those that an entry of
/// `keep` may name by their chart. The contents are not used.
pub fn to_read<'a>(policies: &[Policy], facts: ClusterState<'a>, filters: &Filters) -> Vec<&'a Release> {
    let decider = Decider::new(policies, facts, filters);
    let may_be_named = |release: &Release, scopes: &PolicyScopes<'_>| {
        decider.keeps(scopes).any(|(entry, _)| names(entry, release) == SelectorMatch::ChartUnknown)
    };
    let matters = |release: &&Release| {
        let scopes = decider.scopes(&release.id.namespace);
        if scopes.is_empty() {
            return false;
        }
        let unread = Release { chart: Known::Unknown, ..(*release).clone() };
        (is_requested(&unread, filters) && decider.may_go(&unread, &scopes)) || may_be_named(&unread, &scopes)
    };
    facts.listing.releases.iter().filter(matters).collect()
}

/// The releases that are in the scope of a policy, or may be.
fn releases_in_scope<'s, 'a>(
    decider: &'s Decider<'a>,
) -> impl Iterator<Item = (&'a Release, PolicyScopes<'a>)> + use<'s, 'a> {
    let releases = decider.facts.listing.releases.iter();
    let with_scopes = releases.map(|release| (release, decider.scopes(&release.id.namespace)));
    with_scopes.filter(|(_, scopes)| !scopes.is_empty())
}

/// The release with the chart from its record, if that was read.
pub(super) fn with_chart(release: &Release, facts: &ClusterState<'_>) -> Release {
    let chart = facts.content(&release.id).map_or(Known::Unknown, |content| content.chart.clone());
    Release { chart, ..release.clone() }
}

pub(super) fn entry_of(release: Release, scopes: &PolicyScopes<'_>, decider: &Decider<'_>) -> PlanEntry {
    let content = decider.facts.content(&release.id);
    let claims_stay = content.map(|content| content.claims_stay.clone()).unwrap_or_default();
    let defines_kinds = content.is_some_and(|content| !content.sweeping.is_empty());
    let (reasons, selected) = decider.decide(&release, scopes);
    let uninstall = selected.as_ref().map(|selected| selected.options.uninstall);
    let is_kept = uninstall.is_some_and(|uninstall| uninstall.keeps_history());
    let losses = content.filter(|_| is_kept).map(Content::losses).unwrap_or_default();
    let skips = uninstall.is_some_and(|uninstall| uninstall.hooks == Hooks::Skip);
    let hooks_skipped = content.filter(|_| skips).and_then(|content| content.hooks.as_known().cloned());
    let hooks_skipped = hooks_skipped.unwrap_or_default();
    let subject = Subject::Release(release);
    PlanEntry { subject, reasons, selected, claims_stay, defines_kinds, losses, hooks_skipped }
}

/// An entry without a legal namespace may be anywhere. The plan shows it, so that a person checks it.
fn may_be_in_scope(decider: &Decider<'_>, namespace: Option<&Namespace>) -> bool {
    match namespace {
        Some(namespace) => decider.filters.includes(namespace) && !decider.scopes(namespace).is_empty(),
        None => decider.filters.includes_illegal_namespaces(),
    }
}

pub(super) fn is_requested(release: &Release, filters: &Filters) -> bool {
    let namespace = filters.includes(&release.id.namespace);
    let named =
        filters.requested.is_empty() || filters.requested.iter().any(|only| names(only, release) == SelectorMatch::Yes);
    let labelled = filters.selector.as_ref().is_none_or(|selector| selector.selects(release.labels.as_ref()));
    namespace && named && labelled
}

/// No two entries have the same key.
fn sort_key(subject: &Subject) -> (&str, &str, u8, &str) {
    let (rank, why) = match subject {
        Subject::Release(_) => (0, ""),
        Subject::Unreadable(entry) => (1, entry.why.as_str()),
        Subject::Unlisted(entry) => (2, entry.why.as_str()),
    };
    (subject.namespace().map_or("", Namespace::as_str), subject.name(), rank, why)
}

/// If a controller's objects cannot be listed, that is not a reason to keep, because its releases carry its labels too.
fn remarks(facts: &ClusterState<'_>) -> Vec<String> {
    match (&facts.protection.flux, &facts.protection.argo) {
        (Ok(_), Ok(_)) => Vec::new(),
        (Err(flux), Err(argo)) if flux == argo => {
            vec!["cannot list Flux HelmReleases or Argo CD Applications; Flux is detected by labels only".to_owned()]
        }
        (flux, argo) => {
            let flux = flux
                .as_ref()
                .err()
                .map(|why| format!("cannot list Flux HelmReleases; Flux is detected by labels only: {why}"));
            let argo = argo.as_ref().err().map(|why| format!("cannot list Argo CD Applications: {why}"));
            flux.into_iter().chain(argo).collect()
        }
    }
}

fn seen(listing: &Listing) -> usize {
    listing.releases.iter().filter(|release| release.status != Status::Uninstalled).count() + listing.unreadable.len()
}

/// An operator that is purged before its objects leaves them behind, because their finalizers wait for it forever. So a
/// release that defines kinds is purged last if another purged release holds objects of them, whatever the policy says.
pub(super) fn put_in_order(entries: &mut [PlanEntry], facts: &ClusterState<'_>) {
    let going = entries.iter().filter(|entry| entry.selected.is_some()).filter_map(id);
    let going = going.filter_map(|id| Some((id, &facts.content(id)?.crd_usage))).collect::<Vec<_>>();
    let users = Dependents::of(going.iter().copied());
    let needed = going.iter().filter(|(id, own)| users.need(id, own));
    let needed = needed.map(|(id, _)| (*id).clone()).collect::<BTreeSet<_>>();
    for entry in entries {
        if id(entry).is_some_and(|id| needed.contains(id))
            && let Some(selected) = &mut entry.selected
        {
            selected.phase = Phase::Last;
        }
    }
}

fn id(entry: &PlanEntry) -> Option<&ReleaseId> {
    entry.release().map(|release| &release.id)
}

/// A release of the last phase waits for everything else, and no shard waits for another. So a shard keeps such a release,
/// and every release that defines kinds, because other shards may hold objects of them. A run without shards purges it.
pub(super) fn keep_what_goes_last(entries: &mut [PlanEntry], facts: &ClusterState<'_>, shard: Option<Shard>) {
    if shard.is_none_or(|shard| shard.of().get() == 1) {
        return;
    }
    for entry in entries {
        if entry.selected.as_ref().is_some_and(|selected| selected.phase == Phase::Last)
            || (entry.selected.is_some() && defines(entry, facts))
        {
            entry.keep(Reason::AfterAllShards);
        }
    }
}

fn defines(entry: &PlanEntry, facts: &ClusterState<'_>) -> bool {
    let Subject::Release(release) = &entry.subject else { return false };
    let content = facts.content(&release.id);
    let has_kinds =
        content.is_some_and(|content| matches!(&content.crd_usage.defines, Known::Is(kinds) if !kinds.is_empty()));
    has_kinds || entry.defines_kinds
}
