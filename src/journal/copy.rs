//! The copy of a journal in the cluster, for runs whose files go with them.
//!
//! Written on a thread of its own, with a client of its own: the loop waits for no API server, and the last word goes out
//! also when everything else was told to end.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::condensed::condensed;
use super::record::Record;
use crate::clock::Clock;
use crate::cluster::{ApiError, Client, CreatedJournalConfigMap, JournalConfigMap};

/// A ConfigMap may have a megabyte, its metadata included.
const LARGEST: usize = 900_000;
/// How often it is written again while the run goes on.
const INTERVAL: Duration = Duration::from_secs(15);
/// How long the end of a run waits for the last word to be written.
const LAST_WORD: Duration = Duration::from_secs(20);
/// How many of one policy, and of one shard of it, stay.
const KEPT: usize = 20;

/// A ConfigMap that follows a run.
#[derive(Debug)]
pub struct ClusterCopy {
    texts: Sender<String>,
    /// What came of each text that was written.
    written: Receiver<Result<(), ApiError>>,
    /// Texts that were sent and of which nothing has come yet.
    under_way: usize,
    last: Instant,
    name: String,
    clock: Clock,
}

impl ClusterCopy {
    /// Makes the ConfigMap, with the journal as it is, and removes the oldest of the same policy; what stands in the way
    /// of that is in the answer, and no reason to do without.
    pub(super) fn begin(
        client: Client,
        namespace: &str,
        record: &Record,
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
        let made = client.create_journal(&first)?;
        let not_removed = client.delete_old_journals(namespace, &policy, KEPT).err();
        let ((texts, inbox), (outbox, written)) = (channel(), channel());
        let thread = std::thread::Builder::new().name("journal".to_owned());
        let work = move || follow(&client, &made, &inbox, &outbox);
        thread.spawn(work).map_err(|error| ApiError::Failed(error.to_string()))?;
        let shown = format!("{namespace}/{name}");
        Ok((Self { texts, written, under_way: 0, last: Instant::now(), name: shown, clock }, not_removed))
    }

    /// `NAMESPACE/NAME`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Has the journal written, where that is due and the one before is.
    pub(super) fn offer(&mut self, record: &Record) {
        self.under_way -= self.written.try_iter().count().min(self.under_way);
        if self.last.elapsed() >= INTERVAL && self.under_way == 0 {
            self.send(record);
        }
    }

    /// Has the journal written at once: there may be little time left.
    pub(super) fn hurry(&mut self, record: &Record) {
        self.send(record);
    }

    /// Has the last word written, and says what came of it.
    pub(super) fn finish(mut self, record: &Record) -> Result<(), ApiError> {
        self.send(record);
        let until = Instant::now() + LAST_WORD;
        let mut last = Ok(());
        while self.under_way > 0 {
            let left = until.saturating_duration_since(Instant::now());
            let late = || Err(ApiError::NoConnection(format!("no answer within {} s", LAST_WORD.as_secs())));
            last = self.written.recv_timeout(left).unwrap_or_else(|_| late());
            self.under_way -= 1;
        }
        last
    }

    fn send(&mut self, record: &Record) {
        self.last = Instant::now();
        if self.texts.send(condensed(record, LARGEST, self.clock)).is_ok() {
            self.under_way += 1;
        }
    }
}

fn follow(
    client: &Client,
    made: &CreatedJournalConfigMap,
    inbox: &Receiver<String>,
    outbox: &Sender<Result<(), ApiError>>,
) {
    while let Ok(text) = inbox.recv() {
        if outbox.send(client.update_journal(made, &text)).is_err() {
            return;
        }
    }
}
