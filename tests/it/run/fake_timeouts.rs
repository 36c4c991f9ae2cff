//! Batches with bounds too short for any command line: the part of this program that runs helm, in this process.

use std::time::Duration;

use helm_purge::clock::Clock;
use helm_purge::executor::{HistoryChecks, Outcome, OutcomeKind, Run, execute, verify_purge};
use helm_purge::helm::child::ChildLimits;
use helm_purge::helm::{Action, BatchResult, FailureClass, GoRuntime, HelmUninstall, ReleaseAttempt};
use helm_purge::inventory::{Listing, read};
use helm_purge::release::{Release, ReleaseId};
use helm_purge::signal::{CancelToken, Interrupts, Stage};
use helm_purge::uninstall_options::UninstallOptions;
use serde_json::json;

use crate::support::stand_ins::{ONE_LANE, means, planned};
use crate::support::{FakeHelm, Gate, MovableClock};

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(300);

fn release(namespace: &str, name: &str) -> Release {
    let json = json!([{
        "name": name, "namespace": namespace, "revision": "1", "updated": "2026-11-20T10:00:00Z",
        "status": "deployed", "chart": "c-1.0.0",
    }]);
    read(json.to_string().as_bytes()).expect("a list").releases.remove(0)
}

/// Releases `a`, `b` and `c`.
fn three(fake: &FakeHelm) -> Vec<Release> {
    ["a", "b", "c"]
        .map(|name| {
            fake.release(&format!("dev-a/{name}"));
            release("dev-a", name)
        })
        .to_vec()
}

fn carry_out(uninstall: HelmUninstall, plan: Vec<Release>) -> Run {
    let interrupts = Interrupts::default();
    interrupts.enter(Stage::Changing);
    let run = execute(planned(plan), ONE_LANE, means(uninstall), &interrupts, &mut |_, _| {});
    run.expect("a thread can be had")
}

fn with_limits(fake: &FakeHelm, limits: ChildLimits) -> HelmUninstall {
    let (helm, connection) = fake.in_this_process();
    HelmUninstall::new(helm, connection, GoRuntime::beside(None, None, None)).with_limits(limits)
}

fn classes(run: &Run) -> Vec<Option<FailureClass>> {
    let class = |outcome: &Outcome| match outcome {
        Outcome::Failed(failure) => Some(failure.class),
        _ => None,
    };
    run.results.iter().map(|result| class(&result.outcome)).collect()
}

#[test]
fn a_deadline_concerns_one_release_and_those_behind_it_are_tried_again() {
    let fake = FakeHelm::new();
    let plan = three(&fake);
    let (gate, clock) = (Gate::new(), MovableClock::new());
    fake.behaves("dev-a/b", &json!({"gate": gate.address()}));
    let limits = ChildLimits { clock: Clock::Ahead(clock.path()), ..ChildLimits::with_deadline(LONG) };
    let run = std::thread::scope(|scope| {
        let running = scope.spawn(|| carry_out(with_limits(&fake, limits), plan));
        let hanging = gate.arrival();
        clock.move_to(2 * LONG);
        let run = running.join().expect("the run does not panic");
        drop(hanging);
        run
    });
    assert_eq!(classes(&run), [None, Some(FailureClass::TimedOut), None]);
    assert_eq!(run.count(OutcomeKind::Purged), 2);
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}

#[test]
fn a_helm_process_that_hangs_when_all_is_done_costs_no_release() {
    let fake = FakeHelm::new();
    let plan = three(&fake);
    fake.behaves("dev-a/c", &json!({"hangsAfterwards": true}));
    let limits = ChildLimits { leaving: SHORT, ..ChildLimits::with_deadline(LONG) };
    let mut run = carry_out(with_limits(&fake, limits), plan);
    assert_eq!(classes(&run), [None, None, Some(FailureClass::TimedOut)], "nobody has looked");
    verify_purge(&mut run, &Listing::default(), &HistoryChecks::new());
    assert_eq!(run.count(OutcomeKind::Purged), 3);
    fake.program.leaves_no_process();
}

#[test]
fn a_helm_process_that_cannot_be_started_fails_each_release_once() {
    let fake = FakeHelm::new();
    let plan = three(&fake);
    let uninstall = with_limits(&fake, ChildLimits::with_deadline(LONG));
    std::fs::remove_file(fake.program.folder().join("helm")).expect("it is there");
    let run = carry_out(uninstall, plan);
    assert_eq!(classes(&run), [Some(FailureClass::CannotStart); 3]);
}

#[test]
fn a_helm_process_never_gets_a_release_of_another_namespace() {
    let fake = FakeHelm::new();
    let plan = [release("dev-a", "web"), release("dev-b", "web"), release("dev-a", "db")];
    for release in &plan {
        fake.release(&release.id.to_string());
    }
    let batch = plan.iter().map(|release| &release.id).collect::<Vec<&ReleaseId>>();
    let uninstall = with_limits(&fake, ChildLimits::with_deadline(LONG));
    let verdict = uninstall.run(&batch, &UninstallOptions::with_timeout(LONG), &CancelToken::default(), &mut |_| {});
    let gone = ReleaseAttempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
    assert_eq!(verdict, BatchResult::of(vec![gone, ReleaseAttempt::NotStarted, ReleaseAttempt::NotStarted]));
    assert_eq!(fake.left(), ["dev-a/db", "dev-b/web"]);
}
