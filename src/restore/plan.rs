//! What a restore is going to do: for each record that a purge has left, what came after it and what that means.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::history_tag::HistoryTag;
use crate::plan::objects_beyond;
use crate::policy::{BlastRadius, Phase, Policy, PolicySet};
use crate::release::{Content, Object, ObjectRef, Release, Revision, Status};
use crate::run_id::RunId;

/// More objects than this are not named.
const MAX_LISTED: usize = 3;

/// A tagged record, read, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RestorableRelease {
    /// The record that a purge has left, as a release.
    pub purged: Release,
    pub content: Content,
    /// The run and the policy of the purge.
    pub tag: HistoryTag,
    /// The newest record of that release.
    pub now: Release,
    pub verdict: RestoreVerdict,
}

/// A release of the plan of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RestoreEntry {
    pub candidate: RestorableRelease,
    /// The phase of the purge; a restore takes the phases in the other order.
    pub phase: Phase,
    /// Objects that are still being deleted. The restore waits until they are gone, because otherwise their deletion would remove
    /// the restored ones.
    pub terminating: Vec<ObjectRef>,
}

/// The releases of a restore, sorted by namespace and name, and what else could be restored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RestorePlan {
    /// One for each release of the selected runs.
    pub entries: Vec<RestoreEntry>,
    /// The selected runs, the latest first. A run may have left nothing.
    pub runs: Vec<RunId>,
    /// The selected runs that did not complete, so that the next run continued them.
    pub unfinished: BTreeSet<RunId>,
    /// A known purge by one of the policies that is later than all selected runs.
    pub later: Option<RunId>,
    /// How many releases other runs have left.
    pub others: BTreeMap<RunId, usize>,
    /// Tagged records and namespaces that could not be read: what and why.
    pub unreadable: Vec<(String, String)>,
}

impl RestoreEntry {
    /// Whether the restore leaves it alone.
    pub(crate) fn is_left_alone(&self) -> bool {
        matches!(self.candidate.verdict, RestoreVerdict::InstalledAgain { .. } | RestoreVerdict::OutOfScope(_))
    }

    /// Whether helm rolls it back.
    pub(crate) fn is_rolled_back(&self) -> bool {
        matches!(self.candidate.verdict, RestoreVerdict::Restore | RestoreVerdict::TryAgain)
    }
}

impl RestorePlan {
    /// The releases that helm rolls back.
    pub(crate) fn going(&self) -> impl Iterator<Item = &RestoreEntry> {
        self.entries.iter().filter(|entry| entry.is_rolled_back())
    }

    /// The releases that are restored already, except that a tagged record is to be removed.
    pub(crate) fn finished(&self) -> impl Iterator<Item = &RestoreEntry> {
        self.entries.iter().filter(|entry| entry.candidate.verdict == RestoreVerdict::Restored)
    }

    pub(crate) fn left_alone(&self) -> impl Iterator<Item = &RestoreEntry> {
        self.entries.iter().filter(|entry| entry.is_left_alone())
    }
}

/// What there is to do about a release that a purge has removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RestoreVerdict {
    /// Nothing came after it: the restore rolls back to it.
    Restore,
    /// A restore was started and did not complete: this one rolls back to it again.
    TryAgain,
    /// It has been restored, and only the tagged record is left to remove.
    Restored,
    /// The release was installed again: it is left alone.
    InstalledAgain { revision: Revision, status: Status },
    /// It has objects out of scope, which a purge by its policy would not have deleted, so another user has written its record.
    /// It is left alone.
    OutOfScope(Vec<Object>),
}

/// Compares a tagged record with the newest one of its release, whose description is `description`.
///
/// Helm describes the record of a rollback as `Rollback to N`, from its beginning to its end. Only a restore rolls back to a
/// revision that is tagged, so an attempt that was cut short can be repeated at once.
pub(super) fn judge(purged: &Release, now: &Release, description: Option<&str>) -> RestoreVerdict {
    if now.revision == purged.revision {
        return RestoreVerdict::Restore;
    }
    let is_ours = description == Some(format!("Rollback to {}", purged.revision).as_str());
    let has_failed = description.is_some_and(|text| is_failed_rollback(purged, text));
    match now.status {
        Status::Deployed if is_ours => RestoreVerdict::Restored,
        Status::PendingRollback if is_ours => RestoreVerdict::TryAgain,
        Status::Failed if has_failed => RestoreVerdict::TryAgain,
        status => RestoreVerdict::InstalledAgain { revision: now.revision, status },
    }
}

/// The objects of a record that no purge of this policy would have deleted. An account that can write Secrets can write a tag as
/// well, and a rollback would create every object of that record. A rule of another policy allows the blast radius too, if
/// both can select the release.
pub(super) fn beyond_scope(
    purged: &Release,
    content: &Content,
    policy: &Policy,
    policies: &PolicySet,
) -> Option<RestoreVerdict> {
    let covers = |other: &&Policy| other.namespaces.matches(&purged.id.namespace).is_some();
    let concerned = policies.iter().filter(covers).chain([policy]);
    let mut options =
        concerned.flat_map(|policy| policy.rules.iter().map(|rule| rule.options).chain([policy.defaults]));
    if options.any(|options| options.blast_radius == BlastRadius::Cluster) {
        return None;
    }
    let objects = objects_beyond(content, &policy.namespaces);
    (!objects.is_empty()).then_some(RestoreVerdict::OutOfScope(objects))
}

/// Whether a description is that of a failed rollback. The description does not contain the revision.
pub(super) fn is_failed_rollback(release: &Release, description: &str) -> bool {
    description.starts_with(&format!("Rollback \"{}\" failed: ", release.id.name))
}

impl fmt::Display for RestoreVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreVerdict::Restore => Ok(()),
            RestoreVerdict::TryAgain => f.write_str("an earlier restore did not finish"),
            RestoreVerdict::Restored => {
                f.write_str("already restored; only the release record that the purge kept is deleted")
            }
            RestoreVerdict::InstalledAgain { revision, status } => {
                write!(f, "installed again since: revision {revision}, {status}")
            }
            RestoreVerdict::OutOfScope(objects) => {
                let named = objects.iter().take(MAX_LISTED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
                write!(f, "contains objects out of scope, so no purge of this policy kept it: {named}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read;

    fn release(revision: u32, status: &str) -> Release {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"{revision}","updated":"2026-11-20T10:00:00Z","status":"{status}","chart":"web-1.0.0"}}]"#
        );
        read(json.as_bytes()).expect("a list").releases.remove(0)
    }

    #[test]
    fn only_what_no_user_has_touched_since_is_restored() {
        let purged = release(3, "uninstalled");
        let judged = |revision, status, description| judge(&purged, &release(revision, status), Some(description));
        assert_eq!(judge(&purged, &purged, None), RestoreVerdict::Restore);
        assert_eq!(judged(4, "deployed", "Rollback to 3"), RestoreVerdict::Restored);
        assert_eq!(judged(4, "pending-rollback", "Rollback to 3"), RestoreVerdict::TryAgain);
        assert_eq!(judged(4, "failed", "Rollback \"web\" failed: no luck"), RestoreVerdict::TryAgain);
        for (status, description) in [
            ("deployed", "Install complete"),
            ("deployed", "Rollback to 33"),
            ("deployed", "Rollback to 2"),
            ("deployed", ""),
            ("pending-upgrade", "Preparing upgrade"),
            ("pending-rollback", "Rollback to 2"),
            ("failed", "Upgrade \"web\" failed: no luck"),
            ("failed", "Rollback \"other\" failed: no luck"),
        ] {
            let revision = Revision(4);
            let status_now = Status::parse(status).expect("a status");
            let expected = RestoreVerdict::InstalledAgain { revision, status: status_now };
            assert_eq!(judged(4, status, description), expected, "{status} {description}");
        }
    }
    #[test]
    fn what_another_policy_may_have_let_go_is_restored_and_nothing_else_beyond_the_scope() {
        let policy = |name: &str, namespace: &str, rest: &str| {
            let head = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nclusters: [dev]";
            let text = format!("{head}\nmetadata: {{name: {name}}}\nnamespaces: [{namespace}]\n{rest}\n");
            Policy::read(name, text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
        };
        let elsewhere = Object { kind: "ConfigMap".into(), namespace: Some("dev-b".into()), name: "x".into() };
        let content = Content { elsewhere: vec![elsewhere.clone()], ..Content::default() };
        let is_beyond = |other: Policy| {
            let tagged = policy("tagged", "dev-a", "");
            let policies = PolicySet::new(vec![tagged.clone(), other]).expect("two policies");
            beyond_scope(&release(3, "uninstalled"), &content, &tagged, &policies)
        };
        let refused = Some(RestoreVerdict::OutOfScope(vec![elsewhere.clone()]));
        let rule = "rules: [{name: all, blastRadius: cluster}]";
        assert_eq!(is_beyond(policy("other", "dev-a", rule)), None);
        assert_eq!(is_beyond(policy("other", "dev-c", rule)), refused);
        assert_eq!(is_beyond(policy("other", "dev-a", "")), refused);
    }
}
