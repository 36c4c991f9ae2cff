//! Faults while releases are uninstalled: only the release that met the error fails, and a second run purges the rest.

use std::time::Duration;

use helm_purge::clock::Clock;
use helm_purge::cluster::Connection;
use helm_purge::helm::child::ChildLimits;
use helm_purge::helm::{Action, FailureClass, GoRuntime, Helm, HelmUninstall, ReleaseAttempt};
use helm_purge::release::ReleaseId;
use helm_purge::settings::{ConnectionOptions, KubeconfigFiles};
use helm_purge::signal::{CancelLevel, CancelToken};
use helm_purge::uninstall_options::UninstallOptions;
use rustix::process::Signal;
use throwaway_cluster::{Answer, Fault, HelmVersion, Which};

use super::{LOUD_RUN, RUN, a_second_run_finishes, maps, side_by_side};
use crate::support::{CEILING, MovableClock, OrPanic, Real, cluster, poll};

const OBJECT: &str = "DELETE /api/v1/namespaces/*/configmaps/b-1*";
const LONG: Duration = Duration::from_mins(5);
const RECORD: &str = "DELETE /api/v1/namespaces/*/secrets/sh.helm.release.v1.b.v1*";

/// A run with trouble at `b`, with each helm; then all is well again, and a second one.
fn at_b(test: &str, requests: &str, fault: &Fault, judge: impl Fn(&Real, Vec<String>)) {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy(test, helm);
        // What is tried again is another test's matter.
        real.policy("keep: []\nretries: 0\n");
        real.seed(&["a/a", "a/b", "a/c"]);
        proxy.fail(requests, Which::Every, fault.clone());
        let output = real.program.run(RUN);
        real.program.leaves_no_process();
        judge(&real, output.results());
        proxy.heal();
        a_second_run_finishes(&real);
    }
}

#[test]
fn an_object_that_cannot_be_deleted_fails_its_release_and_no_other() {
    let cases = [
        (Fault::Answer(Answer::TOO_MANY_REQUESTS), "transient"),
        (Fault::Answer(Answer::INTERNAL_ERROR), "transient"),
        (Fault::Answer(Answer::UNAVAILABLE), "transient"),
        (Fault::Answer(Answer::ETCD_TIMED_OUT), "transient"),
        (Fault::Answer(Answer::LEADER_CHANGED), "transient"),
        (Fault::HangUp, "unreachable"),
    ];
    side_by_side(&cases, |number, (fault, class)| {
        at_b(&format!("object-{number}"), OBJECT, fault, |real, results| {
            let b = format!("b failed {class} listed");
            assert_eq!(results, ["a purged gone", &b, "c purged gone"], "{fault:?}");
            assert_eq!((real.listed(), maps(real)), (vec!["a/b".to_owned()], vec!["b-1".to_owned()]));
        });
    });
}

#[test]
fn a_record_that_cannot_be_deleted_is_a_release_that_is_still_there() {
    let cases = [
        (Fault::Answer(Answer::UNAVAILABLE), "transient"),
        (Fault::Answer(Answer::ETCD_TIMED_OUT), "transient"),
        (Fault::HangUp, "unreachable"),
    ];
    side_by_side(&cases, |number, (fault, class)| {
        at_b(&format!("record-{number}"), RECORD, fault, |real, results| {
            let b = format!("b failed {class} listed");
            assert_eq!(results, ["a purged gone", &b, "c purged gone"], "{fault:?}");
            assert_eq!((real.listed(), maps(real)), (vec!["a/b".to_owned()], vec![]), "its objects are gone");
        });
    });
}

/// Helm writes "uninstalling" into the record first, and goes on where it cannot; only its log tells.
#[test]
fn a_record_that_cannot_be_marked_keeps_no_release_from_going() {
    let cases = [Fault::HangUp, Fault::Cut(0), Fault::Answer(Answer::UNAVAILABLE)];
    side_by_side(&cases, |number, fault| {
        at_b(&format!("mark-{number}"), "PUT */secrets/*", fault, |_, results| {
            assert_eq!(results, ["a purged gone", "b purged gone", "c purged gone"], "{fault:?}");
        });
    });
}

/// It was done, and nobody heard of it.
#[test]
fn an_answer_that_is_lost_costs_no_release_its_end() {
    for (number, (requests, which)) in [(OBJECT, Which::Only(1)), (RECORD, Which::Only(1))].into_iter().enumerate() {
        for helm in HelmVersion::BOTH {
            let (real, proxy) = Real::behind_a_proxy(&format!("unheard-{number}"), helm);
            real.seed(&["a/b"]);
            proxy.fail(requests, which, Fault::Cut(0));
            let output = real.program.run(RUN);
            assert_eq!(output.results(), ["b purged gone"], "{output}");
            output.exits(0);
            a_second_run_finishes(&real);
        }
    }
}

#[test]
fn a_delete_that_is_never_answered_ends_with_the_second_signal() {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy("stalled", helm);
        real.seed(&["a/b", "a/c"]);
        proxy.fail(OBJECT, Which::Every, Fault::Stall);
        let running = real.program.start(LOUD_RUN);
        proxy.wait_for(OBJECT, 1).or_panic();
        running.signal(Signal::INT);
        running.wait_for_stderr("stopping: 1 release is being uninstalled");
        running.signal(Signal::TERM);
        let output = running.finish().exits(130);
        // Whether the last look is back before it is told to end, nobody can say.
        let begins_with = |(result, words): (&String, &str)| result.starts_with(words);
        let expected = ["b failed interrupted", "c not-started"];
        assert!(output.results().iter().zip(expected).all(begins_with), "{output}");
        assert_eq!(real.listed(), ["a/b", "a/c"]);
        real.program.leaves_no_process();
        proxy.heal();
        a_second_run_finishes(&real);
    }
}

#[test]
fn a_delete_that_is_never_answered_ends_at_the_deadline_of_its_release() {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy("late", helm);
        real.seed(&["a/b"]);
        proxy.fail(OBJECT, Which::Every, Fault::Stall);
        let wish = ConnectionOptions {
            kubeconfig: KubeconfigFiles::Flag(proxy.kubeconfig().to_owned()),
            ..ConnectionOptions::default()
        };
        let connection = Connection::resolve(&wish).expect("it resolves");
        let program = cluster().helm(helm).or_panic();
        let found = Helm::find(program.to_str(), None, &CancelToken::default()).expect("helm answers");
        let clock = MovableClock::new();
        let limits = ChildLimits { clock: Clock::Ahead(clock.path()), ..ChildLimits::with_deadline(LONG) };
        let uninstall = HelmUninstall::new(found, connection, GoRuntime::beside(None, None, None)).with_limits(limits);
        let namespace = real.namespace("a").parse().expect("a legal name");
        let release = ReleaseId { namespace, name: "b".parse().expect("a legal name") };
        let options = UninstallOptions::with_timeout(LONG);
        let stop = CancelToken::default();
        let verdict = std::thread::scope(|scope| {
            let running = scope.spawn(|| uninstall.run(&[&release], &options, &stop, &mut |_| {}));
            proxy.wait_for(OBJECT, 1).or_panic();
            clock.move_to(2 * LONG);
            poll(CEILING, || running.is_finished().then_some(()));
            // A helm process that its deadline has not ended must not hang this test.
            stop.raise(CancelLevel::Kill);
            running.join().expect("the uninstall does not panic")
        });
        let Some(ReleaseAttempt::Failed(failure) | ReleaseAttempt::Unclear(failure)) = verdict.rest.first() else {
            panic!("{verdict:?}")
        };
        assert_eq!(failure.class, FailureClass::TimedOut, "{failure:?}");
        assert_eq!(real.listed(), ["a/b"]);
        proxy.heal();
        a_second_run_finishes(&real);
    }
}
