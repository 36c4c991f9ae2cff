//! How each component is called.
//!
//! Must not start anything. Everything listens on 127.0.0.1, and as little as possible listens at all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::layout::Layout;
use super::ports::Ports;
use crate::Part;

/// A component's program and arguments.
#[derive(Clone, Debug)]
pub(super) struct CommandLine {
    pub(super) part: Part,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
}

impl CommandLine {
    fn new(part: Part, programs: &BTreeMap<Part, PathBuf>) -> Self {
        let program = programs.get(&part).expect("every part of the components was obtained").clone();
        Self { part, program, arguments: Vec::new() }
    }

    fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(OsString::from));
        self
    }

    fn with_path(mut self, flag: &str, path: &Path) -> Self {
        let mut argument = OsString::from(flag);
        argument.push("=");
        argument.push(path);
        self.arguments.push(argument);
        self
    }
}

pub(super) fn etcd(programs: &BTreeMap<Part, PathBuf>, layout: &Layout, ports: Ports) -> CommandLine {
    let clients = format!("http://127.0.0.1:{}", ports.etcd);
    CommandLine::new(Part::Etcd, programs)
        .with_path("--data-dir", &layout.etcd())
        .with(&["--listen-client-urls", &clients, "--advertise-client-urls", &clients])
        // It has no peers; the system picks the port.
        .with(&["--listen-peer-urls", "http://127.0.0.1:0"])
        // Nothing outlives the process, so nothing has to survive a power cut.
        .with(&["--unsafe-no-fsync"])
}

pub(super) fn api_server(programs: &BTreeMap<Part, PathBuf>, layout: &Layout, ports: Ports) -> CommandLine {
    CommandLine::new(Part::ApiServer, programs)
        .with(&[&format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd)])
        .with(&["--bind-address=127.0.0.1", &format!("--secure-port={}", ports.api_server)])
        .with_path("--tls-cert-file", &layout.server_certificate())
        .with_path("--tls-private-key-file", &layout.server_key())
        .with_path("--client-ca-file", &layout.authority())
        .with_path("--service-account-key-file", &layout.account_public_key())
        .with_path("--service-account-signing-key-file", &layout.account_key())
        .with(&["--service-account-issuer=https://kubernetes.default.svc", "--authorization-mode=RBAC"])
        .with(&["--service-cluster-ip-range=10.0.0.0/16", "--endpoint-reconciler-type=none"])
        .with(&["--allow-privileged=true"])
}

pub(super) fn controller_manager(programs: &BTreeMap<Part, PathBuf>, layout: &Layout) -> CommandLine {
    CommandLine::new(Part::ControllerManager, programs)
        .with_path("--kubeconfig", &layout.admin_kubeconfig())
        .with_path("--service-account-private-key-file", &layout.account_key())
        .with_path("--root-ca-file", &layout.authority())
        .with(&["--leader-elect=false", "--secure-port=0"])
        // It would hold itself back to 20 requests a second: hundreds of objects at once take minutes then.
        .with(&["--kube-api-qps=500", "--kube-api-burst=1000"])
        // No kubelet gives signs of life: after less than a minute all nodes and pods would count as not ready.
        .with(&["--node-monitor-grace-period=24h"])
        // Without a network there are no addresses to give to nodes.
        .with(&["--controllers=*,-node-ipam-controller"])
}

pub(super) fn scheduler(programs: &BTreeMap<Part, PathBuf>, layout: &Layout) -> CommandLine {
    CommandLine::new(Part::Scheduler, programs)
        .with_path("--kubeconfig", &layout.admin_kubeconfig())
        .with(&["--leader-elect=false", "--secure-port=0"])
}

pub(super) fn kwok(programs: &BTreeMap<Part, PathBuf>, layout: &Layout) -> CommandLine {
    CommandLine::new(Part::Kwok, programs)
        .with_path("--kubeconfig", &layout.admin_kubeconfig())
        .with_path("--config", &layout.stages())
        .with(&["--manage-all-nodes=true"])
}
