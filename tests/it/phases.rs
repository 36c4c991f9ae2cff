//! The executor in phases, with stand-ins for helm and the cluster: who waits for what, and what is spared.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use helm_purge::cluster::{ApiError, ObjectPresence};
use helm_purge::executor::{
    AlwaysFresh, Event, ExecutorConfig, NoProbe, ObjectProbe, Outcome, OutcomeKind, PhaseNumber, Progress, Run, Task,
    WorkerCap, execute,
};
use helm_purge::helm::{Action, BatchResult, ReleaseAttempt};
use helm_purge::options::UninstallOptions;
use helm_purge::release::{CrdUsage, GroupKind, Known, ObjectRef, ReleaseId};
use helm_purge::signal::{CancelLevel, CancelToken, Interrupts, Stage};

use crate::support::stand_ins::{Failing, GO_ON, GONE, means, planned, releases};

fn address(name: &str) -> ObjectRef {
    let [api_version, kind, namespace] = ["example.com/v1", "Widget", "dev-a"].map(str::to_owned);
    ObjectRef { api_version, kind, namespace, name: name.to_owned() }
}

/// Two apps, `r0` and `r1`, with an object each of a kind that `r2` defines. It goes last, with `r3`, which defines
/// another kind.
fn plan(timeout: Duration) -> Vec<Task> {
    let kind = |name| Known::Is([GroupKind::new("example.com", name)].into());
    let app = |name| CrdUsage { uses: kind("Widget"), objects: Known::Is(vec![address(name)]), ..CrdUsage::default() };
    let operator = |name| CrdUsage { defines: kind(name), ..CrdUsage::default() };
    let ties = [app("w0"), app("w1"), operator("Widget"), operator("Gadget")];
    let phases = [0, 0, 1, 1].map(PhaseNumber);
    let plan = planned(releases(4)).into_iter().zip(ties).zip(phases);
    plan.map(|((planned, ties), phase)| Task {
        crd_usage: ties,
        phase,
        options: UninstallOptions::with_timeout(timeout),
        ..planned
    })
    .collect()
}

/// Says in turn what is there, and at the end always the same; notes what it was asked about.
struct Cluster {
    answers: Mutex<Vec<ObjectPresence>>,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Cluster {
    fn new(answers: impl IntoIterator<Item = ObjectPresence>) -> Self {
        let mut answers = answers.into_iter().collect::<Vec<_>>();
        answers.reverse();
        Self { answers: Mutex::new(answers), asked: Arc::default() }
    }
}

impl ObjectProbe for Cluster {
    fn probe(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        let names = objects.iter().map(|object| object.name.clone()).collect();
        self.asked.lock().expect("nobody panics while it is held").push(names);
        let mut answers = self.answers.lock().expect("nobody panics while it is held");
        let answer = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        objects.iter().map(|_| answer.clone().expect("there is an answer")).collect()
    }
}

fn carry_out(
    plan: Vec<Task>,
    execution: ExecutorConfig,
    action: impl Action + 'static,
    remaining: impl ObjectProbe + 'static,
    interrupts: &Interrupts,
    on_event: &mut dyn FnMut(&Event<'_>, Progress),
) -> Run {
    interrupts.enter(Stage::Changing);
    let mut means = means(action, AlwaysFresh);
    means.probe = Arc::new(remaining);
    execute(plan, execution, means, interrupts, on_event).expect("a few threads can be had")
}

fn run(plan: Vec<Task>, fails: &'static str, remaining: impl ObjectProbe + 'static) -> Run {
    let uninstall = Failing { name: fails, tried: Arc::default() };
    carry_out(plan, GO_ON, uninstall, remaining, &Interrupts::silent(), &mut |_, _| {})
}

/// What became of each release, in the order of the plan.
fn outcomes(run: &Run) -> Vec<String> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Failed(failure) => failure.class.to_string(),
        Outcome::StillNeeded { by } => format!("needed by {}", by.name),
        other => other.kind().as_str().to_owned(),
    };
    run.results.iter().map(|result| word(&result.outcome)).collect()
}

const LONG: Duration = Duration::from_mins(5);
/// No time at all: the first look is the last one.
const NONE: Duration = Duration::ZERO;

#[test]
fn the_next_phase_begins_when_the_objects_of_the_one_before_are_gone() {
    let cluster = Cluster::new([ObjectPresence::Exists, ObjectPresence::Exists, ObjectPresence::Gone]);
    let asked = Arc::clone(&cluster.asked);
    let mut seen = Vec::new();
    let mut watch = |event: &Event<'_>, progress: Progress| match event {
        Event::ReleaseStarted { release, .. } => seen.push(format!("+{}", release.name)),
        Event::Waiting { objects, release, others } => {
            seen.push(format!("{objects} of {} and {others}, {} done", release.name, progress.done));
        }
        _ => {}
    };
    let uninstall = Failing { name: "", tried: Arc::default() };
    let run = carry_out(plan(LONG), GO_ON, uninstall, cluster, &Interrupts::silent(), &mut watch);
    assert_eq!(run.count(OutcomeKind::Purged), 4);
    seen[..2].sort();
    seen[3..].sort();
    assert_eq!(seen, ["+r0", "+r1", "2 of r0 and 1, 2 done", "+r2", "+r3"]);
    assert_eq!(*asked.lock().expect("it is whole"), [["w0", "w1"]; 3]);
}

#[test]
fn of_a_failed_release_what_defines_its_kinds_is_spared_and_everything_else_goes_on() {
    let run = run(plan(LONG), "r1", Cluster::new([ObjectPresence::Gone]));
    assert_eq!(outcomes(&run), ["purged", "other", "needed by r1", "purged"]);
    assert_eq!((run.count(OutcomeKind::StillNeeded), run.count(OutcomeKind::Failed)), (1, 1));
}

#[test]
fn objects_that_stay_are_a_failure_of_their_release_and_keep_what_they_need() {
    let mut judged = Vec::new();
    let mut watch = |event: &Event<'_>, progress: Progress| {
        if let Event::ReleaseJudged { release, outcome, .. } = event {
            judged.push((release.name.to_string(), outcome.kind(), progress.failed));
        }
    };
    let uninstall = Failing { name: "", tried: Arc::default() };
    let stays = Cluster::new([ObjectPresence::Exists]);
    let run = carry_out(plan(NONE), GO_ON, uninstall, stays, &Interrupts::silent(), &mut watch);
    assert_eq!(outcomes(&run), ["leftovers", "leftovers", "needed by r0", "purged"]);
    let kinds = [OutcomeKind::Failed, OutcomeKind::Failed, OutcomeKind::StillNeeded];
    let judged = judged.into_iter().map(|(name, kind, failed)| (name, (kind, failed))).collect::<Vec<_>>();
    let names = ["r0", "r1", "r2"].map(str::to_owned);
    assert_eq!(judged, names.into_iter().zip(kinds.into_iter().zip([1, 2, 2])).collect::<Vec<_>>());
    assert!(run.results[0].took.is_some(), "helm was at it");
}

#[test]
fn where_nobody_can_tell_what_is_gone_it_counts_as_still_there() {
    let forbidden = ObjectPresence::Unknown(ApiError::Forbidden("no".to_owned()));
    let run_forbidden = run(plan(LONG), "", Cluster::new([forbidden]));
    assert_eq!(outcomes(&run_forbidden), ["rbac", "rbac", "needed by r0", "purged"]);
    let run_blind = run(plan(LONG), "", NoProbe("helm makes the lists".to_owned()));
    assert_eq!(outcomes(&run_blind), ["unreachable", "unreachable", "needed by r0", "purged"]);
}

/// Panics.
struct Broken;

impl ObjectProbe for Broken {
    fn probe(&self, _: &[ObjectRef]) -> Vec<ObjectPresence> {
        panic!("no luck");
    }
}

#[test]
fn whoever_panics_over_what_is_left_does_not_know() {
    let run = run(plan(NONE), "", Broken);
    assert_eq!(outcomes(&run), ["unreachable", "unreachable", "needed by r0", "purged"]);
}

#[test]
fn a_release_that_is_spared_keeps_what_it_needs_itself() {
    let mut plan = plan(LONG);
    plan[3].phase = PhaseNumber(2);
    plan[2].crd_usage.uses = Known::Is([GroupKind::new("example.com", "Gadget")].into());
    let run = run(plan, "r0", Cluster::new([ObjectPresence::Gone]));
    assert_eq!(outcomes(&run), ["other", "purged", "needed by r0", "needed by r2"]);
}

#[test]
fn under_fail_fast_no_phase_begins_after_objects_that_stay() {
    let execution = ExecutorConfig { fail_fast: true, ..GO_ON };
    let uninstall = Failing { name: "", tried: Arc::default() };
    let stays = Cluster::new([ObjectPresence::Exists]);
    let run = carry_out(plan(NONE), execution, uninstall, stays, &Interrupts::silent(), &mut |_, _| {});
    assert_eq!(outcomes(&run), ["leftovers", "leftovers", "needed by r0", "not-started"]);
}

#[test]
fn a_signal_ends_the_wait_for_what_is_left() {
    let interrupts = Interrupts::silent();
    let stop = interrupts.stop().clone();
    let mut interrupt = |event: &Event<'_>, _: Progress| {
        if matches!(event, Event::Waiting { .. }) {
            stop.raise(CancelLevel::Drain);
        }
    };
    let uninstall = Failing { name: "", tried: Arc::default() };
    let run =
        carry_out(plan(LONG), GO_ON, uninstall, Cluster::new([ObjectPresence::Exists]), &interrupts, &mut interrupt);
    assert_eq!(outcomes(&run), ["purged", "purged", "not-started", "not-started"]);
}

/// Notes how many helms work at a time, and how each is called.
#[derive(Clone, Default)]
struct Counting {
    now: Arc<Mutex<(usize, usize)>>,
    manners: Arc<Mutex<Vec<(UninstallOptions, usize)>>>,
}

impl Action for Counting {
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let count = |change: isize| {
            let mut now = self.now.lock().expect("nobody panics while it is held");
            now.0 = now.0.saturating_add_signed(change);
            now.1 = now.1.max(now.0);
        };
        count(1);
        self.manners.lock().expect("nobody panics while it is held").push((*options, batch.len()));
        for _ in batch {
            on_release(GONE);
        }
        count(-1);
        BatchResult::of(Vec::new())
    }
}

#[test]
fn a_group_never_has_more_helms_than_it_gets() {
    let share = WorkerCap { group: 7, workers: NonZeroUsize::new(2).expect("from 1") };
    let plan = planned(releases(60)).into_iter().map(|planned| Task { worker_caps: vec![share], ..planned }).collect();
    let counting = Counting::default();
    let helms = counting.clone();
    let nothing_left = Cluster::new([ObjectPresence::Gone]);
    let run = carry_out(plan, GO_ON, helms, nothing_left, &Interrupts::silent(), &mut |_, _| {});
    assert_eq!(run.count(OutcomeKind::Purged), 60);
    let most = counting.now.lock().expect("it is whole").1;
    assert!((1..=2).contains(&most), "{most} at a time");
}

#[test]
fn releases_go_only_with_those_of_their_manner() {
    let options =
        |number: usize| UninstallOptions::with_timeout(Duration::from_secs(10 + u64::from(number.is_multiple_of(3))));
    let plan = planned(releases(30)).into_iter().enumerate();
    let plan = plan.map(|(number, planned)| Task { options: options(number), ..planned }).collect();
    let counting = Counting::default();
    let helms = counting.clone();
    carry_out(plan, GO_ON, helms, Cluster::new([ObjectPresence::Gone]), &Interrupts::silent(), &mut |_, _| {});
    let manners = counting.manners.lock().expect("it is whole");
    let of = |seconds| {
        let like = manners.iter().filter(|(options, _)| options.timeout.as_secs() == seconds);
        like.map(|(_, count)| count).sum::<usize>()
    };
    assert_eq!((of(10), of(11)), (20, 10));
}
