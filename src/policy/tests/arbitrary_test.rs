//! Policies, and what is no longer one, with a little of it changed: an answer in any case, and never a wider scope than
//! is written.

use proptest::prelude::*;

use crate::fuzz_input_test::{any_like, policies};
use crate::policy::{ExcerptStyle, Policy, SYSTEM_NAMESPACES};
use crate::sanitize;

/// Far less than a person would scroll through; an error quotes a line or two.
const LONGEST_SCREEN: usize = 200_000;

proptest! {
    #[test]
    fn any_bytes_end_in_a_policy_or_in_errors_that_can_be_shown(bytes in any_like(policies())) {
        match Policy::read("policy.yaml", &bytes) {
            Ok(policy) => {
                let text = String::from_utf8_lossy(&bytes);
                for system in SYSTEM_NAMESPACES {
                    let namespace = system.parse().expect("a legal name");
                    let is_taken_in = policy.namespaces.matches(&namespace).is_some();
                    prop_assert!(!is_taken_in || text.contains(system), "{} by a glob: {}", system, text);
                }
                prop_assert!((1..=64).contains(&policy.workers.get()));
                prop_assert!(!policy.clusters.is_empty() && !policy.namespaces.patterns.is_empty());
            }
            Err(faults) => {
                prop_assert!(!faults.errors.is_empty());
                let screen = faults.render(ExcerptStyle::Plain);
                prop_assert!(screen.len() < LONGEST_SCREEN, "{} bytes", screen.len());
                let foreign = screen.chars().find(|character| *character != '\n' && sanitize::is_hidden(*character));
                prop_assert_eq!(foreign, None);
            }
        }
    }
}
