use super::*;
use crate::release::{CrdUsage, Known};
use crate::uninstall_options::UninstallOptions;

const LONG: Duration = Duration::from_mins(5);

fn address(name: &str) -> ObjectRef {
    let [api_version, kind, namespace] = ["example.com/v1", "Widget", "dev-a"].map(str::to_owned);
    ObjectRef { api_version, kind, namespace, name: name.to_owned() }
}

/// A release with these objects, or with ones that are not known.
fn planned(timeout: Duration, objects: Option<&[&str]>) -> Task {
    let json = br#"[{"name":"web","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"web-1.0.0"}]"#;
    let release = crate::inventory::read(json).expect("a list").releases.remove(0);
    let objects = objects.map_or(Known::Unknown, |names| Known::Is(names.iter().map(|name| address(name)).collect()));
    let crd_usage = CrdUsage { objects, ..CrdUsage::default() };
    Task { crd_usage, ..Task::new(release, UninstallOptions::with_timeout(timeout)) }
}

fn names(objects: Option<Vec<ObjectRef>>) -> Vec<String> {
    objects.into_iter().flatten().map(|object| object.name).collect()
}

fn forbidden() -> ObjectPresence {
    ObjectPresence::Unknown(ApiError::Forbidden("no right to get widgets".to_owned()))
}

fn down() -> ObjectPresence {
    ObjectPresence::Unknown(ApiError::NoConnection("connection refused".to_owned()))
}

#[test]
fn only_what_is_left_is_checked_again_and_ever_more_rarely() {
    let plan = [planned(LONG, Some(&["a", "b"])), planned(LONG, Some(&["c"])), planned(LONG, Some(&["d"]))];
    let mut now = Instant::now();
    let mut end = PhaseCleanup::begin(&plan, &[0, 2], now);
    assert_eq!(names(end.due(now)), ["a", "b", "d"], "and nothing of the one that was not uninstalled");
    assert_eq!(end.due(now), None, "somebody looks already");
    end.record(vec![ObjectPresence::Gone, ObjectPresence::Exists, down()], now);
    assert_eq!(end.waits_for(), (2, vec![0, 2]));
    let mut pauses = Vec::new();
    for _ in 0..7 {
        let began = now;
        while end.due(now).is_none() {
            now += Duration::from_millis(100);
        }
        pauses.push((now - began).as_millis());
        end.record(vec![ObjectPresence::Exists; 2], now);
    }
    assert_eq!(pauses, [200, 400, 800, 1600, 3200, 5000, 5000]);
    end.record(vec![ObjectPresence::Gone; 2], now);
    assert!(end.is_over() && end.leftovers.is_empty());
}

#[test]
fn what_is_there_after_the_timeout_of_its_release_stays_and_is_named() {
    let short = Duration::from_secs(1);
    let plan = [planned(short, Some(&["a", "b"])), planned(LONG, Some(&["c"]))];
    let now = Instant::now();
    let mut end = PhaseCleanup::begin(&plan, &[0, 1], now);
    end.record(vec![ObjectPresence::Exists; 3], now);
    end.record(vec![ObjectPresence::Exists; 3], now + short);
    assert_eq!(end.waits_for(), (1, vec![1]));
    end.record(vec![ObjectPresence::Gone], now + short);
    let left = end.leftovers;
    assert_eq!(left.keys().collect::<Vec<_>>(), [&0]);
    let failure = left[&0].failure(short);
    assert_eq!(failure.class, FailureClass::Leftovers);
    assert!(failure.message.error.ends_with(": Widget dev-a/a, Widget dev-a/b"), "{}", failure.message.error);
    assert_eq!(left[&0].kinds(), Some(vec![GroupKind::new("example.com", "Widget"); 2]));
}

#[test]
fn the_last_look_is_not_later_than_the_timeout() {
    let short = Duration::from_millis(50);
    let now = Instant::now();
    let mut end = PhaseCleanup::begin(&[planned(short, Some(&["a"]))], &[0], now);
    end.due(now);
    end.record(vec![ObjectPresence::Exists], now);
    assert!(end.due(now + short).is_some());
}

#[test]
fn what_cannot_be_checked_is_not_known_at_once_and_what_could_not_be_is_asked_for_again() {
    let plan = [planned(LONG, Some(&["a"])), planned(LONG, Some(&["b"])), planned(LONG, None)];
    let now = Instant::now();
    let mut end = PhaseCleanup::begin(&plan, &[0, 1, 2], now);
    end.record(vec![forbidden(), down()], now);
    assert_eq!(end.waits_for(), (1, vec![1]));
    // An object without an answer counts as unknown.
    end.record(Vec::new(), now + LONG);
    let left = end.leftovers;
    let classes = left.values().map(|left| left.failure(LONG).class).collect::<Vec<_>>();
    assert_eq!(classes, [FailureClass::Rbac, FailureClass::Unreachable, FailureClass::Unreachable]);
    assert_eq!(left.values().map(|left| left.kinds().is_some()).collect::<Vec<_>>(), [true, true, false]);
}
