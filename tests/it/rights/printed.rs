//! What `rbac` prints, and where it refuses to.

use crate::support::{Output, Program, kubeconfig};

const NAMED: &str = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: end-of-day}\nclusters: [dev]\n\
                     namespaces: [dev-alice, dev-bob]\n";

fn rbac(policy: &str, more: &[&str]) -> Output {
    let program = Program::new();
    program.file("helm-purge.yaml", policy);
    program.run(&[&["rbac"], more].concat())
}

#[test]
fn where_every_namespace_is_named_no_cluster_is_asked() {
    let output = rbac(&format!("{NAMED}defaults: {{hooks: skip}}\n"), &["--lock-namespace", "locks"]).exits(0);
    assert_eq!(output.stderr, "");
    assert_eq!(output.stdout, include_str!("printed.yaml"), "{output}");
}

#[test]
fn one_namespace_needs_one_binding_whatever_the_globs_are() {
    let policy = NAMED.replace("[dev-alice, dev-bob]", "['dev-*']");
    let output = rbac(&policy, &["--for-namespace", "dev-carol", "--service-account", "ops/purger"]).exits(0);
    insta::assert_snapshot!(output.stdout, @r#"
    # What the service account ops/purger needs to carry out end-of-day, and no more. In the whole cluster it may look at
    # namespaces only. In the namespaces of the fence it may read Secrets and delete everything: whoever can use this
    # account can do that.
    ---
    # In dev-carol, a namespace of the fence.
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      labels:
        app.kubernetes.io/name: helm-purge
      name: helm-purge-end-of-day
      namespace: dev-carol
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: ClusterRole
      name: helm-purge-end-of-day
    subjects:
    - kind: ServiceAccount
      name: purger
      namespace: ops
    "#);
    let outside = rbac(&policy, &["--for-namespace", "prod"]).exits(2);
    outside.stderr_has("--for-namespace prod: no policy has it in its `namespaces`");
}

#[test]
fn a_glob_without_a_cluster_is_told_and_so_is_what_can_be_done() {
    let policy = NAMED.replace("[dev-alice, dev-bob]", "['dev-*']");
    let mut program = Program::new();
    program.file("helm-purge.yaml", &policy);
    let without = program.run("rbac").exits(4);
    assert_eq!(without.stdout, "");
    let home = program.folder().display();
    assert_eq!(
        without.stderr,
        format!(
            "error: there is no kubeconfig at `{home}/.kube/config`, and this is no pod\n\
             hint: log in to the cluster, or name a kubeconfig with `KUBECONFIG` or `--kubeconfig`\n"
        )
    );
    let nowhere = program.file("kubeconfig", &kubeconfig("throwaway", "https://127.0.0.1:1"));
    let silent = program.set("KUBECONFIG", nowhere).run("rbac").exits(4);
    assert_eq!(silent.stdout, "");
    let told = "error: the namespaces could not be listed, to tell which ones the globs mean: ";
    let hint = "\nhint: --for-namespace prints the binding of one namespace, and asks for labels only\n";
    assert!(silent.stderr.starts_with(told) && silent.stderr.ends_with(hint), "{silent}");
    let unnamed = rbac(&policy, &["--service-account", "purger"]).exits(2);
    assert_eq!(
        unnamed.stderr,
        "error: --service-account `purger`: write it as NAMESPACE/NAME\n\
         hint: names are lower case letters, digits and `-`\n"
    );
}

#[test]
fn who_keeps_no_history_needs_no_rights_to_restore() {
    rbac(NAMED, &["--for", "restore"]).exits(2).stderr_has("keeps no history");
    let keeping = format!("{NAMED}defaults: {{keepHistory: true}}\n");
    let list = rbac(&keeping, &["--for", "restore", "-o", "json"]).exits(0).json();
    let names = list["items"].as_array().expect("a list").iter().map(|item| item["metadata"]["name"].as_str());
    let names = names.map(Option::unwrap_or_default).collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "helm-purge-end-of-day.restore.look",
            "helm-purge-end-of-day.restore.look",
            "helm-purge-end-of-day.restore",
            "helm-purge-end-of-day.restore",
            "helm-purge-end-of-day.restore",
            "helm-purge-end-of-day.restore.lock",
            "helm-purge-end-of-day.restore.lock",
        ]
    );
}

#[test]
fn what_reaches_further_than_the_rights_is_said() {
    let output = rbac(&format!("{NAMED}defaults: {{reach: cluster}}\n"), &[]).exits(0);
    let words = output.stdout.replace("\n# ", " ");
    assert!(words.contains("end-of-day may choose releases with `reach: cluster`"), "{words}");
}
