//! The times of each CronJob and of the policy that comes with them fit together.

use std::time::Duration;

use helm_purge::exit_code::ExitCode;
use helm_purge::policy::{Policy, WindowState, Zone};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};

use super::objects::{Apply, apply, deploy, find};
use super::pod::Pod;

/// The purge, the restore, and the policy, all as shipped.
fn shipped() -> (Value, Value, Policy) {
    let objects = apply(&deploy("cronjob/overlays/restore"), Apply::OnlyAsked);
    let policy = Policy::read_named(&deploy("cronjob/base/policy.yaml")).unwrap_or_else(|faults| panic!("{faults}"));
    let cronjob = |name| find(&objects, "CronJob", name).clone();
    (cronjob("helm-purge"), cronjob("helm-purge-restore"), policy)
}

fn seconds(value: &Value) -> Duration {
    Duration::from_secs(value.as_u64().unwrap_or_else(|| panic!("no seconds: {value}")))
}

/// A duration as the flags take it.
fn flag(pod: &Pod, name: &str) -> Duration {
    let text = pod.flag(name).unwrap_or_else(|| panic!("{name} is not given"));
    let minutes = text.strip_suffix('m').and_then(|minutes| minutes.parse().ok());
    Duration::from_mins(minutes.unwrap_or_else(|| panic!("{name}={text}")))
}

#[test]
fn a_run_ends_on_its_own_before_its_pod_is_deleted() {
    let (purge, restore, policy) = shipped();
    for cronjob in [&purge, &restore] {
        let (job, pod) = (&cronjob["spec"]["jobTemplate"]["spec"], Pod::of(cronjob));
        let timeout = policy.defaults.uninstall.timeout;
        let grace = seconds(&pod.spec()["terminationGracePeriodSeconds"]);
        // As long as a release may take: docs/policy.md.
        assert!(grace >= timeout * 3 + Duration::from_mins(1), "{grace:?}");
        let longest = flag(&pod, "--lock-wait") + flag(&pod, "--max-duration") + timeout + grace;
        assert!(longest < seconds(&job["activeDeadlineSeconds"]), "{longest:?}");
        assert_eq!(pod.container()["terminationMessagePolicy"], "FallbackToLogsOnError");
        let log = pod.flag("--termination-log").map(Value::from);
        assert_eq!(log.as_ref(), Some(&pod.container()["terminationMessagePath"]));
    }
    let megabytes = 66 * policy.workers.get();
    assert!(megabytes * 1_000_000 < 2 << 30, "a helm takes 66 MB (docs/benchmarks.md), and all of them too much");
    assert_eq!(Pod::of(&purge).container()["resources"]["limits"]["memory"], "2Gi");
}

#[test]
fn what_another_pod_would_say_again_is_final_and_nothing_else() {
    let (purge, restore, _) = shipped();
    let finals = [
        ExitCode::SomeFailed,
        ExitCode::Usage,
        ExitCode::PolicyInvalid,
        ExitCode::Refused,
        ExitCode::DeadlineReached,
        ExitCode::NotWritten,
    ];
    let finals = finals.map(ExitCode::number);
    for (cronjob, retries) in [(&purge, 0), (&restore, 2)] {
        let job = &cronjob["spec"]["jobTemplate"]["spec"];
        assert_eq!(job["backoffLimit"], retries);
        let rules = &job["podFailurePolicy"]["rules"];
        assert_eq!(rules.as_array().map(Vec::len), Some(2));
        let evicted = json!([{"type": "DisruptionTarget", "status": "True"}]);
        assert_eq!((&rules[0]["action"], &rules[0]["onPodConditions"]), (&json!("Ignore"), &evicted));
        let codes = json!({"containerName": Pod::of(cronjob).container()["name"], "operator": "In", "values": finals});
        assert_eq!((&rules[1]["action"], &rules[1]["onExitCodes"]), (&json!("FailJob"), &codes));
        assert_eq!(cronjob["spec"]["concurrencyPolicy"], "Forbid");
    }
}

/// When a schedule of the form `MINUTE HOUR * * DAY-DAY` comes, on a day.
fn comes(schedule: &str, day: Date, zone: &Zone) -> Option<Zoned> {
    let fields = schedule.split(' ').collect::<Vec<_>>();
    let [minute, hour, "*", "*", days] = fields[..] else { panic!("the test does not know this form: {schedule}") };
    let (first, last) = days.split_once('-').expect("from a day to a day");
    let number = |text: &str| text.parse::<i8>().unwrap_or_else(|_| panic!("{schedule}"));
    let is_one = (number(first)..=number(last)).contains(&day.weekday().to_sunday_zero_offset());
    let time = day.at(number(hour), number(minute), 0, 0);
    is_one.then(|| time.to_zoned(zone.get().clone()).expect("it can be reckoned"))
}

#[test]
fn every_purge_of_the_schedule_lies_in_the_policys_window_and_every_restore_behind_it() {
    let (purge, restore, policy) = shipped();
    let (purge, restore) = (&purge["spec"], &restore["spec"]);
    let zone = policy.time_zone.as_str();
    assert!([purge, restore].iter().all(|spec| spec["timeZone"] == zone), "schedule and window go by the same clocks");
    let window = policy.window.as_ref().expect("the policy has one");
    let open = |at: Timestamp| matches!(window.at(at, &policy.time_zone), WindowState::Open(_));
    let after = |at: &Zoned, time: Duration| at.timestamp() + jiff::SignedDuration::try_from(time).expect("short");
    let begin = Date::constant(2026, 1, 1);
    let (mut evenings, mut mornings) = (0, 0);
    // Every change of clocks is in it.
    for day in begin.series(1.day()).take(365) {
        if let Some(at) = comes(purge["schedule"].as_str().expect("a text"), day, &policy.time_zone) {
            let latest = seconds(&purge["startingDeadlineSeconds"]);
            let end = latest + seconds(&purge["jobTemplate"]["spec"]["activeDeadlineSeconds"]);
            let times = [at.timestamp(), after(&at, latest), after(&at, end)];
            assert!(times.into_iter().all(open), "{at}");
            evenings += 1;
        }
        if let Some(at) = comes(restore["schedule"].as_str().expect("a text"), day, &policy.time_zone) {
            assert!(!open(at.timestamp()), "{at}: a purge may be at work");
            mornings += 1;
        }
    }
    assert_eq!([evenings, mornings], [261, 261], "every day from Monday to Friday");
}
