//! Phases: which release waits for which objects, and which one is spared because of what others need.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::scene::{LONG, Scene, Scripted, helm, scene};
use crate::cluster::{ApiError, ObjectPresence};
use crate::executor::{Event, NoProbe, ObjectProbe, PhaseNumber, WorkerCap};
use crate::helm::FailureClass;
use crate::release::{CrdUsage, GroupKind, Known, ObjectRef};
use crate::signal::CancelLevel;
use crate::uninstall_options::UninstallOptions;

/// Answers in turn, and at the end always the same; notes the objects of each probe.
#[derive(Clone)]
struct Cluster {
    answers: Arc<Mutex<Vec<ObjectPresence>>>,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Cluster {
    fn new(answers: impl IntoIterator<Item = ObjectPresence>) -> Self {
        let mut answers = answers.into_iter().collect::<Vec<_>>();
        answers.reverse();
        Self { answers: Arc::new(Mutex::new(answers)), asked: Arc::default() }
    }
}

impl ObjectProbe for Cluster {
    fn probe(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        let names = objects.iter().map(|object| object.name.clone()).collect();
        self.asked.lock().expect("no test panics while it holds the lock").push(names);
        let mut answers = self.answers.lock().expect("no test panics while it holds the lock");
        let answer = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        vec![answer.expect("there is an answer"); objects.len()]
    }
}

fn object(name: &str) -> ObjectRef {
    let [api_version, kind, namespace] = ["example.com/v1", "Widget", "dev-a"].map(str::to_owned);
    ObjectRef { api_version, kind, namespace, name: name.to_owned() }
}

/// Two apps, `r0` and `r1`, with an object each of a kind that `r2` defines. `r2` goes last, with `r3`, which defines
/// another kind.
fn operators(probe: impl ObjectProbe + 'static) -> Scene {
    let kind = |name| Known::Is([GroupKind::new("example.com", name)].into());
    let app = |name| CrdUsage { uses: kind("Widget"), objects: Known::Is(vec![object(name)]), ..CrdUsage::default() };
    let operator = |name| CrdUsage { defines: kind(name), ..CrdUsage::default() };
    let mut scene = scene(4).workers(4).timeout(LONG).probe(probe);
    let usages = [app("w0"), app("w1"), operator("Widget"), operator("Gadget")];
    for ((task, crd_usage), phase) in scene.tasks.iter_mut().zip(usages).zip([0, 0, 1, 1]) {
        (task.crd_usage, task.phase) = (crd_usage, PhaseNumber(phase));
    }
    scene
}

fn fails(name: &str) -> Scripted {
    Scripted::new([(name, vec![FailureClass::Other])])
}

#[test]
fn the_next_phase_begins_when_the_objects_of_the_one_before_are_gone() {
    let cluster = Cluster::new([ObjectPresence::Exists, ObjectPresence::Exists, ObjectPresence::Gone]);
    let ended = operators(cluster.clone()).run(Scripted::default());
    assert_eq!(ended.count("purged"), 4);
    let mut seen = ended.events_of(&["+", "waiting"]);
    seen[..2].sort_unstable();
    seen[3..].sort_unstable();
    assert_eq!(seen, ["+r0", "+r1", "waiting for 2 of r0 and 1", "+r2", "+r3"]);
    assert_eq!(*cluster.asked.lock().expect("no test panics while it holds the lock"), [["w0", "w1"]; 3]);
}

#[test]
fn what_defines_the_kinds_of_a_failed_release_is_spared_and_everything_else_goes_on() {
    let ended = operators(Cluster::new([ObjectPresence::Gone])).run(fails("r1"));
    assert_eq!(ended.outcomes(), ["r0 purged 1", "r1 failed other 1", "r2 still-needed r1 0", "r3 purged 1"]);
}

#[test]
fn objects_that_stay_are_a_failure_of_their_release_and_keep_what_they_need() {
    let mut failed = Vec::new();
    let stays = operators(Cluster::new([ObjectPresence::Exists])).timeout(Duration::ZERO);
    let ended = stays.watched(Scripted::default(), |event, progress, _| {
        if matches!(event, Event::ReleaseVerified { .. }) {
            failed.push(progress.failed);
        }
    });
    let outcomes = ["r0 failed leftovers 1", "r1 failed leftovers 1", "r2 still-needed r0 0", "r3 purged 1"];
    assert_eq!(ended.outcomes(), outcomes);
    assert_eq!(ended.events_of(&["="]), ["=r0 failed", "=r1 failed", "=r2 still-needed"]);
    assert_eq!(failed, [1, 2, 2]);
    assert!(ended.run.results[0].took.is_some(), "helm has uninstalled it");
}

#[test]
fn objects_that_cannot_be_seen_count_as_still_there() {
    /// Panics.
    struct Broken;
    impl ObjectProbe for Broken {
        fn probe(&self, _: &[ObjectRef]) -> Vec<ObjectPresence> {
            panic!("no luck");
        }
    }
    let forbidden = ObjectPresence::Unknown(ApiError::Forbidden("no".to_owned()));
    for (scene, class) in [
        (operators(Cluster::new([forbidden])), "rbac"),
        (operators(NoProbe("helm makes the lists".to_owned())), "unreachable"),
        (operators(Broken).timeout(Duration::ZERO), "unreachable"),
    ] {
        let (first, second) = (format!("r0 failed {class} 1"), format!("r1 failed {class} 1"));
        let outcomes = scene.run(Scripted::default()).outcomes();
        assert_eq!(outcomes, [first.as_str(), &second, "r2 still-needed r0 0", "r3 purged 1"]);
    }
}

#[test]
fn a_release_that_is_spared_keeps_what_it_needs_itself() {
    let mut scene = operators(Cluster::new([ObjectPresence::Gone]));
    scene.tasks[3].phase = PhaseNumber(2);
    scene.tasks[2].crd_usage.uses = Known::Is([GroupKind::new("example.com", "Gadget")].into());
    let outcomes = ["r0 failed other 1", "r1 purged 1", "r2 still-needed r0 0", "r3 still-needed r2 0"];
    assert_eq!(scene.run(fails("r0")).outcomes(), outcomes);
}

#[test]
fn under_fail_fast_no_phase_begins_after_objects_that_stay() {
    let stays = operators(Cluster::new([ObjectPresence::Exists])).timeout(Duration::ZERO).fail_fast();
    let outcomes =
        ["r0 failed leftovers 1", "r1 failed leftovers 1", "r2 still-needed r0 0", "r3 not-started FailFast 0"];
    assert_eq!(stays.run(Scripted::default()).outcomes(), outcomes);
}

#[test]
fn a_signal_ends_the_wait_for_objects() {
    let stays = operators(Cluster::new([ObjectPresence::Exists]));
    let ended = stays.watched(Scripted::default(), |event, _, interrupts| {
        if matches!(event, Event::Waiting { .. }) {
            interrupts.stop().raise(CancelLevel::Drain);
        }
    });
    let not_started = ["r2 not-started Interrupted 0", "r3 not-started Interrupted 0"];
    assert_eq!(ended.outcomes(), [&["r0 purged 1", "r1 purged 1"], &not_started[..]].concat());
}

#[test]
fn a_group_never_has_more_helms_than_its_cap() {
    let cap = WorkerCap { group: 7, workers: NonZeroUsize::new(2).expect("2 is not zero") };
    let helms = Arc::new(Mutex::new((0_usize, 0_usize)));
    let counted = Arc::clone(&helms);
    let counting = helm(move |call| {
        let count = |change: isize| {
            let mut helms = counted.lock().expect("no test panics while it holds the lock");
            helms.0 = helms.0.saturating_add_signed(change);
            helms.1 = helms.1.max(helms.0);
        };
        count(1);
        let result = call.uninstall_all();
        count(-1);
        result
    });
    let ended = scene(60).workers(4).each(|task| task.worker_caps = vec![cap]).run(counting);
    assert_eq!(ended.count("purged"), 60);
    let most = helms.lock().expect("no test panics while it holds the lock").1;
    assert!((1..=2).contains(&most), "{most} at a time");
}

#[test]
fn a_batch_has_only_releases_with_the_same_options() {
    let timeouts = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&timeouts);
    let noting = helm(move |call| {
        let timeouts = std::iter::repeat_n(call.options.timeout.as_secs(), call.batch.len());
        noted.lock().expect("no test panics while it holds the lock").extend(timeouts);
        call.uninstall_all()
    });
    let mut scene = scene(30).workers(4);
    for (number, task) in scene.tasks.iter_mut().enumerate() {
        let seconds = if number.is_multiple_of(3) { 11 } else { 10 };
        task.options = UninstallOptions::with_timeout(Duration::from_secs(seconds));
    }
    scene.run(noting);
    let timeouts = timeouts.lock().expect("no test panics while it holds the lock");
    let of = |seconds| timeouts.iter().filter(|timeout| **timeout == seconds).count();
    assert_eq!((of(10), of(11)), (20, 10));
}
