//! One `helm rollback` of one release, to the revision that a purge removed.
//!
//! Always with the revision: without one, Helm goes to the revision before, which is another one or does not exist.

use std::collections::BTreeMap;

use super::action::{Action, BatchResult, ReleaseAttempt};
use super::arguments;
use super::binary::{GoRuntime, Helm};
use super::child::{ChildLimits, run_for_output};
use super::failure_class::FailureClass;
use super::failure_message::Failure;
use crate::cluster::Connection;
use crate::release::{ReleaseId, Revision};
use crate::signal::{CancelLevel, CancelToken};
use crate::uninstall_options::UninstallOptions;

/// What Helm 3 and Helm 4 print after a rollback that worked.
const SUCCESS: &str = "Rollback was a success!";
/// More than helm prints on stdout during a rollback.
const MOST_BYTES: usize = 64 << 10;

/// Rolls back releases, each to its own revision and with its own child.
#[derive(Debug, Clone)]
pub struct HelmRollback {
    helm: Helm,
    connection: Connection,
    runtime: GoRuntime,
    targets: BTreeMap<ReleaseId, Revision>,
}

impl HelmRollback {
    pub fn new(helm: Helm, connection: Connection, runtime: GoRuntime, targets: BTreeMap<ReleaseId, Revision>) -> Self {
        Self { helm, connection, runtime, targets }
    }

    fn roll_back(&self, release: &ReleaseId, options: &UninstallOptions, stop: &CancelToken) -> ReleaseAttempt {
        let failed = |class, text: &str| ReleaseAttempt::Failed(Failure::new(class, text));
        let Some(revision) = self.targets.get(release) else {
            return failed(FailureClass::Internal, "there is no revision to roll back to");
        };
        let arguments = arguments::rollback(&self.connection, release, *revision, options, &self.helm.version);
        let invocation = self.helm.action(arguments, &self.connection, &self.runtime);
        match run_for_output(&invocation, ChildLimits::with_deadline(options.deadline()), stop, MOST_BYTES) {
            Err(error) => ReleaseAttempt::Failed(Failure::cannot_start(self.helm.path.display(), &error)),
            Ok((exit, _)) if !exit.succeeded() => ReleaseAttempt::Failed(Failure::from_exit(&exit)),
            Ok((_, stdout)) if String::from_utf8_lossy(&stdout).contains(SUCCESS) => ReleaseAttempt::RolledBack,
            Ok(_) => failed(FailureClass::Unclear, &format!("helm exited with code 0 but did not print `{SUCCESS}`")),
        }
    }
}

impl Action for HelmRollback {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        _: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let mut rest = vec![ReleaseAttempt::NotStarted; batch.len()];
        if let Some(first) = batch.first().filter(|_| stop.level() == CancelLevel::Run) {
            rest[0] = self.roll_back(first, options, stop);
        }
        BatchResult::of(rest)
    }
}
