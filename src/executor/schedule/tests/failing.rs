//! Runs in which releases fail, and in which the API server goes away and comes back, carried out without threads, clock
//! or helm.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;

use super::simulation::{any_task, namespaces};
use crate::executor::outcome::NotStarted;
use crate::executor::schedule::*;
use crate::helm::ErrorScope;

/// What happens to a release that was scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    /// It fails for a reason of its own.
    Fails,
    /// The API server is in trouble.
    Transient,
    /// The API server is gone.
    Unreachable,
    /// The login is gone.
    LoggedOut,
    /// It fails for an unknown reason.
    Untold,
}

impl Fate {
    fn sign(self) -> ErrorScope {
        match self {
            Fate::Done | Fate::Fails | Fate::Transient => ErrorScope::Release,
            Fate::Unreachable => ErrorScope::Server,
            Fate::LoggedOut => ErrorScope::Login,
            Fate::Untold => ErrorScope::Unknown,
        }
    }

    fn may_be_tried_again(self) -> bool {
        matches!(self, Fate::Transient | Fate::Unreachable)
    }
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Done),
        1 => Just(Fate::Fails),
        2 => Just(Fate::Transient),
        3 => Just(Fate::Unreachable),
        1 => Just(Fate::LoggedOut),
        1 => Just(Fate::Untold),
    ]
}

/// The result of a run.
#[derive(Debug, Default)]
struct Ran {
    done: Vec<usize>,
    /// Those that failed and are not tried again.
    failed: Vec<usize>,
    /// Those that were never scheduled.
    left: Vec<usize>,
    attempts: BTreeMap<usize, usize>,
    tripped: Option<NotStarted>,
    seconds: u64,
}

/// Each attempt of a release takes a second. `order` chooses the worker that ends next, `fate` what happens to a release that
/// ends at this second, `jitter` how long it waits.
fn carry_out(
    plan: &[Task],
    workers: usize,
    retries: u8,
    (order, jitter): (&[usize], &[f64]),
    fate: impl Fn(usize, u64) -> Fate,
) -> Ran {
    let mut schedule = Schedule::new(plan, workers, BatchSize::Auto, RetryPolicy::USUAL);
    let (start, mut now) = (Instant::now(), Instant::now());
    let (mut running, mut ran) = (Vec::<(WorkerId, Vec<usize>)>::new(), Ran::default());
    let mut handed = vec![false; plan.len()];
    for step in 0.. {
        assert!(step < 100_000, "it does not end");
        schedule.advance(now);
        let was_paused = schedule.breaker.pause();
        let mut probes = 0;
        while let Some((worker, batch)) = schedule.next(|_| true) {
            for place in &batch {
                handed[*place] = true;
            }
            assert!(was_paused.is_none() || batch.len() == 1, "a look is made with one release");
            probes += usize::from(was_paused.is_some());
            running.push((worker, batch));
        }
        assert!(
            probes <= 1 && schedule.breaker.tripped().is_none(),
            "nothing is begun while it is gone, but for one look"
        );
        if let Some(pause) = was_paused {
            assert!(probes == 0 || pause.until <= now, "too early");
        }
        let idle = running.is_empty();
        if idle && schedule.waits_for_time(|_| true) {
            now += Duration::from_millis(500);
            continue;
        }
        if idle {
            assert_eq!(schedule.waiting(), 0, "a phase is stuck");
            schedule.next_phase();
            if schedule.phase().is_none() {
                break;
            }
            continue;
        }
        now += Duration::from_secs(1);
        let (worker, batch) = running.swap_remove(order[step % order.len()] % running.len());
        let mut rest = batch.into_iter();
        for place in rest.by_ref() {
            let fate = fate(place, (now - start).as_secs());
            *ran.attempts.entry(place).or_default() += 1;
            schedule.breaker.learn(worker, fate.sign(), now);
            let jitter = jitter[step % jitter.len()];
            let again = fate.may_be_tried_again() && schedule.defer(place, retries, jitter, now, |_, _| true).is_some();
            match fate {
                Fate::Done => ran.done.push(place),
                _ if again => {}
                _ => ran.failed.push(place),
            }
            if fate != Fate::Done {
                break;
            }
        }
        schedule.requeue(&rest.collect::<Vec<_>>());
        schedule.finish(worker);
        if let Some(gone) = schedule.breaker.tripped() {
            ran.tripped = Some(gone);
            for (worker, batch) in running.drain(..) {
                schedule.requeue(&batch);
                schedule.finish(worker);
            }
            break;
        }
    }
    let held = (0..plan.len()).filter(|place| schedule.holds(*place)).collect::<Vec<_>>();
    let (tried, left) = held.into_iter().partition::<Vec<_>, _>(|place| ran.attempts.contains_key(place));
    ran.failed.extend(tried);
    ran.left = left;
    ran.seconds = (now - start).as_secs();
    ran
}

proptest! {
    #[test]
    fn whatever_fails_each_release_is_accounted_for_once_and_tried_no_more_often_than_it_may_be(
        plan in vec(any_task(), 0..60),
        workers in 1_usize..12,
        retries in 0_u8..=10,
        order in vec(any::<usize>(), 1..20),
        jitter in vec(0.0..=1.0, 1..5),
        fates in vec(any_fate(), 1..40),
    ) {
        let fate = |place: usize, second: u64| {
            let index = usize::try_from(second).expect("a run is short") + 7 * place;
            fates[index % fates.len()]
        };
        let ran = carry_out(&plan, workers, retries, (&order, &jitter), fate);
        let mut all = [&ran.done[..], &ran.failed, &ran.left].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..plan.len()).collect::<Vec<_>>());
        // A try costs no retry while the API server is gone, but each outage has an end.
        let looks = ran.attempts.values().sum::<usize>();
        let most = plan.len() * (usize::from(retries) + 1);
        prop_assert!(looks <= most + (most + 1) * (workers + 8), "{} tries", looks);
        if retries == 0 {
            prop_assert!(ran.attempts.values().all(|attempts| *attempts == 1), "{:?}", ran.attempts);
        }
    }

    #[test]
    fn without_an_api_server_that_is_gone_a_release_is_tried_as_often_as_it_may_be_and_no_other_waits_for_it(
        plan in vec(any_task(), 1..40),
        workers in 1_usize..8,
        retries in 0_u8..=10,
        order in vec(any::<usize>(), 1..20),
        unlucky in any::<prop::sample::Index>(),
    ) {
        let unlucky = unlucky.index(plan.len());
        let fate = |place, _| if place == unlucky { Fate::Transient } else { Fate::Done };
        let ran = carry_out(&plan, workers, retries, (&order, &[1.0]), fate);
        prop_assert_eq!(&ran.failed, &[unlucky]);
        prop_assert_eq!(ran.attempts[&unlucky], usize::from(retries) + 1);
        prop_assert!(ran.attempts.iter().all(|(place, attempts)| *place == unlucky || *attempts == 1));
        prop_assert_eq!(ran.tripped, None);
    }

    #[test]
    fn an_api_server_that_is_back_within_a_minute_fails_no_release_that_may_be_tried_again(
        plan in vec(any_task(), 1..60),
        workers in 1_usize..12,
        order in vec(any::<usize>(), 1..20),
        jitter in vec(0.0..=1.0, 1..5),
        goes in 0_u64..10,
        lasts in 1_u64..45,
    ) {
        let fate = |_, second| if (goes..goes + lasts).contains(&second) { Fate::Unreachable } else { Fate::Done };
        let ran = carry_out(&plan, workers, 3, (&order, &jitter), fate);
        prop_assert_eq!((ran.failed.len(), ran.left.len(), ran.tripped), (0, 0, None), "{:?}", ran);
    }

    #[test]
    fn an_api_server_that_stays_away_ends_the_run_soon_and_costs_few_releases(
        plan in vec(any_task(), 20..60),
        workers in 1_usize..12,
        order in vec(any::<usize>(), 1..20),
        is_login in any::<bool>(),
    ) {
        let fate = if is_login { Fate::LoggedOut } else { Fate::Unreachable };
        let ran = carry_out(&plan, workers, 3, (&order, &[1.0]), |_, _| fate);
        // Those that ran, those that were started before the breaker had counted three, and for a login the probe.
        prop_assert!(ran.failed.len() <= workers + 3, "{:?}", ran);
        prop_assert_eq!(ran.tripped, Some(if is_login { NotStarted::LoginGone } else { NotStarted::ServerGone }));
        prop_assert!(ran.seconds < 100, "{} s", ran.seconds);
    }
}

#[test]
fn a_release_that_waits_holds_up_its_phase_and_nothing_else() {
    let mut plan = namespaces(&[0, 1, 2]);
    plan[2].phase = PhaseNumber(1);
    let mut schedule = Schedule::new(&plan, 1, BatchSize::Auto, RetryPolicy::USUAL);
    let now = Instant::now();
    schedule.advance(now);
    let next = |schedule: &mut Schedule| schedule.next(|_| true).map(|(_, batch)| batch[0]);
    assert_eq!(next(&mut schedule), Some(0));
    let retry = schedule.defer(0, 3, 0.5, now, |_, _| true);
    assert_eq!(retry, Some(Retry::After(Duration::from_millis(500))));
    schedule.finish(WorkerId(0));
    assert_eq!(next(&mut schedule), Some(1));
    schedule.finish(WorkerId(0));
    assert_eq!((next(&mut schedule), schedule.waits_for_time(|_| true)), (None, true));
    schedule.advance(now + Duration::from_millis(499));
    assert_eq!(next(&mut schedule), None);
    schedule.advance(now + Duration::from_millis(500));
    assert_eq!((next(&mut schedule), schedule.waits_for_time(|_| true)), (Some(0), false));
}

#[test]
fn what_could_not_be_done_before_the_deadline_is_not_put_off() {
    let plan = namespaces(&[0]);
    let mut schedule = Schedule::new(&plan, 1, BatchSize::Auto, RetryPolicy::USUAL);
    let now = Instant::now();
    schedule.advance(now);
    schedule.next(|_| true).expect("it waits");
    let in_time = |_: &UninstallOptions, at| at < now + Duration::from_millis(700);
    assert_eq!(schedule.defer(0, 3, 1.0, now, in_time), None);
    assert!(schedule.defer(0, 3, 0.5, now, in_time).is_some());
}
