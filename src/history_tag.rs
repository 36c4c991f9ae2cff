//! The tag on the record that a purge leaves of a release. A restore finds the record by it.

use std::fmt;

use crate::release::Namespace;
use crate::run_id::RunId;

/// The description of a record: `helm-purge RUN POLICY`. It has the policy because a restore restores the last run of its
/// own policy by default, and several policies may share a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryTag {
    /// The run that removed the release.
    pub run: RunId,
    /// The name of the policy that selected it.
    pub policy: String,
}

const FIRST_WORD: &str = "helm-purge";

impl HistoryTag {
    /// Reads exactly what this program writes. Any other description is from another program.
    pub fn parse(description: &str) -> Option<Self> {
        let words = description.split(' ').collect::<Vec<_>>();
        let [FIRST_WORD, run, policy] = words.as_slice() else { return None };
        // The name of a policy follows the rules of a namespace.
        policy.parse::<Namespace>().ok()?;
        Some(Self { run: run.parse().ok()?, policy: (*policy).to_owned() })
    }
}

impl fmt::Display for HistoryTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FIRST_WORD} {} {}", self.run, self.policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_no_other_description_is_one() {
        let text = "helm-purge 20261125-190342-3f9a1c end-of-day";
        let tag = HistoryTag::parse(text).expect("a tag");
        assert_eq!((tag.run.as_str(), tag.policy.as_str()), ("20261125-190342-3f9a1c", "end-of-day"));
        assert_eq!(tag.to_string(), text);
        for other in [
            "",
            "Uninstallation complete",
            "helm-purge",
            "helm-purge 20261125-190342-3f9a1c",
            "helm-purge 20261125-190342-3f9a1c end-of-day more",
            "helm-purge  20261125-190342-3f9a1c end-of-day",
            "helm-purge 20261125-190342 end-of-day",
            "helm-purge 20261125-190342-3f9a1c End",
            "Helm-purge 20261125-190342-3f9a1c end-of-day",
        ] {
            assert_eq!(HistoryTag::parse(other), None, "{other}");
        }
    }
}
