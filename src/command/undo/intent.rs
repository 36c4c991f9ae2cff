//! What was found, and what is to be done about it: the plan of a restore.

use std::collections::BTreeSet;
use std::time::Duration;

use super::before::leaving;
use super::known::known_runs;
use super::look::{LookedBack, look_back};
use crate::cli::RestoreArguments;
use crate::cluster::Client;
use crate::command::undertaking::Undertaking;
use crate::command::undertaking::confirm;
use crate::command::undertaking::lock::{self, LockWish};
use crate::command::{App, CommandError};
use crate::guard::Interactivity;
use crate::journal::OperationKind;
use crate::policy::{KeepEntry, timeout_from_flag};
use crate::release::{ReleaseId, Revision};
use crate::settings::ConnectionOptions;
use crate::undo::{RestoreEntry, RestorePlan, RestoreRequest, Verdict, choose};

/// What the command line says beside how the result is printed.
pub(super) struct Flags {
    pub(super) wanted: RestoreRequest,
    pub(super) lock: LockWish,
    pub(super) timeout: Option<Duration>,
    pub(super) longest: Option<Duration>,
}

impl Flags {
    pub(super) fn read(arguments: &RestoreArguments) -> Result<Self, CommandError> {
        let duration = |flag: &str, text: &Option<String>| {
            text.as_deref().map(|text| timeout_from_flag(flag, text)).transpose().map_err(CommandError::flag)
        };
        let runs = arguments.runs.iter().map(|text| {
            text.parse()
                .map_err(|error| CommandError::usage(format!("--run: {error}"), "`restore --dry-run` names runs"))
        });
        let release = |text: &String| KeepEntry::from_flag("RELEASE", text).map_err(CommandError::flag);
        let releases = arguments.releases.iter().map(release).collect::<Result<_, _>>()?;
        let wanted = RestoreRequest { runs: runs.collect::<Result<_, _>>()?, releases };
        let (timeout, longest) =
            (duration("--timeout", &arguments.timeout)?, duration("--max-duration", &arguments.max_duration)?);
        Ok(Self { wanted, lock: lock::wish(&arguments.undo.lock)?, timeout, longest })
    }
}

/// A plan, and all that it was made from.
pub(super) struct Intent {
    pub(super) looked: LookedBack,
    pub(super) client: Client,
    pub(super) plan: RestorePlan,
    pub(super) workers: usize,
}

/// A plan made anew.
pub(super) struct Again {
    pub(super) intent: Intent,
    /// Whether it is another one than before.
    pub(super) differs: bool,
}

impl Intent {
    /// From the command line to the plan.
    pub(super) fn look(
        arguments: &RestoreArguments,
        flags: &Flags,
        wish: &ConnectionOptions,
        app: &mut App,
    ) -> Result<Self, CommandError> {
        let attendance = attendance(arguments, app);
        let looked = look_back(&arguments.undo, wish, attendance, app)?;
        Self::of(looked, arguments, flags, app)
    }

    /// The same once more: some time has passed.
    pub(super) fn again(
        self,
        arguments: &RestoreArguments,
        flags: &Flags,
        app: &mut App,
    ) -> Result<Again, CommandError> {
        let before = self.deeds();
        let attendance = attendance(arguments, app);
        let looked = self.looked.again(&arguments.undo, attendance, app)?;
        let intent = Self::of(looked, arguments, flags, app)?;
        Ok(Again { differs: intent.deeds() != before, intent })
    }

    fn of(
        looked: LookedBack,
        arguments: &RestoreArguments,
        flags: &Flags,
        app: &mut App,
    ) -> Result<Self, CommandError> {
        let client = looked.gathered.inventory.client().cloned();
        let client = client.ok_or_else(|| CommandError::internal("there is no client any more".to_owned()))?;
        let about = looked.undertaking(OperationKind::Restore, Vec::new(), &[]);
        let known = known_runs(&about, &arguments.undo.journal, flags.lock.namespace.as_ref(), app);
        let mut plan = choose(looked.candidates.clone(), &looked.policies, &known, &flags.wanted);
        plan.unreadable.clone_from(&looked.unreadable);
        tell_leaving(&mut plan, &client);
        let workers = arguments.workers.map_or_else(|| looked.policies.workers(), usize::from);
        app.unless_interrupted(Ok(Self { looked, client, plan, workers }))
    }

    /// For the lock and the journal.
    pub(super) fn undertaking(&self) -> Undertaking<'_> {
        let entries = self.plan.going().chain(self.plan.finished());
        let releases = entries.map(|entry| &entry.candidate.kept).collect();
        self.looked.undertaking(OperationKind::Restore, releases, &self.plan.runs)
    }

    /// Where nothing is going to be done, it does not matter which cluster it is.
    pub(super) fn unless_another_cluster(&self, app: &App) -> Result<(), CommandError> {
        let undertaking = self.undertaking();
        if undertaking.is_nothing() { Ok(()) } else { self.looked.same_cluster(undertaking.operation, app) }
    }

    /// What is done to which releases.
    fn deeds(&self) -> Vec<(ReleaseId, Revision, Verdict)> {
        let entries = self.plan.going().chain(self.plan.finished()).map(|entry| &entry.candidate);
        entries.map(|found| (found.kept.id.clone(), found.kept.revision, found.verdict.clone())).collect()
    }
}

fn attendance(arguments: &RestoreArguments, app: &App) -> Interactivity {
    confirm::attendance((&arguments.undo).into(), app)
}

/// Which objects are still being deleted. Whoever cannot tell now is asked again before the release is begun.
fn tell_leaving(plan: &mut RestorePlan, client: &Client) {
    let objects = |entry: &RestoreEntry| {
        let known = entry.candidate.content.ties.objects.as_known().filter(|_| entry.is_rolled_back());
        known.cloned().unwrap_or_default()
    };
    let all = plan.entries.iter().flat_map(objects).collect::<Vec<_>>();
    let leaving = leaving(client, &all).unwrap_or_default().into_iter().collect::<BTreeSet<_>>();
    for entry in &mut plan.entries {
        entry.leaving = objects(entry).into_iter().filter(|object| leaving.contains(object)).collect();
    }
}
