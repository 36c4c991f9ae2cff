//! All about one earlier run.

use std::time::Duration;

use super::{ended, outcome};
use crate::journal::{Ended, JournalHeader, OperationKind, PastRun, Record, Told, Verified};
use crate::report::paint::Styles;
use crate::report::plan::table::Detail;
use crate::report::table::{Align, Table};
use crate::report::words::{plural, seconds};
use crate::sanitize;

/// Columns without which a row says nothing: release and outcome.
const NEEDED: usize = 2;

/// One run as text for people.
pub fn render_one_run(run: &PastRun, detail: Detail, width: Option<usize>, paint: Styles) -> String {
    let mut parts = vec![head(run, paint)];
    parts.extend(releases(&run.record, width.filter(|_| detail == Detail::Usual), paint));
    parts.extend(missing(&run.record));
    parts.join("\n\n")
}

fn head(run: &PastRun, paint: Styles) -> String {
    let head = &run.record.head;
    let policy = |policy: &crate::journal::PolicyRef| {
        format!("policy   {}  {}  sha256 {}", policy.name, policy.file, policy.sha256)
    };
    let uid = head.cluster.uid.as_ref().map_or_else(String::new, |uid| format!(", uid {uid}"));
    let mut lines = vec![format!("run      {}  {}", run.id, ended(run)), format!("what     {}", what(head))];
    lines.extend(head.policies.iter().map(policy));
    lines.extend(head.shard.iter().map(|shard| format!("shard    {shard}")));
    lines.push(format!("cluster  {} ({}{uid})", head.cluster.context, head.cluster.server));
    lines.push(format!("who      {}, pid {}, helm-purge v{}", head.who, head.process.pid, head.program));
    lines.push(format!("begun    {}", head.at));
    lines.extend(run.record.draining.iter().map(|because| format!("stopped  {because}")));
    lines.extend(
        run.record.ended.iter().map(|ended| format!("ended    {}  {}", ended.at, verified(ended, head.operation))),
    );
    lines.push(format!("journal  {}", run.source));
    let mut lines = lines.into_iter().map(|line| sanitize::line(&line)).collect::<Vec<_>>();
    lines[0] = paint.strong(&lines[0]);
    lines.join("\n")
}

fn what(head: &JournalHeader) -> String {
    let of = if head.takes_back.is_empty() { String::new() } else { format!(" of {}", head.takes_back.join(", ")) };
    format!("{}{of}", head.operation.as_str())
}

fn verified(ended: &Ended, operation: OperationKind) -> String {
    let are = if operation == OperationKind::Restore { "deployed" } else { "gone" };
    match &ended.verified {
        Verified { gone: Some(gone), reported: Some(reported), .. } => {
            format!("verified: {gone} of {reported} are {are}")
        }
        Verified { state, .. } => state.clone(),
    }
}

fn releases(record: &Record, width: Option<usize>, paint: Styles) -> Option<String> {
    if record.releases.is_empty() {
        return None;
    }
    let headings = ["RELEASE", "OUTCOME", "REVISION", "TOOK", "WHY"];
    let align = |heading| if ["REVISION", "TOOK"].contains(&heading) { Align::Right } else { Align::Left };
    let mut table = Table::new(headings.map(|heading| (heading, align(heading))).to_vec());
    for (release, row) in &record.releases {
        let why = match &row.told {
            Told::Ended(end) => {
                let first = |text: &String| text.lines().next().unwrap_or_default().to_owned();
                let parts = end.class.clone().into_iter().chain(end.message.as_ref().map(first));
                parts.collect::<Vec<_>>().join(": ")
            }
            Told::Planned | Told::Started => String::new(),
        };
        // Whoever wrote the journal may have written any number.
        let took = row.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        table.row(vec![
            sanitize::line(release),
            sanitize::line(outcome(&row.told)),
            row.revision.map_or_else(|| "?".to_owned(), |revision| revision.to_string()),
            took.map_or_else(String::new, seconds),
            sanitize::line(&why),
        ]);
    }
    let mut lines = table.into_lines(width, NEEDED).map(|line| format!("  {line}")).collect::<Vec<_>>();
    lines[0] = paint.strong(&lines[0]);
    Some(lines.join("\n"))
}

/// What is known to be missing.
fn missing(record: &Record) -> Option<String> {
    let left_out = Some(record.head.left_out).filter(|left_out| *left_out > 0).map(|left_out| {
        let are = if left_out == 1 { "is" } else { "are" };
        format!("{} of {} planned {are} not named here: there was no room", left_out, record.head.planned)
    });
    let unread = Some(record.unread).filter(|unread| *unread > 0);
    let unread = unread.map(|unread| format!("{} of the journal could not be read", plural(unread, "line")));
    let lines = left_out.into_iter().chain(unread).collect::<Vec<_>>();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
