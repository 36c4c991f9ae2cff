//! For any output of `helm list`: every release in it is valid and there once, and unreadable entries have short reasons.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::read;
use crate::fuzz_input_test::{any_like, corpus};
use crate::release::{Known, Namespace, ReleaseName};

proptest! {
    #[test]
    fn any_bytes_end_in_releases_that_can_exist_or_in_an_error(bytes in any_like(corpus("list"))) {
        match read(&bytes) {
            Ok(listing) => {
                let ids = listing.releases.iter().map(|release| &release.id).collect::<BTreeSet<_>>();
                prop_assert_eq!(ids.len(), listing.releases.len());
                for release in &listing.releases {
                    let (namespace, name) = (release.id.namespace.as_str(), release.id.name.as_str());
                    prop_assert!(namespace.parse::<Namespace>().is_ok() && name.parse::<ReleaseName>().is_ok());
                    prop_assert!(!name.starts_with('-') && !namespace.starts_with('-'), "{}", release.id);
                    prop_assert!(release.revision.0 > 0);
                    if let Known::Is(chart) = &release.chart {
                        prop_assert!(chart.name.len() + chart.version.len() <= 500);
                    }
                }
                for entry in &listing.unreadable {
                    let is_odd = entry.namespace.as_ref().is_none_or(|namespace| {
                        !ids.iter().any(|id| id.namespace == *namespace && id.name.as_str() == entry.name)
                    });
                    prop_assert!(is_odd, "{} is both", entry.name);
                    prop_assert!(entry.name.len() <= 400 && entry.why.len() <= 1_000, "{:?}", entry);
                }
            }
            Err(error) => prop_assert!(error.to_string().len() < 1_000),
        }
    }
}

#[test]
fn a_list_nested_as_deep_as_it_is_long_is_an_error() {
    for (opening, why) in [
        ("[", "invalid type: sequence, expected a map at line 1 column 1"),
        ("[{\"a\":", "recursion limit exceeded at line 1 column 380"),
        ("[{\"name\":[", "recursion limit exceeded at line 1 column 422"),
        ("{\"a\":[", "invalid type: map, expected a list at line 1 column 0"),
    ] {
        let error = read(opening.repeat(1 << 20).as_bytes()).expect_err(opening).to_string();
        assert_eq!(error, format!("cannot read the output of `helm list`: {why}"), "{opening}");
    }
}
