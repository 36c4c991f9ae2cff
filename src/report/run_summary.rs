//! The summary at the end of a run or a restore, on a screen.

use super::document::JournalRef;
use super::printer::Verbosity;
use super::style::Styles;
use super::table::Table;
use super::text::{after_attempts, indented, list, plural, seconds};
use crate::executor::{ObservedState, Outcome, OutcomeKind, ReleaseResult, Run, Verification};
use crate::helm::{Failure, FailureClass};
use crate::journal::OperationKind;
use crate::sanitize;

const MAX_NOT_STARTED: usize = 20;
/// How many releases are named that can be restored, unless all can be restored.
const MAX_RESTORABLE: usize = 5;
/// Longer texts of a failure are cut.
const MAX_FAILURE_LINES: usize = 6;

#[derive(Debug, Clone, Copy)]
pub(crate) struct FinishedRun<'a> {
    pub(crate) run: &'a Run,
    pub(crate) verification: &'a Verification,
    pub(crate) journal: &'a JournalRef,
}

/// The summary of a purge.
pub(crate) fn render_run_summary(
    finished: &FinishedRun<'_>,
    context: &str,
    verbosity: Verbosity,
    paint: Styles,
) -> String {
    let mut parts = outcome_parts(finished.run, verbosity, OperationKind::Purge, paint);
    let verified = match verification_line(finished.verification, "gone from", context, paint) {
        Some(line) if matches!(finished.verification, Verification::Verified { .. }) => {
            line + &restore_command(finished)
        }
        Some(line) => line,
        None => "nothing was purged".to_owned(),
    };
    parts.push(verified);
    with_journal(&parts, finished.journal)
}

/// The parts of a summary, and where the journal is.
pub(super) fn with_journal(parts: &[String], journal: &JournalRef) -> String {
    let journal = (!journal.places.is_empty()).then(|| format!("\njournal: run {}", journal.id));
    parts.join("\n\n") + &journal.unwrap_or_default()
}

/// What the last list of the cluster showed; none if there was nothing to verify.
pub(super) fn verification_line(
    verification: &Verification,
    state: &str,
    context: &str,
    paint: Styles,
) -> Option<String> {
    let context = sanitize::line(context);
    match verification {
        Verification::Verified { reported, gone } if reported == gone => {
            Some(format!("verified: {gone} of {reported} are {state} {context}"))
        }
        Verification::Verified { reported, gone } => {
            Some(paint.error(&format!("verified: only {gone} of {reported} are {state} {context}")))
        }
        Verification::NotVerified(why) => Some(format!("{} {}", paint.error("not verified:"), indented(why, 14))),
        Verification::NothingToVerify => None,
    }
}

/// The counts, and a section for each outcome that needs attention.
pub(super) fn outcome_parts(run: &Run, verbosity: Verbosity, operation: OperationKind, paint: Styles) -> Vec<String> {
    let lines = |text: &dyn Fn(&Outcome) -> Option<String>| {
        let line = |result: &ReleaseResult| {
            text(&result.outcome).map(|text| format!("  {}  {}", result.release.id, sanitize::line(&text)))
        };
        run.results.iter().filter_map(line).collect::<Vec<_>>()
    };
    let changed = lines(&|outcome| match outcome {
        Outcome::Changed(what) => Some(what.clone()),
        _ => None,
    });
    let needed = lines(&|outcome| match outcome {
        Outcome::StillNeeded { by } => Some(format!("still needed by {by}")),
        _ => None,
    });
    let sections = [
        (paint.error("failed"), failures(run, verbosity, paint)),
        (paint.bold("changed since the plan, left alone"), changed),
        (paint.bold("kept, for others may need them"), needed),
        not_started(run, paint),
        (paint.bold("left behind"), left_behind(run)),
    ];
    let sections = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
    let sections = sections.map(|(heading, lines)| format!("{heading}\n{}", lines.join("\n")));
    std::iter::once(counts(run, operation, paint)).chain(sections).collect()
}

fn counts(run: &Run, operation: OperationKind, paint: Styles) -> String {
    let count = |kind: OutcomeKind, text: &str| format!("{text} {}", run.count(kind));
    let if_any = |kind: OutcomeKind, text: &str| (run.count(kind) > 0).then(|| count(kind, text));
    let failed = count(OutcomeKind::Failed, "failed");
    let failed = if run.count(OutcomeKind::Failed) > 0 { paint.error(&failed) } else { failed };
    let (done, gone) = if operation == OperationKind::Restore {
        (count(OutcomeKind::Restored, "restored"), None)
    } else {
        (count(OutcomeKind::Purged, "purged"), Some(count(OutcomeKind::AlreadyGone, "already gone")))
    };
    let counts = [
        Some(paint.success(&done)),
        Some(failed),
        gone,
        if_any(OutcomeKind::Changed, "changed"),
        if_any(OutcomeKind::StillNeeded, "still needed"),
        Some(count(OutcomeKind::NotStarted, "not started")),
    ];
    let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    format!("{counts}     in {} ({})", seconds(run.took), plural(run.workers, "worker"))
}

/// Failures with the same text are printed once, below the releases they concern.
fn failures(run: &Run, verbosity: Verbosity, paint: Styles) -> Vec<String> {
    let mut groups: Vec<(FailureClass, String, Vec<String>)> = Vec::new();
    for result in &run.results {
        let Outcome::Failed(failure) = &result.outcome else { continue };
        let (class, text) = (failure.class, failure_text(result, failure, verbosity));
        let line =
            format!("  {}  {}{}", result.release.id, paint.bold(class.as_str()), after_attempts(result.attempts));
        match groups.iter_mut().find(|(other, shown, _)| *other == class && *shown == text) {
            Some((_, _, lines)) => lines.push(line),
            None => groups.push((class, text, vec![line])),
        }
    }
    let group = |(class, text, mut lines): (FailureClass, String, Vec<String>)| {
        lines.push(format!("      {}", indented(&text, 6)));
        lines.extend(class.hint().map(|hint| format!("      {} {hint}", paint.hint("hint:"))));
        lines.join("\n")
    };
    groups.into_iter().map(group).collect()
}

fn failure_text(result: &ReleaseResult, failure: &Failure, verbosity: Verbosity) -> String {
    let text = cut_failure(failure, verbosity);
    match result.afterwards {
        ObservedState::Listed { status, .. } if failure.class != FailureClass::StillListed => {
            format!("{text}\nit is still listed, as `{status}`")
        }
        ObservedState::Gone => format!("{text}\nit is not listed any more; some of its objects may be left"),
        ObservedState::Listed { .. } | ObservedState::Kept | ObservedState::Unknown | ObservedState::Unreadable => text,
    }
}

/// The error and its cause, which Helm may hide. Long texts are cut.
fn cut_failure(failure: &Failure, verbosity: Verbosity) -> String {
    let all = failure.message.all();
    let lines = all.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>();
    if verbosity == Verbosity::Verbose || lines.len() <= MAX_FAILURE_LINES {
        return lines.join("\n");
    }
    let more = lines.len() - MAX_FAILURE_LINES;
    format!("{}\n… {more} more lines with --verbose", lines[..MAX_FAILURE_LINES].join("\n"))
}

fn not_started(run: &Run, paint: Styles) -> (String, Vec<String>) {
    let waiting = run.results.iter().filter_map(|result| match &result.outcome {
        Outcome::NotStarted(reason) => Some((result, reason)),
        _ => None,
    });
    let waiting = waiting.collect::<Vec<_>>();
    let reason = waiting.first().map(|(_, reason)| reason.as_str()).unwrap_or_default();
    let named = waiting.iter().take(MAX_NOT_STARTED).map(|(result, _)| format!("  {}", result.release.id));
    let mut lines = named.collect::<Vec<_>>();
    if waiting.len() > MAX_NOT_STARTED {
        lines.push(format!("  … and {} more", waiting.len() - MAX_NOT_STARTED));
    }
    (format!("{} ({reason})", paint.bold("not started")), lines)
}

fn left_behind(run: &Run) -> Vec<String> {
    let mut table = Table::new(&["", ""]);
    for result in &run.results {
        let (left_behind, remarks) = match &result.outcome {
            Outcome::Purged { left_behind, remarks } => (left_behind.as_slice(), remarks),
            Outcome::Restored { remarks } => (&[][..], remarks),
            _ => continue,
        };
        let objects = left_behind.iter().map(|object| format!("{object} (helm.sh/resource-policy: keep)"));
        for text in objects.chain(remarks.iter().cloned()) {
            table.row([result.release.id.to_string(), text]);
        }
    }
    table.into_rows().collect()
}

/// How to restore what was purged; empty if nothing can be restored.
fn restore_command(finished: &FinishedRun<'_>) -> String {
    let results = &finished.run.results;
    let kept = results.iter().filter(|result| result.afterwards == ObservedState::Kept).collect::<Vec<_>>();
    if kept.is_empty() {
        return String::new();
    }
    let is_all = kept.len() == finished.run.count(OutcomeKind::Purged);
    let named = list(kept.iter().map(|result| &result.release.id), MAX_RESTORABLE);
    let which = if is_all { String::new() } else { format!(" (of {}: {named})", kept.len()) };
    format!(" · undo{which}: helm purge restore --run {}", finished.journal.id)
}
