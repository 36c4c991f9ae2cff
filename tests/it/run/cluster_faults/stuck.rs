//! What never ends: finalizers that nobody removes, and hooks.

use serde_json::{Value, json};
use throwaway_cluster::{Chart, Kind};

use super::{RUN, a_second_run_finishes, maps};
use crate::support::{Real, cluster};

fn set_finalizers(real: &Real, finalizers: &Value) {
    let change = json!({"metadata": {"finalizers": finalizers}});
    cluster().api().patch(Kind::CONFIG_MAP, Some(&real.namespace("a")), "b-1", &change).expect("it is there");
}

#[test]
fn a_finalizer_that_stays_is_reported_if_helm_was_to_wait() {
    Real::with_both("finalizer", |real| {
        real.policy(
            "rules: [{name: b, releases: [b], timeout: 2s}, {name: c, releases: [c]}]\ndefaults: {wait: true}\n",
        );
        real.seed(&["a/b", "a/c"]);
        set_finalizers(real, &json!(["example.com/nobody"]));
        let output = real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["b failed leftovers gone", "c purged gone"], "{output}");
        assert_eq!((real.listed(), maps(real)), (vec![], vec!["b-1".to_owned()]));
        real.program.run(RUN).exits(0);
        set_finalizers(real, &Value::Null);
        a_second_run_finishes(real);
    });
}

#[test]
fn a_finalizer_that_stays_delays_nothing_else() {
    Real::with_both("unwaited", |real| {
        real.seed(&["a/b", "a/c"]);
        set_finalizers(real, &json!(["example.com/nobody"]));
        let output = real.program.run(RUN).exits(0);
        assert_eq!(output.results(), ["b purged gone", "c purged gone"], "{output}");
        assert_eq!(maps(real), ["b-1"], "helm was not to wait for it");
        set_finalizers(real, &Value::Null);
        a_second_run_finishes(real);
    });
}

#[test]
fn a_hook_that_never_ends_fails_its_release_at_its_timeout_and_nothing_of_it_is_deleted() {
    Real::with_both("endless", |real| {
        real.policy("rules: [{name: b, releases: [b], timeout: 2s}, {name: c, releases: [c]}]\n");
        let namespace = real.namespace("a");
        let flags = ["--set", "outcome=hanging"];
        real.install(Chart::Failing, &namespace, "b", &flags);
        real.seed(&["a/c"]);
        let output = real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["b failed hook listed", "c purged gone"], "{output}");
        let said = output.json()["releases"][0].to_string();
        assert!(said.contains("b-backup"), "the hook is named: {said}");
        assert_eq!((real.listed(), maps(real)), (vec!["a/b".to_owned()], vec!["b".to_owned()]));
        real.program.leaves_no_process();
        // Somebody takes care of what the hook was for.
        real.policy("keep: []\ndefaults: {hooks: skip}\n");
        a_second_run_finishes(real);
    });
}
