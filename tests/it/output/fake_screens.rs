//! Whole screens, as people see them.

use serde_json::json;

use crate::support::{FakeHelm, RUN};

/// Without what differs from run to run: how long things took, what the run is called and when it began.
pub(super) fn steady(text: &str) -> String {
    let is_time = |word: &str| word.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok());
    let is_run = |word: &str| word.parse::<helm_purge::run_id::RunId>().is_ok();
    let steady = |word: &str| match word.trim() {
        time if is_time(time) => word.replace(time, "TIME"),
        run if is_run(run) => word.replace(run, "RUN"),
        begun if begun.starts_with("20") && begun.contains('T') => word.replace(begun, "BEGUN"),
        _ => word.to_owned(),
    };
    text.split_inclusive(char::is_whitespace).map(steady).collect()
}

#[test]
fn the_plan_on_a_screen() {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/vault', 'dev-c/*', {charts: [traefik], reason: shared by everyone}]\n");
    fake.release("dev-a/redis");
    fake.release("dev-a/vault");
    fake.release_with("dev-a/busy", &[("status", json!("pending-upgrade"))]);
    fake.release_with("dev-b/broken", &[("status", json!("failed"))]);
    fake.release_with("dev-b/lost", &[("chart", json!("MISSING"))]);
    fake.release_with("dev-b/odd", &[("revision", json!("x"))]);
    fake.release("dev-b/traefik");
    fake.release_with("dev-b/yesterday", &[("status", json!("uninstalled"))]);
    let output = fake.program.run("plan -f policy.yaml").exits(0);
    insta::assert_snapshot!(steady(&output.stdout), @r#"
    test  policy.yaml  on dev-eu (https://127.0.0.1:1, helm v3.21.4)
    note: what Flux and Argo CD manage could not be looked at; of Flux only its labels were

      NAMESPACE  RELEASE           AGE  CHART            WHY
      dev-a      busy       keep    3d  busy-1.2.3       pending-upgrade for long; no rule takes what is `stuck`
      dev-a      redis      purge   3d  redis-1.2.3
      dev-a      vault      keep    3d  vault-1.2.3      */vault (policy.yaml:6)
      dev-b      broken     purge   3d  broken-1.2.3     failed
      dev-b      lost       keep    3d  ?                its chart cannot be told, and `keep` has charts traefik (policy.yaml:6); its chart cannot be told
      dev-b      odd        keep     ?  ?                cannot be understood: its revision is "x"
      dev-b      traefik    keep    3d  traefik-1.2.3    charts traefik: shared by everyone (policy.yaml:6)
      dev-b      yesterday  keep    3d  yesterday-1.2.3  uninstalled already, its history is someone's way back; no rule selects it: all of the fence asks for another state (policy.yaml:5)

      keep  */vault         1  policy.yaml:6
      keep  dev-c/*         0  policy.yaml:6  nothing, now
      keep  charts traefik  1  policy.yaml:6

    purge 2 releases in 2 namespaces · keep 6 · 16 at a time
    "#);
}

#[test]
fn the_summary_on_a_screen() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c", "dev-a/d"]);
    fake.behaves(
        "dev-a/a",
        &json!({"stdout": "These resources were kept due to the resource policy:\n[ConfigMap] a-kept\n\n"}),
    );
    fake.behaves(
        "dev-a/b",
        &json!({"exit": 1, "stderr": concat!(
        "uninstall.go:125: 2026 [debug] uninstall: Failed to delete release: ",
        "[configmaps \"b\" is forbidden: User \"x\" cannot delete resource \"configmaps\"]\n",
        "Error: failed to delete release: b\n",
        "helm.go:92: 2026 [debug] failed to delete release: b\n")}),
    );
    fake.behaves(
        "dev-a/c",
        &json!({"exit": 1, "stderr": "Error: 1 error occurred:\n\t* job c-pre failed: BackoffLimitExceeded\n\n\n"}),
    );
    let output = fake.program.run(&format!("{RUN} --workers 1")).exits(1);
    insta::assert_snapshot!(steady(&output.stdout), @r#"
    purged 2 · failed 2 · already gone 0 · not started 0     in TIME (1 worker)

    failed
      dev-a/b  rbac
          failed to delete release: b
          configmaps "b" is forbidden: User "x" cannot delete resource "configmaps"
          it is still listed, as `deployed`
          hint: give the user that right, or leave the release to someone who has it
      dev-a/c  hook
          1 error occurred:
          	* job c-pre failed: BackoffLimitExceeded
          it is still listed, as `deployed`
          hint: mend the hook (its Job and Pods are in the namespace); a second run tries again

    left behind
      dev-a/a  [ConfigMap] a-kept (helm.sh/resource-policy: keep)

    verified: 2 of 2 are gone from dev-eu
    journal: run RUN
    "#);
    insta::assert_snapshot!(steady(&output.stderr), @r#"
    note: helm makes the lists, and nothing is checked again while releases go, for the API could not be asked: ServiceError: client error (Connect): tcp connect error: Connection refused (os error 111)
    test  policy.yaml  on dev-eu (https://127.0.0.1:1, helm v3.21.4)
    note: what Flux and Argo CD manage could not be looked at; of Flux only its labels were

      NAMESPACE  RELEASE         AGE  CHART    WHY
      dev-a      a        purge   3d  a-1.2.3
      dev-a      b        purge   3d  b-1.2.3
      dev-a      c        purge   3d  c-1.2.3
      dev-a      d        purge   3d  d-1.2.3

    purge 4 releases in 1 namespace · keep 0 · 1 at a time
    note: no lock is taken; --lock-namespace says where, for all who run this policy
    purged dev-a/a TIME
    failed dev-a/b TIME rbac: failed to delete release: b
    failed dev-a/c TIME hook: 1 error occurred:
    purged dev-a/d TIME
    looking at the cluster once more
    "#);
}
