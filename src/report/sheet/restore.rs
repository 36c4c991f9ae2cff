//! The report of a restore, for people and in short.

use serde_json::json;

use super::markdown::{Sheet, SheetTable};
use super::purge::{failures, name, short_failures, time, title, took, words};
use super::short::Short;
use crate::executor::OutcomeKind;
use crate::report::undo::RestoreDocument;

pub(super) fn sheet(document: &RestoreDocument) -> Sheet {
    let policies = document.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
    let context = document.cluster.as_ref().map(|cluster| cluster.context.as_str());
    Sheet {
        title: title("helm purge restore", &policies, context),
        counts: counts(document),
        facts: facts(document),
        stopped: document.stopped.iter().flat_map(|early| early.messages.clone()).collect(),
        tables: tables(document),
    }
}

fn counts(document: &RestoreDocument) -> String {
    let totals = document.totals;
    match &document.report {
        Some(report) => {
            let done = report.totals;
            format!(
                "restored {} · failed {} · changed {} · not started {} · left alone {}",
                done.restored, done.failed, done.changed, done.not_started, totals.leave
            )
        }
        None => format!("to restore {} · to finish {} · left alone {}", totals.restore, totals.finish, totals.leave),
    }
}

fn facts(document: &RestoreDocument) -> Vec<(&'static str, String)> {
    let code = document.exit_code.map(|code| ("exit code", code.to_string()));
    let mut facts = code.into_iter().chain([("started", document.created.clone())]).collect::<Vec<_>>();
    facts.extend(document.run.iter().map(|run| ("run", run.id.clone())));
    facts.extend(document.runs.iter().map(|run| ("of run", run.clone())));
    facts.extend(document.shard.iter().map(|shard| ("shard", shard.clone())));
    facts.extend(document.cluster.iter().map(|cluster| ("server", cluster.server.clone())));
    facts.extend(document.helm.iter().map(|helm| ("helm", helm.clone())));
    if let Some(report) = &document.report {
        facts.push(("took", took(report.seconds)));
        facts.push(("verified", report.verified.state.to_owned()));
    }
    facts
}

fn tables(document: &RestoreDocument) -> Vec<SheetTable> {
    let results = document.report.as_ref().map(|report| report.releases.as_slice()).unwrap_or_default();
    let back = results.iter().filter(|result| result.outcome == OutcomeKind::Restored.as_str());
    let back = back.map(|result| vec![name(result), time(result)]).collect();
    let is_other = |outcome| ![OutcomeKind::Restored, OutcomeKind::Failed].map(OutcomeKind::as_str).contains(&outcome);
    let stayed = results.iter().filter(|result| is_other(result.outcome));
    let stayed = stayed.map(|result| vec![name(result), result.outcome.to_owned(), words(result)]);
    let left = document.releases.iter().filter(|entry| entry.decision == "leave");
    let left =
        left.map(|entry| vec![format!("{}/{}", entry.namespace, entry.name), "leave".to_owned(), entry.why.clone()]);
    vec![
        failures(results),
        SheetTable { heading: "Restored", columns: &["release", "took"], rows: back },
        SheetTable {
            heading: "Left alone",
            columns: &["release", "outcome", "why"],
            rows: stayed.chain(left).collect(),
        },
    ]
}

pub(super) fn short(document: &RestoreDocument) -> Short {
    let report = document.report.as_ref();
    Short {
        api_version: "helm-purge/v1",
        kind: "RestoreSummary",
        exit_code: document.exit_code.unwrap_or_default(),
        run: document.run.as_ref().map(|run| run.id.clone()),
        shard: document.shard.clone(),
        policies: document.policies.iter().map(|policy| policy.name.clone()).collect(),
        context: document.cluster.as_ref().map(|cluster| cluster.context.clone()),
        seconds: report.map_or(0.0, |report| report.seconds),
        verified: report.map(|report| report.verified.state),
        totals: report.map_or_else(|| json!(document.totals), |report| json!(report.totals)),
        stopped: document.stopped.clone(),
        failed: report.map(|report| short_failures(&report.releases)).unwrap_or_default(),
        failed_left_out: 0,
    }
}
