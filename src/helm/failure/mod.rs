//! Failures in classes: what kind of thing went wrong decides what a person can do about it.

mod class;
mod meaning;
mod table;

pub use class::FailureClass;
pub use meaning::{Again, Trouble};
pub use table::class_of;

use std::time::Duration;

use super::child::{Cause, Ended, Ending};
use super::words::Words;

/// One failure: its class, and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub class: FailureClass,
    /// Helm's own words, or this program's where helm had none.
    pub words: Words,
}

impl Failure {
    /// The failure of a child that did not succeed.
    pub fn from_ended(ended: &Ended) -> Self {
        let words = Words::from_stderr(&ended.stderr);
        let (class, said_here) = match (ended.cause, ended.ending) {
            (Some(cause), _) => of_cause(cause),
            (None, Ending::Signal(signal)) => (FailureClass::Killed, format!("helm was ended by signal {signal}")),
            (None, Ending::Held) => (FailureClass::Killed, "helm does not end, even after SIGKILL".to_owned()),
            (None, Ending::Code(code)) => (class_of(&words), format!("helm ended with code {code} and said nothing")),
        };
        let helm_says_it_all =
            matches!(ended.ending, Ending::Code(_)) && ended.cause.is_none() && !words.error.is_empty();
        Self { class, words: if helm_says_it_all { words } else { joined(said_here, words) } }
    }

    /// A failure that helm had no part in.
    pub fn of_our_own(class: FailureClass, text: impl Into<String>) -> Self {
        Self { class, words: Words { error: text.into(), cause: None } }
    }
}

fn of_cause(cause: Cause) -> (FailureClass, String) {
    match cause {
        Cause::Asked => (FailureClass::Interrupted, "ended before it was done, as asked".to_owned()),
        Cause::Deadline(after) => (FailureClass::TimedOut, format!("not done after {}, ended", seconds(after))),
        Cause::StoppedItself => {
            (FailureClass::Stopped, "helm was stopped, probably to read from a terminal; ended".to_owned())
        }
        Cause::TooMuchStderr => (FailureClass::Other, "helm wrote more than 64 MiB of errors; ended".to_owned()),
    }
}

fn joined(error: String, words: Words) -> Words {
    let cause =
        [Some(words.error).filter(|error| !error.is_empty()), words.cause].into_iter().flatten().collect::<Vec<_>>();
    Words { error, cause: (!cause.is_empty()).then(|| cause.join("\n")) }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_was_ended_says_why_before_helm_speaks() {
        let ended = Ended {
            ending: Ending::Signal(15),
            cause: Some(Cause::Deadline(Duration::from_secs(90))),
            output: crate::helm::child::Output::Whole,
            left_a_process: false,
            stderr: b"Error: something".to_vec(),
        };
        let failure = Failure::from_ended(&ended);
        assert_eq!(failure.class, FailureClass::TimedOut);
        assert_eq!(failure.words.error, "not done after 90 s, ended");
        assert_eq!(failure.words.cause.as_deref(), Some("something"));
    }
}
