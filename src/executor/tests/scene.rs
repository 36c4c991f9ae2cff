//! A run of the executor with stand-ins, and what is seen of it.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::clock::Clock;
use crate::executor::{
    AlwaysFresh, Backends, BatchSize, Event, ExecutorConfig, Journal, NoJournal, NoProbe, ObjectProbe, Outcome,
    Progress, Recheck, ReleaseResult, RetryPolicy, Run, Task, execute,
};
use crate::helm::{Action, BatchResult, Failure, FailureClass, ReleaseAttempt};
use crate::inventory::{Freshness, read};
use crate::release::{Release, ReleaseId};
use crate::signal::{CancelToken, Interrupts, Stage};
use crate::uninstall_options::UninstallOptions;

pub(super) const GONE: ReleaseAttempt = ReleaseAttempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
pub(super) const LONG: Duration = Duration::from_hours(1);

/// A run that has not started.
pub(super) struct Scene {
    pub(super) tasks: Vec<Task>,
    pub(super) config: ExecutorConfig,
    backends: Backends,
    pub(super) interrupts: Interrupts,
}

/// A run that is over.
pub(super) struct Ended {
    pub(super) run: Run,
    /// Each event but ticks in a few characters, in order; see [`line_of`].
    pub(super) events: Vec<String>,
}

/// The releases `dev-a/r0`, `dev-a/r1`, …
pub(super) fn releases(count: usize) -> Vec<Release> {
    let entry = |number| {
        format!(
            r#"{{"name":"r{number}","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"c-1.0.0"}}"#
        )
    };
    let entries = (0..count).map(entry).collect::<Vec<_>>().join(",");
    read(format!("[{entries}]").as_bytes()).expect("a list").releases
}

/// So many releases in one phase, on one worker, without retries and without any wait.
pub(super) fn scene(count: usize) -> Scene {
    let options = UninstallOptions::with_timeout(Duration::from_mins(5));
    let interrupts = Interrupts::default();
    interrupts.enter(Stage::Changing);
    Scene {
        tasks: releases(count).into_iter().map(|release| Task::new(release, options)).collect(),
        config: ExecutorConfig {
            workers: 1,
            batch: BatchSize::Auto,
            fail_fast: false,
            deadline: None,
            retry_policy: RetryPolicy::NONE,
            clock: Clock::System,
        },
        backends: Backends {
            action: Arc::new(Scripted::default()),
            recheck: Arc::new(AlwaysFresh),
            probe: Arc::new(NoProbe("no cluster".to_owned())),
            journal: Arc::new(NoJournal),
        },
        interrupts,
    }
}

impl Scene {
    pub(super) fn workers(mut self, workers: usize) -> Self {
        self.config.workers = workers;
        self
    }

    pub(super) fn fail_fast(mut self) -> Self {
        self.config.fail_fast = true;
        self
    }

    /// Each helm process gets one release.
    pub(super) fn one_at_a_time(mut self) -> Self {
        self.config.batch = BatchSize::AtMost(NonZeroUsize::MIN);
        self
    }

    /// What is tried again waits for longer than any test.
    pub(super) fn long_waits(mut self) -> Self {
        self.config.retry_policy = RetryPolicy { first_retry: LONG, longest_retry: LONG, ..RetryPolicy::NONE };
        self
    }

    pub(super) fn each(mut self, change: impl FnMut(&mut Task)) -> Self {
        self.tasks.iter_mut().for_each(change);
        self
    }

    pub(super) fn retries(self, retries: u8) -> Self {
        self.each(|task| task.retries = retries)
    }

    pub(super) fn timeout(self, timeout: Duration) -> Self {
        self.each(|task| task.options = UninstallOptions::with_timeout(timeout))
    }

    pub(super) fn recheck(mut self, recheck: impl Fn(&[&Release]) -> Vec<Freshness> + Send + Sync + 'static) -> Self {
        self.backends.recheck = Arc::new(RecheckBy(recheck));
        self
    }

    pub(super) fn probe(mut self, probe: impl ObjectProbe + 'static) -> Self {
        self.backends.probe = Arc::new(probe);
        self
    }

    pub(super) fn journal(mut self, journal: impl Journal + 'static) -> Self {
        self.backends.journal = Arc::new(journal);
        self
    }

    pub(super) fn run(self, action: impl Action + 'static) -> Ended {
        self.watched(action, |_, _, _| {})
    }

    /// The same, with something that happens at an event.
    pub(super) fn watched(
        mut self,
        action: impl Action + 'static,
        mut on_event: impl FnMut(&Event<'_>, Progress, &Interrupts),
    ) -> Ended {
        self.backends.action = Arc::new(action);
        let mut events = Vec::new();
        let mut listen = |event: &Event<'_>, progress: Progress| {
            events.extend(line_of(event));
            on_event(event, progress, &self.interrupts);
        };
        let run = execute(self.tasks, self.config, self.backends, &self.interrupts, &mut listen);
        Ended { run: run.expect("a few threads can be started"), events }
    }
}

impl Ended {
    /// Name, outcome, why and attempts of each release, in the order of the plan.
    pub(super) fn outcomes(&self) -> Vec<String> {
        let line = |result: &ReleaseResult| {
            let why = match &result.outcome {
                Outcome::Failed(failure) => format!(" {}", failure.class),
                Outcome::NotStarted(why) => format!(" {why:?}"),
                Outcome::StillNeeded { by } => format!(" {}", by.name),
                _ => String::new(),
            };
            format!("{} {}{why} {}", result.release.id.name, result.outcome.kind().as_str(), result.attempts)
        };
        self.run.results.iter().map(line).collect()
    }

    /// How many releases ended so: `purged`, `failed hook`, …
    pub(super) fn count(&self, outcome: &str) -> usize {
        self.outcomes()
            .iter()
            .filter(|line| line.split_once(' ').is_some_and(|(_, rest)| rest.starts_with(outcome)))
            .count()
    }

    /// The events that begin with one of these.
    pub(super) fn events_of(&self, kinds: &[&str]) -> Vec<&str> {
        let wanted = |line: &&str| kinds.iter().any(|kind| line.starts_with(kind));
        self.events.iter().map(String::as_str).filter(wanted).collect()
    }
}

/// `+r0` starts, `-r0` ends, `<r0` is returned, `~r0 1` waits after one attempt, `=r0 failed` is judged.
fn line_of(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::ReleaseStarted { release, .. } => format!("+{}", release.name),
        Event::ReleaseFinished { release, .. } => format!("-{}", release.name),
        Event::ReleaseReturned { release, .. } => format!("<{}", release.name),
        Event::ReleaseWaits { release, attempts, .. } => format!("~{} {attempts}", release.name),
        Event::ReleaseVerified { release, outcome, .. } => format!("={} {}", release.name, outcome.kind().as_str()),
        Event::Waiting { objects, release, others } => {
            format!("waiting for {objects} of {} and {others}", release.name)
        }
        Event::Paused { because, .. } => format!("paused {because:?}"),
        Event::Resumed => "resumed".to_owned(),
        Event::NotRecorded { why } => format!("not recorded: {why}"),
        Event::Draining { because } => format!("draining {because:?}"),
        Event::Terminating => "terminating".to_owned(),
        Event::Killing => "killing".to_owned(),
        Event::Started { .. } | Event::Tick | Event::Finished => return None,
    })
}

struct RecheckBy<F>(F);

impl<F: Fn(&[&Release]) -> Vec<Freshness> + Send + Sync> Recheck for RecheckBy<F> {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        self.0(batch)
    }
}

/// One call of helm.
pub(super) struct Call<'a> {
    pub(super) batch: &'a [&'a ReleaseId],
    pub(super) options: &'a UninstallOptions,
    pub(super) stop: &'a CancelToken,
    on_release: &'a mut dyn FnMut(ReleaseAttempt),
}

impl Call<'_> {
    /// Uninstalls so many releases of the batch.
    pub(super) fn uninstall(&mut self, count: usize) {
        (0..count).for_each(|_| (self.on_release)(GONE));
    }

    pub(super) fn uninstall_all(&mut self) -> BatchResult {
        self.uninstall(self.batch.len());
        BatchResult::of(Vec::new())
    }

    /// The next release after those that were uninstalled fails, and those behind it are not started.
    pub(super) fn fail(&self, uninstalled: usize, class: FailureClass) -> BatchResult {
        let mut rest = vec![ReleaseAttempt::NotStarted; self.batch.len() - uninstalled];
        rest[0] = ReleaseAttempt::Failed(Failure::new(class, "no luck"));
        BatchResult::of(rest)
    }
}

/// A helm process that behaves as a function defines.
pub(super) fn helm(does: impl Fn(&mut Call<'_>) -> BatchResult + Send + Sync + 'static) -> impl Action + 'static {
    HelmBy(does)
}

struct HelmBy<F>(F);

impl<F: Fn(&mut Call<'_>) -> BatchResult + Send + Sync> Action for HelmBy<F> {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        self.0(&mut Call { batch, options, stop, on_release })
    }
}

/// A helm process that notes its batches, and fails for each release with these classes, one for each try; then it uninstalls it.
#[derive(Clone, Default)]
pub(super) struct Scripted {
    script: Arc<Mutex<BTreeMap<String, VecDeque<FailureClass>>>>,
    batches: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(super) fn new<'a>(script: impl IntoIterator<Item = (&'a str, Vec<FailureClass>)>) -> Self {
        let script = script.into_iter().map(|(name, classes)| (name.to_owned(), classes.into()));
        Self { script: Arc::new(Mutex::new(script.collect())), ..Self::default() }
    }

    /// The releases of each batch that it was given.
    pub(super) fn batches(&self) -> Vec<String> {
        self.batches.lock().expect("no test panics while it holds the lock").clone()
    }
}

impl Action for Scripted {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let names = batch.iter().map(|release| release.name.as_str()).collect::<Vec<_>>();
        self.batches.lock().expect("no test panics while it holds the lock").push(names.join(" "));
        let mut call = Call { batch, options, stop, on_release };
        for (index, name) in names.into_iter().enumerate() {
            let class = self
                .script
                .lock()
                .expect("no test panics while it holds the lock")
                .get_mut(name)
                .and_then(VecDeque::pop_front);
            if let Some(class) = class {
                return call.fail(index, class);
            }
            call.uninstall(1);
        }
        BatchResult::of(Vec::new())
    }
}
