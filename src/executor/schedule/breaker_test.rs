//! When nothing is begun any more, and when it goes on.

use std::time::{Duration, Instant};

use super::Lane;
use super::breaker::{Admission, Breaker, Gone, Sign};
use crate::executor::patience::RetryPolicy;

const SERVER: Sign = Sign::Gone(Gone::Server);
const LOGIN: Sign = Sign::Gone(Gone::Login);

/// A breaker after these signs of as many lanes, all in the first second.
fn after(signs: &[Sign], start: Instant) -> Breaker {
    let mut breaker = Breaker::new(RetryPolicy::USUAL);
    for (lane, sign) in signs.iter().enumerate() {
        breaker.begin(Lane(lane));
        breaker.learn(Lane(lane), *sign, start);
        breaker.finish(Lane(lane), start);
    }
    breaker
}

/// Looks as soon as it may, with what it finds; gives the seconds since `start` at which that was.
fn probe(breaker: &mut Breaker, found: Sign, start: Instant) -> u64 {
    let until = breaker.pause().expect("it is paused").until;
    let earlier = until.checked_sub(Duration::from_millis(1)).expect("the clock did not just begin");
    assert_eq!(breaker.admits(earlier), Admission::Nothing);
    assert_eq!(breaker.admits(until), Admission::Probe);
    breaker.begin(Lane(7));
    assert_eq!(breaker.admits(until + Duration::from_hours(1)), Admission::Nothing, "one at a time");
    breaker.learn(Lane(7), found, until);
    breaker.finish(Lane(7), until);
    (until - start).as_secs()
}

#[test]
fn three_in_a_row_pause_and_an_answer_in_between_is_a_new_beginning() {
    let start = Instant::now();
    for (signs, admits) in [
        (&[SERVER, SERVER][..], Admission::All),
        (&[SERVER, SERVER, Sign::There, SERVER, SERVER], Admission::All),
        (&[SERVER, SERVER, Sign::There, SERVER, SERVER, LOGIN], Admission::Nothing),
        (&[SERVER, Sign::Nothing, LOGIN, Sign::Nothing, SERVER], Admission::Nothing),
    ] {
        assert_eq!(after(signs, start).admits(start), admits, "{signs:?}");
    }
}

#[test]
fn a_helm_with_many_releases_counts_once() {
    let (mut breaker, now) = (Breaker::new(RetryPolicy::USUAL), Instant::now());
    breaker.begin(Lane(0));
    (0..10).for_each(|_| breaker.learn(Lane(0), SERVER, now));
    assert_eq!(breaker.admits(now), Admission::All);
}

#[test]
fn a_look_that_finds_it_back_closes_it_and_others_have_no_say() {
    let start = Instant::now();
    let mut breaker = after(&[SERVER; 3], start);
    breaker.learn(Lane(2), Sign::There, start);
    assert_eq!(breaker.admits(start), Admission::Nothing, "what had begun before says what was");
    assert_eq!(probe(&mut breaker, Sign::There, start), 1);
    assert_eq!((breaker.admits(start), breaker.pause()), (Admission::All, None));
}

#[test]
fn looks_in_vain_are_made_ever_more_rarely_for_a_minute_and_then_it_is_gone() {
    let start = Instant::now();
    for found in [SERVER, Sign::Nothing] {
        let mut breaker = after(&[SERVER; 3], start);
        let mut looks = Vec::new();
        while breaker.tripped().is_none() {
            looks.push(probe(&mut breaker, found, start));
        }
        assert_eq!(looks, [1, 3, 7, 15, 30, 45, 60]);
        assert_eq!((breaker.tripped(), breaker.admits(start)), (Some(Gone::Server), Admission::Nothing));
    }
}

#[test]
fn a_login_is_looked_for_once() {
    let start = Instant::now();
    let mut breaker = after(&[LOGIN; 3], start);
    probe(&mut breaker, LOGIN, start);
    assert_eq!(breaker.tripped(), Some(Gone::Login));
    let mut breaker = after(&[SERVER; 3], start);
    probe(&mut breaker, LOGIN, start);
    assert_eq!(breaker.tripped(), None, "it may not be whole yet");
    probe(&mut breaker, LOGIN, start);
    assert_eq!(breaker.tripped(), Some(Gone::Login));
}
