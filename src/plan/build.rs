//! From policy and listing to plan. *Keep always wins, and what is not known is kept.*

use super::decision::{Decision, Entry, KeepHits, Plan, Subject, Verdict};
use super::narrowing::Narrowing;
use super::reason::{Reason, Source};
use crate::inventory::{Listing, Unreadable};
use crate::policy::{KeepEntry, KeepMatch, Policy};
use crate::release::{Known, Release, Status};

/// Decides about every release of the fence.
pub fn build(policy: &Policy, listing: &Listing, narrowing: &Narrowing) -> Plan {
    let fence = |release: &&Release| policy.namespaces.matches(&release.id.namespace).is_some();
    let in_fence = listing.releases.iter().filter(fence).collect::<Vec<_>>();
    let asked_for = in_fence.iter().filter(|release| is_asked_for(release, narrowing));
    let mut entries = asked_for.map(|release| entry_of(release, policy, narrowing)).collect::<Vec<_>>();
    let unreadable = listing.unreadable.iter().filter(|entry| may_be_in_fence(entry, policy, narrowing));
    entries.extend(unreadable.map(unreadable_entry));
    entries.sort_by(|left, right| sort_key(&left.subject).cmp(&sort_key(&right.subject)));
    let keep_hits = keeps(policy, narrowing).map(|(entry, source)| hits(entry, source, &in_fence)).collect();
    Plan { entries, keep_hits, in_fence: in_fence.len(), seen: seen(listing) }
}

fn entry_of(release: &Release, policy: &Policy, narrowing: &Narrowing) -> Entry {
    Entry { subject: Subject::Release(release.clone()), decision: decide(release, policy, narrowing) }
}

/// Every entry that can keep a release, the policy's first.
fn keeps<'a>(policy: &'a Policy, narrowing: &'a Narrowing) -> impl Iterator<Item = (&'a KeepEntry, Source)> {
    let of_policy = policy.keep.iter().map(|entry| (entry, Source::Policy(entry.place().clone())));
    of_policy.chain(narrowing.keep.iter().map(|entry| (entry, Source::Flag("--keep"))))
}

/// The whole of the rule: any reason to keep is enough.
fn decide(release: &Release, policy: &Policy, narrowing: &Narrowing) -> Decision {
    let mut reasons = Vec::new();
    if narrowing.own_release.as_ref() == Some(&release.id) {
        reasons.push(Reason::OwnRelease);
    }
    reasons.extend(keeps(policy, narrowing).filter_map(|(entry, source)| reason_of(entry, source, release)));
    reasons.extend(reason_of_status(release.status));
    let said = reasons.iter().any(|reason| matches!(reason, Reason::PerhapsKept { .. }));
    if release.chart == Known::Unknown && !said {
        reasons.push(Reason::ChartUnknown);
    }
    if release.updated == Known::Unknown {
        reasons.push(Reason::AgeUnknown);
    }
    match policy.namespaces.matches(&release.id.namespace) {
        Some(fence) if reasons.is_empty() => {
            let source = Source::Policy(fence.place().clone());
            let reason = Reason::InFence { pattern: fence.as_str().to_owned(), source };
            Decision { verdict: Verdict::Purge, reasons: vec![reason] }
        }
        _ => Decision { verdict: Verdict::Keep, reasons },
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

/// Over the whole fence, whatever was asked for: what an entry keeps does not depend on who looks.
fn hits(entry: &KeepEntry, source: Source, in_fence: &[&Release]) -> KeepHits {
    let hits = in_fence.iter().filter(|release| names(entry, release) == KeepMatch::Yes).count();
    KeepHits { entry: entry.as_str().to_owned(), source, hits }
}

/// What a percentage is a percentage of. A kept history is not running and would only dilute it.
fn seen(listing: &Listing) -> usize {
    listing.releases.iter().filter(|release| release.status != Status::Uninstalled).count() + listing.unreadable.len()
}
