//! Rights that are missing in the middle: what helm tells of them, and what it keeps to itself.

use serde_json::json;
use throwaway_cluster::{HelmVersion, Kind};

use super::{LOUD_RUN, RUN, a_second_run_finishes, maps};
use crate::support::{Output, Real, Rights, cluster, seed_releases, user_everywhere};

const EVERYTHING: &[&str] = &["*"];

/// A run as a user with these rights.
fn run_as(real: &Real, rights: &Rights<'_>) -> Output {
    let kubeconfig = user_everywhere(cluster(), &real.namespace("user"), rights);
    real.program.run(&format!("{RUN} --kubeconfig {}", kubeconfig.display()))
}

#[test]
fn without_the_right_to_mark_a_record_its_release_goes_all_the_same() {
    Real::with_both("unmarked", |real| {
        real.seed(&["a/b"]);
        let secrets: &[&str] = &["get", "list", "delete"];
        let output =
            run_as(real, &[("secrets", secrets), ("configmaps", EVERYTHING), ("namespaces", EVERYTHING)]).exits(0);
        assert_eq!(output.results(), ["b purged gone"], "{output}");
        assert_eq!(maps(real), Vec::<String>::new());
        a_second_run_finishes(real);
    });
}

#[test]
fn without_the_right_to_delete_a_record_its_release_is_still_there() {
    Real::with_both("undeleted", |real| {
        real.seed(&["a/b", "a/c"]);
        let secrets: &[&str] = &["get", "list", "update"];
        let output =
            run_as(real, &[("secrets", secrets), ("configmaps", EVERYTHING), ("namespaces", EVERYTHING)]).exits(1);
        assert_eq!(output.results(), ["b failed rbac listed", "c failed rbac listed"], "{output}");
        assert_eq!(maps(real), Vec::<String>::new(), "helm deletes the objects first");
        a_second_run_finishes(real);
    });
}

#[test]
fn without_the_right_to_make_a_hook_nothing_of_its_release_is_deleted() {
    Real::with_both("hookless", |real| {
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": "farewell", "annotations": {"helm.sh/hook": "pre-delete"}},
            "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a"}]}}},
        });
        let release = throwaway_cluster::SeededRelease::new(&real.namespace("a"), "b").config_maps(1).hook(job);
        seed_releases(&[release]);
        let rights: &Rights<'_> = &[("secrets", EVERYTHING), ("configmaps", EVERYTHING), ("namespaces", EVERYTHING)];
        let output = run_as(real, rights).exits(5).stderr_has("b: Job farewell (create");
        assert_eq!(maps(real), ["b-1"], "{output}");
        a_second_run_finishes(real);
        cluster().api().delete(Kind::JOB, Some(&real.namespace("a")), "farewell").expect("the hook ran");
    });
}

#[test]
fn without_the_right_to_list_in_one_namespace_its_releases_stay_and_the_others_go() {
    let real = Real::new("one-refuses", HelmVersion::Three);
    real.seed(&["a/b", "b/web"]);
    let user = real.namespace("user");
    let edit = crate::support::Role::Edit;
    let kubeconfig = crate::support::user(cluster(), &user, &[(&real.namespace("a"), edit)]);
    let policy = real.program.read("policy.yaml");
    let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "");
    let scope = format!("['{}', '{}']", real.namespace("a"), real.namespace("b"));
    real.program.file("policy.yaml", &policy.replace("['one-refuses-helm3-*']", &scope));
    let arguments = format!("{LOUD_RUN} --kubeconfig {}", kubeconfig.display());
    let output = real.program.run(&arguments).exits(0).stderr_has(&real.namespace("b"));
    assert_eq!(output.results(), ["b purged gone"], "{output}");
    assert_eq!(real.listed(), ["b/web"]);
}
