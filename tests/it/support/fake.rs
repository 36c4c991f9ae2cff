//! The fake helm's scenario folder, and what its log says.

use std::fs;
use std::path::PathBuf;

use helm_purge::cluster::Connection;
use helm_purge::helm::Helm;
use helm_purge::settings::{ConnectionOptions, KubeconfigFiles};
use helm_purge::signal::CancelToken;
use serde_json::{Value, json};

use super::program::OptOuts;
use super::{Gate, Program, policy};

/// A program that uses the fake helm, and the scenario that the fake plays.
pub(crate) struct FakeHelm {
    pub(crate) program: Program,
    folder: PathBuf,
}

/// A server that is not there: the fake helm needs none.
const SERVER: &str = "https://127.0.0.1:1";

impl FakeHelm {
    /// A cluster without releases, its context `dev-eu`, and a policy whose scope is `dev-*`.
    pub(crate) fn new() -> Self {
        let mut program = Program::new();
        let folder = program.folder().join("fake");
        fs::create_dir_all(folder.join("releases")).expect("a folder can be made");
        fs::create_dir_all(folder.join("behaviour")).expect("a folder can be made");
        let kubeconfig = program.file("kubeconfig", &kubeconfig("dev-eu", SERVER));
        program.set("FAKE_HELM", folder.clone());
        program.set("HELM_BIN", env!("CARGO_BIN_EXE_fake-helm"));
        program.set("KUBECONFIG", kubeconfig);
        program.set_opt_outs(OptOuts::Unseen);
        let fake = Self { program, folder };
        fake.policy("keep: []\n");
        fake
    }

    /// The same with these releases, each `namespace/name`.
    pub(crate) fn with(releases: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let fake = Self::new();
        fake.releases(releases);
        fake
    }

    /// The fake as a helm process for code that runs in this process, which has none of the scenario's environment, and its
    /// cluster.
    pub(crate) fn in_this_process(&self) -> (Helm, Connection) {
        let folder = self.program.folder();
        let (scenario, marker, fake) = (self.folder.display(), folder.display(), env!("CARGO_BIN_EXE_fake-helm"));
        let script = format!("#!/bin/sh\nFAKE_HELM='{scenario}' HELM_PURGE_TEST='{marker}' exec '{fake}' \"$@\"\n");
        let wrapper = self.program.executable("helm", &script);
        let kubeconfig = KubeconfigFiles::Flag(folder.join("kubeconfig"));
        let connection = Connection::resolve(&ConnectionOptions { kubeconfig, ..ConnectionOptions::default() });
        let helm = Helm::find(wrapper.to_str(), None, &CancelToken::default());
        (helm.expect("the fake answers"), connection.expect("it resolves"))
    }

    /// Writes `policy.yaml`: the usual cluster and scope, and these lines.
    pub(crate) fn policy(&self, lines: &str) {
        let cluster = format!("{{context: dev-eu, server: '{SERVER}'}}");
        self.program.file("policy.yaml", &policy("test", &cluster, "'dev-*'", lines));
    }

    /// Deployed releases, each `namespace/name`.
    pub(crate) fn releases(&self, releases: impl IntoIterator<Item: AsRef<str>>) {
        releases.into_iter().for_each(|release| self.release(release.as_ref()));
    }

    /// A deployed release, `namespace/name`.
    pub(crate) fn release(&self, release: &str) {
        self.release_with(release, &[]);
    }

    /// A release with some fields of its entry replaced.
    pub(crate) fn release_with(&self, release: &str, fields: &[(&str, Value)]) {
        let (namespace, name) = release.split_once('/').expect("written as namespace/name");
        // Three days old whenever the test runs, so that screens stay the same.
        let updated = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(73);
        let mut entry = json!({
            "name": name, "namespace": namespace, "revision": "1", "updated": updated.to_string(),
            "status": "deployed", "chart": format!("{name}-1.2.3"), "app_version": "1",
        });
        for (key, value) in fields {
            entry[key] = value.clone();
        }
        let file = self.folder.join("releases").join(format!("{namespace}__{name}"));
        fs::write(file, entry.to_string()).expect("a file can be written");
    }

    /// What uninstalling a release does instead of the usual.
    pub(crate) fn behaves(&self, release: &str, behaviour: &Value) {
        let file = self.folder.join("behaviour").join(format!("{}.json", release.replace('/', "__")));
        fs::write(file, behaviour.to_string()).expect("a file can be written");
    }

    /// What `helm list` does instead of the usual.
    pub(crate) fn lists(&self, behaviour: &Value) {
        fs::write(self.folder.join("list.json"), behaviour.to_string()).expect("a file can be written");
    }

    /// What the `number`th `helm list` does first, counted from 1.
    pub(crate) fn lists_at(&self, number: usize, behaviour: &Value) {
        let file = self.folder.join(format!("list.{number}.json"));
        fs::write(file, behaviour.to_string()).expect("a file can be written");
    }

    pub(crate) fn version(&self, text: &str) {
        fs::write(self.folder.join("version"), text).expect("a file can be written");
    }

    /// The releases that are left, as `namespace/name`, sorted.
    pub(crate) fn left(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.join("releases")).expect("the scenario has this folder");
        let names = files.flatten().map(|file| file.file_name().to_string_lossy().replace("__", "/"));
        let mut names = names.collect::<Vec<_>>();
        names.sort();
        names
    }

    /// Every event of the log, in order.
    pub(crate) fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("the fake writes whole lines")).collect()
    }

    /// The argv of every process that was started, in order.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        let started = self.log().into_iter().filter(|event| event["event"] == "start");
        started
            .map(|event| serde_json::from_value(event["argv"].clone()).expect("an argv is a list of texts"))
            .collect()
    }

    /// The most uninstalls that ran at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        let (mut running, mut most) = (0_usize, 0);
        for event in self.log().iter().filter(|event| event["argv"][0] == "uninstall") {
            running = if event["event"] == "start" { running + 1 } else { running - 1 };
            most = most.max(running);
        }
        most
    }
}

/// Two releases, both at the gate.
pub(crate) fn two_at_a_gate() -> (FakeHelm, Gate) {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for name in ["a", "b"] {
        fake.release(&format!("dev-a/{name}"));
        fake.behaves(&format!("dev-a/{name}"), &json!({"gate": gate.address()}));
    }
    (fake, gate)
}

/// A kubeconfig with one context.
pub(crate) fn kubeconfig(context: &str, server: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": context,
        "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
    })
    .to_string()
}
