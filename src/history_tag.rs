//! The tag on the record of a release whose history a purge keeps. A restore finds the record by it.

use std::fmt;
use std::str::FromStr;

use crate::release::InvalidName;
use crate::run_id::RunId;

/// The description of a record: `helm-purge RUN POLICY`. It has the policy because a restore takes back the last run of its
/// own policy by default, and several policies may share a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryTag {
    /// The run that removed the release.
    pub run: RunId,
    /// The name of the policy that selected it.
    pub policy: String,
}

/// A description that is not a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidHistoryTag;

const FIRST_WORD: &str = "helm-purge";

impl FromStr for HistoryTag {
    type Err = InvalidHistoryTag;

    /// Exactly what this program writes. Any other description is from another program.
    fn from_str(text: &str) -> Result<Self, InvalidHistoryTag> {
        let words = text.split(' ').collect::<Vec<_>>();
        let [FIRST_WORD, run, policy] = words.as_slice() else { return Err(InvalidHistoryTag) };
        let run = run.parse().map_err(|_| InvalidHistoryTag)?;
        // The name of a policy follows the rules of a namespace.
        policy.parse::<crate::release::Namespace>().map_err(|_: InvalidName| InvalidHistoryTag)?;
        Ok(Self { run, policy: (*policy).to_owned() })
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
        let mark = text.parse::<HistoryTag>().expect("a mark");
        assert_eq!((mark.run.as_str(), mark.policy.as_str()), ("20261125-190342-3f9a1c", "end-of-day"));
        assert_eq!(mark.to_string(), text);
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
            assert_eq!(other.parse::<HistoryTag>(), Err(InvalidHistoryTag), "{other}");
        }
    }
}
