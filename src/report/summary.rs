//! The summary at the end of a run.

use super::errors::indented;
use super::paint::Paint;
use super::printer::Volume;
use super::table::{Align, Table};
use super::words::seconds;
use crate::executor::{Afterwards, Outcome, ReleaseResult, Run, Settled};
use crate::helm::Failure;
use crate::visible;

/// A finished run with what the last look at the cluster said.
#[derive(Debug, Clone, Copy)]
pub struct SummaryView<'a> {
    /// The results.
    pub run: &'a Run,
    /// What verified them.
    pub settled: &'a Settled,
    /// The cluster's context.
    pub context: &'a str,
    /// How much is said about each failure.
    pub volume: Volume,
}

/// The summary as text for people.
pub fn render_summary(view: &SummaryView<'_>, paint: Paint) -> String {
    let mut parts = vec![counts(view.run, paint)];
    let results = view.run.results.iter();
    let failed = results.clone().filter_map(|result| failure_text(result, view.volume, paint)).collect::<Vec<_>>();
    if !failed.is_empty() {
        parts.push(format!("{}\n{}", paint.bad("failed"), failed.join("\n")));
    }
    let changed = results.filter_map(changed_text).collect::<Vec<_>>();
    if !changed.is_empty() {
        parts.push(format!("{}\n{}", paint.strong("changed since the plan, left alone"), changed.join("\n")));
    }
    parts.extend(not_started(view.run, paint));
    parts.extend(left_behind(view.run, paint));
    parts.push(verification(view, paint));
    parts.join("\n\n")
}

fn counts(run: &Run, paint: Paint) -> String {
    let count = |word: &str, text: &str| format!("{text} {}", run.count(word));
    let failed = count("failed", "failed");
    let mut counts = vec![
        paint.good(&count("purged", "purged")),
        if run.count("failed") > 0 { paint.bad(&failed) } else { failed },
        count("already-gone", "already gone"),
    ];
    if run.count("changed") > 0 {
        counts.push(count("changed", "changed"));
    }
    counts.push(count("not-started", "not started"));
    let workers = super::words::plural(run.workers, "worker");
    format!("{}     in {} ({workers})", counts.join(" · "), seconds(run.took))
}

fn failure_text(result: &ReleaseResult, volume: Volume, paint: Paint) -> Option<String> {
    let Outcome::Failed(failure) = &result.outcome else { return None };
    let mut lines = vec![format!("  {}  {}", result.release.id, paint.strong(failure.class.as_str()))];
    lines.push(format!("      {}", indented(&words(failure, volume), 6)));
    if let Afterwards::Listed { status, .. } = result.afterwards {
        lines.push(format!("      it is still listed, as `{status}`"));
    } else if result.afterwards == Afterwards::Gone {
        lines.push("      it is not listed any more; some of its objects may be left".to_owned());
    }
    lines.extend(failure.class.hint().map(|hint| format!("      {} {hint}", paint.hint("hint:"))));
    Some(lines.join("\n"))
}

/// The cause says more than the error where Helm hides it. Both are shown; long ones are cut.
fn words(failure: &Failure, volume: Volume) -> String {
    const LINES: usize = 6;
    let all = failure.words.all();
    let lines = all.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>();
    if volume == Volume::Verbose || lines.len() <= LINES {
        return lines.join("\n");
    }
    format!("{}\n… {} more lines with --verbose", lines[..LINES].join("\n"), lines.len() - LINES)
}

fn changed_text(result: &ReleaseResult) -> Option<String> {
    match &result.outcome {
        Outcome::Changed(what) => Some(format!("  {}  {}", result.release.id, visible::line(what))),
        _ => None,
    }
}

fn not_started(run: &Run, paint: Paint) -> Option<String> {
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

fn left_behind(run: &Run, paint: Paint) -> Option<String> {
    let mut table = Table::new(vec![("", Align::Left), ("", Align::Left)]);
    let mut rows = 0;
    for result in &run.results {
        let Outcome::Purged { left_behind, remarks } = &result.outcome else { continue };
        let objects = left_behind.iter().map(|object| format!("{object} (helm.sh/resource-policy: keep)"));
        for text in objects.chain(remarks.iter().cloned()) {
            table.row(vec![result.release.id.to_string(), visible::line(&text)]);
            rows += 1;
        }
    }
    let lines = table.lines(None, 2).into_iter().skip(1).map(|line| format!("  {line}")).collect::<Vec<_>>();
    (rows > 0).then(|| format!("{}\n{}", paint.strong("left behind"), lines.join("\n")))
}

fn verification(view: &SummaryView<'_>, paint: Paint) -> String {
    let context = visible::line(view.context);
    match view.settled {
        Settled::Verified { reported, gone } if reported == gone => {
            format!("verified: {gone} of {reported} are gone from {context}")
        }
        Settled::Verified { reported, gone } => {
            paint.bad(&format!("verified: only {gone} of {reported} are gone from {context}"))
        }
        Settled::NotVerified(why) => {
            format!("{} {}", paint.bad("not verified:"), indented(why, 14))
        }
        Settled::NothingToVerify => "nothing was purged".to_owned(),
    }
}
