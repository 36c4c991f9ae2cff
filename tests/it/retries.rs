//! Releases that are tried again, and an API server that goes away: with a stand-in for helm, and no waiting.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use helm_purge::executor::{
    AlwaysFresh, BatchSize, Event, ExecutorConfig, NotStarted, Outcome, OutcomeKind, Progress, Recheck, ReleaseResult,
    RetryPolicy, Run, Task, Verification, execute,
};
use helm_purge::exit_code::ExitCode;
use helm_purge::helm::{Action, BatchResult, Failure, FailureClass, ReleaseAttempt};
use helm_purge::inventory::Freshness;
use helm_purge::options::UninstallOptions;
use helm_purge::release::{Release, ReleaseId};
use helm_purge::signal::{CancelToken, Interrupts, Stage};

use FailureClass::{Gone, Hook, Login, Transient, Unreachable};

use crate::support::stand_ins::{FAIL_FAST, GO_ON, GONE, ONE_LANE, means, planned, releases};

/// Nobody waits for so long.
const HOUR: RetryPolicy =
    RetryPolicy { first_retry: Duration::from_hours(1), longest_retry: Duration::from_hours(1), ..RetryPolicy::NONE };
const ONE_AT_A_TIME: BatchSize = BatchSize::AtMost(NonZeroUsize::MIN);
const ALONE: ExecutorConfig = ExecutorConfig { batch: ONE_AT_A_TIME, ..ONE_LANE };

/// For each release the classes that it fails with, one for each try; then it goes.
type Script = BTreeMap<&'static str, Vec<FailureClass>>;

/// Fails as a script says, and writes down what it was given.
#[derive(Clone)]
struct Scripted {
    script: Arc<Mutex<BTreeMap<String, VecDeque<FailureClass>>>>,
    given: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    fn new(script: &Script) -> Self {
        let script = script.iter().map(|(name, classes)| ((*name).to_owned(), classes.iter().copied().collect()));
        Self { script: Arc::new(Mutex::new(script.collect())), given: Arc::default() }
    }

    fn given(&self) -> Vec<String> {
        self.given.lock().expect("nobody panics while it is held").clone()
    }
}

impl Action for Scripted {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        for (index, release) in batch.iter().enumerate() {
            let name = release.name.as_str();
            self.given.lock().expect("nobody panics while it is held").push(name.to_owned());
            let mut script = self.script.lock().expect("nobody panics while it is held");
            if let Some(class) = script.get_mut(name).and_then(VecDeque::pop_front) {
                let mut rest = vec![ReleaseAttempt::NotStarted; batch.len() - index];
                rest[0] = ReleaseAttempt::Failed(Failure::new(class, "no luck"));
                return BatchResult::of(rest);
            }
            on_release(GONE);
        }
        BatchResult::of(Vec::new())
    }
}

fn with_retries(count: usize, retries: u8) -> Vec<Task> {
    planned(releases(count)).into_iter().map(|planned| Task { retries, ..planned }).collect()
}

fn carry_out(
    plan: Vec<Task>,
    helm: &Scripted,
    still: impl Recheck + 'static,
    execution: ExecutorConfig,
    on_event: &mut dyn FnMut(&Event<'_>, Progress, &Interrupts),
) -> Run {
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Changing);
    let mut on_event = |event: &Event<'_>, progress: Progress| on_event(event, progress, &interrupts);
    let run = execute(plan, execution, means(helm.clone(), still), &interrupts, &mut on_event);
    run.expect("a few threads can be had")
}

/// Name, outcome, class and attempts of each release.
fn ends(run: &Run) -> Vec<String> {
    let end = |result: &ReleaseResult| {
        let class = match &result.outcome {
            Outcome::Failed(failure) => format!(" {}", failure.class),
            Outcome::NotStarted(why) => format!(" {why:?}"),
            _ => String::new(),
        };
        format!("{} {}{class} {}", result.release.id.name, result.outcome.kind().as_str(), result.attempts)
    };
    run.results.iter().map(end).collect()
}

#[test]
fn what_is_in_trouble_for_a_while_is_tried_again_and_counted_once() {
    let helm = Scripted::new(&Script::from([("r1", vec![Transient, Unreachable])]));
    let (mut finished, mut waited, mut most_done) = (Vec::new(), Vec::new(), 0);
    let run = carry_out(with_retries(3, 3), &helm, AlwaysFresh, ONE_LANE, &mut |event, progress, _| match event {
        Event::ReleaseFinished { release, .. } => {
            finished.push(release.name.to_string());
            most_done = progress.done;
        }
        Event::ReleaseWaits { release, attempts, .. } => {
            waited.push((release.name.to_string(), *attempts, progress.running, progress.failed));
        }
        _ => {}
    });
    assert_eq!(ends(&run), ["r0 purged 1", "r1 purged 3", "r2 purged 1"]);
    finished.sort();
    assert_eq!((finished.join(" ").as_str(), most_done), ("r0 r1 r2", 3));
    assert_eq!(waited, [("r1".to_owned(), 1, 0, 0), ("r1".to_owned(), 2, 0, 0)]);
}

#[test]
fn what_stays_in_trouble_fails_after_its_last_try_and_what_fails_by_itself_after_the_first() {
    for (retries, attempts) in [(0, 1), (1, 2), (3, 4)] {
        let helm = Scripted::new(&Script::from([("r0", vec![Transient; 20]), ("r2", vec![Hook; 20])]));
        let run = carry_out(with_retries(3, retries), &helm, AlwaysFresh, GO_ON, &mut |_, _, _| {});
        let stayed = format!("r0 failed transient {attempts}");
        assert_eq!(ends(&run), [stayed.as_str(), "r1 purged 1", "r2 failed hook 1"]);
    }
}

#[test]
fn what_helm_does_not_find_was_uninstalled_by_the_try_before_it_or_by_somebody_else() {
    let helm = Scripted::new(&Script::from([("r0", vec![Unreachable, Gone]), ("r1", vec![Gone])]));
    let run = carry_out(with_retries(2, 3), &helm, AlwaysFresh, GO_ON, &mut |_, _, _| {});
    assert_eq!(ends(&run), ["r0 purged 2", "r1 already-gone 1"]);
}

/// Says the same of a release as often as it is asked, and counts.
struct Says(Freshness, Arc<Mutex<usize>>);

impl Recheck for Says {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        let mut asked = self.1.lock().expect("nobody panics while it is held");
        *asked += 1;
        let first = *asked == 1;
        batch.iter().map(|_| if first { Freshness::AsPlanned } else { self.0.clone() }).collect()
    }
}

#[test]
fn before_each_try_it_is_asked_again_and_only_an_uninstall_of_our_own_may_have_begun() {
    let words = || "now revision 2".to_owned();
    for (standing, end, asked) in [
        (Freshness::AsPlanned, "r0 purged 3", 3),
        (Freshness::Begun(words()), "r0 purged 3", 3),
        (Freshness::Changed(words()), "r0 failed transient 1", 2),
    ] {
        let helm = Scripted::new(&Script::from([("r0", vec![Transient, Transient])]));
        let count = Arc::new(Mutex::new(0));
        let still = Says(standing, Arc::clone(&count));
        let run = carry_out(with_retries(1, 3), &helm, still, ONE_LANE, &mut |_, _, _| {});
        assert_eq!((ends(&run), *count.lock().expect("it is whole")), (vec![end.to_owned()], asked));
        if let Outcome::Failed(failure) = &run.results[0].outcome {
            assert_eq!(failure.message.error, "no luck\nnot tried again: now revision 2");
        }
    }
    let count = Arc::new(Mutex::new(1));
    let helm = Scripted::new(&Script::new());
    let run = carry_out(with_retries(1, 3), &helm, Says(Freshness::Begun(words()), count), ONE_LANE, &mut |_, _, _| {});
    assert_eq!((ends(&run), helm.given().len()), (vec!["r0 changed 0".to_owned()], 0), "somebody else is at it");
}

#[test]
fn under_fail_fast_only_the_last_failure_counts_and_what_waits_then_has_failed() {
    let helm = Scripted::new(&Script::from([("r0", vec![Transient])]));
    let run = carry_out(with_retries(2, 3), &helm, AlwaysFresh, FAIL_FAST, &mut |_, _, _| {});
    assert_eq!(ends(&run), ["r0 purged 2", "r1 purged 1"]);
    let helm = Scripted::new(&Script::from([("r0", vec![Transient]), ("r1", vec![Hook])]));
    let execution = ExecutorConfig { retry_policy: HOUR, batch: ONE_AT_A_TIME, ..FAIL_FAST };
    let run = carry_out(with_retries(3, 3), &helm, AlwaysFresh, execution, &mut |_, _, _| {});
    assert_eq!(ends(&run), ["r0 failed transient 1", "r1 failed hook 1", "r2 not-started FailFast 0"]);
}

#[test]
fn a_signal_ends_the_wait_for_another_try() {
    let helm = Scripted::new(&Script::from([("r0", vec![Transient])]));
    let execution = ExecutorConfig { retry_policy: HOUR, ..ALONE };
    let mut judged = Vec::new();
    let run =
        carry_out(with_retries(1, 3), &helm, AlwaysFresh, execution, &mut |event, progress, interrupts| match event {
            Event::ReleaseWaits { .. } => interrupts.on_signal(15, std::time::Instant::now()),
            Event::ReleaseJudged { release, attempts, .. } => {
                judged.push((release.name.to_string(), *attempts, progress.failed));
            }
            _ => {}
        });
    assert_eq!(ends(&run), ["r0 failed transient 1"]);
    assert_eq!(judged, [("r0".to_owned(), 1, 1)]);
    assert_eq!(ExitCode::of_run(&run, &Verification::NothingToVerify).number(), 143);
}

/// There is no API server for some of its calls, counted from 0.
struct Outage {
    calls: Range<usize>,
    made: Mutex<usize>,
}

impl Action for Outage {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let mut made = self.made.lock().expect("nobody panics while it is held");
        *made += 1;
        if self.calls.contains(&(*made - 1)) {
            let mut rest = vec![ReleaseAttempt::NotStarted; batch.len()];
            rest[0] = ReleaseAttempt::Failed(Failure::new(Unreachable, "connection refused"));
            return BatchResult::of(rest);
        }
        for _ in batch {
            on_release(GONE);
        }
        BatchResult::of(Vec::new())
    }
}

#[test]
fn an_api_server_that_is_back_soon_costs_no_release() {
    for workers in [1, 4] {
        let patience = RetryPolicy { probing: Duration::from_hours(1), ..RetryPolicy::NONE };
        let helm = Outage { calls: 3..40, made: Mutex::new(0) };
        let mut said = Vec::new();
        let mut on_event = |event: &Event<'_>, _: Progress| match event {
            Event::Paused { because, .. } => said.push(because.as_str()),
            Event::Resumed => said.push("back"),
            _ => {}
        };
        let execution = ExecutorConfig { workers, retry_policy: patience, ..ALONE };
        let interrupts = Interrupts::silent();
        interrupts.enter(Stage::Changing);
        let run = execute(with_retries(9, 10), execution, means(helm, AlwaysFresh), &interrupts, &mut on_event);
        let run = run.expect("a few threads can be had");
        assert_eq!(run.count(OutcomeKind::Purged), 9, "{:?}", ends(&run));
        said.dedup();
        assert_eq!(said, [NotStarted::ServerGone.as_str(), "back"]);
    }
}

#[test]
fn an_api_server_that_stays_away_ends_the_run_and_what_was_not_tried_is_not_started() {
    for (class, why, failed) in [(Unreachable, "ServerGone", 1), (Login, "LoginGone", 4)] {
        let names = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"];
        let helm = Scripted::new(&names.into_iter().map(|name| (name, vec![class; 50])).collect());
        let mut drained = Vec::new();
        let run = carry_out(with_retries(8, 3), &helm, AlwaysFresh, ALONE, &mut |event, _, _| {
            if let Event::Draining { because, .. } = event {
                drained.push(format!("{because:?}"));
            }
        });
        assert_eq!((run.count(OutcomeKind::Failed), run.count(OutcomeKind::NotStarted)), (failed, 8 - failed));
        assert!(
            ends(&run).iter().filter(|end| end.contains("not-started")).all(|end| end.contains(why)),
            "{:?}",
            ends(&run)
        );
        assert_eq!(drained, [why]);
        assert_eq!(ExitCode::of_run(&run, &Verification::NothingToVerify), ExitCode::SomeFailed);
    }
}

#[test]
fn releases_that_fail_by_themselves_stop_no_other_however_many_they_are() {
    let names = ["r0", "r1", "r2", "r3", "r4", "r5", "r6"];
    let helm = Scripted::new(&names.into_iter().map(|name| (name, vec![Hook])).collect());
    let run = carry_out(with_retries(9, 3), &helm, AlwaysFresh, ALONE, &mut |_, _, _| {});
    assert_eq!((run.count(OutcomeKind::Failed), run.count(OutcomeKind::Purged)), (7, 2));
}

/// The program with the fake helm: what a person sees.
mod program {
    use serde_json::json;

    use crate::support::FakeHelm;

    const RUN: [&str; 5] = ["run", "-f", "policy.yaml", "--yes", "-A"];
    const TRANSIENT: &str =
        "Error: uninstall: Release not loaded: a: query: failed to query with labels: etcdserver: leader changed\n";
    const LOGGED_OUT: &str =
        "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials\n";

    #[test]
    fn a_release_that_works_the_second_time_is_purged_and_its_attempts_are_in_the_report() {
        let fake = FakeHelm::new();
        fake.release("dev-a", "a");
        fake.release("dev-a", "b");
        fake.behaves("dev-a", "a", &json!({"exit": 1, "stderr": TRANSIENT, "once": true}));
        let output = fake.program.run(&[&RUN[..], &["-o", "json"]].concat()).exits(0);
        let output = output.stderr_has("trying again dev-a/a in ").stderr_has("leader changed");
        let report = output.json();
        let attempts = |index: usize| report["releases"][index]["attempts"].as_u64();
        assert_eq!((attempts(0), attempts(1), &report["totals"]["purged"]), (Some(2), Some(1), &json!(2)));
        assert!(fake.left().is_empty());
    }

    #[test]
    fn the_flag_goes_before_the_policy_and_attempts_are_said_where_they_were_in_vain() {
        let fake = FakeHelm::new();
        fake.release("dev-a", "a");
        fake.policy("retries: 0\n");
        fake.behaves("dev-a", "a", &json!({"exit": 1, "stderr": TRANSIENT}));
        let output = fake.program.run(&RUN).exits(1).stdout_has("dev-a/a  transient\n");
        assert!(!output.stderr.contains("trying again"), "{output}");
        let output = fake.program.run(&[&RUN[..], &["--retries", "1"]].concat()).exits(1);
        drop(output.stdout_has("dev-a/a  transient, after 2 attempts").stderr_has(", after 2 attempts transient: "));
        fake.program.run(&[&RUN[..], &["--retries", "11"]].concat()).exits(2).stderr_has("0..=10");
    }

    #[test]
    fn a_login_that_is_gone_ends_the_run_after_one_more_look() {
        let fake = FakeHelm::new();
        for name in ["a", "b", "c", "d", "e", "f"] {
            fake.release("dev-a", name);
            fake.behaves("dev-a", name, &json!({"exit": 1, "stderr": LOGGED_OUT}));
        }
        let output = fake.program.run(&[&RUN[..], &["--workers", "1", "--batch", "1"]].concat()).exits(1);
        let output = output.stdout_has("failed 4 · already gone 0 · not started 2");
        let output = output.stdout_has("not started (the login was not accepted any more)");
        drop(output.stderr_has("the login is not accepted: beginning nothing; looking again in 1.0s"));
        assert_eq!(fake.left().len(), 6);
    }
}
