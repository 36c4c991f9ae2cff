//! The limits: how much may go at most. Pure.

use std::collections::BTreeSet;

use super::Refusal;
use crate::plan::Plan;
use crate::policy::{Limits, Policy};

/// Compares what goes by each policy with its limits, and the whole plan with `--max-releases`, which can only be
/// stricter.
pub fn limits(plan: &Plan, policies: &[Policy], max_releases: Option<u32>) -> Vec<Refusal> {
    let of_policy = |(index, policy): (usize, &Policy)| {
        let chosen = plan.going().filter(|(_, going)| going.policy == index).map(|(release, _)| &release.id);
        let chosen = chosen.collect::<Vec<_>>();
        let namespaces = chosen.iter().map(|id| &id.namespace).collect::<BTreeSet<_>>();
        exceeded(&policy.limits, chosen.len(), namespaces.len(), plan.seen)
    };
    let mut refusals = policies.iter().enumerate().flat_map(of_policy).collect::<Vec<_>>();
    let chosen = plan.chosen().count();
    if let Some(limit) = max_releases.filter(|limit| exceeds(chosen, *limit)) {
        refusals.push(Refusal::TooManyReleases { chosen, limit, source: "--max-releases".to_owned() });
    }
    refusals
}

/// Whether there is any limit to how much may go.
pub fn has_limits(policies: &[Policy], max_releases: Option<u32>) -> bool {
    max_releases.is_some() || policies.iter().any(|policy| !policy.limits.is_empty())
}

fn exceeded(limits: &Limits, chosen: usize, namespaces: usize, seen: usize) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Some(limit) = &limits.max_releases
        && exceeds(chosen, limit.value)
    {
        let source = limit.place.to_string();
        refusals.push(Refusal::TooManyReleases { chosen, limit: limit.value, source });
    }
    if let Some(limit) = &limits.max_namespaces
        && exceeds(namespaces, limit.value)
    {
        let source = limit.place.to_string();
        refusals.push(Refusal::TooManyNamespaces { chosen: namespaces, limit: limit.value, source });
    }
    if let Some(limit) = &limits.max_percent {
        let percent = limit.value.get();
        if exceeds_share(chosen, seen, percent) {
            let source = limit.place.to_string();
            refusals.push(Refusal::TooLargeAShare { chosen, seen, limit: percent, source });
        }
    }
    refusals
}

fn exceeds(count: usize, limit: u32) -> bool {
    usize::try_from(limit).is_ok_and(|limit| count > limit)
}

/// In whole numbers: no rounding can let one more through.
fn exceeds_share(chosen: usize, seen: usize, percent: u32) -> bool {
    let chosen = chosen as u128 * 100;
    chosen > seen as u128 * u128::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exceeded_by_the_first_release_beyond_it() {
        assert!(!exceeds_share(5, 10, 50));
        assert!(exceeds_share(6, 10, 50));
        assert!(exceeds_share(1, 0, 50), "what cannot be seen cannot be half of anything");
        assert!(!exceeds_share(0, 0, 50));
        assert!(!exceeds_share(1, 3, 34));
        assert!(exceeds_share(1, 3, 33));
    }
}
