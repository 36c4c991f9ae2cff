//! From policy and listing to plan. *Keep always wins, and what is not known is kept.*

use std::collections::BTreeMap;

use super::decision::{Decision, Entry, KeepHits, Plan, Reason, Source, Subject, Verdict};
use super::narrowing::Narrowing;
use crate::inventory::{Listing, Unreadable};
use crate::policy::{KeepEntry, KeepMatch, Policy};
use crate::release::{Known, Release, Status};

/// Decides about every release of the fence.
pub fn build(policy: &Policy, listing: &Listing, narrowing: &Narrowing) -> Plan {
    let mut entries = Vec::new();
    let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
    for release in &listing.releases {
        let Some(fence) = policy.namespaces.matches(&release.id.namespace) else { continue };
        for (index, _) in policy.keep.iter().enumerate().filter(|(_, keep)| names(keep, release) == KeepMatch::Yes) {
            *hits.entry(index).or_default() += 1;
        }
        if is_asked_for(release, narrowing) {
            let reason =
                Reason::InFence { pattern: fence.as_str().to_owned(), source: Source::Policy(fence.place().clone()) };
            let decision = decide(release, reason, policy, narrowing);
            entries.push(Entry { subject: Subject::Release(release.clone()), decision });
        }
    }
    let unreadable = listing.unreadable.iter().filter(|entry| may_be_in_fence(entry, policy, narrowing));
    entries.extend(unreadable.map(unreadable_entry));
    entries.sort_by(|left, right| sort_key(&left.subject).cmp(&sort_key(&right.subject)));
    Plan { entries, keep_hits: keep_hits(policy, &hits), seen: seen(listing) }
}

/// The whole of the rule: any reason to keep is enough.
fn decide(release: &Release, in_fence: Reason, policy: &Policy, narrowing: &Narrowing) -> Decision {
    let mut reasons = Vec::new();
    if narrowing.own_release.as_ref() == Some(&release.id) {
        reasons.push(Reason::OwnRelease);
    }
    let of_policy = policy.keep.iter().map(|entry| (entry, Source::Policy(entry.place().clone())));
    let of_flags = narrowing.keep.iter().map(|entry| (entry, Source::Flag("--keep")));
    reasons.extend(of_policy.chain(of_flags).filter_map(|(entry, source)| reason_of(entry, source, release)));
    reasons.extend(reason_of_status(release.status));
    let said = reasons.iter().any(|reason| matches!(reason, Reason::PerhapsKept { .. }));
    if release.chart == Known::Unknown && !said {
        reasons.push(Reason::ChartUnknown);
    }
    if release.updated == Known::Unknown {
        reasons.push(Reason::AgeUnknown);
    }
    if reasons.is_empty() {
        Decision { verdict: Verdict::Purge, reasons: vec![in_fence] }
    } else {
        Decision { verdict: Verdict::Keep, reasons }
    }
}

fn names(entry: &KeepEntry, release: &Release) -> KeepMatch {
    entry.matches(&release.id.namespace, &release.id.name, release.chart.as_ref())
}

fn reason_of(entry: &KeepEntry, source: Source, release: &Release) -> Option<Reason> {
    let text = entry.as_str().to_owned();
    match names(entry, release) {
        KeepMatch::Yes => Some(Reason::Kept { entry: text, because: entry.reason().map(str::to_owned), source }),
        KeepMatch::ChartUnknown => Some(Reason::PerhapsKept { entry: text, source }),
        KeepMatch::No => None,
    }
}

/// A plain uninstall of an `uninstalled` release would remove the history that somebody kept on purpose.
fn reason_of_status(status: Status) -> Option<Reason> {
    match status {
        Status::Deployed | Status::Failed | Status::Superseded | Status::Uninstalling => None,
        Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback => Some(Reason::Pending(status)),
        Status::Uninstalled => Some(Reason::HistoryKept),
        Status::Unknown => Some(Reason::StatusUnknown),
    }
}

fn is_asked_for(release: &Release, narrowing: &Narrowing) -> bool {
    let namespace = narrowing.namespace.as_ref().is_none_or(|only| *only == release.id.namespace);
    let named = narrowing.only.is_empty() || narrowing.only.iter().any(|only| names(only, release) == KeepMatch::Yes);
    namespace && named
}

/// An entry without a readable namespace may be anywhere; it is named, so that somebody looks at it.
fn may_be_in_fence(entry: &Unreadable, policy: &Policy, narrowing: &Narrowing) -> bool {
    match (&entry.namespace, &narrowing.namespace) {
        (Some(namespace), None) => policy.namespaces.matches(namespace).is_some(),
        (Some(namespace), Some(only)) => namespace == only && policy.namespaces.matches(namespace).is_some(),
        (None, only) => only.is_none(),
    }
}

fn unreadable_entry(entry: &Unreadable) -> Entry {
    let reasons = vec![Reason::Unreadable(entry.why.clone())];
    Entry { subject: Subject::Unreadable(entry.clone()), decision: Decision { verdict: Verdict::Keep, reasons } }
}

fn sort_key(subject: &Subject) -> (&str, &str) {
    (subject.namespace().map_or("", |namespace| namespace.as_str()), subject.name())
}

fn keep_hits(policy: &Policy, hits: &BTreeMap<usize, usize>) -> Vec<KeepHits> {
    let hits_of = |(index, entry): (usize, &KeepEntry)| KeepHits {
        entry: entry.as_str().to_owned(),
        source: Source::Policy(entry.place().clone()),
        hits: hits.get(&index).copied().unwrap_or_default(),
    };
    policy.keep.iter().enumerate().map(hits_of).collect()
}

/// What a percentage is a percentage of. A kept history is not running and would only dilute it.
fn seen(listing: &Listing) -> usize {
    listing.releases.iter().filter(|release| release.status != Status::Uninstalled).count() + listing.unreadable.len()
}
