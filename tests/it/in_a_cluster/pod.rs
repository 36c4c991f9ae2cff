//! A pod of a CronJob, started by hand: what a kubelet makes of a specification that the API server has stored.

use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use super::root::Root;
use crate::support::{OrPanic, Output, cluster};

/// A pod's specification, and where it lives.
pub(super) struct Pod {
    spec: Value,
    namespace: String,
}

/// What is left of a pod that has ended.
pub(super) struct Ended {
    pub(super) output: Output,
    /// What it has left in its termination log.
    pub(super) message: Value,
    pub(super) root: Root,
}

impl Pod {
    /// Of a CronJob that the API server has stored.
    pub(super) fn of(cronjob: &Value) -> Self {
        let spec = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"].clone();
        let namespace = text(&cronjob["metadata"]["namespace"]);
        Self { spec, namespace }
    }

    pub(super) fn spec(&self) -> &Value {
        &self.spec
    }

    pub(super) fn container(&self) -> &Value {
        let containers = self.spec["containers"].as_array().expect("a pod has containers");
        assert_eq!(containers.len(), 1);
        &containers[0]
    }

    pub(super) fn arguments(&self) -> Vec<String> {
        serde_json::from_value(self.container()["args"].clone()).expect("a list of texts")
    }

    pub(super) fn account(&self) -> String {
        text(&self.spec["serviceAccountName"])
    }

    /// The value of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<String> {
        self.arguments().iter().find_map(|argument| Some(argument.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
    }

    /// The API server takes a pod like this in a namespace where none may do more than Kubernetes calls restricted.
    pub(super) fn is_admitted(&self) {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "admitted", "namespace": self.namespace},
            "spec": self.spec,
        });
        let root = Root::new(HelmVersion::Three);
        let mut kubectl = cluster().kubectl_command().or_panic();
        kubectl.args(["create", "--validate=strict", "--dry-run=server", "-f"]);
        kubectl.arg(root.file("pod.json", &pod.to_string()));
        super::objects::succeeds(&mut kubectl);
    }

    /// Runs it to its end, with each text of its ConfigMaps changed before, for no example names a real cluster.
    pub(super) fn run(&self, helm: HelmVersion, change: &dyn Fn(&str) -> String) -> Ended {
        let mut root = Root::new(helm);
        self.secured();
        self.mount_volumes(&mut root, change);
        let found = cluster().pod(&self.namespace, &self.account()).or_panic();
        root.mount(&found.folder, "/var/run/secrets/kubernetes.io/serviceaccount");
        // A runtime gives it to a user without a name.
        root.set("HOME", "/");
        for (name, value) in found.variables() {
            root.set(name, &value.to_string_lossy());
        }
        for variable in self.container()["env"].as_array().into_iter().flatten() {
            root.set(&text(&variable["name"]), variable["value"].as_str().expect("a text"));
        }
        let log = root.file("termination-log", "");
        root.mount(&log, &text(&self.container()["terminationMessagePath"]));
        let command: Vec<String> =
            serde_json::from_value(self.container()["command"].clone()).expect("a list of texts");
        let words = command.into_iter().chain(self.arguments()).collect::<Vec<_>>();
        let output = root.run_words(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let message = std::fs::read_to_string(log).expect("it is there");
        let message = serde_json::from_str(&message).unwrap_or_else(|error| panic!("{message:?}: {error}\n{output}"));
        Ended { output, message, root }
    }

    /// A root of the tests is read-only, its user 65532, its capabilities none: that has to be what the pod asks for.
    fn secured(&self) {
        let container = json!({
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
        });
        assert_eq!(self.container()["securityContext"], container);
        let pod = &self.spec["securityContext"];
        assert_eq!(
            (&pod["runAsNonRoot"], &pod["runAsUser"], &pod["runAsGroup"]),
            (&json!(true), &json!(65532), &json!(65532))
        );
    }

    fn mount_volumes(&self, root: &mut Root, change: &dyn Fn(&str) -> String) {
        for mount in self.container()["volumeMounts"].as_array().expect("a list") {
            let name = text(&mount["name"]);
            let volumes = self.spec["volumes"].as_array().expect("a list");
            let volume = volumes.iter().find(|volume| volume["name"] == mount["name"]).expect("a mount has a volume");
            let folder = if let Some(source) = volume["configMap"]["name"].as_str() {
                let object =
                    cluster().api().get(Kind::CONFIG_MAP, Some(&self.namespace), source).expect("it can be read");
                let object = object.unwrap_or_else(|| panic!("there is no ConfigMap {source}"));
                let data = object["data"].as_object().expect("it holds texts").iter();
                let files = data.map(|(name, value)| (name.clone(), change(value.as_str().unwrap_or_default())));
                root.folder(&format!("volume-{name}"), &files.collect::<Vec<_>>())
            } else {
                assert!(volume["emptyDir"].is_object(), "the tests' pods have no such volume: {volume}");
                assert_eq!(mount["mountPath"], "/tmp");
                root.tmp()
            };
            root.mount(&folder, &text(&mount["mountPath"]));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text, but {value}")).to_owned()
}
