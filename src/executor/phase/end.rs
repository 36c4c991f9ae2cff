//! The end of a phase: helm is done, and its objects still have to go. Pure; it is told the time and what was seen.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cluster::{ApiError, ObjectPresence};
use crate::executor::planned::Task;
use crate::helm::{Failure, FailureClass};
use crate::release::{GroupKind, ObjectRef};

/// Most objects are gone with the first look, and most of the others soon after.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// So many objects are named where they stay.
const NAMED: usize = 5;

/// What is waited for.
#[derive(Debug)]
pub(in crate::executor) struct PhaseEnd {
    waiting: Vec<Waiting>,
    left: BTreeMap<usize, Left>,
    pause: Duration,
    /// When to look again; not while somebody looks.
    next: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    release: usize,
    object: ObjectRef,
    until: Instant,
}

/// What is left of a release that helm has uninstalled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::executor) struct Left {
    /// Objects that are still there.
    there: Vec<ObjectRef>,
    /// Objects about which nothing can be told.
    unknown: Vec<ObjectRef>,
    why: Option<ApiError>,
}

impl PhaseEnd {
    /// From now on the objects of these releases of the plan are waited for, each for as long as the timeout of its
    /// release.
    pub(in crate::executor) fn begin(plan: &[Task], uninstalled: &[usize], now: Instant) -> Self {
        let mut end = Self { waiting: Vec::new(), left: BTreeMap::new(), pause: FIRST_PAUSE, next: Some(now) };
        for release in uninstalled.iter().copied() {
            let Task { options, ties, .. } = &plan[release];
            let until = now + options.timeout;
            let Some(objects) = ties.objects.as_known() else {
                let why = ApiError::Unsupported("what it was made of is not known".to_owned());
                end.left.insert(release, Left { why: Some(why), ..Left::default() });
                continue;
            };
            end.waiting.extend(objects.iter().map(|object| Waiting { release, object: object.clone(), until }));
        }
        end
    }

    /// The objects to look at, where it is time to.
    pub(in crate::executor) fn due(&mut self, now: Instant) -> Option<Vec<ObjectRef>> {
        if self.waiting.is_empty() {
            return None;
        }
        self.next.take_if(|next| *next <= now)?;
        Some(self.waiting.iter().map(|waiting| waiting.object.clone()).collect())
    }

    /// Somebody has looked at all of them.
    pub(in crate::executor) fn take(&mut self, seen: Vec<ObjectPresence>, now: Instant) {
        let unanswered = || ObjectPresence::Unknown(ApiError::Failed("whoever was asked did not answer".to_owned()));
        let answers = seen.into_iter().chain(std::iter::repeat_with(unanswered));
        for (waiting, presence) in std::mem::take(&mut self.waiting).into_iter().zip(answers) {
            let is_final =
                waiting.until <= now || matches!(&presence, ObjectPresence::Unknown(why) if is_for_good(why));
            match presence {
                ObjectPresence::Gone => {}
                ObjectPresence::Exists | ObjectPresence::Terminating | ObjectPresence::Unknown(_) if !is_final => {
                    self.waiting.push(waiting);
                }
                ObjectPresence::Exists | ObjectPresence::Terminating => {
                    self.left.entry(waiting.release).or_default().there.push(waiting.object);
                }
                ObjectPresence::Unknown(why) => {
                    let left = self.left.entry(waiting.release).or_default();
                    left.unknown.push(waiting.object);
                    left.why.get_or_insert(why);
                }
            }
        }
        let bound = self.waiting.iter().map(|waiting| waiting.until).min();
        self.next = Some(bound.map_or(now, |bound| bound.min(now + self.pause)));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// Whether nothing is waited for any more.
    pub(in crate::executor) fn is_over(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many objects are waited for, and the releases that they are of.
    pub(in crate::executor) fn waits_for(&self) -> (usize, Vec<usize>) {
        let mut releases = self.waiting.iter().map(|waiting| waiting.release).collect::<Vec<_>>();
        releases.dedup();
        (self.waiting.len(), releases)
    }

    /// What is left of which releases.
    pub(in crate::executor) fn into_left(self) -> BTreeMap<usize, Left> {
        self.left
    }
}

impl Left {
    /// Kinds of what may still be there; none where that is not known.
    pub(in crate::executor) fn kinds(&self) -> Option<Vec<GroupKind>> {
        let objects = self.there.iter().chain(&self.unknown);
        let kinds = objects.map(ObjectRef::group_kind).collect::<Vec<_>>();
        (!kinds.is_empty()).then_some(kinds)
    }

    /// What becomes of its release, which had so much time.
    pub(in crate::executor) fn failure(&self, time: Duration) -> Failure {
        let done = "helm uninstalled it, but";
        if self.there.is_empty() {
            let why = self.why.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = format!("{done} whether its objects are gone cannot be told: {why}{}", named(&self.unknown));
            return Failure::new(self.why.as_ref().map_or(FailureClass::Internal, class), text);
        }
        let text = format!("{done} after {} s there still is what something else has to clear away", time.as_secs());
        Failure::new(FailureClass::Leftovers, format!("{text}{}", named(&self.there)))
    }
}

/// Asking again would not help.
fn is_for_good(why: &ApiError) -> bool {
    matches!(why, ApiError::Forbidden(_) | ApiError::Unsupported(_))
}

fn class(why: &ApiError) -> FailureClass {
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

#[cfg(test)]
#[path = "end_test.rs"]
mod tests;
