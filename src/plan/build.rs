//! From policies and the state of a cluster to a plan.

use std::collections::BTreeSet;

use super::decide::{Decider, Fences, names};
use super::model::{ClusterState, Filters, Plan, PlanEntry, Subject};
use super::reason::Reason;
use super::totals::PlanTotals;
use crate::inventory::{Contents, Listing};
use crate::options::Hooks;
use crate::policy::{Phase, Policy, SelectorMatch};
use crate::release::{Content, Dependents, Known, Namespace, Release, ReleaseId, Status};
use crate::shard::Shard;

/// Decides about every release in scope. The contents must be those of the releases that [`to_read`] names.
pub fn build(policies: &[Policy], facts: ClusterState<'_>, filters: &Filters) -> Plan {
    let cases = Decider::new(policies, facts, filters);
    let (mut tally, mut entries) = (PlanTotals::new(&cases), Vec::new());
    for (release, fences) in in_fences(&cases) {
        let release = with_chart(release, &facts);
        tally.count(&release, &fences);
        if is_asked_for(&release, filters) {
            entries.push(entry_of(release, &fences, &cases));
        }
    }
    put_in_order(&mut entries, facts.contents);
    keep_what_goes_last(&mut entries, facts.contents, filters.shard);
    let unreadable = facts.listing.unreadable.iter().filter(|entry| may_be_in_fence(&cases, entry.namespace.as_ref()));
    entries.extend(
        unreadable
            .map(|entry| PlanEntry::kept(Subject::Unreadable(entry.clone()), Reason::Unreadable(entry.why.clone()))),
    );
    let unlisted = facts.listing.unlisted.iter().filter(|entry| may_be_in_fence(&cases, Some(&entry.namespace)));
    entries.extend(
        unlisted.map(|entry| PlanEntry::kept(Subject::Unlisted(entry.clone()), Reason::NotListed(entry.why.clone()))),
    );
    // In place, so that many entries are not copied.
    entries.sort_unstable_by(|left, right| sort_key(&left.subject).cmp(&sort_key(&right.subject)));
    Plan {
        entries,
        keep_hits: tally.keep_hits(),
        opt_outs: tally.opt_outs(),
        managed_namespaces: facts.protection.argo.clone().unwrap_or_default(),
        remarks: remarks(&facts),
        in_fence: tally.releases,
        namespaces_in_fence: tally.namespaces.len(),
        namespaces_in_shard: tally.namespaces.iter().filter(|namespace| filters.shard_holds(namespace)).count(),
        seen: seen(facts.listing),
    }
}

/// The releases whose decision depends on what they hold: those that nothing else keeps, and those that an entry of
/// `keep` may name by their chart. The contents are not used.
pub fn to_read<'a>(policies: &[Policy], facts: ClusterState<'a>, filters: &Filters) -> Vec<&'a Release> {
    let cases = Decider::new(policies, facts, filters);
    let may_be_named = |release: &Release, fences: &Fences<'_>| {
        cases.keeps(fences).any(|(entry, _)| names(entry, release) == SelectorMatch::ChartUnknown)
    };
    let matters = |release: &&Release| {
        let fences = cases.fences(&release.id.namespace);
        if fences.is_empty() {
            return false;
        }
        let unread = Release { chart: Known::Unknown, ..(*release).clone() };
        (is_asked_for(&unread, filters) && cases.may_go(&unread, &fences)) || may_be_named(&unread, &fences)
    };
    facts.listing.releases.iter().filter(matters).collect()
}

/// The releases that are in the scope of a policy, or may be.
fn in_fences<'s, 'a>(cases: &'s Decider<'a>) -> impl Iterator<Item = (&'a Release, Fences<'a>)> + use<'s, 'a> {
    let releases = cases.facts.listing.releases.iter();
    let fenced = releases.map(|release| (release, cases.fences(&release.id.namespace)));
    fenced.filter(|(_, fences)| !fences.is_empty())
}

/// The release with the chart from its record, if that was read.
pub(super) fn with_chart(release: &Release, facts: &ClusterState<'_>) -> Release {
    let chart = facts.content(&release.id).map_or(Known::Unknown, |content| content.chart.clone());
    Release { chart, ..release.clone() }
}

pub(super) fn entry_of(release: Release, fences: &Fences<'_>, cases: &Decider<'_>) -> PlanEntry {
    let content = cases.facts.content(&release.id);
    let claims_stay = content.map(|content| content.claims_stay.clone()).unwrap_or_default();
    let defines_kinds = content.is_some_and(|content| !content.sweeping.is_empty());
    let (reasons, selected) = cases.decide(&release, fences);
    let is_kept = selected.is_some_and(|selected| selected.options.uninstall.keeps_history());
    let losses = content.filter(|_| is_kept).map(Content::losses).unwrap_or_default();
    let skips = selected.is_some_and(|selected| selected.options.uninstall.hooks == Hooks::Skip);
    let hooks_skipped = content.filter(|_| skips).and_then(|content| content.hooks.as_known().cloned());
    let hooks_skipped = hooks_skipped.unwrap_or_default();
    PlanEntry {
        subject: Subject::Release(release),
        reasons,
        selected,
        claims_stay,
        defines_kinds,
        losses,
        hooks_skipped,
    }
}

/// An entry without a legal namespace may be anywhere. The plan shows it, so that a person checks it.
fn may_be_in_fence(cases: &Decider<'_>, namespace: Option<&Namespace>) -> bool {
    let is_fenced = |namespace: &Namespace| !cases.fences(namespace).is_empty();
    match namespace {
        Some(namespace) => cases.filters.asks_for(namespace) && is_fenced(namespace),
        None => cases.filters.asks_for_homeless(),
    }
}

pub(super) fn is_asked_for(release: &Release, filters: &Filters) -> bool {
    let namespace = filters.asks_for(&release.id.namespace);
    let named = filters.only.is_empty() || filters.only.iter().any(|only| names(only, release) == SelectorMatch::Yes);
    namespace && named
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
            vec!["what Flux and Argo CD manage could not be looked at; of Flux only its labels were".to_owned()]
        }
        (flux, argo) => {
            let flux = flux
                .as_ref()
                .err()
                .map(|why| format!("Flux's HelmReleases could not be listed, only its labels were looked for: {why}"));
            let argo = argo.as_ref().err().map(|why| format!("Argo CD's Applications could not be listed: {why}"));
            flux.into_iter().chain(argo).collect()
        }
    }
}

/// The total that a percentage refers to. A kept history is not running, and would only make the share look smaller.
fn seen(listing: &Listing) -> usize {
    listing.releases.iter().filter(|release| release.status != Status::Uninstalled).count() + listing.unreadable.len()
}

/// An operator that is purged before its objects leaves them behind, because their finalizers wait for it for ever. So a
/// release that defines kinds is purged last if another purged release holds objects of them, whatever the policy says.
pub(super) fn put_in_order(entries: &mut [PlanEntry], contents: &Contents) {
    let usage =
        |id: &ReleaseId| contents.get(id).and_then(|content| content.as_ref().ok()).map(|content| &content.crd_usage);
    let going = entries.iter().filter(|entry| entry.selected.is_some()).filter_map(id);
    let going = going.filter_map(|id| Some((id, usage(id)?))).collect::<Vec<_>>();
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
pub(super) fn keep_what_goes_last(entries: &mut [PlanEntry], contents: &Contents, shard: Option<Shard>) {
    if shard.is_none_or(|shard| shard.of().get() == 1) {
        return;
    }
    for entry in entries {
        if entry.selected.is_some_and(|selected| selected.phase == Phase::Last)
            || (entry.selected.is_some() && defines(entry, contents))
        {
            entry.keep(Reason::AfterAllShards);
        }
    }
}

fn defines(entry: &PlanEntry, contents: &Contents) -> bool {
    let Subject::Release(release) = &entry.subject else { return false };
    let content = contents.get(&release.id).and_then(|content| content.as_ref().ok());
    let has_kinds =
        content.is_some_and(|content| matches!(&content.crd_usage.defines, Known::Is(kinds) if !kinds.is_empty()));
    has_kinds || entry.defines_kinds
}
