//! A cluster from its start to its end.
//!
//! Must not know what tests do with it: charts, seeds and other users' access are modules beside this one.

mod certificates;
mod command_lines;
mod components;
mod keeper;
mod kubeconfig;
mod launch;
mod layout;
mod nodes;
mod ports;
mod process;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use certificates::{Authority, Identity};
pub use components::Components;
pub(crate) use kubeconfig::{Access, Credentials, NAME};
pub(crate) use layout::{Layout, write_private};
pub(crate) use process::isolate;

use crate::api::{Api, Kind};
use crate::progress::{Event, Progress, StandardError};
use crate::{Error, Part, parts};

/// A running cluster of this process. Its end is the end of the cluster, its processes and its folder.
#[derive(Debug)]
pub struct Cluster {
    running: launch::Running,
    uid: String,
    kubeconfig: PathBuf,
    /// What was obtained so far; helm and kubectl come on demand.
    programs: Mutex<BTreeMap<Part, PathBuf>>,
    progress: Reporter,
    /// For the names of kubeconfig files.
    kubeconfigs_written: AtomicU32,
}

impl Cluster {
    /// Starts a cluster, and tells of builds on standard error.
    ///
    /// # Errors
    /// A part can't be had, a component gave up, or the cluster was not ready in time.
    pub fn start(components: Components) -> Result<Self, Error> {
        Self::start_telling(components, Arc::new(StandardError))
    }

    /// Starts a cluster, and tells `progress` what takes long, now and when helm or kubectl are asked for.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn start_telling(components: Components, progress: Arc<dyn Progress>) -> Result<Self, Error> {
        let programs = parts::obtain(&components.parts(), progress.as_ref())?;
        progress.report(Event::Starting);
        let running = launch::launch(components, &programs)?;
        let uid = uid_of_kube_system(&running.api)?;
        Ok(Self {
            uid,
            kubeconfig: running.layout.admin_kubeconfig(),
            running,
            programs: Mutex::new(programs),
            progress: Reporter(progress),
            kubeconfigs_written: AtomicU32::new(0),
        })
    }

    /// The admin's kubeconfig: context and cluster are called `throwaway`, the user `admin`.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The API server's URL.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.running.server
    }

    /// The UID of the namespace kube-system: the cluster's identity.
    #[must_use]
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The cluster's own folder, gone with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.running.layout.root()
    }

    /// The log of a component, by the name of its program.
    #[must_use]
    pub fn log(&self, part: Part) -> PathBuf {
        self.running.layout.log(part.program())
    }

    /// The objects in it, as the admin sees them.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.running.api
    }

    /// Ends a component's process at once, as if the machine under it were gone. For clusters that no other test uses.
    ///
    /// # Errors
    /// Its process can't be ended.
    pub fn kill(&self, part: Part) -> Result<(), Error> {
        self.running.kill(part)
    }

    /// Starts a component again that was killed, and returns once the API server can be used.
    ///
    /// # Errors
    /// It can't be started, or the API server does not become ready.
    pub fn revive(&self, part: Part) -> Result<(), Error> {
        self.running.revive(part)
    }

    /// Creates `count` more volumes of 8 GiB for claims to bind to; a bound one is not used again.
    ///
    /// # Errors
    /// The API server refuses, mostly because a name is taken.
    pub fn add_volumes(&self, prefix: &str, count: u32) -> Result<(), Error> {
        let volumes = (1..=count).map(|number| nodes::volume(&format!("{prefix}-{number}")));
        self.api().create_all(volumes.collect())
    }

    /// The path of a program, obtained at the first call.
    pub(crate) fn program(&self, part: Part) -> Result<PathBuf, Error> {
        // Held during a build, so that two threads that ask do not look twice; a panic inside leaves the map whole.
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(&part) {
            return Ok(program.clone());
        }
        programs.extend(parts::obtain(&[part], self.progress.0.as_ref())?);
        Ok(programs[&part].clone())
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.running.layout
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.running.authority
    }

    pub(crate) fn admin(&self) -> &Identity {
        &self.running.admin
    }

    /// A path that no other kubeconfig of this cluster has.
    pub(crate) fn next_kubeconfig(&self) -> PathBuf {
        let number = self.kubeconfigs_written.fetch_add(1, Ordering::Relaxed);
        self.layout().kubeconfigs().join(format!("{number}.kubeconfig"))
    }
}

fn uid_of_kube_system(api: &Api) -> Result<String, Error> {
    let namespace = crate::wait_until("the namespace kube-system", || api.get(Kind::NAMESPACE, None, "kube-system"))?;
    Ok(namespace["metadata"]["uid"].as_str().unwrap_or_default().to_owned())
}

/// A [`Progress`] need not be printable, a cluster is.
struct Reporter(Arc<dyn Progress>);

impl std::fmt::Debug for Reporter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Reporter")
    }
}
