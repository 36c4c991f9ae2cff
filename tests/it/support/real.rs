//! The real cluster, shared by all tests, and the program pointed at it.

use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use throwaway_cluster::{Chart, Cluster, Components, HelmVersion, Kind, Line, Pod, Proxy, Relay, SeededRelease};

use super::{CommandLine, OrPanic, Program, policy};

/// One for all tests; it goes with this process, however that ends.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(Components::with_nodes()).or_panic())
}

/// Makes this object, or makes it like this.
pub(crate) fn apply(object: &Value) {
    cluster().api().apply(object).or_panic();
}

/// Releases as helm leaves them, without a helm.
pub(crate) fn seed_releases(releases: &[SeededRelease]) {
    cluster().seed(releases).or_panic();
}

pub(crate) fn create_namespace(name: &str) {
    cluster().api().create_namespace(name).or_panic();
}

/// The program on the real cluster, with one of the real helms, and namespaces that are the test's own.
pub(crate) struct Real {
    pub(crate) program: Program,
    pub(crate) helm: HelmVersion,
    prefix: String,
    /// As the kubeconfig gives it.
    server: String,
}

impl Real {
    /// `test` is a word that no other test uses; the namespaces are called `TEST-HELM-NAME`.
    pub(crate) fn new(test: &str, helm: HelmVersion) -> Self {
        let prefix = format!("{test}-{helm}");
        let mut program = Program::new();
        program.set("KUBECONFIG", cluster().kubeconfig());
        program.set("HELM_BIN", cluster().helm(helm).or_panic());
        let real = Self { program, helm, prefix, server: cluster().server().to_owned() };
        real.policy("keep: []\n");
        real
    }

    /// The same for both helms.
    pub(crate) fn with_both(test: &str, run: impl Fn(&Self)) {
        for helm in HelmVersion::BOTH {
            run(&Self::new(test, helm));
        }
    }

    /// The same with a proxy of its own between the program and the cluster.
    pub(crate) fn behind_a_proxy(test: &str, helm: HelmVersion) -> (Self, Proxy) {
        let mut real = Self::new(test, helm);
        let proxy = cluster().proxy().or_panic();
        real.program.set("KUBECONFIG", proxy.kubeconfig());
        proxy.server().clone_into(&mut real.server);
        real.policy("keep: []\n");
        (real, proxy)
    }

    /// From now on the program reaches the cluster through a relay, without being anybody: whatever the relay leads to
    /// looks the same to it. The policy names the relay's address, and no uid.
    pub(crate) fn go_through_a_relay(&mut self) -> Relay {
        let relay = cluster().relay(Line::default()).or_panic();
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "throwaway", "users": [],
            "contexts": [{"name": "throwaway", "context": {"cluster": "c"}}],
            "clusters": [{"name": "c", "cluster": {"server": relay.server(), "insecure-skip-tls-verify": true}}],
        });
        let kubeconfig = self.program.file("kubeconfig", &kubeconfig.to_string());
        self.program.set("KUBECONFIG", kubeconfig);
        let policy = self.program.read("policy.yaml");
        let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "");
        self.program.file("policy.yaml", &policy.replace(cluster().server(), relay.server()));
        relay
    }

    /// A namespace of this test.
    pub(crate) fn namespace(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    /// Writes `policy.yaml`: this cluster, a scope around this test's namespaces, and these lines, in which
    /// `PREFIX` stands for what all its namespaces begin with.
    pub(crate) fn policy(&self, lines: &str) {
        let cluster = format!("{{context: throwaway, server: '{}', uid: {}}}", self.server, cluster().uid());
        let (prefix, lines) = (&self.prefix, lines.replace("PREFIX", &self.prefix));
        self.program.file("policy.yaml", &policy(prefix, &cluster, &format!("'{prefix}-*'"), &lines));
    }

    /// From now on the program runs in this pod. A context has no name there, so the policy must do without.
    pub(crate) fn move_into(&mut self, pod: &Pod) {
        self.program.move_into(pod);
        let policy = self.program.read("policy.yaml");
        self.program.file("policy.yaml", &policy.replace("context: throwaway, ", ""));
    }

    /// Small releases without objects, as `namespace/name`.
    pub(crate) fn seed(&self, names: &[&str]) {
        let releases = names.iter().map(|name| {
            let (namespace, name) = name.split_once('/').expect("written as namespace/name");
            SeededRelease::new(&self.namespace(namespace), name).config_maps(1)
        });
        cluster().seed(&releases.collect::<Vec<_>>()).or_panic();
    }

    /// A chart, installed by this helm.
    pub(crate) fn install(&self, chart: Chart, namespace: &str, name: &str, flags: &[&str]) {
        cluster().install(self.helm, chart, namespace, name, flags).or_panic();
    }

    /// What helm itself lists in this test's namespaces, as `namespace/name`, in every state, sorted.
    pub(crate) fn listed(&self) -> Vec<String> {
        let mut command = self.helm_command();
        let states = ["--deployed", "--failed", "--pending", "--uninstalling", "--superseded", "--uninstalled"];
        command.args(["list", "--all-namespaces", "--max", "0", "-o", "json"]).args(states);
        let output = command.output().expect("helm can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let releases: Vec<Value> = serde_json::from_slice(&output.stdout).expect("helm prints JSON");
        let text = |release: &Value, key: &str| release[key].as_str().unwrap_or_default().to_owned();
        let start = format!("{}-", self.prefix);
        let mut names = releases
            .iter()
            .filter_map(|release| {
                let namespace = text(release, "namespace");
                Some(format!("{}/{}", namespace.strip_prefix(&start)?, text(release, "name")))
            })
            .collect::<Vec<_>>();
        names.sort();
        names
    }

    /// From now on every call of helm leaves a line, its pid and its arguments, in this file of the folder.
    pub(crate) fn log_calls(&mut self, file: &str) {
        let log = self.program.file(file, "");
        let helm = cluster().helm(self.helm).or_panic();
        let script = format!("#!/bin/sh\necho \"$$ $*\" >> '{}'\nexec '{}' \"$@\"\n", log.display(), helm.display());
        let wrapper = self.program.executable("helm", &script);
        self.program.set("HELM_BIN", wrapper);
    }

    /// A real helm that begins with one of its commands when it is let: it says so in `calls`, and waits for the file `go`.
    pub(crate) fn hold_helm(&mut self, command: &str) {
        let folder = self.program.folder().display().to_string();
        let helm = cluster().helm(self.helm).or_panic();
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = {command} ]; then\n  echo \"$@\" >> '{folder}/calls'\n  \
             until [ -e '{folder}/go' ]; do sleep 0.02; done\nfi\nexec '{}' \"$@\"\n",
            helm.display()
        );
        let wrapper = self.program.executable("helm", &script);
        self.program.set("HELM_BIN", wrapper);
    }

    /// Lets the helm begin that is held.
    pub(crate) fn let_helm_go(&self) {
        self.program.file("go", "");
    }

    /// What helm itself does, and has to succeed in.
    #[track_caller]
    pub(crate) fn helm(&self, line: &str) {
        let output = self.helm_command().args(line.words()).output().expect("helm can be started");
        assert!(output.status.success(), "helm {line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn helm_command(&self) -> Command {
        cluster().helm_command(self.helm).or_panic()
    }
}

/// The records of a namespace, which go when the test ends, however it does. For those that are a burden to whoever
/// lists all namespaces: helm unpacks each of them.
pub(crate) struct Burden(String);

impl Real {
    /// The records in one of this test's namespaces.
    pub(crate) fn burden(&self, name: &str) -> Burden {
        Burden(self.namespace(name))
    }
}

impl Drop for Burden {
    /// Must not panic: the test may have failed already.
    fn drop(&mut self) {
        let api = cluster().api();
        for name in api.list(Kind::SECRET, Some(&self.0)).unwrap_or_default() {
            let _ = api.delete(Kind::SECRET, Some(&self.0), &name);
        }
    }
}
