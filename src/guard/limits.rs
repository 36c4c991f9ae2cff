//! The limits: how much may go at most. Pure.

use super::Refusal;
use crate::plan::Plan;
use crate::policy::Limits;

/// Compares a plan with the limits of its policy, and with `--max-releases`, which can only be stricter.
pub fn limits(plan: &Plan, limits: &Limits, max_releases: Option<u32>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let (chosen, namespaces) = (plan.chosen().count(), plan.chosen_namespaces());
    if let Some(limit) = &limits.max_releases
        && exceeds(chosen, limit.value)
    {
        let source = limit.place.to_string();
        refusals.push(Refusal::TooManyReleases { chosen, limit: limit.value, source });
    }
    if let Some(limit) = max_releases.filter(|limit| exceeds(chosen, *limit)) {
        refusals.push(Refusal::TooManyReleases { chosen, limit, source: "--max-releases".to_owned() });
    }
    if let Some(limit) = &limits.max_namespaces
        && exceeds(namespaces, limit.value)
    {
        let source = limit.place.to_string();
        refusals.push(Refusal::TooManyNamespaces { chosen: namespaces, limit: limit.value, source });
    }
    if let Some(limit) = &limits.max_percent {
        let percent = limit.value.get();
        if exceeds_share(chosen, plan.seen, percent) {
            let source = limit.place.to_string();
            refusals.push(Refusal::TooLargeAShare { chosen, seen: plan.seen, limit: percent, source });
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
