//! The executor with one worker, called from a test instead of from the program.

use std::sync::Arc;
use std::time::Duration;

use helm_purge::clock::Clock;
use helm_purge::executor::{AlwaysFresh, Backends, BatchSize, ExecutorConfig, NoJournal, NoProbe, RetryPolicy, Task};
use helm_purge::helm::Action;
use helm_purge::release::Release;
use helm_purge::uninstall_options::UninstallOptions;

pub(crate) const ONE_LANE: ExecutorConfig = ExecutorConfig {
    workers: 1,
    batch: BatchSize::Auto,
    fail_fast: false,
    deadline: None,
    retry_policy: RetryPolicy::NONE,
    clock: Clock::System,
};

/// All in one phase, with the same options.
pub(crate) fn planned(releases: Vec<Release>) -> Vec<Task> {
    let options = UninstallOptions::with_timeout(Duration::from_mins(5));
    releases.into_iter().map(|release| Task::new(release, options)).collect()
}

pub(crate) fn means(action: impl Action + 'static) -> Backends {
    Backends {
        action: Arc::new(action),
        recheck: Arc::new(AlwaysFresh),
        probe: Arc::new(NoProbe("no cluster".to_owned())),
        journal: Arc::new(NoJournal),
    }
}
