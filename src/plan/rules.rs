//! Which rule selects a release. Any yes suffices for whether; the first yes says how.

use super::facts::ClusterState;
use super::reason::{NearMiss, Reason, Source};
use crate::policy::{Candidate, Pending, Policy, Rule, RuleMatch, State, is_older};
use crate::release::{Content, Known, Release};

/// What the rules of all policies say together of a release.
#[derive(Debug)]
pub(super) enum Choice<'a> {
    /// This one selects it, by its place among the rules of its policy.
    Selected { policy: usize, number: usize, rule: &'a Rule },
    /// Whether and how it goes depends on something that is not known (yet).
    Undecided(Reason),
    /// None does.
    NotSelected(Reason),
}

/// Asks the rules of the policies whose fences a release is in, in the order of the files.
pub(super) fn choose<'a>(
    policies: &[(usize, &'a Policy)],
    release: &Release,
    content: Option<&Content>,
    facts: &ClusterState<'_>,
) -> Choice<'a> {
    let (mut undecided, mut misses) = (None, Vec::new());
    for (index, policy) in policies {
        let candidate = candidate(release, content, policy, facts);
        for (number, rule) in policy.rules.iter().enumerate() {
            match rule.matches(&candidate) {
                // How it goes would be said by the earlier one, if that selects it too.
                RuleMatch::Selects if undecided.is_none() => {
                    return Choice::Selected { policy: *index, number, rule };
                }
                RuleMatch::Selects => {}
                RuleMatch::ChartUnknown => undecided = undecided.or(Some(Reason::ChartUnknown)),
                RuleMatch::AgeUnknown => undecided = undecided.or(Some(Reason::AgeUnknown)),
                RuleMatch::LabelsUnknown => {
                    undecided = undecided.or_else(|| Some(Reason::LabelsUnknown(why_unknown(release, facts))));
                }
                miss => {
                    misses.push(NearMiss { rule: rule.name.clone(), source: Source::Policy(rule.place.clone()), miss });
                }
            }
        }
    }
    match undecided {
        Some(reason) => Choice::Undecided(reason),
        None => Choice::NotSelected(not_selected(policies, release, misses, facts)),
    }
}

/// A release as a rule of one policy sees it.
pub(super) fn candidate<'a>(
    release: &'a Release,
    content: Option<&'a Content>,
    policy: &Policy,
    facts: &ClusterState<'a>,
) -> Candidate<'a> {
    Candidate {
        id: &release.id,
        chart: release.chart.as_ref(),
        state: State::of(release.status, pending(release, policy, facts)),
        last_deploy: release.updated,
        first_deploy: content.map_or(Known::Unknown, |content| content.first_deployed),
        labels: facts.labels(&release.id.namespace),
        now: facts.now,
    }
}

/// Whose age is not known may have begun a moment ago.
fn pending(release: &Release, policy: &Policy, facts: &ClusterState<'_>) -> Pending {
    match release.updated {
        Known::Is(since) if is_older(since, policy.pending_grace, facts.now) => Pending::TooLong,
        _ => Pending::InGrace,
    }
}

/// A pending release that is in its grace for one of the policies is somebody's.
fn not_selected(
    policies: &[(usize, &Policy)],
    release: &Release,
    mut misses: Vec<NearMiss>,
    facts: &ClusterState<'_>,
) -> Reason {
    if release.status.is_pending() {
        let in_grace = policies.iter().any(|(_, policy)| pending(release, policy, facts) == Pending::InGrace);
        return if in_grace { Reason::Pending(release.status) } else { Reason::Stuck(release.status) };
    }
    // The closer a rule came, the more it explains.
    misses.retain(|miss| miss.miss != RuleMatch::OtherRelease);
    misses.sort_by_key(|miss| match miss.miss {
        RuleMatch::Younger(_) => 0,
        RuleMatch::OtherState => 1,
        RuleMatch::OtherLabels => 2,
        _ => 3,
    });
    Reason::NotSelected(misses.into_iter().next())
}

pub(super) fn why_unknown(release: &Release, facts: &ClusterState<'_>) -> String {
    facts.protection.facts(&release.id.namespace).err().unwrap_or_default().to_owned()
}
