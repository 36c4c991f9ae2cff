//! Past runs: the list of them, and the details of one, on a screen and as documents.

use jiff::Timestamp;

use super::document::JsonObject;
use super::style::Styles;
use super::table::{Detail, Table};
use super::text::{age_at, plural, seconds_of};
use crate::journal::{
    JournalHeader, OperationKind, PastRun, PolicyRef, ReleaseEntry, ReleaseStatus, RunFinished, RunRecord, RunStatus,
    Unread, Verified,
};
use crate::sanitize;

/// `kind: RunList`. Its fields are a contract: fields may be added, and none may change.
pub(crate) fn run_list_document(runs: &[PastRun], unread: &[Unread]) -> JsonObject {
    let unread = unread.iter().map(|Unread { source, why }| {
        JsonObject::default().with("journal", source.to_string()).with("reason", why.clone())
    });
    JsonObject::document("RunList").with_all("runs", runs.iter().map(run_object)).with_all("unread", unread)
}

/// `kind: RunRecord`.
pub(crate) fn one_run_document(run: &PastRun) -> JsonObject {
    let releases = run.record.releases.iter().map(release_object);
    JsonObject::document("RunRecord").and(run_object(run)).with_all("releases", releases)
}

fn run_object(PastRun { id, record, status, source }: &PastRun) -> JsonObject {
    let (head, finished) = (&record.head, record.finished.as_ref());
    JsonObject::default()
        .with("id", id.to_string())
        .with("operation", head.operation)
        .with_any("restores", &head.restored_runs)
        .with("started", head.at.clone())
        .with("state", status.as_str())
        .with_some("ended", finished.map(|finished| finished.at.clone()))
        .with_some("exitCode", finished.map(|finished| finished.exit_code))
        .with_some("interruptedBySignal", finished.and_then(|finished| finished.signal))
        .with_some("stopped", record.draining.clone())
        .with("policies", head.policies.clone())
        .with_some("shard", head.shard.clone())
        .with("cluster", head.cluster.clone())
        .with("user", head.user.clone())
        .with("host", head.process.host.clone())
        .with("pid", head.process.pid)
        .with("program", head.program.clone())
        .with("journal", source.to_string())
        .with_some("verified", finished.map(|finished| finished.verified.clone()))
        .with("totals", record.totals())
        .with_texts("inProgress", record.in_progress())
        .with("unreadLines", record.unread)
        .with("leftOut", head.left_out)
}

fn release_object((release, entry): (&String, &ReleaseEntry)) -> JsonObject {
    let ended = entry.status.outcome();
    JsonObject::default()
        .with("release", release.clone())
        .with("outcome", outcome_word(&entry.status).to_owned())
        .with_some("revision", entry.revision)
        .with_some("class", ended.and_then(|ended| ended.class.clone()))
        .with_some("message", ended.and_then(|ended| ended.message.clone()))
        .with_some("seconds", entry.seconds)
}

/// How a run ended, in a few words.
fn status_text(run: &PastRun) -> String {
    let word = if run.status == RunStatus::NotRecorded { "no end recorded" } else { run.status.as_str() };
    match (run.status, run.record.in_progress().count()) {
        (RunStatus::Finished { exit_code }, _) if exit_code != 0 => format!("{word}, exit code {exit_code}"),
        (RunStatus::Finished { .. } | RunStatus::Interrupted { .. }, _) | (_, 0) => word.to_owned(),
        (_, in_progress) => format!("{word}, {in_progress} in progress"),
    }
}

/// The word for the outcome of a release, as in reports.
fn outcome_word(status: &ReleaseStatus) -> &str {
    match status {
        ReleaseStatus::Planned => "not-started",
        ReleaseStatus::Started => "in-hand",
        ReleaseStatus::Ended(outcome) => &outcome.outcome,
    }
}

/// The list as text for people; empty if there are no runs.
pub(crate) fn render_runs(
    runs: &[PastRun],
    detail: Detail,
    now: Timestamp,
    width: Option<usize>,
    paint: Styles,
) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let headings = [
        "RUN",
        "OPERATION",
        "AGE",
        "POLICY",
        "CLUSTER",
        "STATUS",
        ">PLANNED",
        ">DONE",
        ">FAILED",
        ">NOT STARTED",
        "USER",
        "JOURNAL",
    ];
    let least_first = &["USER", "NOT STARTED", "PLANNED", "CLUSTER", "OPERATION", "POLICY", "AGE"];
    let mut table = Table::new(&headings).only_wide(&["JOURNAL"]).least_first(least_first);
    for run in runs {
        table.row(list_cells(run, now));
    }
    table.into_lines(0, detail, width, paint).join("\n")
}

fn list_cells(run: &PastRun, now: Timestamp) -> [String; 12] {
    let (head, totals) = (&run.record.head, run.record.totals());
    [
        run.id.to_string(),
        head.operation.as_str().to_owned(),
        age_at(run.id.started(), now),
        head.policies_and_shard(),
        head.cluster.context.clone(),
        status_text(run),
        totals.planned.to_string(),
        totals.done().to_string(),
        totals.failed.to_string(),
        totals.not_started.to_string(),
        head.user.clone(),
        run.source.to_string(),
    ]
}

/// One run as text for people.
pub(crate) fn render_one_run(run: &PastRun, detail: Detail, width: Option<usize>, paint: Styles) -> String {
    let mut parts = vec![head_lines(run, paint)];
    parts.extend(releases(&run.record, detail, width, paint));
    parts.extend(missing(&run.record));
    parts.join("\n\n")
}

fn head_lines(run: &PastRun, paint: Styles) -> String {
    let head = &run.record.head;
    let policy = |policy: &PolicyRef| format!("policy   {}  {}  sha256 {}", policy.name, policy.file, policy.sha256);
    let uid = head.cluster.uid.as_ref().map_or_else(String::new, |uid| format!(", uid {uid}"));
    let mut lines = vec![format!("run      {}  {}", run.id, status_text(run)), format!("what     {}", what(head))];
    lines.extend(head.policies.iter().map(policy));
    lines.extend(head.shard.iter().map(|shard| format!("shard    {shard}")));
    lines.push(format!("cluster  {} ({}{uid})", head.cluster.context, head.cluster.server));
    lines.push(format!("user     {}, pid {}, helm-purge v{}", head.user, head.process.pid, head.program));
    lines.push(format!("started  {}", head.at));
    lines.extend(run.record.draining.iter().map(|because| format!("stopped  {because}")));
    let finished = run.record.finished.iter();
    lines.extend(finished.map(|finished| format!("ended    {}  {}", finished.at, verified(finished, head.operation))));
    lines.push(format!("journal  {}", run.source));
    let mut lines = lines.into_iter().map(|line| sanitize::line(&line)).collect::<Vec<_>>();
    lines[0] = paint.bold(&lines[0]);
    lines.join("\n")
}

fn what(head: &JournalHeader) -> String {
    let of =
        if head.restored_runs.is_empty() { String::new() } else { format!(" of {}", head.restored_runs.join(", ")) };
    format!("{}{of}", head.operation.as_str())
}

fn verified(finished: &RunFinished, operation: OperationKind) -> String {
    let are = if operation == OperationKind::Restore { "deployed" } else { "gone" };
    match &finished.verified {
        Verified { gone: Some(gone), reported: Some(reported), .. } => {
            format!("verified: {gone} of {reported} are {are}")
        }
        Verified { state, .. } => state.clone(),
    }
}

fn releases(record: &RunRecord, detail: Detail, width: Option<usize>, paint: Styles) -> Option<String> {
    if record.releases.is_empty() {
        return None;
    }
    let headings = ["RELEASE", "OUTCOME", ">REVISION", ">DURATION", "REASON"];
    let mut table = Table::new(&headings).least_first(&["REVISION", "DURATION"]).ends_with_reason();
    for (release, entry) in &record.releases {
        let ended = entry.status.outcome();
        let class = ended.and_then(|ended| ended.class.clone());
        let message = ended.and_then(|ended| ended.message.as_ref());
        let first_line = message.map(|text| text.lines().next().unwrap_or_default().to_owned());
        table.row([
            release.clone(),
            outcome_word(&entry.status).to_owned(),
            entry.revision.map_or_else(|| "?".to_owned(), |revision| revision.to_string()),
            entry.seconds.map(seconds_of).unwrap_or_default(),
            class.into_iter().chain(first_line).collect::<Vec<_>>().join(": "),
        ]);
    }
    Some(table.into_lines(2, detail, width, paint).join("\n"))
}

/// What the journal does not have.
fn missing(record: &RunRecord) -> Option<String> {
    let RunRecord { head: JournalHeader { left_out, planned, .. }, unread, .. } = record;
    let left_out = (*left_out > 0).then(|| {
        let are = if *left_out == 1 { "is" } else { "are" };
        format!("{left_out} of {planned} planned {are} not named here: there was no room")
    });
    let unread = (*unread > 0).then(|| format!("{} of the journal could not be read", plural(*unread, "line")));
    let lines = left_out.into_iter().chain(unread).collect::<Vec<_>>();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
