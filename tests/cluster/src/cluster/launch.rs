//! From programs to a cluster that answers.
//!
//! Must not leave anything behind where it fails: folder and processes belong to the keeper from their first moment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::certificates::{Authority, Identity, service_account_keys};
use super::command_lines;
use super::components::Components;
use super::keeper::Keeper;
use super::kubeconfig::{Access, Credentials, NAME};
use super::layout::{Layout, write_private};
use super::nodes;
use super::ports::Ports;
use super::process::Fleet;
use crate::api::{Api, Kind};
use crate::{Error, Part, wait_until};

/// Somebody else can take a port between our look and our use of it, but hardly five times.
const ATTEMPTS: u32 = 5;

/// What a cluster consists of while it runs. The order of the fields is that of their end.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) api: Api,
    /// Before the keeper: once the components are gone, nothing writes into the folder that it removes.
    fleet: Mutex<Fleet>,
    keeper: Keeper,
    pub(super) layout: Layout,
    pub(super) authority: Authority,
    pub(super) admin: Identity,
    pub(super) server: String,
}

impl Running {
    /// Ends a component's process at once.
    pub(super) fn kill(&self, part: Part) -> Result<(), Error> {
        self.fleet().kill(part)
    }

    /// Starts it again, and returns once the API server can be used.
    pub(super) fn revive(&self, part: Part) -> Result<(), Error> {
        let mut fleet = self.fleet();
        fleet.revive(part, self.keeper.group(), &self.layout)?;
        wait(&mut fleet, "the API server to become ready again", || Ok(self.api.is_ready().then_some(())))
    }

    /// A list of processes is whole whoever panicked over it.
    fn fleet(&self) -> MutexGuard<'_, Fleet> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts everything, and returns once it can be used.
pub(super) fn launch(components: Components, programs: &BTreeMap<Part, PathBuf>) -> Result<Running, Error> {
    let mut attempt = 1;
    loop {
        match launch_once(components, programs) {
            Err(Error::ComponentEnded { tail, .. }) if attempt < ATTEMPTS && is_about_a_port(&tail) => attempt += 1,
            result => return result,
        }
    }
}

fn is_about_a_port(words: &str) -> bool {
    words.contains("address already in use")
}

fn launch_once(components: Components, programs: &BTreeMap<Part, PathBuf>) -> Result<Running, Error> {
    let layout = Layout::create()?;
    let keeper = Keeper::start(layout.root())?;
    let ports = Ports::find()?;
    let server = format!("https://127.0.0.1:{}", ports.api_server);
    let authority = Authority::new()?;
    let admin = authority.client("admin", Some("system:masters"))?;
    write_files(&layout, &authority, &admin, &server)?;

    let mut fleet = Fleet::default();
    fleet.start(command_lines::etcd(programs, &layout, ports), keeper.group(), &layout)?;
    fleet.start(command_lines::api_server(programs, &layout, ports), keeper.group(), &layout)?;
    let api = Api::connect(&layout.admin_kubeconfig())?;
    wait(&mut fleet, "the API server to become ready", || Ok(api.is_ready().then_some(())))?;

    fleet.start(command_lines::controller_manager(programs, &layout), keeper.group(), &layout)?;
    if components.nodes() > 0 {
        fleet.start(command_lines::scheduler(programs, &layout), keeper.group(), &layout)?;
        fleet.start(command_lines::kwok(programs, &layout), keeper.group(), &layout)?;
        nodes::create(&api, components.nodes())?;
        wait(&mut fleet, "the nodes to become ready", || nodes::ready(&api))?;
    }
    wait(&mut fleet, "the service account of the namespace default", || {
        api.get(Kind::SERVICE_ACCOUNT, Some("default"), "default")
    })?;
    Ok(Running { api, fleet: Mutex::new(fleet), keeper, layout, authority, admin, server })
}

/// Ends early with the words of a component that gave up, and at the ceiling with those of all.
fn wait<T>(fleet: &mut Fleet, what: &str, probe: impl Fn() -> Result<Option<T>, Error>) -> Result<T, Error> {
    let outcome = wait_until(what, || {
        fleet.check()?;
        probe()
    });
    outcome.map_err(|fault| match fault {
        Error::NotInTime { .. } => Error::NotReady { cause: Box::new(fault), words: fleet.last_words() },
        other => other,
    })
}

fn write_files(layout: &Layout, authority: &Authority, admin: &Identity, server: &str) -> Result<(), Error> {
    let serving = authority.server()?;
    let accounts = service_account_keys()?;
    let access = Access {
        context: NAME,
        server,
        authority: authority.certificate(),
        user: "admin",
        credentials: Credentials::Certificate(admin),
    };
    for (path, text) in [
        (layout.authority(), authority.certificate()),
        (layout.server_certificate(), &serving.certificate),
        (layout.server_key(), &serving.key),
        (layout.account_key(), &accounts.private),
        (layout.account_public_key(), &accounts.public),
        (layout.admin_kubeconfig(), &access.to_yaml()),
        (layout.stages(), nodes::STAGES),
    ] {
        write_private(&path, text)?;
    }
    Ok(())
}
