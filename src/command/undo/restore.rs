//! `restore`: what a purge has removed with its history kept comes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::before::leaving;
use super::look::{LookedBack, look_back};
use super::planned::{means, planned};
use super::same::same_cluster;
use super::settle::settle;
use super::show::{show, summarize, tell_plan};
use crate::cli::RestoreArguments;
use crate::cluster::Client;
use crate::command::carry_out::carry_out;
use crate::command::confirm::{self, Deed};
use crate::command::{Stopped, Surroundings};
use crate::executor::{BatchSize, Execution, FailureHandling, Operation, Patience};
use crate::exit_code::ExitCode;
use crate::policy::{KeepEntry, timeout_from_flag};
use crate::report::{RestoreReport, begun_line, plural};
use crate::settings::ConnectionWish;
use crate::undo::{RestoreEntry, RestorePlan, Wanted, choose};

/// Shows what would come back, gets the agreement, rolls back, and says what came of it.
pub(in crate::command) fn restore(
    arguments: &RestoreArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let begun = Instant::now();
    let agreement = (&arguments.undo).into();
    if !arguments.undo.dry_run {
        confirm::check_flags(agreement, surroundings)?;
    }
    let flags = Flags::read(arguments)?;
    let looked = look_back(&arguments.undo, wish, confirm::attendance(agreement, surroundings), surroundings)?;
    let client = looked.gathered.inventory.client().cloned();
    let client = client.ok_or_else(|| Stopped::internal("there is no client any more".to_owned()))?;
    let plan = plan(&looked, &flags.wanted, &client, surroundings)?;
    let workers = arguments.workers.map_or_else(|| looked.policies.workers(), usize::from);
    if arguments.undo.dry_run {
        return show(&looked, &plan, workers, arguments.undo.output, surroundings);
    }
    tell_plan(&looked, &plan, workers, surroundings);
    if plan.going().chain(plan.finished()).next().is_some() {
        let what = format!("restores {}", plural(plan.going().count(), "release"));
        let (connection, scope) = (&looked.connection, &looked.scope);
        confirm::agree(agreement, Deed { what: &what, done: "restored", connection, scope }, surroundings)?;
        same_cluster(&looked, surroundings)?;
    }
    let deadline = flags.longest.map(|longest| begun + longest);
    let failures = if arguments.fail_fast { FailureHandling::FailFast } else { FailureHandling::GoOn };
    let execution = Execution { workers, batch: ONE_EACH, failures, deadline, patience: Patience::USUAL };
    let planned = planned(&looked, &plan, flags.timeout);
    let means = means(&looked, &plan, &planned, client, surroundings);
    if !planned.is_empty() {
        surroundings.printer.log(&begun_line(Operation::Rollback, None, planned.len(), workers));
    }
    let mut run = carry_out(planned, execution, means, Operation::Rollback, None, surroundings)?;
    let (settled, left) = settle(&looked, &plan, &mut run, surroundings);
    let mut code = ExitCode::of_run(&run, &settled);
    if code == ExitCode::Done && !left.is_empty() {
        code = ExitCode::SomeFailed;
    }
    let report = RestoreReport { plan: &plan, run: &run, settled: &settled, left: &left };
    summarize(&looked, &report, code, arguments.undo.output, surroundings)
}

/// Helm rolls back one release at a time.
const ONE_EACH: BatchSize = BatchSize::AtMost(std::num::NonZeroUsize::MIN);

struct Flags {
    wanted: Wanted,
    timeout: Option<Duration>,
    longest: Option<Duration>,
}

impl Flags {
    fn read(arguments: &RestoreArguments) -> Result<Self, Stopped> {
        let duration = |flag: &str, text: &Option<String>| {
            text.as_deref().map(|text| timeout_from_flag(flag, text)).transpose().map_err(Stopped::flag)
        };
        let runs = arguments.runs.iter().map(|text| {
            text.parse().map_err(|error| Stopped::usage(format!("--run: {error}"), "`restore --dry-run` names runs"))
        });
        let release = |text: &String| KeepEntry::from_flag("RELEASE", text).map_err(Stopped::flag);
        let releases = arguments.releases.iter().map(release).collect::<Result<_, _>>()?;
        let wanted = Wanted { runs: runs.collect::<Result<_, _>>()?, releases };
        let (timeout, longest) =
            (duration("--timeout", &arguments.timeout)?, duration("--max-duration", &arguments.max_duration)?);
        Ok(Self { wanted, timeout, longest })
    }
}

fn plan(
    looked: &LookedBack,
    wanted: &Wanted,
    client: &Client,
    surroundings: &Surroundings,
) -> Result<RestorePlan, Stopped> {
    let mut plan = choose(looked.candidates.clone(), &looked.policies, wanted);
    plan.unreadable.clone_from(&looked.unreadable);
    let objects = |entry: &RestoreEntry| {
        let known = entry.candidate.content.ties.objects.as_known().filter(|_| entry.is_rolled_back());
        known.cloned().unwrap_or_default()
    };
    let all = plan.entries.iter().flat_map(objects).collect::<Vec<_>>();
    // Whoever cannot tell now is asked again before the release is begun.
    let leaving = leaving(client, &all).unwrap_or_default().into_iter().collect::<BTreeSet<_>>();
    for entry in &mut plan.entries {
        entry.leaving = objects(entry).into_iter().filter(|object| leaving.contains(object)).collect();
    }
    surroundings.unless_interrupted(Ok(plan))
}
