//! Earlier runs as documents for programs. Their fields are a contract: they may be joined by others, not changed.

use serde::Serialize;

use super::outcome;
use crate::journal::{ClusterRef, Ending, PastRun, PolicyRef, Row, RunTotals, Told, Unread, Verified};

/// `kind: RunList`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunListDocument {
    api_version: &'static str,
    kind: &'static str,
    runs: Vec<RunOfDocument>,
    /// Journals that could not be read.
    unread: Vec<UnreadOfDocument>,
}

/// `kind: JournalConfigMap`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OneRunDocument {
    api_version: &'static str,
    kind: &'static str,
    #[serde(flatten)]
    run: RunOfDocument,
    releases: Vec<ReleaseOfDocument>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunOfDocument {
    id: String,
    /// `purge`, `restore`, `prune`, or `unknown` where a later version did it.
    operation: &'static str,
    /// Of a restore, the runs that it takes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    takes_back: Vec<String>,
    begun: String,
    /// `finished`, `interrupted`, `running`, `killed` or `not-recorded`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_by_signal: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    policies: Vec<PolicyRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    cluster: ClusterRef,
    who: String,
    host: String,
    pid: u32,
    program: String,
    journal: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<Verified>,
    totals: RunTotals,
    /// What had begun and was not seen to end.
    in_hand: Vec<String>,
    unread_lines: usize,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct UnreadOfDocument {
    journal: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct ReleaseOfDocument {
    /// `NAMESPACE/NAME`.
    release: String,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

impl RunListDocument {
    /// All that was found.
    pub fn of(runs: &[PastRun], unread: &[Unread]) -> Self {
        let unread = unread.iter();
        Self {
            api_version: "helm-purge/v1",
            kind: "RunList",
            runs: runs.iter().map(RunOfDocument::of).collect(),
            unread: unread
                .map(|unread| UnreadOfDocument { journal: unread.source.to_string(), why: unread.why.clone() })
                .collect(),
        }
    }
}

impl OneRunDocument {
    /// All about one.
    pub fn of(run: &PastRun) -> Self {
        let releases = run.record.releases.iter();
        Self {
            api_version: "helm-purge/v1",
            kind: "RunRecord",
            run: RunOfDocument::of(run),
            releases: releases.map(|(release, row)| ReleaseOfDocument::of(release, row)).collect(),
        }
    }
}

impl RunOfDocument {
    fn of(run: &PastRun) -> Self {
        let PastRun { id, record, ending, source } = run;
        let (head, ended) = (record.head.clone(), record.ended.clone());
        Self {
            id: id.to_string(),
            operation: head.operation.as_str(),
            takes_back: head.takes_back,
            begun: head.at,
            state: ending.as_str(),
            ended: ended.as_ref().map(|ended| ended.at.clone()),
            exit_code: ended.as_ref().map(|ended| ended.exit_code),
            interrupted_by_signal: match ending {
                Ending::Interrupted { signal } => Some(*signal),
                _ => None,
            },
            stopped: record.draining.clone(),
            policies: head.policies,
            shard: head.shard,
            cluster: head.cluster,
            who: head.who,
            host: head.process.host,
            pid: head.process.pid,
            program: head.program,
            journal: source.to_string(),
            verified: ended.map(|ended| ended.verified),
            totals: record.totals(),
            in_hand: record.in_hand().map(str::to_owned).collect(),
            unread_lines: record.unread,
            left_out: head.left_out,
        }
    }
}

impl ReleaseOfDocument {
    fn of(release: &str, row: &Row) -> Self {
        let end = match &row.told {
            Told::Ended(end) => Some(end.clone()),
            Told::Planned | Told::Started => None,
        };
        let (class, message) = end.map_or((None, None), |end| (end.class, end.message));
        Self {
            release: release.to_owned(),
            outcome: outcome(&row.told).to_owned(),
            revision: row.revision,
            class,
            message,
            seconds: row.seconds,
        }
    }
}
