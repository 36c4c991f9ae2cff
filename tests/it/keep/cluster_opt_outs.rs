//! `keep` on the real cluster, as a developer who has the built-in role `edit` in one namespace and nothing else.

use std::path::PathBuf;

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use crate::support::{OrPanic, Output, Program, Real, Role, apply, cluster, create_namespace, user};

/// A namespace with releases, and the program as a developer with `edit` in it.
struct Developer {
    real: Real,
    program: Program,
    kubeconfig: PathBuf,
    namespace: String,
    name: String,
}

impl Developer {
    /// `test` is a word that no other test uses.
    fn new(test: &str, releases: &[&str]) -> Self {
        let real = Real::new(test, HelmVersion::Four);
        let namespace = real.namespace("a");
        let releases = releases.iter().map(|name| format!("a/{name}")).collect::<Vec<_>>();
        real.seed(&releases.iter().map(String::as_str).collect::<Vec<_>>());
        let name = format!("{test}-developer");
        let mut program = Program::new();
        let kubeconfig = user(cluster(), &name, &[(&namespace, Role::Edit)]);
        program.set("KUBECONFIG", kubeconfig.clone());
        Self { real, program, kubeconfig, namespace, name }
    }

    /// What stands in a word as `NS` is the namespace.
    fn keep(&self, words: &[&str]) -> Output {
        let words = words.iter().map(|word| word.replace("NS", &self.namespace)).collect::<Vec<_>>();
        let words = std::iter::once("keep").chain(words.iter().map(String::as_str)).collect::<Vec<_>>();
        self.program.run(&words)
    }

    fn config_map(&self, name: &str) -> Option<Value> {
        let found = cluster().api().get(Kind::CONFIG_MAP, Some(&self.namespace), name);
        found.or_panic()
    }

    fn annotation(&self, name: &str, key: &str) -> Option<String> {
        let object = self.config_map(name).expect("it was written");
        object["metadata"]["annotations"][format!("helm-purge/{key}")].as_str().map(str::to_owned)
    }

    /// What the plan of an admin says of a release: the decision, and the reasons.
    fn planned(&self, release: &str) -> (String, String) {
        let plan = self.real.program.run("plan -f policy.yaml -o json").exits(0).json();
        let releases = plan["releases"].as_array().expect("a plan has releases");
        let found = releases.iter().find(|entry| entry["name"] == release).expect("the release is in the plan");
        let reasons = found["reasons"].as_array().expect("a release has reasons");
        let texts = reasons.iter().map(|reason| reason["text"].as_str().unwrap_or_default());
        (found["decision"].as_str().unwrap_or_default().to_owned(), texts.collect::<Vec<_>>().join("; "))
    }
}

#[test]
fn a_developer_protects_a_release_and_the_plan_says_why_and_until_when() {
    let developer = Developer::new("keepone", &["web", "db"]);
    assert_eq!(developer.planned("web").0, "purge");
    let written = developer.keep(&["NS/web", "--until", "2099-12-01", "--reason", "customer demo"]).exits(0);
    let line = format!("configmap/helm-purge-keep-web created: {}/web is kept until 2099-12-01\n", developer.namespace);
    assert_eq!(written.stdout, line);
    let (decision, reasons) = developer.planned("web");
    assert_eq!(decision, "keep");
    assert!(reasons.contains("2099-12-01") && reasons.contains("customer demo"), "{reasons}");
    assert_eq!(developer.planned("db").0, "purge");

    let object = developer.config_map("helm-purge-keep-web").expect("it was written");
    assert_eq!(object["metadata"]["labels"], json!({"helm-purge": "keep"}));
    assert_eq!(object["data"], Value::Null);
    assert_eq!(developer.annotation("helm-purge-keep-web", "by").as_deref(), Some(developer.name.as_str()));

    let removed = developer.keep(&["--remove", "NS/web"]).exits(0);
    assert_eq!(removed.stdout, format!("configmap/helm-purge-keep-web deleted: it kept {}/web\n", developer.namespace));
    assert_eq!(developer.planned("web").0, "purge");
    developer.keep(&["--remove", "NS/web"]).exits(1).stderr_has("`keep` has written nothing for");
}

#[test]
fn to_keep_the_same_again_replaces_end_and_reason_and_nothing_else() {
    let developer = Developer::new("keepagain", &["db-1", "db-2"]);
    developer.keep(&["NS", "--until", "2099-12-01", "--reason", "demo"]).exits(0).stdout_has("helm-purge-keep created");
    let change = json!({"metadata": {"annotations": {"team": "a"}}, "data": {"mine": "x"}});
    let patched = cluster().api().patch(Kind::CONFIG_MAP, Some(&developer.namespace), "helm-purge-keep", &change);
    patched.or_panic();
    let again =
        developer.keep(&["NS/*"]).exits(0).stdout_has("helm-purge-keep configured").stdout_has("without an end");
    again.stderr_has("hint: it has no end").stderr_has("before, it was kept until 2099-12-01").stderr_has("demo");
    let object = developer.config_map("helm-purge-keep").expect("it was written");
    assert_eq!((&object["data"]["mine"], &object["metadata"]["annotations"]["team"]), (&json!("x"), &json!("a")));
    assert_eq!(developer.annotation("helm-purge-keep", "until"), None);
    assert_eq!(developer.annotation("helm-purge-keep", "reason"), None);

    let several = developer.keep(&["NS/db*", "NS/db-1", "--until", "3d"]).exits(0);
    assert_eq!(several.stdout.lines().count(), 2, "{several}");
    let until = developer.annotation("helm-purge-keep-db-1", "until").expect("it has an end");
    let days = until.parse::<jiff::Timestamp>().expect("a time").duration_since(jiff::Timestamp::now()).as_hours();
    assert!((70..=72).contains(&days), "{until}");
    let listed = developer.keep(&["--list", "NS"]).exits(0);
    assert_eq!(listed.stdout.lines().count(), 4, "{listed}");
    developer.keep(&["--remove", "NS/db*", "NS/db-1", "NS"]).exits(0);
    developer.keep(&["--list", "NS"]).exits(0).stderr_has("nobody has opted out");
}

#[test]
fn the_list_has_what_was_written_in_every_way_and_removing_names_the_others() {
    let developer = Developer::new("keeplist", &["web", "db"]);
    let namespace = developer.namespace.clone();
    developer.keep(&["NS/web", "--until", "2099-12-01"]).exits(0);
    let labels = json!({"helm-purge": "keep"});
    let annotations = json!({"helm-purge/releases": "w*, db", "helm-purge/reason": "by hand"});
    let metadata = json!({"namespace": namespace, "name": "mine", "labels": labels, "annotations": annotations});
    apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}));
    let change = json!({"metadata": {"annotations": {"helm-purge/keep": "audit"}}});
    let changed = cluster().api().patch(Kind::NAMESPACE, None, &namespace, &change);
    changed.or_panic();

    let list = developer.keep(&["--list", "NS", "-o", "json"]).exits(0).json();
    assert_eq!(list["kind"], "OptOutList");
    assert_eq!(
        list["optOuts"],
        json!([
            {"namespace": namespace, "reason": "audit", "source": "annotation helm-purge/keep"},
            {"namespace": namespace, "releases": ["w*", "db"], "reason": "by hand", "source": "ConfigMap mine"},
            {"namespace": namespace, "releases": ["web"], "until": "2099-12-01", "by": developer.name,
             "source": "ConfigMap helm-purge-keep-web"},
        ])
    );
    let admin = developer.real.program.run("keep --list").exits(0);
    assert!(admin.stdout.lines().filter(|line| line.starts_with(&namespace)).count() == 3, "{admin}");
    developer.keep(&["--list"]).exits(4).stderr_has("configmaps is forbidden").stderr_has("keep --list NAMESPACE");

    let removed = developer.keep(&["--remove", "NS/web"]).exits(0);
    removed
        .stderr_has(&format!("kubectl annotate namespace {namespace} helm-purge/keep-"))
        .stderr_has(&format!("kubectl delete configmap -n {namespace} mine"));
}

#[test]
fn a_developer_cannot_annotate_the_namespace_which_is_why_there_are_config_maps() {
    let developer = Developer::new("keepwhy", &["web"]);
    let change = json!({"metadata": {"annotations": {"helm-purge/keep": "mine"}}});
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be had");
    let answer = runtime.block_on(async {
        let kubeconfig = kube::config::Kubeconfig::read_from(&developer.kubeconfig).expect("it was written well");
        let options = kube::config::KubeConfigOptions::default();
        let configuration = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.expect("it is complete");
        let client = kube::Client::try_from(configuration).expect("a client can be made");
        let namespaces = kube::Api::<k8s_openapi::api::core::v1::Namespace>::all(client);
        let parameters = kube::api::PatchParams::default();
        namespaces.patch_metadata(&developer.namespace, &parameters, &kube::api::Patch::Merge(change)).await
    });
    assert!(matches!(&answer, Err(kube::Error::Api(status)) if status.code == 403), "{answer:?}");
    developer.keep(&["NS"]).exits(0);
}

#[test]
fn what_is_not_ours_is_not_touched() {
    let developer = Developer::new("keepours", &["web", "db"]);
    let namespace = developer.namespace.clone();
    let metadata =
        json!({"namespace": namespace, "name": "helm-purge-keep-web", "annotations": {"helm-purge/until": "x"}});
    apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}));
    let before = developer.config_map("helm-purge-keep-web");
    developer
        .keep(&["NS/db", "NS/web", "--until", "3d"])
        .exits(5)
        .stderr_has("helm-purge-keep-web")
        .stderr_has("left alone");
    assert_eq!(developer.config_map("helm-purge-keep-db"), None, "nothing is written where one cannot be");
    let nothing = format!("error: `keep` has written nothing for {namespace}/web\n");
    developer.keep(&["--remove", "NS/web"]).exits(1).stderr_has(&nothing);
    assert_eq!(developer.config_map("helm-purge-keep-web"), before);

    developer.keep(&["NS/db", "--until", "3d"]).exits(0);
    let change = json!({"metadata": {"annotations": {"helm-purge/releases": "db,web"}}});
    let changed = cluster().api().patch(Kind::CONFIG_MAP, Some(&namespace), "helm-purge-keep-db", &change);
    changed.or_panic();
    developer.keep(&["NS/db", "--until", "4d"]).exits(5).stderr_has("for other releases");
    developer.keep(&["--remove", "NS/db"]).exits(1).stderr_has("kubectl delete configmap");
    assert!(developer.config_map("helm-purge-keep-db").is_some());
}

#[test]
fn another_namespace_is_refused_in_the_api_servers_words() {
    let developer = Developer::new("keepelse", &["web"]);
    let other = developer.real.namespace("b");
    create_namespace(&other);
    let target = format!("{other}/web");
    developer.keep(&[&target]).exits(4).stderr_has("forbidden").stderr_has(&developer.name).stderr_has("hint:");
    developer.keep(&["--list", &other]).exits(4).stderr_has("forbidden");
    let maps = cluster().api().list(Kind::CONFIG_MAP, Some(&other)).or_panic();
    assert!(maps.iter().all(|name| !name.starts_with("helm-purge")), "{maps:?}");
    let nowhere = developer.real.program.run("keep keepelse-nowhere/web").exits(4);
    nowhere.stderr_has("not found").stderr_has("the namespace stands before the slash");
}

#[test]
fn a_name_that_no_release_has_is_kept_and_reported() {
    let developer = Developer::new("keeptypo", &["web", "db"]);
    let kept = developer.keep(&["NS/wbe", "--until", "3d"]).exits(0);
    kept.stderr_has("warning: no release is").stderr_has("its namespace has db, web");
    let kept = developer.keep(&["NS/w*", "--until", "3d"]).exits(0);
    assert!(!kept.stderr.contains("warning"), "{kept}");
}

#[test]
fn a_wrong_command_line_is_reported_before_anything_is_sent() {
    let program = Program::new();
    for (words, says) in [
        (&["keep"][..], "the following required arguments were not provided:\n  <NAMESPACE[/RELEASE]>..."),
        (&["keep", "dev-*"], "`dev-*` is no namespace: a name is made of lower-case letters, digits and `-`"),
        (&["keep", "dev-a/"], "an empty pattern"),
        (&["keep", "dev-a/Web"], "this pattern can match no release"),
        (&["keep", "dev-a/{web,db}"], "`{web,db}` has a comma or a blank in it, which stand between releases"),
        (&["keep", "dev-a", "--until", "yesterday"], "--until `yesterday` is no end that can be told"),
        (&["keep", "dev-a", "--until", "2020-01-01"], "--until `2020-01-01` is over already"),
        (&["keep", "dev-a", "--reason", "a\nb"], "--reason has a character that nobody sees: U+000A"),
        (&["keep", "dev-a", "-o", "json"], "the following required arguments were not provided:\n  --list"),
        (&["keep", "--list", "dev-a/web"], "`dev-a/web` is no namespace: a name is made of lower-case letters"),
        (&["keep", "--list", "--remove", "dev-a"], "the argument '--list' cannot be used with '--remove'"),
        (
            &["keep", "--remove", "dev-a", "--until", "3d"],
            "the argument '--remove' cannot be used with '--until <WHEN>'",
        ),
    ] {
        // There is no kubeconfig: whatever gets as far as a cluster is another code.
        program.run(words).exits(2).stderr_has(&format!("error: {says}"));
    }
    program.run("keep dev-a").exits(4).stderr_has("kubeconfig");
}
