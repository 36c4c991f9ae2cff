//! From policy and listing to plan. *Keep always wins, and what is not known is kept.*

use super::content::reasons_of_content;
use super::decision::{Decision, Entry, KeepHits, Kinds, Plan, Subject, Verdict};
use super::narrowing::Narrowing;
use super::reason::{Reason, Source};
use crate::inventory::{Contents, Listing, Unlisted, Unreadable};
use crate::policy::{KeepEntry, KeepMatch, Policy};
use crate::release::{Known, Namespace, Release, Status};

/// Decides about every release of the fence. `contents` are those of the releases that [`to_read`] names.
pub fn build(policy: &Policy, listing: &Listing, contents: &Contents, narrowing: &Narrowing) -> Plan {
    let case = Case { policy, contents, narrowing };
    let fence = |release: &&Release| policy.namespaces.matches(&release.id.namespace).is_some();
    let in_fence = listing.releases.iter().filter(fence).map(|release| case.with_chart(release)).collect::<Vec<_>>();
    let keep_hits = keeps(policy, narrowing).map(|(entry, source)| hits(entry, source, &in_fence)).collect();
    let mut plan = Plan { entries: Vec::new(), keep_hits, in_fence: in_fence.len(), seen: seen(listing) };
    let asked_for = in_fence.into_iter().filter(|release| is_asked_for(release, narrowing));
    plan.entries.extend(asked_for.map(|release| case.entry_of(release)));
    let unreadable = listing.unreadable.iter().filter(|entry| case.may_be_in_fence(entry.namespace.as_ref()));
    plan.entries.extend(unreadable.map(unreadable_entry));
    let unlisted = listing.unlisted.iter().filter(|entry| case.may_be_in_fence(Some(&entry.namespace)));
    plan.entries.extend(unlisted.map(unlisted_entry));
    plan.entries.sort_by(|left, right| sort_key(&left.subject).cmp(&sort_key(&right.subject)));
    plan
}

/// The releases about which something depends on what they hold: those that nothing else keeps, and those that an
/// entry of `keep` may name by their chart.
pub fn to_read<'a>(policy: &Policy, listing: &'a Listing, narrowing: &Narrowing) -> Vec<&'a Release> {
    let may_go = |release: &Release| {
        is_asked_for(release, narrowing) && decide_unread(release, policy, narrowing).next().is_none()
    };
    let may_be_named =
        |release: &Release| keeps(policy, narrowing).any(|(entry, _)| names(entry, release) == KeepMatch::ChartUnknown);
    let in_fence = listing.releases.iter().filter(|release| policy.namespaces.matches(&release.id.namespace).is_some());
    let unread = |release: &Release| Release { chart: Known::Unknown, ..release.clone() };
    in_fence.filter(|release| may_go(&unread(release)) || may_be_named(&unread(release))).collect()
}

/// What every decision of a plan is made from.
struct Case<'a> {
    policy: &'a Policy,
    contents: &'a Contents,
    narrowing: &'a Narrowing,
}

impl Case<'_> {
    /// The chart is known of what was read, however the list was made.
    fn with_chart(&self, release: &Release) -> Release {
        let content = self.contents.get(&release.id).and_then(|content| content.as_ref().ok());
        let chart = content.map_or(Known::Unknown, |content| content.chart.clone());
        Release { chart, ..release.clone() }
    }

    fn entry_of(&self, release: Release) -> Entry {
        let content = self.contents.get(&release.id).and_then(|content| content.as_ref().ok());
        let claims_stay = content.map(|content| content.claims_stay.clone()).unwrap_or_default();
        let defines = content.is_some_and(|content| !content.sweeping.is_empty());
        let decision = self.decide(&release);
        let kinds = if defines { Kinds::Defined } else { Kinds::None };
        Entry { subject: Subject::Release(release), decision, claims_stay, kinds }
    }

    /// The whole of the rule: any reason to keep is enough.
    fn decide(&self, release: &Release) -> Decision {
        let mut reasons = decide_unread(release, self.policy, self.narrowing).collect::<Vec<_>>();
        match self.contents.get(&release.id) {
            Some(Err(why)) => reasons.push(Reason::Unreadable(why.clone())),
            Some(Ok(content)) if reasons.is_empty() => reasons.extend(reasons_of_content(content, self.policy)),
            None if reasons.is_empty() => reasons.push(Reason::Unreadable("its record was not read".to_owned())),
            _ => {}
        }
        match self.policy.namespaces.matches(&release.id.namespace) {
            Some(fence) if reasons.is_empty() => {
                let source = Source::Policy(fence.place().clone());
                let reason = Reason::InFence { pattern: fence.as_str().to_owned(), source };
                Decision { verdict: Verdict::Purge, reasons: vec![reason] }
            }
            _ => Decision { verdict: Verdict::Keep, reasons },
        }
    }

    /// An entry without a readable namespace may be anywhere; it is named, so that somebody looks at it.
    fn may_be_in_fence(&self, namespace: Option<&Namespace>) -> bool {
        match (namespace, &self.narrowing.namespace) {
            (Some(namespace), None) => self.policy.namespaces.matches(namespace).is_some(),
            (Some(namespace), Some(only)) => namespace == only && self.policy.namespaces.matches(namespace).is_some(),
            (None, only) => only.is_none(),
        }
    }
}

/// Every reason to keep a release that does not take a look into its record.
fn decide_unread<'a>(
    release: &'a Release,
    policy: &'a Policy,
    narrowing: &'a Narrowing,
) -> impl Iterator<Item = Reason> + 'a {
    let own = (narrowing.own_release.as_ref() == Some(&release.id)).then_some(Reason::OwnRelease);
    let kept = keeps(policy, narrowing).filter_map(|(entry, source)| reason_of(entry, source, release));
    let age = (release.updated == Known::Unknown).then_some(Reason::AgeUnknown);
    own.into_iter().chain(kept).chain(reason_of_status(release.status)).chain(age)
}

/// Every entry that can keep a release, the policy's first.
fn keeps<'a>(policy: &'a Policy, narrowing: &'a Narrowing) -> impl Iterator<Item = (&'a KeepEntry, Source)> {
    let of_policy = policy.keep.iter().map(|entry| (entry, Source::Policy(entry.place().clone())));
    of_policy.chain(narrowing.keep.iter().map(|entry| (entry, Source::Flag("--keep"))))
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

fn unreadable_entry(entry: &Unreadable) -> Entry {
    let reasons = vec![Reason::Unreadable(entry.why.clone())];
    kept(Subject::Unreadable(entry.clone()), reasons)
}

fn unlisted_entry(entry: &Unlisted) -> Entry {
    kept(Subject::Unlisted(entry.clone()), vec![Reason::NotListed(entry.why.clone())])
}

fn kept(subject: Subject, reasons: Vec<Reason>) -> Entry {
    Entry {
        subject,
        decision: Decision { verdict: Verdict::Keep, reasons },
        claims_stay: Vec::new(),
        kinds: Kinds::None,
    }
}

fn sort_key(subject: &Subject) -> (&str, &str) {
    (subject.namespace().map_or("", |namespace| namespace.as_str()), subject.name())
}

/// Over the whole fence, whatever was asked for: what an entry keeps does not depend on who looks.
fn hits(entry: &KeepEntry, source: Source, in_fence: &[Release]) -> KeepHits {
    let hits = in_fence.iter().filter(|release| names(entry, release) == KeepMatch::Yes).count();
    KeepHits { entry: entry.as_str().to_owned(), source, hits }
}

/// What a percentage is a percentage of. A kept history is not running and would only dilute it.
fn seen(listing: &Listing) -> usize {
    listing.releases.iter().filter(|release| release.status != Status::Uninstalled).count() + listing.unreadable.len()
}
