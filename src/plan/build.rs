//! From policies and facts to a plan.

use super::case::{Decider, Fences, names};
use super::decision::{Decision, Entry, Kinds, Plan, Subject, Verdict};
use super::facts::ClusterState;
use super::filters::Filters;
use super::order::put_in_order;
use super::reason::Reason;
use super::shards::keep_what_goes_last;
use super::tally::PlanTotals;
use crate::inventory::{Listing, Unlisted, Unreadable};
use crate::options::Hooks;
use crate::policy::{Policy, SelectorMatch};
use crate::release::{Content, Known, Namespace, Release, Status};

/// Decides about every release of the fences. The facts' contents are those of the releases that [`to_read`] names.
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
    entries.extend(unreadable.map(unreadable_entry));
    let unlisted = facts.listing.unlisted.iter().filter(|entry| may_be_in_fence(&cases, Some(&entry.namespace)));
    entries.extend(unlisted.map(unlisted_entry));
    // In place: of many entries there should not be another copy.
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

/// The releases about which something depends on what they hold: those that nothing else keeps, and those that an
/// entry of `keep` may name by their chart. The facts' contents are not looked at.
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

/// The releases that are in a fence, or may be.
fn in_fences<'s, 'a>(cases: &'s Decider<'a>) -> impl Iterator<Item = (&'a Release, Fences<'a>)> + use<'s, 'a> {
    let releases = cases.facts.listing.releases.iter();
    let fenced = releases.map(|release| (release, cases.fences(&release.id.namespace)));
    fenced.filter(|(_, fences)| !fences.is_empty())
}

/// The chart is known of what was read, however the list was made.
pub(super) fn with_chart(release: &Release, facts: &ClusterState<'_>) -> Release {
    let content = facts.contents.get(&release.id).and_then(|content| content.as_ref().ok());
    let chart = content.map_or(Known::Unknown, |content| content.chart.clone());
    Release { chart, ..release.clone() }
}

pub(super) fn entry_of(release: Release, fences: &Fences<'_>, cases: &Decider<'_>) -> Entry {
    let content = cases.facts.contents.get(&release.id).and_then(|content| content.as_ref().ok());
    let claims_stay = content.map(|content| content.claims_stay.clone()).unwrap_or_default();
    let defines = content.is_some_and(|content| !content.sweeping.is_empty());
    let kinds = if defines { Kinds::Defined } else { Kinds::None };
    let (decision, going) = cases.decide(&release, fences);
    let is_kept = going.is_some_and(|going| going.options.uninstall.keeps_history());
    let losses = content.filter(|_| is_kept).map(Content::losses).unwrap_or_default();
    let skips = going.is_some_and(|going| going.options.uninstall.hooks == Hooks::Skip);
    let hooks_skipped = content.filter(|_| skips).and_then(|content| content.hooks.as_known().cloned());
    let hooks_skipped = hooks_skipped.unwrap_or_default();
    Entry { subject: Subject::Release(release), decision, going, claims_stay, kinds, losses, hooks_skipped }
}

/// An entry without a readable namespace may be anywhere; it is named, so that somebody looks at it.
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

fn unreadable_entry(entry: &Unreadable) -> Entry {
    let reasons = vec![Reason::Unreadable(entry.why.clone())];
    kept(Subject::Unreadable(entry.clone()), reasons)
}

fn unlisted_entry(entry: &Unlisted) -> Entry {
    kept(Subject::Unlisted(entry.clone()), vec![Reason::NotListed(entry.why.clone())])
}

fn kept(subject: Subject, reasons: Vec<Reason>) -> Entry {
    let decision = Decision { verdict: Verdict::Keep, reasons };
    Entry {
        subject,
        decision,
        going: None,
        claims_stay: Vec::new(),
        kinds: Kinds::None,
        losses: Vec::new(),
        hooks_skipped: Vec::new(),
    }
}

/// No two entries are alike in all of it.
fn sort_key(subject: &Subject) -> (&str, &str, u8, &str) {
    let (rank, why) = match subject {
        Subject::Release(_) => (0, ""),
        Subject::Unreadable(entry) => (1, entry.why.as_str()),
        Subject::Unlisted(entry) => (2, entry.why.as_str()),
    };
    (subject.namespace().map_or("", Namespace::as_str), subject.name(), rank, why)
}

/// A controller's objects that may not be listed are no reason to keep: its releases carry its labels as well.
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

/// What a percentage is a percentage of. A kept history is not running and would only dilute it.
fn seen(listing: &Listing) -> usize {
    listing.releases.iter().filter(|release| release.status != Status::Uninstalled).count() + listing.unreadable.len()
}
