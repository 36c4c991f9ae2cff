//! The summary at the end of a run.

use super::note::JournalRef;
use crate::executor::{ObservedState, Operation, Outcome, OutcomeKind, ReleaseResult, Run, Verification};
use crate::helm::{Failure, FailureClass};
use crate::report::errors::indented;
use crate::report::paint::Styles;
use crate::report::printer::Verbosity;
use crate::report::table::{Align, Table};
use crate::report::words::{after_attempts, plural, seconds};
use crate::run_id::RunId;
use crate::sanitize;

/// A finished run with what the last look at the cluster said.
#[derive(Debug, Clone, Copy)]
pub struct SummaryView<'a> {
    /// The results.
    pub run: &'a Run,
    /// What the run is called.
    pub id: &'a RunId,
    /// What verified them.
    pub settled: &'a Verification,
    /// The cluster's context.
    pub context: &'a str,
    /// Its journal.
    pub journal: &'a JournalRef,
    /// How much is said about each failure.
    pub volume: Verbosity,
}

/// The summary as text for people.
pub fn render_summary(view: &SummaryView<'_>, paint: Styles) -> String {
    let mut parts = parts(view.run, view.volume, Operation::Uninstall, paint);
    parts.push(verification(view, paint));
    let journal = (!view.journal.places.is_empty()).then(|| format!("\njournal: run {}", view.journal.id));
    parts.join("\n\n") + &journal.unwrap_or_default()
}

/// What came of a run, but for what verified it.
pub(in crate::report) fn parts(run: &Run, volume: Verbosity, operation: Operation, paint: Styles) -> Vec<String> {
    let mut parts = vec![counts(run, operation, paint)];
    let failed = failures(run, volume, paint);
    if !failed.is_empty() {
        parts.push(format!("{}\n{}", paint.bad("failed"), failed.join("\n")));
    }
    let changed = run.results.iter().filter_map(changed_text).collect::<Vec<_>>();
    if !changed.is_empty() {
        parts.push(format!("{}\n{}", paint.strong("changed since the plan, left alone"), changed.join("\n")));
    }
    let needed = run.results.iter().filter_map(still_needed_text).collect::<Vec<_>>();
    if !needed.is_empty() {
        parts.push(format!("{}\n{}", paint.strong("kept, for others may need them"), needed.join("\n")));
    }
    parts.extend(not_started(run, paint));
    parts.extend(left_behind(run, paint));
    parts
}

fn counts(run: &Run, operation: Operation, paint: Styles) -> String {
    let count = |kind: OutcomeKind, text: &str| format!("{text} {}", run.count(kind));
    let failed = count(OutcomeKind::Failed, "failed");
    let done = match operation {
        Operation::Uninstall => count(OutcomeKind::Purged, "purged"),
        Operation::Rollback => count(OutcomeKind::Restored, "restored"),
    };
    let mut counts =
        vec![paint.good(&done), if run.count(OutcomeKind::Failed) > 0 { paint.bad(&failed) } else { failed }];
    if operation == Operation::Uninstall {
        counts.push(count(OutcomeKind::AlreadyGone, "already gone"));
    }
    if run.count(OutcomeKind::Changed) > 0 {
        counts.push(count(OutcomeKind::Changed, "changed"));
    }
    if run.count(OutcomeKind::StillNeeded) > 0 {
        counts.push(count(OutcomeKind::StillNeeded, "still needed"));
    }
    counts.push(count(OutcomeKind::NotStarted, "not started"));
    let workers = plural(run.workers, "worker");
    format!("{}     in {} ({workers})", counts.join(" · "), seconds(run.took))
}

/// Failures that say the same are said once, below the releases they concern.
fn failures(run: &Run, volume: Verbosity, paint: Styles) -> Vec<String> {
    let mut groups: Vec<(FailureClass, String, Vec<String>)> = Vec::new();
    for result in &run.results {
        let Outcome::Failed(failure) = &result.outcome else { continue };
        let (class, text) = (failure.class, failure_text(result, failure, volume));
        let (class_text, after) = (paint.strong(class.as_str()), after_attempts(result.attempts));
        let line = format!("  {}  {class_text}{after}", result.release.id);
        match groups.iter_mut().find(|(other, words, _)| *other == class && *words == text) {
            Some((_, _, lines)) => lines.push(line),
            None => groups.push((class, text, vec![line])),
        }
    }
    groups.into_iter().map(|(class, text, lines)| group_text(class, &text, lines, paint)).collect()
}

fn group_text(class: FailureClass, text: &str, mut lines: Vec<String>, paint: Styles) -> String {
    lines.push(format!("      {}", indented(text, 6)));
    lines.extend(class.hint().map(|hint| format!("      {} {hint}", paint.hint("hint:"))));
    lines.join("\n")
}

fn failure_text(result: &ReleaseResult, failure: &Failure, volume: Verbosity) -> String {
    let words = words(failure, volume);
    match result.afterwards {
        ObservedState::Listed { status, .. } if failure.class != FailureClass::StillListed => {
            format!("{words}\nit is still listed, as `{status}`")
        }
        ObservedState::Gone => format!("{words}\nit is not listed any more; some of its objects may be left"),
        ObservedState::Listed { .. } | ObservedState::Kept | ObservedState::Unknown | ObservedState::Unreadable => {
            words
        }
    }
}

/// The cause says more than the error where Helm hides it. Both are shown; long ones are cut.
fn words(failure: &Failure, volume: Verbosity) -> String {
    const LINES: usize = 6;
    let all = failure.message.all();
    let lines = all.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>();
    if volume == Verbosity::Verbose || lines.len() <= LINES {
        return lines.join("\n");
    }
    format!("{}\n… {} more lines with --verbose", lines[..LINES].join("\n"), lines.len() - LINES)
}

fn changed_text(result: &ReleaseResult) -> Option<String> {
    match &result.outcome {
        Outcome::Changed(what) => Some(format!("  {}  {}", result.release.id, sanitize::line(what))),
        _ => None,
    }
}

fn still_needed_text(result: &ReleaseResult) -> Option<String> {
    match &result.outcome {
        Outcome::StillNeeded { by } => Some(format!("  {}  still needed by {by}", result.release.id)),
        _ => None,
    }
}

fn not_started(run: &Run, paint: Styles) -> Option<String> {
    const NAMED: usize = 20;
    let waiting = run.results.iter().filter_map(|result| match &result.outcome {
        Outcome::NotStarted(reason) => Some((result, reason)),
        _ => None,
    });
    let waiting = waiting.collect::<Vec<_>>();
    let (_, reason) = waiting.first()?;
    let mut lines = vec![format!("{} ({})", paint.strong("not started"), reason.as_str())];
    lines.extend(waiting.iter().take(NAMED).map(|(result, _)| format!("  {}", result.release.id)));
    if waiting.len() > NAMED {
        lines.push(format!("  … and {} more", waiting.len() - NAMED));
    }
    Some(lines.join("\n"))
}

fn left_behind(run: &Run, paint: Styles) -> Option<String> {
    let mut table = Table::new(vec![("", Align::Left), ("", Align::Left)]);
    let mut rows = 0;
    for result in &run.results {
        let (left_behind, remarks) = match &result.outcome {
            Outcome::Purged { left_behind, remarks } => (left_behind.as_slice(), remarks),
            Outcome::Restored { remarks } => (&[][..], remarks),
            _ => continue,
        };
        let objects = left_behind.iter().map(|object| format!("{object} (helm.sh/resource-policy: keep)"));
        for text in objects.chain(remarks.iter().cloned()) {
            table.row(vec![result.release.id.to_string(), sanitize::line(&text)]);
            rows += 1;
        }
    }
    let lines = table.into_lines(None, 2).skip(1).map(|line| format!("  {line}")).collect::<Vec<_>>();
    (rows > 0).then(|| format!("{}\n{}", paint.strong("left behind"), lines.join("\n")))
}

fn verification(view: &SummaryView<'_>, paint: Styles) -> String {
    let context = sanitize::line(view.context);
    match view.settled {
        Verification::Verified { reported, gone } if reported == gone => {
            format!("verified: {gone} of {reported} are gone from {context}{}", undo(view))
        }
        Verification::Verified { reported, gone } => {
            paint.bad(&format!("verified: only {gone} of {reported} are gone from {context}")) + &undo(view)
        }
        Verification::NotVerified(why) => {
            format!("{} {}", paint.bad("not verified:"), indented(why, 14))
        }
        Verification::NothingToVerify => "nothing was purged".to_owned(),
    }
}

/// The way back, where there is one.
fn undo(view: &SummaryView<'_>) -> String {
    const NAMED: usize = 5;
    let kept = view.run.results.iter().filter(|result| result.afterwards == ObservedState::Kept).collect::<Vec<_>>();
    if kept.is_empty() {
        return String::new();
    }
    let named = kept.iter().take(NAMED).map(|result| result.release.id.to_string()).collect::<Vec<_>>().join(", ");
    let more = if kept.len() > NAMED { format!(" and {} more", kept.len() - NAMED) } else { String::new() };
    let is_all = kept.len() == view.run.count(OutcomeKind::Purged);
    let which = if is_all { String::new() } else { format!(" (of {}: {named}{more})", kept.len()) };
    format!(" · undo{which}: helm purge restore --run {}", view.id)
}
