//! What may stop a purge before its first delete.

use serde_json::json;

use crate::support::{FakeHelm, RUN};

fn nothing_was_uninstalled(fake: &FakeHelm) {
    assert!(fake.calls().iter().all(|call| call[0] != "uninstall"), "{:?}", fake.calls());
}

#[test]
fn a_cluster_that_is_not_in_the_policy_is_refused_before_it_is_listed() {
    let fake = FakeHelm::new();
    fake.program.file("kubeconfig", &crate::support::kubeconfig("prod", "https://127.0.0.1:1"));
    for arguments in [&["plan", "-f", "policy.yaml"][..], &["run", "-f", "policy.yaml", "--yes"]] {
        let output = fake.program.run(arguments);
        output.exits(5).stderr_has("does not match this cluster: context `prod`").stderr_has("another context");
    }
    assert!(fake.calls().iter().all(|call| call[0] == "version"));
}

#[test]
fn unattended_a_context_alone_is_not_enough() {
    let fake = FakeHelm::new();
    fake.policy("keep: []\n");
    let text = fake.program.read("policy.yaml");
    fake.program.file("policy.yaml", &text.replace("{context: dev-eu, server: 'https://127.0.0.1:1'}", "dev-*"));
    fake.release("dev-a/redis");
    fake.program.run("run -f policy.yaml --yes").exits(5).stderr_has("only by its context `dev-eu`");
    // A name on a command line that no terminal has seen was typed by nobody.
    fake.program.run("run -f policy.yaml --confirm dev-eu").exits(5).stderr_has("only by its context");
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn a_server_from_a_flag_is_not_described_by_a_context_of_the_kubeconfig() {
    let mut fake = FakeHelm::with(["dev-a/redis"]);
    fake.program.set("HELM_KUBEAPISERVER", "https://127.0.0.1:2");
    fake.program.run(RUN).exits(5).stderr_has("context `kube-apiserver`, server https://127.0.0.1:2");
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn limits_refuse_and_show_the_whole_plan() {
    for (limits, says) in [
        ("{maxReleases: 2}", "3 releases would be purged, the limit is 2 (policy.yaml:6"),
        ("{maxNamespaces: 1}", "in 2 namespaces would be purged, the limit is 1"),
        (
            "{maxPercent: 99}\nrules: [{name: all}]",
            "3 of the 3 releases in scope would be purged, the limit is 99 percent",
        ),
    ] {
        let fake = FakeHelm::new();
        fake.policy(&format!("limits: {limits}\n"));
        for (namespace, name) in [("dev-a", "a"), ("dev-a", "b"), ("dev-b", "c"), ("prod", "d")] {
            fake.release(&format!("{namespace}/{name}"));
        }
        fake.program.run("plan -f policy.yaml").exits(0).stderr_has("run would be refused (limits.").stderr_has(says);
        fake.program.run("plan -f policy.yaml --detailed-exitcode").exits(5).stdout_has("dev-b");
        fake.program.run(RUN).exits(5).stderr_has(says).stderr_has("nothing was purged");
        nothing_was_uninstalled(&fake);
    }
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b"]);
    fake.program.run(&format!("{RUN} --max-releases 1")).exits(5).stderr_has("(--max-releases)");
    fake.program.run(&format!("{RUN} --max-releases 2")).exits(0);
}

#[test]
fn this_programs_own_release_is_always_kept() {
    let mut fake = FakeHelm::with(["dev-a/helm-purge"]);
    fake.program.set("HELM_PURGE_SELF", "dev-a/helm-purge");
    fake.program.run(RUN).exits(0).stderr_has("the release of helm-purge itself");
    assert_eq!(fake.left(), ["dev-a/helm-purge"]);
    fake.program.set("HELM_PURGE_SELF", "nonsense");
    fake.program.run(RUN).exits(2).stderr_has("NAMESPACE/RELEASE");
}

#[test]
fn where_the_records_cannot_be_seen_a_superseded_newest_revision_is_kept() {
    let fake = FakeHelm::new();
    fake.release_with("dev-a/odd", &[("status", json!("superseded"))]);
    fake.program.run(RUN).exits(0).stderr_has("and a newer one may exist");
    assert_eq!(fake.left(), ["dev-a/odd"]);
}
