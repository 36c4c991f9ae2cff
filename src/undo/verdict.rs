//! What becomes of one kept record, by what came after it.

use std::fmt;

use crate::plan::objects_beyond;
use crate::policy::{Policy, Reach};
use crate::release::{Content, Object, Release, Revision, Status};

/// So many objects are named.
const NAMED: usize = 3;

/// What there is to do about a release that a purge has removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing came after it: it is rolled back to.
    Restore,
    /// A restore was begun and did not come to its end: it is rolled back to once more.
    TryAgain,
    /// It has been restored, and the marked record is all that is left to remove.
    Restored,
    /// Somebody has installed the release again: it is left alone.
    InstalledAgain {
        /// The newest revision.
        revision: Revision,
        /// Its state.
        status: Status,
    },
    /// It holds objects beyond the fence, which no purge of its policy would have taken: somebody else has written its
    /// record. It is left alone.
    Reaches(Vec<Object>),
}

/// Compares a marked record with the newest one of its release; `description` is that one's.
///
/// Helm describes what a rollback makes as `Rollback to N`, from its beginning to its end. Nobody else would write that of
/// a revision that is marked, so an attempt that was cut short may be repeated at once.
pub fn judge(kept: &Release, now: &Release, description: Option<&str>) -> Verdict {
    if now.revision == kept.revision {
        return Verdict::Restore;
    }
    let is_ours = description == Some(format!("Rollback to {}", kept.revision).as_str());
    let has_failed = description.is_some_and(|text| is_failed_rollback(kept, text));
    match now.status {
        Status::Deployed if is_ours => Verdict::Restored,
        Status::PendingRollback if is_ours => Verdict::TryAgain,
        Status::Failed if has_failed => Verdict::TryAgain,
        status => Verdict::InstalledAgain { revision: now.revision, status },
    }
}

/// What of a record no purge of this policy would have taken along. Whoever may write Secrets may write a mark as well, and
/// a rollback would make whatever stands in that record.
pub fn beyond_reach(content: &Content, policy: &Policy) -> Option<Verdict> {
    let mut options = policy.rules.iter().map(|rule| rule.options).chain([policy.defaults]);
    if options.any(|options| options.reach == Reach::Cluster) {
        return None;
    }
    let objects = objects_beyond(content, &policy.namespaces);
    (!objects.is_empty()).then_some(Verdict::Reaches(objects))
}

/// Whether a description is that of a rollback that Helm gave up. It does not say to which revision.
pub fn is_failed_rollback(release: &Release, description: &str) -> bool {
    description.starts_with(&format!("Rollback \"{}\" failed: ", release.id.name))
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Restore => Ok(()),
            Verdict::TryAgain => f.write_str("a restore of it was begun and not finished"),
            Verdict::Restored => f.write_str("it is back; only the record that the purge left is removed"),
            Verdict::InstalledAgain { revision, status } => {
                write!(f, "installed again since: revision {revision}, {status}")
            }
            Verdict::Reaches(objects) => {
                let named = objects.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
                write!(f, "reaches beyond the fence, so no purge of this policy has left it: {named}")
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
    fn only_what_nobody_has_touched_since_is_restored() {
        let kept = release(3, "uninstalled");
        let judged = |revision, status, description| judge(&kept, &release(revision, status), Some(description));
        assert_eq!(judge(&kept, &kept, None), Verdict::Restore);
        assert_eq!(judged(4, "deployed", "Rollback to 3"), Verdict::Restored);
        assert_eq!(judged(4, "pending-rollback", "Rollback to 3"), Verdict::TryAgain);
        assert_eq!(judged(4, "failed", "Rollback \"web\" failed: no luck"), Verdict::TryAgain);
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
            let status_now = status.parse().expect("a status");
            let expected = Verdict::InstalledAgain { revision, status: status_now };
            assert_eq!(judged(4, status, description), expected, "{status} {description}");
        }
    }
}
