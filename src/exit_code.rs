//! The exit code: a contract with scripts and CronJobs that run this program. It is decided here, once, at the end.

use crate::executor::{NotStarted, Outcome, Run, Verification};
use crate::signal::Interruption;

/// How this program ends. Every meaning has a number of its own, and keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitCode {
    /// Done, or there was nothing to do.
    Done,
    /// Some releases failed, cases are not as expected, or what was done could not be verified.
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
    /// Done, but a report, the journal, a log or the output could not be written.
    NotWritten,
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
            ExitCode::NotWritten => 9,
            ExitCode::SomethingToPurge => 10,
            ExitCode::Signal(signal) => u8::try_from(128 + signal).unwrap_or(1),
        }
    }

    /// The exit code of a command that has several: the one that its user must know of first.
    pub fn decide(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
        let rank = |code: &ExitCode| match code {
            ExitCode::Done => 0,
            ExitCode::SomethingToPurge => 1,
            ExitCode::NotWritten => 2,
            ExitCode::DeadlineReached => 3,
            ExitCode::SomeFailed => 4,
            // The command ended before it did anything.
            ExitCode::Usage
            | ExitCode::PolicyInvalid
            | ExitCode::Preflight
            | ExitCode::Refused
            | ExitCode::Locked
            | ExitCode::Declined => 5,
            ExitCode::Signal(_) => 6,
        };
        codes.into_iter().max_by_key(rank).unwrap_or(ExitCode::Done)
    }

    /// The exit code of a run.
    pub fn of_run(run: &Run, verification: &Verification) -> Self {
        let verified = !matches!(verification, Verification::NotVerified(_));
        let failed = run.results.iter().any(|result| result.outcome.is_failure());
        let not_started = |why: &[NotStarted]| {
            let is_it = |outcome: &Outcome| matches!(outcome, Outcome::NotStarted(reason) if why.contains(reason));
            run.results.iter().any(|result| is_it(&result.outcome))
        };
        let gone = not_started(&[NotStarted::ServerGone, NotStarted::LoginGone, NotStarted::JournalRefused]);
        let failed = (failed || gone || !verified || run.reporter_panicked).then_some(ExitCode::SomeFailed);
        let late = not_started(&[NotStarted::Deadline]).then_some(ExitCode::DeadlineReached);
        Self::decide([signal(run.interruption), failed, late].into_iter().flatten())
    }

    /// The exit code of a restore; `left` tagged records should have been removed and still exist.
    pub(crate) fn of_restore(run: &Run, verification: &Verification, left: usize) -> Self {
        Self::decide([Self::of_run(run, verification)].into_iter().chain((left > 0).then_some(ExitCode::SomeFailed)))
    }

    /// The exit code of a forget; `left` histories still exist.
    pub(crate) fn of_forget(interruption: Option<Interruption>, left: usize) -> Self {
        Self::decide(signal(interruption).into_iter().chain((left > 0).then_some(ExitCode::SomeFailed)))
    }

    /// The same, or that something could not be written.
    #[must_use]
    pub fn or_not_written(self, has_lost_output: bool) -> Self {
        Self::decide([self].into_iter().chain(has_lost_output.then_some(ExitCode::NotWritten)))
    }

    /// Numbers and meanings, as help and README print them.
    pub fn documented() -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            ("0", "done, or nothing to do"),
            ("1", "some releases or cases failed, or the result could not be verified; or the login or the journal was lost during the run"),
            ("2", "wrong command line, or a confirmation is missing"),
            ("3", "a policy, a case or a saved plan is invalid; nothing was started"),
            ("4", "helm missing or too old, cluster unreachable, or the listing failed; nothing was purged"),
            ("5", "a guard refused; nothing was purged"),
            ("6", "another run holds the lock of the policy; nothing was purged"),
            ("7", "declined at the prompt"),
            ("8", "the deadline came before the end of the plan; running uninstalls were finished"),
            ("9", "done, but a report, the journal, a log or the output could not be written"),
            ("10", "with plan --detailed-exitcode: there are releases to purge"),
            ("129, 130, 143", "interrupted by HUP, INT or TERM; running uninstalls were finished and reported"),
        ]
        .into_iter()
    }
}

fn signal(interruption: Option<Interruption>) -> Option<ExitCode> {
    interruption.map(|interruption| ExitCode::Signal(interruption.signal))
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
    fn a_signal_counts_most_then_failures_then_the_deadline_then_what_could_not_be_written() {
        let in_order = [
            ExitCode::Signal(15),
            ExitCode::SomeFailed,
            ExitCode::DeadlineReached,
            ExitCode::NotWritten,
            ExitCode::SomethingToPurge,
            ExitCode::Done,
        ];
        for (position, first) in in_order.into_iter().enumerate() {
            for second in in_order.into_iter().skip(position) {
                assert_eq!([ExitCode::decide([first, second]), ExitCode::decide([second, first])], [first; 2]);
            }
        }
        assert_eq!(ExitCode::decide([]), ExitCode::Done);
        for code in [ExitCode::Usage, ExitCode::PolicyInvalid, ExitCode::Refused, ExitCode::Locked] {
            assert_eq!(code.or_not_written(true), code, "nothing was done");
        }
        assert_eq!(ExitCode::Done.or_not_written(true), ExitCode::NotWritten);
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
            (ExitCode::NotWritten, 9),
            (ExitCode::SomethingToPurge, 10),
            (ExitCode::Signal(1), 129),
            (ExitCode::Signal(2), 130),
            (ExitCode::Signal(15), 143),
        ] {
            assert_eq!(code.number(), number, "{code:?}");
        }
    }
}
