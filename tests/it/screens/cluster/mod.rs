//! What needs a real cluster. It is one of its own: on the one that all tests share, anything may be there.

mod changing;
mod reading;
mod restoring;

use serde_json::{Value, json};
use throwaway_cluster::{Chart, Cluster, Components, HelmVersion, Kind, SeededRelease, charts};

use super::{Screens, freeze};
use crate::support::{OrPanic, Program, policy};

const RBAC: &str = "rbac.authorization.k8s.io";

/// A cluster, and the program pointed at it.
struct Stage {
    cluster: Cluster,
    program: Program,
}

/// One test, for these share the cluster and come one after the other.
#[test]
fn whatever_needs_a_cluster() {
    let mut stage = Stage::new();
    reading::proposals(&stage);
    reading::plans(&stage);
    reading::opt_outs(&stage);
    reading::rights(&stage);
    reading::offered_names(&stage);
    changing::locks(&mut stage);
    changing::guards(&mut stage);
    restoring::runs_and_restores(&mut stage);
    restoring::forgets(&mut stage);
    changing::pods(&mut stage);
}

impl Stage {
    fn new() -> Self {
        let cluster = Cluster::start(Components::ControlPlane).or_panic();
        let mut program = Program::new();
        freeze(&mut program);
        program.set("KUBECONFIG", cluster.kubeconfig());
        program.set("HELM_BIN", cluster.helm(HelmVersion::Three).or_panic());
        let stage = Self { cluster, program };
        stage.policy("dev-*", "keep: []\n");
        stage
    }

    fn screens(&self, theme: &str) -> Screens {
        let mut screens = Screens::of_cluster(theme);
        for helm in HelmVersion::BOTH {
            let path = self.cluster.helm(helm).or_panic();
            screens.hide(&path.display().to_string(), "HELM");
        }
        screens
    }

    /// Writes `policy.yaml`: this cluster, this scope and these lines.
    fn policy(&self, scope: &str, lines: &str) {
        let (server, uid) = (self.cluster.server(), self.cluster.uid());
        let cluster = format!("{{server: '{server}', uid: {uid}}}");
        self.program.file("policy.yaml", &policy("evening", &cluster, &format!("'{scope}'"), lines));
    }

    /// Sets the clock to so many minutes past three, from which the next run has its name.
    fn at(&mut self, minute: u8) -> String {
        let run = format!("20200102-03{minute:02}05-0000{minute:02}");
        self.program.set("HELM_PURGE_TEST_NOW", format!("2020-01-02T03:{minute:02}:05.678Z"));
        self.program.set("HELM_PURGE_TEST_RUN_ID", run.clone());
        run
    }

    /// Releases with a `ConfigMap` each, as `NAMESPACE/NAME`.
    fn seed(&self, releases: &[&str]) {
        let release = |text: &&str| {
            let (namespace, name) = text.split_once('/').expect("it is NAMESPACE/NAME");
            SeededRelease::new(namespace, name).config_maps(1)
        };
        self.seed_all(&releases.iter().map(release).collect::<Vec<_>>());
    }

    fn seed_all(&self, releases: &[SeededRelease]) {
        self.cluster.seed(releases).or_panic();
    }

    /// Installs a release, or another revision of it, by hand.
    fn install(&self, release: &str) {
        let chart = charts::path(Chart::Tiny).display().to_string();
        self.helm(release, &["upgrade", "--install"], &chart);
    }

    /// Brings a revision of a release back by hand.
    fn bring_back(&self, release: &str, revision: &str) {
        self.helm(release, &["rollback"], revision);
    }

    fn helm(&self, release: &str, command: &[&str], last: &str) {
        let (namespace, name) = release.split_once('/').expect("it is NAMESPACE/NAME");
        let mut helm = self.cluster.helm_command(HelmVersion::Three).or_panic();
        let output = helm.args(command).args([name, last, "-n", namespace]).output().expect("helm starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn apply(&self, object: &Value) {
        self.cluster.api().apply(object).or_panic();
    }

    /// Removes every release of a namespace and what it holds.
    fn clear(&self, namespace: &str) {
        for kind in [Kind::SECRET, Kind::CONFIG_MAP] {
            for name in self.cluster.api().list(kind, Some(namespace)).unwrap_or_default() {
                if name != "kube-root-ca.crt" {
                    self.cluster.api().delete(kind, Some(namespace), &name).or_panic();
                }
            }
        }
    }

    fn namespace(&self, name: &str) {
        self.cluster.api().create_namespace(name).or_panic();
    }

    /// A service account with this role in the whole cluster.
    fn account(&self, namespace: &str, name: &str, role: &str) {
        self.namespace(namespace);
        self.apply(
            &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}),
        );
        self.apply(&json!({
            "apiVersion": format!("{RBAC}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": namespace},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        }));
    }

    fn read(&self, file: &str) -> String {
        self.program.read(file)
    }
}
