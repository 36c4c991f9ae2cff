//! The ways to say which cluster is meant, and as whom: client and helm always see the same one.

use std::fs;
use std::path::Path;

use helm_purge::cluster::{Client, Connection};
use helm_purge::settings::{ConnectionOptions, InCluster, KubeconfigFiles};
use helm_purge::signal::CancelToken;
use serde_json::{Value, json};
use throwaway_cluster::HelmVersion;

use crate::support::{Real, cluster, create_namespace};

const NAMES: &str = "plan -f policy.yaml -o name";

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("the kubeconfig is there"))
        .or_else(|_| helm_purge_yaml(path))
        .expect("the kubeconfig can be read")
}

/// The cluster package writes YAML or JSON; kubectl turns either into JSON.
fn helm_purge_yaml(path: &Path) -> Result<Value, serde_json::Error> {
    let mut kubectl = cluster().kubectl_command().expect("kubectl can be had");
    kubectl.args(["config", "view", "--raw", "-o", "json"]).env("KUBECONFIG", path);
    serde_json::from_slice(&kubectl.output().expect("kubectl can be started").stdout)
}

#[test]
fn a_kubeconfig_of_several_files_is_joined_and_gaps_in_the_list_do_no_harm() {
    let mut real = Real::new("joined", HelmVersion::Three);
    real.seed(&["a/web"]);
    let whole = read(cluster().kubeconfig());
    let part = |keep: &str| {
        let mut part = json!({"apiVersion": "v1", "kind": "Config"});
        part[keep] = whole[keep].clone();
        part.to_string()
    };
    real.program.file("clusters", &part("clusters"));
    real.program.file("users", &part("users"));
    let mut contexts: Value = serde_json::from_str(&part("contexts")).expect("JSON");
    contexts["current-context"] = json!("throwaway");
    real.program.file("contexts", &contexts.to_string());
    // Relative paths, an empty entry, and a file that does not exist.
    real.program.set("KUBECONFIG", "clusters::users:/no/such/file:contexts");
    let names = real.program.run(NAMES).exits(0).stdout;
    assert_eq!(names.lines().count(), 1);
    real.program.run("run -f policy.yaml --yes -A").exits(0).stdout_has("purged 1");
}

#[test]
fn certificates_in_files_beside_the_kubeconfig_are_found_from_any_folder() {
    let mut real = Real::new("beside", HelmVersion::Four);
    real.seed(&["a/web"]);
    let mut whole = read(cluster().kubeconfig());
    let folder = real.program.folder().join("elsewhere");
    fs::create_dir_all(&folder).expect("a folder can be made");
    for (owner, field) in [
        ("/clusters/0/cluster", "certificate-authority"),
        ("/users/0/user", "client-certificate"),
        ("/users/0/user", "client-key"),
    ] {
        let fields = whole.pointer_mut(owner).and_then(Value::as_object_mut).expect("the kubeconfig has it");
        let data = fields.remove(&format!("{field}-data")).expect("the kubeconfig embeds it");
        let mut decode = std::process::Command::new("base64");
        decode
            .arg("--decode")
            .stdin(std::process::Stdio::piped())
            .stdout(fs::File::create(folder.join(field)).expect("a file can be made"));
        let mut child = decode.spawn().expect("coreutils are there");
        std::io::Write::write_all(
            &mut child.stdin.take().expect("it is a pipe"),
            data.as_str().expect("text").as_bytes(),
        )
        .expect("it reads");
        assert!(child.wait().expect("it is our child").success());
        fields.insert(field.to_owned(), json!(field));
    }
    fs::write(folder.join("config"), whole.to_string()).expect("a file can be written");
    real.program.set("KUBECONFIG", "elsewhere/config");
    real.program.run("run -f policy.yaml --yes -A").exits(0).stdout_has("purged 1");
}

#[test]
fn helms_own_connection_variables_are_honoured_by_client_and_helm_alike() {
    let mut real = Real::new("flags", HelmVersion::Three);
    real.seed(&["a/web"]);
    let api = cluster().api();
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "purger", "namespace": real.namespace("a")}});
    api.apply(&account).expect("an account can be made");
    api.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": real.namespace("a")},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "purger", "namespace": real.namespace("a")}],
    }))
    .expect("a binding can be made");
    let kubeconfig =
        read(&cluster().kubeconfig_for_service_account(&real.namespace("a"), "purger").expect("it exists"));
    let token = kubeconfig.pointer("/users/0/user/token").and_then(Value::as_str).expect("a token").to_owned();
    // No kubeconfig at all: the three flags of Helm say everything.
    real.program.set("KUBECONFIG", "").set("HELM_KUBEAPISERVER", cluster().server()).set("HELM_KUBETOKEN", token);
    real.program.set("HELM_KUBECAFILE", cluster().server_certificate().authority);
    let policy = real.program.read("policy.yaml");
    real.program.file("policy.yaml", &policy.replace("context: throwaway, ", ""));
    real.program.run("run -f policy.yaml --yes -A").exits(0).stdout_has("purged 1");
}

#[test]
fn impersonation_reaches_the_client_and_helm() {
    let mut real = Real::new("as-user", HelmVersion::Four);
    real.seed(&["a/web"]);
    real.program.set("HELM_KUBEASUSER", "somebody-without-rights");
    let output = real
        .program
        .run(NAMES)
        .exits(5)
        .stderr_has("User \"somebody-without-rights\" cannot get resource \"namespaces\"");
    output.stderr_has("cannot read the uid of this cluster");
    real.program.set("HELM_KUBEASGROUPS", "system:masters");
    real.program.run("run -f policy.yaml --yes -A").exits(0).stdout_has("purged 1");
}

#[test]
fn the_pinned_connection_is_a_private_copy_that_goes_with_its_last_user() {
    let real = Real::new("pinned", HelmVersion::Three);
    let mut wish = ConnectionOptions {
        kubeconfig: KubeconfigFiles::Flag(real.program.file("mine", &read(cluster().kubeconfig()).to_string())),
        ..ConnectionOptions::default()
    };
    let connection = Connection::resolve(&wish).expect("it resolves");
    let pinned = fs::read_to_string(connection.kubeconfig()).expect("the private copy is there");
    real.program.file("mine", "apiVersion: v1\nkind: Config\ncurrent-context: production\n");
    assert_eq!(fs::read_to_string(connection.kubeconfig()).expect("still there"), pinned);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(connection.kubeconfig()).expect("still there").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let folder = connection.folder().to_owned();
    drop(connection);
    assert!(!folder.exists(), "the private copy goes with the last user of it");
    wish.context = Some("throwaway".to_owned());
    let error = Connection::resolve(&wish).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("`throwaway`"), "what is not there any more is not found: {error}");
}

#[test]
fn a_pod_finds_its_own_cluster_by_its_service_account() {
    let real = Real::new("pod", HelmVersion::Three);
    create_namespace(&real.namespace("a"));
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "pod", "namespace": real.namespace("a")}});
    cluster().api().apply(&account).expect("an account can be made");
    let kubeconfig = read(&cluster().kubeconfig_for_service_account(&real.namespace("a"), "pod").expect("it exists"));
    let token = kubeconfig.pointer("/users/0/user/token").and_then(Value::as_str).expect("a token");
    real.program.file("token", token);
    fs::copy(cluster().server_certificate().authority, real.program.folder().join("ca.crt"))
        .expect("a file can be copied");
    real.program.file("namespace", &real.namespace("a"));
    let (host, port) =
        cluster().server().trim_start_matches("https://").split_once(':').expect("an address with a port");
    let pod =
        InCluster { host: host.to_owned(), port: port.to_owned(), service_account: real.program.folder().to_owned() };
    let wish = ConnectionOptions { in_cluster: Some(pod), ..ConnectionOptions::default() };
    let connection = Connection::resolve(&wish).expect("it resolves");
    assert!(connection.is_in_cluster);
    assert_eq!(
        (connection.context.as_str(), connection.default_namespace.as_str()),
        ("in-cluster", real.namespace("a").as_str())
    );
    let client = Client::new(&connection, CancelToken::default()).expect("a client can be made");
    let error = client.identity().expect_err("the account may not read kube-system");
    assert!(error.to_string().contains("system:serviceaccount"), "{error}");
}
