//! One `helm rollback` of one release: to the revision that a purge removed.
//!
//! Always with the revision: without one, Helm goes to the revision before, which is another one, or none at all.

use std::collections::BTreeMap;

use super::action::{Action, Attempt, Verdict};
use super::child::{self, Ended, Limits};
use super::environment::{Debug, GoRuntime};
use super::failure::{Failure, FailureClass};
use super::{Helm, arguments};
use crate::cluster::Connection;
use crate::options::UninstallOptions;
use crate::release::{ReleaseId, Revision};
use crate::signal::{CancelLevel, CancelToken};

/// What Helm 3 and Helm 4 print when it worked.
const SUCCESS: &str = "Rollback was a success!";
/// More than helm says on stdout of a rollback.
const MOST_BYTES: usize = 64 << 10;

/// Rolls releases back with helm, each to its own revision and in a child of its own.
#[derive(Debug, Clone)]
pub struct HelmRollback {
    helm: Helm,
    connection: Connection,
    runtime: GoRuntime,
    targets: BTreeMap<ReleaseId, Revision>,
}

impl HelmRollback {
    /// With this helm on this cluster, to these revisions.
    pub fn new(helm: Helm, connection: Connection, runtime: GoRuntime, targets: BTreeMap<ReleaseId, Revision>) -> Self {
        Self { helm, connection, runtime, targets }
    }

    fn roll_back(&self, release: &ReleaseId, options: &UninstallOptions, stop: &CancelToken) -> Attempt {
        let Some(revision) = self.targets.get(release) else {
            return Attempt::Failed(Failure::of_our_own(FailureClass::Internal, "there is no revision to go back to"));
        };
        let arguments = arguments::rollback(&self.connection, release, *revision, options, self.helm.version());
        let mut invocation = self.helm.invocation(arguments, Some(&self.connection), Debug::On);
        invocation.environment.extend(self.runtime.changes());
        let mut said = Vec::new();
        let mut keep = |bytes: &[u8]| {
            let room = MOST_BYTES.saturating_sub(said.len());
            said.extend_from_slice(&bytes[..bytes.len().min(room)]);
        };
        match child::run(&invocation, Limits::with_deadline(options.deadline()), stop, &mut keep) {
            Ok(ended) => judge(&String::from_utf8_lossy(&said), &ended),
            Err(error) => {
                let text = format!("{} could not be started: {error}", self.helm.path().display());
                Attempt::Failed(Failure::of_our_own(FailureClass::CannotStart, text))
            }
        }
    }
}

impl Action for HelmRollback {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        _: &mut dyn FnMut(Attempt),
    ) -> Verdict {
        let Some((first, others)) = batch.split_first() else { return Verdict::of(Vec::new()) };
        if stop.urgency() > CancelLevel::Run {
            return Verdict::of(vec![Attempt::NotBegun; batch.len()]);
        }
        let mut rest = vec![self.roll_back(first, options, stop)];
        rest.extend(others.iter().map(|_| Attempt::NotBegun));
        Verdict::of(rest)
    }
}

fn judge(said: &str, ended: &Ended) -> Attempt {
    if !ended.succeeded() {
        return Attempt::Failed(Failure::from_ended(ended));
    }
    if said.contains(SUCCESS) {
        return Attempt::RolledBack;
    }
    let text = format!("helm ended well but did not say `{SUCCESS}`");
    Attempt::Failed(Failure::of_our_own(FailureClass::Unclear, text))
}
