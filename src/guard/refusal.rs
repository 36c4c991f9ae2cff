//! Why a purge is refused.

use std::fmt;

/// Why a purge must not happen. Nothing has been purged then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The guard, as a word for programs.
    pub guard: &'static str,
    pub message: String,
    /// How the user can go on.
    pub hint: &'static str,
}

impl Refusal {
    /// The guards that need only a plan and what the plan was made from.
    pub(crate) const GUARDS_OF_A_PLAN: [&'static str; 6] =
        ["window", "keep.required", "opt-outs", "limits.maxReleases", "limits.maxNamespaces", "limits.maxPercent"];
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
