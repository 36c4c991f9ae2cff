//! The end of a phase: which objects must be gone before the next phase starts, and which releases must stay because
//! something that still exists may need them. Pure; the driver passes the time and the answers.

#[cfg(test)]
#[path = "phase_end_dependents_test.rs"]
mod dependents_test;
#[cfg(test)]
#[path = "phase_end_test.rs"]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::task::{PhaseNumber, Task};
use crate::cluster::{ApiError, ObjectPresence};
use crate::helm::{Failure, FailureClass};
use crate::release::{GroupKind, Known, ObjectRef};

/// Most objects are gone at the first probe, and most of the others soon after.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How many of the objects that stay are named.
const NAMED: usize = 5;

/// The objects that a phase waits for.
#[derive(Debug)]
pub(super) struct PhaseCleanup {
    waiting: Vec<AwaitedObject>,
    pub(super) leftovers: BTreeMap<usize, Leftovers>,
    pause: Duration,
    /// The next probe; `None` during a probe.
    next: Option<Instant>,
}

#[derive(Debug)]
struct AwaitedObject {
    release: usize,
    object: ObjectRef,
    until: Instant,
}

/// What is left of a release that helm has uninstalled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Leftovers {
    present: Vec<ObjectRef>,
    unknown: Vec<ObjectRef>,
    why: Option<ApiError>,
}

/// A release of a phase that is over, if it or an object of it still exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependent {
    /// Its index among the tasks.
    pub(super) release: usize,
    /// The kinds that must be served until it is gone.
    pub(super) kinds: Known<BTreeSet<GroupKind>>,
}

/// For each kind that is still needed, the first release that needs it.
#[derive(Debug, Default)]
struct NeededKinds<'a> {
    kinds: BTreeMap<&'a GroupKind, usize>,
    /// The first release that needs any kind.
    any: Option<usize>,
    /// The first that needs a kind that no task defines.
    from_elsewhere: Option<usize>,
    /// The first whose kinds are unknown.
    unknown: Option<usize>,
}

impl PhaseCleanup {
    /// Waits for the objects of these releases, for each as long as the timeout of its release.
    pub(super) fn begin(tasks: &[Task], uninstalled: &[usize], now: Instant) -> Self {
        let mut cleanup = Self { waiting: Vec::new(), leftovers: BTreeMap::new(), pause: FIRST_PAUSE, next: Some(now) };
        for release in uninstalled.iter().copied() {
            let Task { options, crd_usage, .. } = &tasks[release];
            let until = now + options.timeout;
            if let Some(objects) = crd_usage.objects.as_known() {
                let awaited = |object: &ObjectRef| AwaitedObject { release, object: object.clone(), until };
                cleanup.waiting.extend(objects.iter().map(awaited));
            } else {
                let why = Some(ApiError::Unsupported("its objects are unknown".to_owned()));
                cleanup.leftovers.insert(release, Leftovers { why, ..Leftovers::default() });
            }
        }
        cleanup
    }

    /// The objects to probe, when it is time to.
    pub(super) fn due(&mut self, now: Instant) -> Option<Vec<ObjectRef>> {
        if self.waiting.is_empty() {
            return None;
        }
        self.next.take_if(|next| *next <= now)?;
        Some(self.waiting.iter().map(|awaited| awaited.object.clone()).collect())
    }

    /// Takes the answers of a probe.
    pub(super) fn record(&mut self, answers: Vec<ObjectPresence>, now: Instant) {
        let unanswered = || ObjectPresence::Unknown(ApiError::Failed("there was no answer".to_owned()));
        let answers = answers.into_iter().chain(std::iter::repeat_with(unanswered));
        for (awaited, presence) in std::mem::take(&mut self.waiting).into_iter().zip(answers) {
            let is_final =
                awaited.until <= now || matches!(&presence, ObjectPresence::Unknown(why) if is_permanent(why));
            match presence {
                ObjectPresence::Gone => {}
                ObjectPresence::Exists | ObjectPresence::Terminating | ObjectPresence::Unknown(_) if !is_final => {
                    self.waiting.push(awaited);
                }
                ObjectPresence::Exists | ObjectPresence::Terminating => {
                    self.leftovers.entry(awaited.release).or_default().present.push(awaited.object);
                }
                ObjectPresence::Unknown(why) => {
                    let leftovers = self.leftovers.entry(awaited.release).or_default();
                    leftovers.unknown.push(awaited.object);
                    leftovers.why.get_or_insert(why);
                }
            }
        }
        let bound = self.waiting.iter().map(|awaited| awaited.until).min();
        self.next = Some(bound.map_or(now, |bound| bound.min(now + self.pause)));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many objects it waits for, and the releases that they belong to.
    pub(super) fn waits_for(&self) -> (usize, Vec<usize>) {
        let mut releases = self.waiting.iter().map(|awaited| awaited.release).collect::<Vec<_>>();
        releases.dedup();
        (self.waiting.len(), releases)
    }
}

impl Leftovers {
    /// The kinds that may still exist; `None` if they are unknown.
    pub(super) fn kinds(&self) -> Option<Vec<GroupKind>> {
        let objects = self.present.iter().chain(&self.unknown);
        let kinds = objects.map(ObjectRef::group_kind).collect::<Vec<_>>();
        (!kinds.is_empty()).then_some(kinds)
    }

    /// The failure of the release, which had this timeout.
    pub(super) fn failure(&self, timeout: Duration) -> Failure {
        let done = "helm uninstalled it, but";
        if self.present.is_empty() {
            let why = self.why.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = format!("{done} cannot check whether its objects are gone: {why}{}", named(&self.unknown));
            return Failure::new(self.why.as_ref().map_or(FailureClass::Internal, class_of_api_error), text);
        }
        let seconds = timeout.as_secs();
        let text = format!("{done} some of its objects still exist after {seconds} s, probably because of finalizers");
        Failure::new(FailureClass::Leftovers, format!("{text}{}", named(&self.present)))
    }
}

/// Another probe would not help.
fn is_permanent(why: &ApiError) -> bool {
    matches!(why, ApiError::Forbidden(_) | ApiError::Unsupported(_))
}

fn class_of_api_error(why: &ApiError) -> FailureClass {
    match why {
        ApiError::Forbidden(_) => FailureClass::Rbac,
        ApiError::Cancelled => FailureClass::Interrupted,
        ApiError::NoConnection(_) | ApiError::NoAnswer(_) | ApiError::Unsupported(_) | ApiError::Failed(_) => {
            FailureClass::Unreachable
        }
    }
}

fn named(objects: &[ObjectRef]) -> String {
    let mut text = String::new();
    for (number, object) in objects.iter().take(NAMED).enumerate() {
        text.push_str(if number == 0 { ": " } else { ", " });
        text.push_str(&object.to_string());
    }
    if objects.len() > NAMED { format!("{text} and {} more", objects.len() - NAMED) } else { text }
}

/// The releases of the phases after `over` that must stay, each with the first release that may need it.
///
/// They are those that define a needed kind. If no task defines a needed kind, they are also those of the last phase,
/// even those that define nothing: their policy put them last for a reason, and the definitions may come from elsewhere.
/// If the needed kinds are unknown, they are all that define any.
pub(super) fn protected(tasks: &[Task], over: PhaseNumber, dependents: &[Dependent]) -> BTreeMap<usize, usize> {
    let Some(last) = tasks.iter().map(|task| task.phase).max() else { return BTreeMap::new() };
    let needed = NeededKinds::of(tasks, dependents);
    let later = tasks.iter().enumerate().filter(|(_, task)| task.phase > over);
    later.filter_map(|(index, task)| Some((index, needed.by(task, task.phase == last)?))).collect()
}

impl<'a> NeededKinds<'a> {
    fn of(tasks: &[Task], dependents: &'a [Dependent]) -> Self {
        let defined = tasks.iter().filter_map(|task| task.crd_usage.defines.as_known()).flatten();
        let defined = defined.collect::<BTreeSet<_>>();
        let mut needed = Self::default();
        for Dependent { release, kinds } in dependents {
            let Some(kinds) = kinds.as_known() else {
                needed.unknown.get_or_insert(*release);
                continue;
            };
            for kind in kinds {
                needed.kinds.entry(kind).or_insert(*release);
                needed.any.get_or_insert(*release);
                if !defined.contains(kind) {
                    needed.from_elsewhere.get_or_insert(*release);
                }
            }
        }
        needed
    }

    /// The first release that needs this one.
    fn by(&self, task: &Task, is_last: bool) -> Option<usize> {
        let (of_kinds, defines) = match task.crd_usage.defines.as_known() {
            None => (self.any, true),
            Some(kinds) => (kinds.iter().filter_map(|kind| self.kinds.get(kind)).min().copied(), !kinds.is_empty()),
        };
        let of_unknown = self.unknown.filter(|_| defines || is_last);
        let of_last = if defines { self.from_elsewhere } else { self.any };
        of_kinds.or(of_unknown).or(of_last.filter(|_| is_last))
    }
}
