//! The copy of a journal in the cluster, for runs in pods, whose files do not last. It has each outcome once, with the names
//! of its releases.
//!
//! A separate thread writes it with a separate client. So the loop never waits for the API server, and the last line is
//! written even after a signal that ends all other requests.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::format::{JournalLine, ReleaseOutcome, ReleaseStatus, RunRecord};
use crate::clock::Clock;
use crate::cluster::{ApiError, Client, JournalConfigMap};

/// A ConfigMap may have a megabyte with its metadata.
const LARGEST: usize = 900_000;
const INTERVAL: Duration = Duration::from_secs(15);
/// How long the end of a run waits for the last line to be written.
const END_TIMEOUT: Duration = Duration::from_secs(20);
/// A new run removes the oldest journals of its policy and shard beyond this number.
const MAX_RETAINED: usize = 20;

/// A ConfigMap that follows a run.
#[derive(Debug)]
pub(super) struct ClusterCopy {
    texts: Sender<String>,
    written: Receiver<Result<(), ApiError>>,
    /// How many texts were sent and have no result yet.
    under_way: usize,
    last: Instant,
    /// `NAMESPACE/NAME`.
    pub(super) name: String,
    clock: Clock,
}

impl ClusterCopy {
    /// Makes the ConfigMap, with the journal as it is, and removes old ones of the same policy. Returns why they could not
    /// be removed, because that does not prevent the run.
    pub(super) fn begin(
        client: Client,
        namespace: &str,
        record: &RunRecord,
        clock: Clock,
    ) -> Result<(Self, Option<ApiError>), ApiError> {
        let policy = record.head.policies_and_shard();
        let name = JournalConfigMap::name_of(&record.head.run);
        let first = JournalConfigMap {
            namespace: namespace.to_owned(),
            name: name.clone(),
            policy: policy.clone(),
            text: condensed(record, LARGEST, clock),
        };
        let created = client.create_journal(&first)?;
        let not_removed = client.delete_old_journals(namespace, &policy, MAX_RETAINED).err();
        let ((texts, inbox), (outbox, written)) = (channel::<String>(), channel());
        let thread = std::thread::Builder::new().name("journal".to_owned());
        let work = move || inbox.iter().try_for_each(|text| outbox.send(client.update_journal(&created, &text)));
        thread.spawn(work).map_err(|error| ApiError::Failed(error.to_string()))?;
        let shown = format!("{namespace}/{name}");
        Ok((Self { texts, written, under_way: 0, last: Instant::now(), name: shown, clock }, not_removed))
    }

    /// Has the journal written, if that is due and the text before it is written.
    pub(super) fn offer(&mut self, record: &RunRecord) {
        self.under_way -= self.written.try_iter().count().min(self.under_way);
        if self.last.elapsed() >= INTERVAL && self.under_way == 0 {
            self.send(record);
        }
    }

    /// Has the last line written, and waits for the result.
    pub(super) fn finish(mut self, record: &RunRecord) -> Result<(), ApiError> {
        self.send(record);
        let until = Instant::now() + END_TIMEOUT;
        let mut last = Ok(());
        while self.under_way > 0 {
            let left = until.saturating_duration_since(Instant::now());
            let late = || Err(ApiError::NoConnection(format!("no answer within {} s", END_TIMEOUT.as_secs())));
            last = self.written.recv_timeout(left).unwrap_or_else(|_| late());
            self.under_way -= 1;
        }
        last
    }

    /// Has the journal written at once.
    pub(super) fn send(&mut self, record: &RunRecord) {
        self.last = Instant::now();
        if self.texts.send(condensed(record, LARGEST, self.clock)).is_ok() {
            self.under_way += 1;
        }
    }
}

/// What is left out if there is not enough room, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shortening {
    All,
    /// Without the names of releases that have not started.
    Started,
    /// Also without the names of those that are done.
    Unfinished,
    /// Only some names of each outcome.
    Few,
}

const FEW: usize = 500;

/// The journal in at most so many bytes. Its first line counts what is left out.
fn condensed(record: &RunRecord, most: usize, clock: Clock) -> String {
    let details = [Shortening::All, Shortening::Started, Shortening::Unfinished, Shortening::Few].into_iter();
    let mut text = String::new();
    for detail in details {
        text = with(record, detail, &clock.stamp());
        if text.len() <= most {
            break;
        }
    }
    text
}

fn with(record: &RunRecord, detail: Shortening, at: &str) -> String {
    let mut head = record.head.clone();
    let mut groups: BTreeMap<Option<ReleaseOutcome>, Vec<String>> = BTreeMap::new();
    let mut named = 0;
    for (release, entry) in &record.releases {
        let end = match &entry.status {
            ReleaseStatus::Planned if detail == Shortening::All => {
                named += 1;
                continue;
            }
            ReleaseStatus::Planned => continue,
            ReleaseStatus::Started => None,
            ReleaseStatus::Ended(end) if end.is_done() && detail >= Shortening::Unfinished => continue,
            // The messages are in the file of the journal, if there is one.
            ReleaseStatus::Ended(end) => Some(ReleaseOutcome { message: None, ..end.clone() }),
        };
        let group = groups.entry(end).or_default();
        if detail < Shortening::Few || group.len() < FEW {
            group.push(release.clone());
            named += 1;
        }
    }
    if detail > Shortening::All {
        head.releases = Vec::new();
    }
    head.left_out = record.head.planned.saturating_sub(named);
    let outcomes = groups.into_iter().map(|(end, releases)| match end {
        Some(end) => JournalLine::Verified { at: at.to_owned(), releases, end },
        None => JournalLine::ReleasesStarted { at: at.to_owned(), releases },
    });
    let draining = record.draining.clone().map(|because| JournalLine::Stopping { at: at.to_owned(), because });
    let ended = record.finished.clone().map(JournalLine::RunFinished);
    let lines = std::iter::once(JournalLine::RunStarted(Box::new(head))).chain(outcomes).chain(draining).chain(ended);
    lines.filter_map(|line| line.text().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::format::{example, read};
    use super::*;

    fn record(count: usize) -> RunRecord {
        let names = (0..count).map(|number| format!("dev-{}/release-{number:05}", number % 50)).collect::<Vec<_>>();
        let mut record = RunRecord::new(example(&names.iter().map(String::as_str).collect::<Vec<_>>()));
        let at = Clock::System.stamp();
        for (number, release) in names.into_iter().enumerate() {
            let end = |outcome: &str| ReleaseOutcome { outcome: outcome.to_owned(), class: None, message: None };
            let releases = vec![release];
            match number % 4 {
                0 => record.apply(JournalLine::Verified { at: at.clone(), releases, end: end("purged") }),
                1 => record.apply(JournalLine::ReleasesStarted { at: at.clone(), releases }),
                2 if number < 100 => {
                    record.apply(JournalLine::Verified { at: at.clone(), releases, end: end("failed") });
                }
                _ => {}
            }
        }
        record
    }

    #[test]
    fn with_room_enough_nothing_is_lost_and_each_outcome_is_printed_once() {
        let record = record(200);
        let text = condensed(&record, 1 << 20, Clock::System);
        let (_, again) = read(text.as_bytes()).expect("a journal");
        assert_eq!(again, record);
        assert_eq!(text.lines().count(), 4, "{text}");
    }

    #[test]
    fn without_room_names_go_first_where_they_matter_least_and_are_counted() {
        let record = record(4000);
        let whole = condensed(&record, usize::MAX, Clock::System).len();
        let (mut before, mut left_out) = (whole + 1, None);
        for most in [whole, 60_000, 40_000, 20_000] {
            let text = condensed(&record, most, Clock::System);
            assert!(text.len() <= most && text.len() < before, "{most}: {}", text.len());
            before = text.len();
            let (_, again) = read(text.as_bytes()).expect("a journal");
            assert_eq!(again.head.planned, 4000);
            assert!(Some(again.head.left_out) > left_out, "{most}");
            left_out = Some(again.head.left_out);
            assert_eq!(again.totals().failed, 25, "{most}");
            assert!(again.in_progress().count() == 1000 || most == 20_000);
        }
    }
}
