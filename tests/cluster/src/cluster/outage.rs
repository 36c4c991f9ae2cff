//! An API server that goes away and comes back, as it does on a real cluster when it is upgraded.
//!
//! Must not touch anything else: etcd goes on, and with it everything that was stored.

use std::sync::PoisonError;

use super::Cluster;
use crate::{Error, Part, wait_until};

impl Cluster {
    /// Kills the API server. Whoever asks it anything is refused the connection from here on.
    ///
    /// # Errors
    /// It had ended on its own, or cannot be ended.
    pub fn stop_api_server(&self) -> Result<(), Error> {
        let mut fleet = self.running.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        fleet.kill(Part::ApiServer)
    }

    /// Starts the API server again after [`stop_api_server`](Self::stop_api_server), on the same port, and returns once
    /// it is ready.
    ///
    /// # Errors
    /// It cannot be started, or was not ready in time.
    pub fn restart_api_server(&self) -> Result<(), Error> {
        let launch = &self.running;
        let mut fleet = launch.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        fleet.start(&launch.api_server, launch.keeper.group(), &launch.layout)?;
        wait_until("the API server to become ready again", || {
            fleet.check()?;
            Ok(launch.api.is_ready().then_some(()))
        })
    }
}
