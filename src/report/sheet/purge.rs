//! The report of a purge, for people and in short.

use super::markdown::{Sheet, SheetTable};
use super::short::{Short, ShortFailure};
use crate::executor::OutcomeKind;
use crate::report::run::document::{ResultOfDocument, RunDocument};
use crate::report::words::seconds;

pub(super) fn sheet(document: &RunDocument) -> Sheet {
    let totals = &document.totals;
    let mut counts = vec![format!("purged {}", totals.purged), format!("failed {}", totals.failed)];
    let more = [
        (totals.already_gone, "already gone"),
        (totals.changed, "changed"),
        (totals.still_needed, "still needed"),
        (totals.not_started, "not started"),
    ];
    counts.extend(more.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what} {count}")));
    counts.push(format!("kept by the policy {}", totals.kept));
    Sheet {
        title: title("helm purge", &names(document), context(document)),
        counts: counts.join(" · "),
        facts: facts(document),
        stopped: document.stopped.iter().flat_map(|early| early.messages.clone()).collect(),
        tables: tables(document),
    }
}

/// What it is of, in one line.
pub(super) fn title(what: &str, policies: &str, context: Option<&str>) -> String {
    let on = context.map_or_else(String::new, |context| format!(" on {context}"));
    if policies.is_empty() { format!("{what}{on}") } else { format!("{what}: {policies}{on}") }
}

fn names(document: &RunDocument) -> String {
    document.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn context(document: &RunDocument) -> Option<&str> {
    document.cluster.as_ref().map(|cluster| cluster.context.as_str())
}

fn facts(document: &RunDocument) -> Vec<(&'static str, String)> {
    let mut facts = vec![("exit code", document.exit_code.to_string()), ("started", document.started.clone())];
    facts.extend(document.run.iter().map(|run| ("run", run.id.clone())));
    facts.extend(document.shard.iter().map(|shard| ("shard", shard.clone())));
    facts.extend(document.cluster.iter().map(|cluster| ("server", cluster.server.clone())));
    facts.extend(document.helm.iter().map(|helm| ("helm", helm.clone())));
    if document.run.is_some() {
        facts.push(("took", took(document.seconds)));
        facts.push(("verified", document.verified.state.to_owned()));
    }
    facts
}

pub(super) fn took(of: f64) -> String {
    std::time::Duration::try_from_secs_f64(of).map(seconds).unwrap_or_default()
}

fn tables(document: &RunDocument) -> Vec<SheetTable> {
    let of = |kinds: &'static [OutcomeKind]| {
        let is_one = move |result: &&ResultOfDocument| kinds.iter().any(|kind| kind.as_str() == result.outcome);
        document.releases.iter().filter(is_one)
    };
    let chart = |result: &ResultOfDocument| result.facts.chart.clone().unwrap_or_default();
    let gone = of(&[OutcomeKind::Purged, OutcomeKind::AlreadyGone]);
    let gone = gone.map(|result| vec![name(result), chart(result), time(result), result.outcome.to_owned()]);
    let stayed = of(&[OutcomeKind::Changed, OutcomeKind::StillNeeded, OutcomeKind::NotStarted]);
    let stayed = stayed.map(|result| vec![name(result), result.outcome.to_owned(), words(result)]);
    let kept = document.kept.iter().map(|kept| vec![kept.release.clone(), kept.why.clone()]);
    vec![
        failures(&document.releases),
        SheetTable { heading: "Gone", columns: &["release", "chart", "took", "outcome"], rows: gone.collect() },
        SheetTable { heading: "Left alone", columns: &["release", "outcome", "why"], rows: stayed.collect() },
        SheetTable { heading: "Kept by the policy", columns: &["release", "why"], rows: kept.collect() },
    ]
}

pub(super) fn failures(results: &[ResultOfDocument]) -> SheetTable {
    let failed = results.iter().filter(|result| is_failed(result));
    let row =
        |result: &ResultOfDocument| vec![name(result), result.class.unwrap_or_default().to_owned(), words(result)];
    SheetTable { heading: "Failed", columns: &["release", "class", "what was said"], rows: failed.map(row).collect() }
}

fn is_failed(result: &ResultOfDocument) -> bool {
    result.outcome == OutcomeKind::Failed.as_str()
}

pub(super) fn name(result: &ResultOfDocument) -> String {
    format!("{}/{}", result.namespace, result.name)
}

pub(super) fn time(result: &ResultOfDocument) -> String {
    result.seconds.map(took).unwrap_or_default()
}

pub(super) fn words(result: &ResultOfDocument) -> String {
    let words = result.message.iter().chain(&result.cause).cloned().collect::<Vec<_>>();
    words.join("; ")
}

pub(super) fn short(document: &RunDocument) -> Short {
    Short {
        api_version: "helm-purge/v1",
        kind: "PurgeSummary",
        exit_code: document.exit_code,
        run: document.run.as_ref().map(|run| run.id.clone()),
        shard: document.shard.clone(),
        policies: document.policies.iter().map(|policy| policy.name.clone()).collect(),
        context: context(document).map(str::to_owned),
        seconds: document.seconds,
        verified: document.run.as_ref().map(|_| document.verified.state),
        totals: serde_json::to_value(&document.totals).unwrap_or_default(),
        stopped: document.stopped.clone(),
        failed: short_failures(&document.releases),
        failed_left_out: 0,
    }
}

pub(super) fn short_failures(results: &[ResultOfDocument]) -> Vec<ShortFailure> {
    let failure = |result: &ResultOfDocument| ShortFailure {
        release: name(result),
        class: result.class.unwrap_or_default(),
        message: words(result),
    };
    results.iter().filter(|result| is_failed(result)).map(failure).collect()
}
