//! Stand-ins for helm, and the executor with them: what no helm does on demand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use helm_purge::clock::Clock;
use helm_purge::executor::{
    Backends, BatchSize, Event, ExecutorConfig, NoJournal, NoProbe, Progress, Recheck, RetryPolicy, Run, Task, execute,
};
use helm_purge::helm::{Action, BatchResult, Failure, FailureClass, ReleaseAttempt};
use helm_purge::inventory::read;
use helm_purge::options::UninstallOptions;
use helm_purge::release::{Release, ReleaseId};
use helm_purge::signal::{CancelToken, Interrupts, Stage};

pub(crate) const GONE: ReleaseAttempt = ReleaseAttempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };

pub(crate) fn releases(count: usize) -> Vec<Release> {
    let entry = |number| {
        format!(
            r#"{{"name":"r{number}","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"c-1.0.0"}}"#
        )
    };
    let entries = (0..count).map(entry).collect::<Vec<_>>().join(",");
    read(format!("[{entries}]").as_bytes()).expect("a list").releases
}

pub(crate) const GO_ON: ExecutorConfig = ExecutorConfig {
    workers: 4,
    batch: BatchSize::Auto,
    fail_fast: false,
    deadline: None,
    retry_policy: RetryPolicy::NONE,
    clock: Clock::System,
};
pub(crate) const FAIL_FAST: ExecutorConfig = ExecutorConfig { workers: 1, fail_fast: true, ..GO_ON };

pub(crate) const ONE_LANE: ExecutorConfig = ExecutorConfig { workers: 1, ..GO_ON };

/// All in one phase and one options.
pub(crate) fn planned(releases: Vec<Release>) -> Vec<Task> {
    let options = UninstallOptions::with_timeout(Duration::from_mins(5));
    releases.into_iter().map(|release| Task::new(release, options)).collect()
}

pub(crate) fn means(action: impl Action + 'static, still: impl Recheck + 'static) -> Backends {
    let remaining = NoProbe("nobody asked".to_owned());
    Backends {
        action: Arc::new(action),
        recheck: Arc::new(still),
        probe: Arc::new(remaining),
        journal: Arc::new(NoJournal),
    }
}

pub(crate) fn carry_out(
    count: usize,
    action: impl Action + 'static,
    still: impl Recheck + 'static,
    execution: ExecutorConfig,
    on_event: &mut dyn FnMut(&Event<'_>, Progress),
) -> Run {
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Changing);
    let run = execute(planned(releases(count)), execution, means(action, still), &interrupts, on_event);
    run.expect("a few threads can be had")
}

/// Stops at one release, as helm does.
pub(crate) struct Failing {
    pub(crate) name: &'static str,
    pub(crate) tried: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Action for Failing {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let names = batch.iter().map(|release| release.name.to_string()).collect();
        self.tried.lock().expect("nobody panics while it is held").push(names);
        let good = batch.iter().take_while(|release| release.name.as_str() != self.name).count();
        (0..good).for_each(|_| on_release(GONE));
        let failure = Failure::new(FailureClass::Other, "no luck");
        let mut rest = vec![ReleaseAttempt::NotStarted; batch.len() - good];
        if let Some(first) = rest.first_mut() {
            *first = ReleaseAttempt::Failed(failure);
        }
        BatchResult::of(rest)
    }
}
