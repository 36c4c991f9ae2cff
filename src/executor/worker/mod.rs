//! One job on the pool: one batch, and an answer for each of its releases, whatever happens.

mod as_planned;
mod ledger;

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::planned::Task;
use super::run::Backends;
use super::schedule::{Batch, Lane};
use crate::clock::Clock;
use crate::cluster::{ApiError, ObjectPresence};
use crate::helm::{Failure, FailureClass, HelmMessage, ReleaseAttempt};
use crate::inventory::Freshness;
use crate::release::ReleaseId;
use crate::signal::{CancelLevel, CancelToken};
pub use as_planned::{AlwaysFresh, Recheck};
use ledger::Ledger;

/// What a worker tells the loop.
pub(super) enum Message {
    /// A release has come to its end.
    Ended(Ended),
    /// These were not begun, and may be handed out again.
    NotBegun(Lane, Vec<usize>),
    /// This one was probably not begun; this is what it is where it was.
    Unseen(Lane, usize, Failure),
    /// What was told of these proves nothing any more.
    Revoked(Vec<usize>, Failure),
    /// What is still there, of the objects that were asked about.
    Looked(Vec<ObjectPresence>),
    /// The batch is over, however.
    Free(Lane),
}

/// What came of one release.
pub(super) struct Ended {
    pub(super) lane: Lane,
    /// The release's place in the plan.
    pub(super) place: usize,
    pub(super) answer: Answer,
    pub(super) took: Duration,
    /// The release that the lane has in hand now.
    pub(super) next: Option<usize>,
}

/// What became of a release on its lane.
pub(super) enum Answer {
    /// It is not what the plan says any more, and was left alone.
    Changed(String),
    /// Whether it is could not be told, and it was left alone for that.
    NotTold(Failure),
    /// It was given to helm.
    Attempted(ReleaseAttempt),
}

impl Answer {
    /// What it failed with, where that is sure.
    pub(super) fn failure(&self) -> Option<&Failure> {
        match self {
            Answer::NotTold(failure) | Answer::Attempted(ReleaseAttempt::Failed(failure)) => Some(failure),
            Answer::Changed(_) | Answer::Attempted(_) => None,
        }
    }
}

/// What every job needs.
#[derive(Clone)]
pub(super) struct WorkerContext {
    pub(super) plan: Arc<Vec<Task>>,
    pub(super) means: Backends,
    pub(super) stop: CancelToken,
    pub(super) messages: Sender<Message>,
    pub(super) clock: Clock,
}

/// Works through a batch. Of those that were `tried` before, an uninstall that was begun is this run's own.
pub(super) fn work(tools: &WorkerContext, lane: Lane, batch: &Batch, tried: &BTreeSet<usize>) {
    let mut ledger = Ledger::open(tools, lane, batch);
    let worked = catch_unwind(AssertUnwindSafe(|| {
        if tools.stop.urgency() > CancelLevel::Run {
            return ledger.give_back();
        }
        leave_alone_what_changed(tools, tried, &mut ledger);
        act(tools, &mut ledger);
    }));
    if let Err(panic) = worked {
        ledger.end(ReleaseAttempt::Failed(of_panic(panic.as_ref())));
    }
}

/// Whoever was asked and does not answer does not know, and what is not known is kept.
fn leave_alone_what_changed(tools: &WorkerContext, tried: &BTreeSet<usize>, ledger: &mut Ledger<'_>) {
    let places = ledger.waiting().to_vec();
    let releases = places.iter().map(|place| &tools.plan[*place].release).collect::<Vec<_>>();
    let asked = catch_unwind(AssertUnwindSafe(|| tools.means.still.standings(&releases)));
    let (standings, why) = match asked {
        Ok(standings) => (standings, "whether it has changed since the plan was not answered".to_owned()),
        Err(panic) => (Vec::new(), of_panic(panic.as_ref()).message.error),
    };
    let answers = standings.into_iter().map(Some).chain(std::iter::repeat(None));
    let answered = places.into_iter().zip(answers).collect::<Vec<_>>();
    // The first one last: it makes room for one that is really begun.
    for (place, answer) in answered.into_iter().rev() {
        match answer {
            Some(Freshness::AsPlanned) => {}
            Some(Freshness::Begun(_)) if tried.contains(&place) => {}
            Some(Freshness::Changed(how) | Freshness::Begun(how)) => ledger.leave_out(place, Answer::Changed(how)),
            Some(Freshness::NotYet(why)) => ledger.leave_out(place, not_told(FailureClass::Leftovers, why)),
            Some(Freshness::Unknown(error)) => ledger.leave_out(place, cannot_be_told(&error)),
            None => ledger.leave_out(place, not_told(FailureClass::Internal, why.clone())),
        }
    }
}

/// Of one that was interrupted nothing more is said than that it was not begun.
fn cannot_be_told(error: &ApiError) -> Answer {
    let why = || format!("whether it has changed since the plan cannot be told: {error}");
    class_of_look(error).map_or(Answer::Attempted(ReleaseAttempt::NotStarted), |class| not_told(class, why()))
}

/// What the client hands on from the API server and from the way there is worded as what helm hands on.
fn class_of_look(error: &ApiError) -> Option<FailureClass> {
    let told = |text: &String| HelmMessage { error: text.clone(), cause: None }.class();
    Some(match error {
        ApiError::Cancelled => return None,
        ApiError::Forbidden(_) => FailureClass::Rbac,
        ApiError::NoAnswer(_) => FailureClass::Unreachable,
        ApiError::Unsupported(_) => FailureClass::Other,
        ApiError::NoConnection(text) => match told(text) {
            class @ (FailureClass::Login | FailureClass::Kubeconfig) => class,
            _ => FailureClass::Unreachable,
        },
        ApiError::Failed(text) => match told(text) {
            class @ (FailureClass::Login | FailureClass::Unreachable) => class,
            _ => FailureClass::Transient,
        },
    })
}

fn not_told(class: FailureClass, why: String) -> Answer {
    Answer::NotTold(Failure::new(class, why))
}

fn act(tools: &WorkerContext, ledger: &mut Ledger<'_>) {
    let batch = ledger.waiting().iter().map(|place| &tools.plan[*place]).collect::<Vec<_>>();
    let Some(options) = batch.first().map(|planned| planned.options) else { return };
    let releases = batch.iter().map(|planned| &planned.release.id).collect::<Vec<&ReleaseId>>();
    ledger.begin();
    let on_release = &mut |attempt| ledger.go_on(attempt);
    let verdict = tools.means.action.run(&releases, &options, &tools.stop, on_release);
    ledger.settle(verdict);
}

fn of_panic(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Failure::new(FailureClass::Internal, format!("a worker panicked: {}", text.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_failed_is_of_the_class_that_helm_would_have_failed_with() {
        let text = |text: &str| text.to_owned();
        for (error, class) in [
            (ApiError::Cancelled, None),
            (ApiError::Forbidden(text("no")), Some(FailureClass::Rbac)),
            (ApiError::Unsupported(text("no")), Some(FailureClass::Other)),
            (ApiError::NoConnection(text("tcp connect error: Connection refused")), Some(FailureClass::Unreachable)),
            (ApiError::NoConnection(text("no answer within 15 s")), Some(FailureClass::Unreachable)),
            (ApiError::NoConnection(text("Unauthorized")), Some(FailureClass::Login)),
            (ApiError::NoConnection(text("invalid peer certificate: UnknownIssuer")), Some(FailureClass::Kubeconfig)),
            (ApiError::Failed(text("etcdserver: leader changed")), Some(FailureClass::Transient)),
            (ApiError::Failed(text("something new")), Some(FailureClass::Transient)),
        ] {
            assert_eq!(class_of_look(&error), class, "{error:?}");
        }
    }
}
