//! From policies and facts to a plan.

use std::collections::BTreeSet;

use super::case::{Cases, Fences, names};
use super::decision::{Decision, Entry, KeepHits, KeepState, Kinds, Plan, Subject, Verdict, keep_state};
use super::facts::Facts;
use super::narrowing::Narrowing;
use super::opt_out::{OptOutNote, OptOutState};
use super::order::put_in_order;
use super::reason::{Reason, Source};
use super::shards::keep_what_goes_last;
use crate::inventory::{Listing, OptOut, Unlisted, Unreadable};
use crate::policy::{History, Hooks, KeepEntry, Policy, Requirement, SelectorMatch};
use crate::release::{Content, Known, Namespace, Release, Status};

/// Decides about every release of the fences. The facts' contents are those of the releases that [`to_read`] names.
pub fn build(policies: &[Policy], facts: Facts<'_>, narrowing: &Narrowing) -> Plan {
    let cases = Cases::new(policies, facts, narrowing);
    let in_fence = in_fences(&cases).map(|(release, fences)| (with_chart(release, &facts), fences)).collect::<Vec<_>>();
    let asked_for = in_fence.iter().filter(|(release, _)| is_asked_for(release, narrowing));
    let mut entries = asked_for.map(|(release, fences)| entry_of(release, fences, &cases)).collect::<Vec<_>>();
    put_in_order(&mut entries, facts.contents);
    keep_what_goes_last(&mut entries, facts.contents, narrowing.shard);
    let unreadable = facts.listing.unreadable.iter().filter(|entry| may_be_in_fence(&cases, entry.namespace.as_ref()));
    entries.extend(unreadable.map(unreadable_entry));
    let unlisted = facts.listing.unlisted.iter().filter(|entry| may_be_in_fence(&cases, Some(&entry.namespace)));
    entries.extend(unlisted.map(unlisted_entry));
    entries.sort_by(|left, right| sort_key(&left.subject).cmp(&sort_key(&right.subject)));
    let namespaces = in_fence.iter().map(|(release, _)| &release.id.namespace).collect::<BTreeSet<_>>();
    Plan {
        entries,
        keep_hits: keep_hits(&cases, &in_fence),
        opt_outs: opt_outs(&cases, &in_fence),
        managed_namespaces: facts.protection.argo.clone().unwrap_or_default(),
        remarks: remarks(&facts),
        in_fence: in_fence.len(),
        namespaces_in_fence: namespaces.len(),
        namespaces_in_shard: namespaces.into_iter().filter(|namespace| narrowing.shard_holds(namespace)).count(),
        seen: seen(facts.listing),
    }
}

/// The releases about which something depends on what they hold: those that nothing else keeps, and those that an
/// entry of `keep` may name by their chart. The facts' contents are not looked at.
pub fn to_read<'a>(policies: &[Policy], facts: Facts<'a>, narrowing: &Narrowing) -> Vec<&'a Release> {
    let cases = Cases::new(policies, facts, narrowing);
    let may_be_named = |release: &Release, fences: &Fences<'_>| {
        cases.keeps(fences).any(|(entry, _)| names(entry, release) == SelectorMatch::ChartUnknown)
    };
    let matters = |release: &&Release| {
        let fences = cases.fences(&release.id.namespace);
        if fences.is_empty() {
            return false;
        }
        let unread = Release { chart: Known::Unknown, ..(*release).clone() };
        (is_asked_for(&unread, narrowing) && cases.may_go(&unread, &fences)) || may_be_named(&unread, &fences)
    };
    facts.listing.releases.iter().filter(matters).collect()
}

/// The releases that are in a fence, or may be.
fn in_fences<'s, 'a>(cases: &'s Cases<'a>) -> impl Iterator<Item = (&'a Release, Fences<'a>)> + use<'s, 'a> {
    let releases = cases.facts.listing.releases.iter();
    let fenced = releases.map(|release| (release, cases.fences(&release.id.namespace)));
    fenced.filter(|(_, fences)| !fences.is_empty())
}

/// The chart is known of what was read, however the list was made.
pub(super) fn with_chart(release: &Release, facts: &Facts<'_>) -> Release {
    let content = facts.contents.get(&release.id).and_then(|content| content.as_ref().ok());
    let chart = content.map_or(Known::Unknown, |content| content.chart.clone());
    Release { chart, ..release.clone() }
}

pub(super) fn entry_of(release: &Release, fences: &Fences<'_>, cases: &Cases<'_>) -> Entry {
    let content = cases.facts.contents.get(&release.id).and_then(|content| content.as_ref().ok());
    let claims_stay = content.map(|content| content.claims_stay.clone()).unwrap_or_default();
    let defines = content.is_some_and(|content| !content.sweeping.is_empty());
    let kinds = if defines { Kinds::Defined } else { Kinds::None };
    let (decision, going) = cases.decide(release, fences);
    let is_kept = going.is_some_and(|going| going.handling.history == History::Keep);
    let losses = content.filter(|_| is_kept).map(Content::losses).unwrap_or_default();
    let skips = going.is_some_and(|going| going.handling.hooks == Hooks::Skip);
    let hooks_skipped = content.filter(|_| skips).and_then(|content| content.hooks.as_known().cloned());
    let hooks_skipped = hooks_skipped.unwrap_or_default();
    Entry { subject: Subject::Release(release.clone()), decision, going, claims_stay, kinds, losses, hooks_skipped }
}

/// An entry without a readable namespace may be anywhere; it is named, so that somebody looks at it.
fn may_be_in_fence(cases: &Cases<'_>, namespace: Option<&Namespace>) -> bool {
    let is_fenced = |namespace: &Namespace| !cases.fences(namespace).is_empty();
    match namespace {
        Some(namespace) => cases.narrowing.asks_for(namespace) && is_fenced(namespace),
        None => cases.narrowing.asks_for_homeless(),
    }
}

pub(super) fn is_asked_for(release: &Release, narrowing: &Narrowing) -> bool {
    let namespace = narrowing.asks_for(&release.id.namespace);
    let named =
        narrowing.only.is_empty() || narrowing.only.iter().any(|only| names(only, release) == SelectorMatch::Yes);
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

fn sort_key(subject: &Subject) -> (&str, &str) {
    (subject.namespace().map_or("", |namespace| namespace.as_str()), subject.name())
}

/// Over the whole fence of its policy, whatever was asked for: what an entry keeps does not depend on who looks.
fn keep_hits(cases: &Cases<'_>, in_fence: &[(Release, Fences<'_>)]) -> Vec<KeepHits> {
    let of_policy = |(index, policy): (usize, &Policy)| {
        let concerned = |fences: &Fences<'_>| fences.concern(index);
        let here = in_fence.iter().filter(|(_, fences)| concerned(fences)).map(|(release, _)| release);
        let here = here.collect::<Vec<_>>();
        let hits = |entry: &KeepEntry| KeepHits {
            state: keep_state(entry, cases.facts.now),
            requirement: entry.requirement(),
            ..hits_of(entry, Source::Policy(entry.place().clone()), &here)
        };
        policy.keep.iter().map(hits).collect::<Vec<_>>()
    };
    let everywhere = in_fence.iter().map(|(release, _)| release).collect::<Vec<_>>();
    let of_policies = cases.policies.iter().enumerate().flat_map(of_policy);
    let flags = cases.narrowing.keep.iter().map(|entry| hits_of(entry, Source::Flag("--keep"), &everywhere));
    of_policies.chain(flags).collect()
}

fn hits_of(entry: &KeepEntry, source: Source, releases: &[&Release]) -> KeepHits {
    let hits = releases.iter().filter(|release| names(entry, release) == SelectorMatch::Yes).count();
    let entry = entry.as_str().to_owned();
    KeepHits { entry, source, hits, state: KeepState::InForce, requirement: Requirement::Optional }
}

/// Those of the fence, long ones first: what nobody looks at any more lasts for ever.
fn opt_outs(cases: &Cases<'_>, in_fence: &[(Release, Fences<'_>)]) -> Vec<OptOutNote> {
    let mut notes = Vec::new();
    for read in cases.opt_outs() {
        let fences = cases.fences(&read.opt_out.namespace);
        let Some((_, policy)) = fences.inside.first().or(fences.unknown.first()) else { continue };
        let named = |release: &Release| release.id.namespace == read.opt_out.namespace && read.names(&release.id.name);
        let hits = in_fence.iter().filter(|(release, _)| named(release)).count();
        notes.push(read.note(policy, hits, cases.facts.now));
    }
    let by_label = in_fence.iter().filter_map(|(release, fences)| match OptOut::by_label(release) {
        Known::Is(Some(opt_out)) => Some((opt_out, fences)),
        _ => None,
    });
    for (opt_out, fences) in by_label {
        let policy = fences.inside.first().or(fences.unknown.first()).map(|(_, policy)| *policy);
        notes.extend(policy.map(|policy| super::opt_out::ReadOptOut::new(&opt_out).note(policy, 1, cases.facts.now)));
    }
    let rank = |state| match state {
        OptOutState::Long => 0,
        OptOutState::InForce => 1,
        OptOutState::Over => 2,
    };
    notes.sort_by(|left, right| (rank(left.state), &left.opt_out).cmp(&(rank(right.state), &right.opt_out)));
    notes
}

/// A controller's objects that may not be listed are no reason to keep: its releases carry its labels as well.
fn remarks(facts: &Facts<'_>) -> Vec<String> {
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
