//! A refusal: which guard, the place, the fact, and the way on.

use std::fmt;

use crate::location::Location;
use crate::sanitize;

/// So many hooks are named that may not be made.
const NAMED_HOOKS: usize = 5;

/// Why a purge may not happen. Nothing has been purged then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No entry of `clusters` names this cluster.
    ClusterNotInPolicy {
        /// The cluster's context.
        context: String,
        /// Its address.
        server: String,
        /// Each entry, its place and why it does not match.
        entries: Vec<(Location, String)>,
    },
    /// Nobody looks, and the entry names the cluster only by what somebody called its context.
    NamedByAliasOnly {
        /// The entry.
        place: Location,
        /// The cluster's context.
        context: String,
    },
    /// This is a pod, and the entry names the cluster by what is the same in many clusters.
    NamedWithoutUid {
        /// The entry.
        place: Location,
    },
    /// More releases would go than the limit allows.
    TooManyReleases {
        /// How many would go.
        chosen: usize,
        /// How many may.
        limit: u32,
        /// Where the limit stands: a place, or `--max-releases`.
        source: String,
    },
    /// Releases would go in more namespaces than the limit allows.
    TooManyNamespaces {
        /// In how many they would go.
        chosen: usize,
        /// In how many they may.
        limit: u32,
        /// Where the limit stands.
        source: String,
    },
    /// It is not the time for it.
    WindowClosed {
        /// The window.
        place: Location,
        /// The time in the policy's zone.
        now: String,
        /// When it opens next, in the policy's zone and in UTC; unknown where it never does.
        opens: Option<String>,
    },
    /// An entry of `keep` that has to name something names nothing.
    RequiredKeepMissing {
        /// The entry.
        entry: String,
        /// Where it stands.
        place: Location,
    },
    /// Nowhere can it be seen who has opted out.
    OptOutsUnseen {
        /// Why not.
        why: String,
    },
    /// A saved plan is for another cluster, or for one that cannot be told to be this one.
    OtherCluster {
        /// The plan.
        plan: String,
        /// Its cluster.
        planned: String,
        /// This one.
        here: String,
    },
    /// A saved plan was made by other policies.
    OtherPolicies {
        /// The plan.
        plan: String,
        /// What differs.
        differences: Vec<String>,
    },
    /// Between the plan and the first delete the address came to lead to another cluster.
    ClusterSwapped {
        /// The uid of the cluster that was planned for.
        planned: String,
        /// That of the one that is there now.
        here: String,
    },
    /// Histories are to be kept, and nobody could see whether they were, nor leave them so that helm goes on with them.
    HistoryCannotBeKept {
        /// Why not.
        why: String,
    },
    /// Hooks of releases that go have to run, and may not be made.
    HooksNotAllowed {
        /// Of each the release, the hook, and the verbs that are missing. Foreign text.
        lacking: Vec<String>,
    },
    /// A larger share of the cluster would go than the limit allows.
    TooLargeAShare {
        /// How many would go.
        chosen: usize,
        /// Out of how many.
        seen: usize,
        /// The percentage that may.
        limit: u32,
        /// Where the limit stands.
        source: String,
    },
}

impl Refusal {
    /// The words of those guards that need nothing but a plan and what it was made from.
    pub const GUARDS_OF_A_PLAN: [&'static str; 6] =
        ["window", "keep.required", "opt-outs", "limits.maxReleases", "limits.maxNamespaces", "limits.maxPercent"];

    /// A word for programs.
    pub fn guard(&self) -> &'static str {
        match self {
            Refusal::ClusterNotInPolicy { .. } => "clusters",
            Refusal::NamedByAliasOnly { .. } | Refusal::NamedWithoutUid { .. } => "clusters-unattended",
            Refusal::TooManyReleases { .. } => "limits.maxReleases",
            Refusal::TooManyNamespaces { .. } => "limits.maxNamespaces",
            Refusal::TooLargeAShare { .. } => "limits.maxPercent",
            Refusal::WindowClosed { .. } => "window",
            Refusal::RequiredKeepMissing { .. } => "keep.required",
            Refusal::OptOutsUnseen { .. } => "opt-outs",
            Refusal::OtherCluster { .. } => "plan.cluster",
            Refusal::OtherPolicies { .. } => "plan.policies",
            Refusal::ClusterSwapped { .. } => "cluster-swapped",
            Refusal::HistoryCannotBeKept { .. } => "keep-history",
            Refusal::HooksNotAllowed { .. } => "hooks",
        }
    }

    /// The way on.
    pub fn hint(&self) -> &'static str {
        match self {
            Refusal::ClusterNotInPolicy { .. } => {
                "switch the context, or add this cluster to `clusters` in a reviewed change"
            }
            Refusal::NamedByAliasOnly { .. } => {
                "a context's name is private to a kubeconfig: add `server` or `uid` to the entry; `helm purge init` prints both"
            }
            Refusal::NamedWithoutUid { .. } => "add `uid` to the entry; `helm purge init` prints it",
            Refusal::TooManyReleases { .. } | Refusal::TooManyNamespaces { .. } | Refusal::TooLargeAShare { .. } => {
                "raise the limit in a reviewed change, or narrow with --only or -n"
            }
            Refusal::WindowClosed { .. } => "wait until it opens, or change `window` in a reviewed change",
            Refusal::RequiredKeepMissing { .. } => {
                "is this the right cluster? If the release is gone for good, remove `required: true`"
            }
            Refusal::OtherCluster { .. } => "switch the context, or make a plan for this cluster",
            Refusal::OtherPolicies { .. } => {
                "name the policies as they were with -f, or make a plan by these and have it looked at"
            }
            Refusal::ClusterSwapped { .. } => {
                "look at what the address of the API server leads to (DNS, a proxy, a tunnel), then make a new plan"
            }
            Refusal::HistoryCannotBeKept { .. } => {
                "give this program a way to the API server that it can use, or purge without `keepHistory`"
            }
            Refusal::HooksNotAllowed { .. } => {
                "grant the rights (`helm purge rbac` prints those for Jobs), or say `hooks: skip` in the policy"
            }
            Refusal::OptOutsUnseen { .. } => {
                "give the account the right to list ConfigMaps and to get its namespaces, or say --without-opt-outs"
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::ClusterNotInPolicy { context, server, entries } => {
                write!(f, "the policy does not name this cluster: context `{context}`, server {server}")?;
                entries.iter().try_for_each(|(place, why)| write!(f, "\n{place}: {why}"))
            }
            Refusal::NamedByAliasOnly { place, context } => {
                write!(
                    f,
                    "nobody is asked, and the policy names this cluster only by its context `{context}` ({place})"
                )
            }
            Refusal::NamedWithoutUid { place } => {
                write!(
                    f,
                    "in a pod the context and the server are the same in many clusters; the policy names no uid ({place})"
                )
            }
            Refusal::TooManyReleases { chosen, limit, source } => {
                write!(f, "{chosen} releases would go, the limit is {limit} ({source})")
            }
            Refusal::TooManyNamespaces { chosen, limit, source } => {
                write!(f, "releases would go in {chosen} namespaces, the limit is {limit} ({source})")
            }
            Refusal::WindowClosed { place, now, opens: Some(opens) } => {
                write!(f, "the window is closed: it is {now}, and it opens {opens} ({place})")
            }
            Refusal::WindowClosed { place, now, opens: None } => {
                write!(f, "the window is closed: it is {now}, and it never opens ({place})")
            }
            Refusal::RequiredKeepMissing { entry, place } => {
                write!(f, "`{entry}` has to keep something, and no release of the fence is named by it ({place})")
            }
            Refusal::OptOutsUnseen { why } => {
                write!(f, "who has opted out cannot be seen in any namespace of the plan: {why}")
            }
            Refusal::OtherCluster { plan, planned, here } => {
                write!(f, "the saved plan {plan} is for another cluster: {planned}; this one has {here}")
            }
            Refusal::OtherPolicies { plan, differences } => {
                write!(f, "the saved plan {plan} was made by other policies: {}", differences.join("; "))
            }
            Refusal::ClusterSwapped { planned, here } => {
                write!(f, "the address leads to another cluster by now: its uid is {here}, the plan is for {planned}")
            }
            Refusal::HistoryCannotBeKept { why } => {
                write!(f, "`keepHistory` needs the API, and it could not be asked: {why}")
            }
            Refusal::HooksNotAllowed { lacking } => {
                let named = lacking.iter().take(NAMED_HOOKS).map(|hook| sanitize::line(hook)).collect::<Vec<_>>();
                let more = lacking.len() - named.len();
                let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
                write!(f, "hooks have to run that this account may not make:\n{}{more}", named.join("\n"))
            }
            Refusal::TooLargeAShare { chosen, seen, limit, source } => {
                write!(
                    f,
                    "{chosen} of the {seen} releases in the cluster would go, the limit is {limit} percent ({source})"
                )
            }
        }
    }
}

impl std::error::Error for Refusal {}
