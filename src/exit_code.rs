//! The exit code: a contract with scripts and CronJobs that run this program. It is decided here, once, at the end.

use crate::executor::{NotStarted, Outcome, Run, Verification};
use crate::signal::Interruption;

/// How this program ends. Every meaning has a number of its own, and keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitCode {
    /// Done, or there was nothing to do.
    Done,
    /// Some releases failed, cases are not as expected, or what was done could not be verified or reported.
    SomeFailed,
    /// The command line is wrong, or a confirmation is missing.
    Usage,
    /// A policy, a case or a saved plan is invalid; nothing was started.
    PolicyInvalid,
    /// Helm is missing or too old, the cluster cannot be reached, or the listing failed; nothing was purged.
    Preflight,
    /// A guard refused; nothing was purged.
    Refused,
    /// Another run holds the lock; nothing was purged.
    Locked,
    /// The user declined at the prompt.
    Declined,
    /// The deadline came before the end of the plan; what had started was finished.
    DeadlineReached,
    /// `plan --detailed-exitcode`: there is something to purge.
    SomethingToPurge,
    /// A signal ended the run; what had started was accounted for.
    Signal(i32),
}

impl ExitCode {
    pub fn number(self) -> u8 {
        match self {
            ExitCode::Done => 0,
            ExitCode::SomeFailed => 1,
            ExitCode::Usage => 2,
            ExitCode::PolicyInvalid => 3,
            ExitCode::Preflight => 4,
            ExitCode::Refused => 5,
            ExitCode::Locked => 6,
            ExitCode::Declined => 7,
            ExitCode::DeadlineReached => 8,
            ExitCode::SomethingToPurge => 10,
            ExitCode::Signal(signal) => u8::try_from(128 + signal).unwrap_or(1),
        }
    }

    /// The exit code of a run. A signal counts more than a failure, a failure more than the deadline.
    pub fn of_run(run: &Run, verification: &Verification) -> Self {
        let verified = !matches!(verification, Verification::NotVerified(_));
        let failed = run.results.iter().any(|result| result.outcome.is_failure());
        let not_started = |why: &[NotStarted]| {
            let is_it = |outcome: &Outcome| matches!(outcome, Outcome::NotStarted(reason) if why.contains(reason));
            run.results.iter().any(|result| is_it(&result.outcome))
        };
        let gone = not_started(&[NotStarted::ServerGone, NotStarted::LoginGone, NotStarted::JournalRefused]);
        match run.interruption {
            Some(interruption) => ExitCode::Signal(interruption.signal),
            None if failed || gone || !verified || run.reporter_panicked => ExitCode::SomeFailed,
            None if not_started(&[NotStarted::Deadline]) => ExitCode::DeadlineReached,
            None => ExitCode::Done,
        }
    }

    /// The exit code of a restore; `left` tagged records should have been removed and still exist.
    pub(crate) fn of_restore(run: &Run, verification: &Verification, left: usize) -> Self {
        match Self::of_run(run, verification) {
            ExitCode::Done if left > 0 => ExitCode::SomeFailed,
            code => code,
        }
    }

    /// The exit code of a forget; `left` histories still exist.
    pub(crate) fn of_forget(interruption: Option<Interruption>, left: usize) -> Self {
        match interruption {
            Some(interruption) => ExitCode::Signal(interruption.signal),
            None if left == 0 => ExitCode::Done,
            None => ExitCode::SomeFailed,
        }
    }

    /// Turns success into a failure if output was lost.
    #[must_use]
    pub fn or_if_output_failed(self, has_lost_output: bool) -> Self {
        match (self, has_lost_output) {
            (ExitCode::Done | ExitCode::DeadlineReached | ExitCode::SomethingToPurge, true) => ExitCode::SomeFailed,
            (code, _) => code,
        }
    }

    /// Numbers and meanings, as help and README print them.
    pub fn documented() -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            ("0", "done, or nothing to do"),
            ("1", "some releases or cases failed, or the result could not be verified, written or journaled"),
            ("2", "wrong command line, or a confirmation is missing"),
            ("3", "a policy, a case or a saved plan is invalid; nothing was started"),
            ("4", "helm missing or too old, cluster unreachable, or the listing failed; nothing was purged"),
            ("5", "a guard refused; nothing was purged"),
            ("6", "another run holds the lock of the policy; nothing was purged"),
            ("7", "declined at the prompt"),
            ("8", "the deadline came before the end of the plan; running uninstalls were finished"),
            ("10", "with plan --detailed-exitcode: there are releases to purge"),
            ("129, 130, 143", "interrupted by HUP, INT or TERM; running uninstalls were finished and reported"),
        ]
        .into_iter()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A run without releases that ended like this.
    fn run(reporter_panicked: bool) -> Run {
        Run { results: Vec::new(), took: Duration::ZERO, workers: 1, interruption: None, reporter_panicked }
    }

    #[test]
    fn what_could_not_be_verified_shown_or_removed_is_not_a_success() {
        let verified = Verification::NothingToVerify;
        let not_verified = Verification::NotVerified("no connection".to_owned());
        assert_eq!(ExitCode::of_run(&run(false), &verified), ExitCode::Done);
        assert_eq!(ExitCode::of_run(&run(false), &not_verified), ExitCode::SomeFailed);
        assert_eq!(ExitCode::of_run(&run(true), &verified), ExitCode::SomeFailed);
        let restore = |left| ExitCode::of_restore(&run(false), &verified, left);
        assert_eq!([0, 1].map(restore), [ExitCode::Done, ExitCode::SomeFailed]);
        let forget = |left| ExitCode::of_forget(None, left);
        assert_eq!([0, 1].map(forget), [ExitCode::Done, ExitCode::SomeFailed]);
        assert_eq!(ExitCode::of_forget(Some(Interruption { signal: 15 }), 0), ExitCode::Signal(15));
    }

    #[test]
    fn a_good_end_is_a_failure_if_its_output_was_lost_and_no_other_end_changes() {
        for code in [ExitCode::Done, ExitCode::DeadlineReached, ExitCode::SomethingToPurge] {
            assert_eq!([code.or_if_output_failed(true), code.or_if_output_failed(false)], [ExitCode::SomeFailed, code]);
        }
        for code in [ExitCode::Refused, ExitCode::Signal(2), ExitCode::SomeFailed] {
            assert_eq!(code.or_if_output_failed(true), code);
        }
    }

    #[test]
    fn the_numbers_are_those_that_are_promised() {
        for (code, number) in [
            (ExitCode::Done, 0),
            (ExitCode::SomeFailed, 1),
            (ExitCode::Usage, 2),
            (ExitCode::PolicyInvalid, 3),
            (ExitCode::Preflight, 4),
            (ExitCode::Refused, 5),
            (ExitCode::Locked, 6),
            (ExitCode::Declined, 7),
            (ExitCode::DeadlineReached, 8),
            (ExitCode::SomethingToPurge, 10),
            (ExitCode::Signal(1), 129),
            (ExitCode::Signal(2), 130),
            (ExitCode::Signal(15), 143),
        ] {
            assert_eq!(code.number(), number, "{code:?}");
        }
    }
}
