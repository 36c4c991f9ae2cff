//! Removes histories, some at a time, each taken down before it is touched.

use std::collections::{BTreeMap, BTreeSet};

use crate::command::App;
use crate::command::undertaking::journal::{Kept, Said};
use crate::command::undo::look::LookedBack;
use crate::executor::{NotRecorded, NotStarted};
use crate::journal::{End, RunTotals};
use crate::release::{Release, ReleaseId};
use crate::undo::RestorableRelease;

/// So many histories are in hand at a time: what a killed prune leaves in doubt.
const TOGETHER: usize = 20;

/// What came of histories that were to go.
#[derive(Debug, Default)]
pub(super) struct Pruned {
    /// Those that are still there, and why.
    pub(super) left: BTreeMap<ReleaseId, String>,
    /// Those of them that were not touched, for one reason.
    untouched: Option<(NotStarted, BTreeSet<ReleaseId>)>,
}

impl Pruned {
    /// How many came to what, of so many.
    pub(super) fn totals(&self, planned: usize) -> RunTotals {
        let not_started = self.untouched.as_ref().map_or(0, |(_, untouched)| untouched.len());
        let (pruned, failed) = (planned - self.left.len(), self.left.len() - not_started);
        RunTotals { planned, pruned, failed, not_started, ..RunTotals::default() }
    }

    /// What became of one of them, in the words of a journal.
    pub(super) fn outcome(&self, id: &ReleaseId) -> &'static str {
        let is_untouched = self.untouched.as_ref().is_some_and(|(_, untouched)| untouched.contains(id));
        match self.left.get(id) {
            None => "pruned",
            Some(_) if is_untouched => "not-started",
            Some(_) => "failed",
        }
    }

    /// Whether it was said that the journal could not be written.
    pub(super) fn refusal(&self) -> Said {
        match self.untouched {
            Some((NotStarted::JournalRefused, _)) => Said::Yes,
            _ => Said::No,
        }
    }
}

/// Removes all of them, or as many as there is time for until a signal comes.
pub(super) fn prune_all(looked: &LookedBack, old: &[&RestorableRelease], journal: &Kept, app: &mut App) -> Pruned {
    let all = old.iter().map(|candidate| &candidate.kept).collect::<Vec<_>>();
    let mut left = BTreeMap::new();
    for (number, some) in all.chunks(TOGETHER).enumerate() {
        let ids = some.iter().map(|release| &release.id).collect::<Vec<_>>();
        if let Err(why) = may_begin(&ids, journal, app) {
            let rest = all[number * TOGETHER..].iter().map(|release| &release.id).collect::<Vec<_>>();
            journal.judge(&rest, End::not_started(why));
            left.extend(rest.iter().map(|id| ((*id).clone(), why.as_str().to_owned())));
            let rest = rest.into_iter().cloned().collect();
            return Pruned { left, untouched: Some((why, rest)) };
        }
        let failed = remove(looked, some);
        let gone = ids.into_iter().filter(|id| !failed.contains_key(id)).collect::<Vec<_>>();
        journal.judge(&gone, End::pruned());
        for (id, why) in &failed {
            journal.judge(&[id], End::failed(why));
        }
        left.extend(failed);
    }
    Pruned { left, untouched: None }
}

fn may_begin(ids: &[&ReleaseId], journal: &Kept, app: &mut App) -> Result<(), NotStarted> {
    if app.interruption().is_some() {
        return Err(NotStarted::Interrupted);
    }
    journal.journal().starting(ids).map_err(|NotRecorded(why)| {
        app.printer.error(format_args!("the journal cannot be written: {}", crate::sanitize::line(&why)));
        NotStarted::JournalRefused
    })
}

/// The older records first: without the one that says `uninstalled`, they would look like a release.
fn remove(looked: &LookedBack, kept: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let mut failed = looked.records.remove_older(kept, "it has changed since the plan");
    let whole = kept.iter().filter(|release| !failed.contains_key(&release.id)).copied().collect::<Vec<_>>();
    failed.extend(looked.remove(&whole));
    failed
}
