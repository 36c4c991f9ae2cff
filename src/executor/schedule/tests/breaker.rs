//! When the breaker stops all starts, and when releases start again.

use std::time::{Duration, Instant};

use crate::executor::config::RetryPolicy;
use crate::executor::outcome::NotStarted;
use crate::executor::schedule::breaker::{Admission, Breaker};
use crate::executor::task::WorkerId;
use crate::helm::ErrorScope;

const SERVER: ErrorScope = ErrorScope::Server;
const LOGIN: ErrorScope = ErrorScope::Login;

/// A breaker after the results of so many workers, all in the first second.
fn after(signs: &[ErrorScope], start: Instant) -> Breaker {
    let mut breaker = Breaker::new(RetryPolicy::USUAL);
    for (worker, sign) in signs.iter().enumerate() {
        breaker.start(WorkerId(worker));
        breaker.learn(WorkerId(worker), *sign, start);
        breaker.finish(WorkerId(worker), start);
    }
    breaker
}

/// Starts a probe as soon as the breaker admits it, with this result. Returns when that was, in seconds since `start`.
fn probe(breaker: &mut Breaker, found: ErrorScope, start: Instant) -> u64 {
    let until = breaker.pause().expect("it is paused").until;
    let earlier = until.checked_sub(Duration::from_millis(1)).expect("the clock did not just begin");
    assert_eq!(breaker.admits(earlier), Admission::Nothing);
    assert_eq!(breaker.admits(until), Admission::Probe);
    breaker.start(WorkerId(7));
    assert_eq!(breaker.admits(until + Duration::from_hours(1)), Admission::Nothing, "one at a time");
    breaker.learn(WorkerId(7), found, until);
    breaker.finish(WorkerId(7), until);
    (until - start).as_secs()
}

#[test]
fn three_in_a_row_pause_and_an_answer_in_between_is_a_new_beginning() {
    let start = Instant::now();
    for (signs, admits) in [
        (&[SERVER, SERVER][..], Admission::All),
        (&[SERVER, SERVER, ErrorScope::Release, SERVER, SERVER], Admission::All),
        (&[SERVER, SERVER, ErrorScope::Release, SERVER, SERVER, LOGIN], Admission::Nothing),
        (&[SERVER, ErrorScope::Unknown, LOGIN, ErrorScope::Unknown, SERVER], Admission::Nothing),
    ] {
        assert_eq!(after(signs, start).admits(start), admits, "{signs:?}");
    }
}

#[test]
fn a_helm_process_with_many_releases_counts_once() {
    let (mut breaker, now) = (Breaker::new(RetryPolicy::USUAL), Instant::now());
    breaker.start(WorkerId(0));
    (0..10).for_each(|_| breaker.learn(WorkerId(0), SERVER, now));
    assert_eq!(breaker.admits(now), Admission::All);
}

#[test]
fn a_look_that_finds_it_back_closes_it_and_others_have_no_say() {
    let start = Instant::now();
    let mut breaker = after(&[SERVER; 3], start);
    breaker.learn(WorkerId(2), ErrorScope::Release, start);
    assert_eq!(breaker.admits(start), Admission::Nothing, "what had begun before says what was");
    assert_eq!(probe(&mut breaker, ErrorScope::Release, start), 1);
    assert_eq!((breaker.admits(start), breaker.pause()), (Admission::All, None));
}

#[test]
fn looks_in_vain_are_made_ever_more_rarely_for_a_minute_and_then_it_is_gone() {
    let start = Instant::now();
    for found in [SERVER, ErrorScope::Unknown] {
        let mut breaker = after(&[SERVER; 3], start);
        let mut looks = Vec::new();
        while breaker.tripped().is_none() {
            looks.push(probe(&mut breaker, found, start));
        }
        assert_eq!(looks, [1, 3, 7, 15, 30, 45, 60]);
        assert_eq!((breaker.tripped(), breaker.admits(start)), (Some(NotStarted::ServerGone), Admission::Nothing));
    }
}

#[test]
fn a_login_is_looked_for_once() {
    let start = Instant::now();
    let mut breaker = after(&[LOGIN; 3], start);
    probe(&mut breaker, LOGIN, start);
    assert_eq!(breaker.tripped(), Some(NotStarted::LoginGone));
    let mut breaker = after(&[SERVER; 3], start);
    probe(&mut breaker, LOGIN, start);
    assert_eq!(breaker.tripped(), None, "it may not be whole yet");
    probe(&mut breaker, LOGIN, start);
    assert_eq!(breaker.tripped(), Some(NotStarted::LoginGone));
}
