//! `restore`: what a purge has removed with its history kept comes back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::before::{Awaited, BeforeRollback, leaving};
use super::look::{LookedBack, look_back};
use super::settle::settle;
use crate::cli::{RestoreArguments, UndoFormat};
use crate::cluster::Client;
use crate::command::carry_out::{carry_out, go_runtime};
use crate::command::confirm::{self, Deed};
use crate::command::{Stopped, Surroundings};
use crate::executor::{
    BatchSize, CannotLook, Execution, FailureHandling, Means, Operation, Phase, Planned, Run, StillAsPlanned,
};
use crate::exit_code::ExitCode;
use crate::helm::{HelmRollback, Hooks, Manner, Wait};
use crate::policy::{self, KeepEntry, timeout_from_flag};
use crate::release::ReleaseId;
use crate::report::{
    Format, RestoreDocument, RestoreReport, RestoreView, plural, render_restore_plan, render_restored, serialize,
};
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
    }
    let deadline = flags.longest.map(|longest| begun + longest);
    let failures = if arguments.fail_fast { FailureHandling::FailFast } else { FailureHandling::GoOn };
    let execution = Execution { workers, batch: ONE_EACH, failures, deadline };
    let planned = planned(&looked, &plan, flags.timeout);
    let means = means(&looked, &plan, &planned, client, surroundings);
    let mut run = carry_out(planned, execution, means, Operation::Rollback, surroundings)?;
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
    for entry in plan.entries.iter_mut().filter(|entry| entry.is_rolled_back()) {
        if let Some(objects) = entry.candidate.content.ties.objects.as_known() {
            // Whoever cannot tell now is asked again before the release is begun.
            entry.leaving = leaving(client, objects).unwrap_or_default();
        }
    }
    surroundings.unless_interrupted(Ok(plan))
}

/// The way of the purge backwards: what went last comes first, and is ready before what needs it.
fn planned(looked: &LookedBack, plan: &RestorePlan, timeout: Option<Duration>) -> Vec<Planned> {
    let first = plan.going().map(|entry| entry.phase).min();
    let planned = plan.going().map(|entry| {
        let mut manner = manner(looked, entry, timeout);
        if Some(entry.phase) > first {
            manner.wait = Wait::Objects;
        }
        let phase = Phase(policy::Phase::Last.number() - entry.phase.number());
        Planned { phase, ..Planned::with_all_others(entry.candidate.now.clone(), manner) }
    });
    planned.collect()
}

fn manner(looked: &LookedBack, entry: &RestoreEntry, timeout: Option<Duration>) -> Manner {
    let policy = looked.policies.iter().find(|policy| policy.name == entry.candidate.mark.policy);
    let handling = policy.map(|policy| policy.defaults).unwrap_or_default();
    let hooks = match handling.hooks {
        policy::Hooks::Run => Hooks::Run,
        policy::Hooks::Skip => Hooks::Skip,
    };
    Manner { hooks, ..Manner::usual(timeout.unwrap_or(handling.timeout)) }
}

fn means(
    looked: &LookedBack,
    plan: &RestorePlan,
    planned: &[Planned],
    client: Client,
    surroundings: &Surroundings,
) -> Means {
    let awaited = |entry: &RestoreEntry| {
        let id = entry.candidate.kept.id.clone();
        let patience = planned.iter().find(|planned| planned.release.id == id).map(|planned| planned.manner.timeout);
        let objects = entry.candidate.content.ties.objects.as_known().cloned().unwrap_or_default();
        (id, Awaited { objects, patience: patience.unwrap_or_default() })
    };
    let still: Arc<dyn StillAsPlanned> = Arc::new(BeforeRollback {
        client,
        records: looked.records.clone(),
        awaited: plan.going().map(awaited).collect(),
        stop: surroundings.interrupts.stop().clone(),
    });
    let target = |entry: &RestoreEntry| (entry.candidate.kept.id.clone(), entry.candidate.kept.revision);
    let targets = plan.going().map(target).collect();
    let (helm, connection) = (looked.gathered.helm.clone(), looked.connection.clone());
    let rollback = HelmRollback::new(helm, connection, go_runtime(&surroundings.environment), targets);
    let remaining = CannotLook("nothing has to be gone for a restore".to_owned());
    Means { uninstall: Arc::new(rollback), still, remaining: Arc::new(remaining) }
}

fn view<'a>(looked: &'a LookedBack, plan: &'a RestorePlan, workers: usize, scope: &'a str) -> RestoreView<'a> {
    RestoreView {
        policies: &looked.policies,
        connection: &looked.connection,
        identity: looked.gathered.identity.as_ref(),
        helm: &looked.gathered.helm,
        plan,
        now: looked.gathered.now,
        workers,
        scope,
    }
}

fn tell_plan(looked: &LookedBack, plan: &RestorePlan, workers: usize, surroundings: &mut Surroundings) {
    let scope = looked.scope_note();
    let width = surroundings.terminal.stderr.columns();
    let text = render_restore_plan(&view(looked, plan, workers, &scope), width, surroundings.printer.err());
    if surroundings.terminal.can_ask() { surroundings.printer.tell(&text) } else { surroundings.printer.say(&text) }
}

/// `--dry-run`.
fn show(
    looked: &LookedBack,
    plan: &RestorePlan,
    workers: usize,
    output: UndoFormat,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let scope = looked.scope_note();
    let view = view(looked, plan, workers, &scope);
    let width = surroundings.terminal.stdout.columns();
    let printer = &mut surroundings.printer;
    let text = match output {
        UndoFormat::Table => Ok(render_restore_plan(&view, width, printer.out())),
        UndoFormat::Json => serialize(&RestoreDocument::of_plan(&view), Format::Json),
        UndoFormat::Yaml => serialize(&RestoreDocument::of_plan(&view), Format::Yaml),
        UndoFormat::Name => Ok(names(plan.going().map(|entry| &entry.candidate.kept.id))),
    };
    printer.data(&text.map_err(Stopped::internal)?);
    Ok(ExitCode::Done)
}

fn summarize(
    looked: &LookedBack,
    report: &RestoreReport<'_>,
    code: ExitCode,
    output: UndoFormat,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let scope = looked.scope_note();
    let printer = &mut surroundings.printer;
    let written = code.unless_unwritten(printer.state()).number();
    let view = view(looked, report.plan, report.run.workers, &scope);
    let document = || RestoreDocument::of_run(&view, report, written);
    let text = match output {
        UndoFormat::Table => Ok(render_restored(&view, report, printer.volume(), printer.out())),
        UndoFormat::Json => serialize(&document(), Format::Json),
        UndoFormat::Yaml => serialize(&document(), Format::Yaml),
        UndoFormat::Name => Ok(names(restored(report.run))),
    };
    printer.data(&text.map_err(Stopped::internal)?);
    Ok(code)
}

fn restored(run: &Run) -> impl Iterator<Item = &ReleaseId> {
    let is_back =
        |result: &&crate::executor::ReleaseResult| matches!(result.outcome, crate::executor::Outcome::Restored { .. });
    run.results.iter().filter(is_back).map(|result| &result.release.id)
}

fn names<'a>(ids: impl Iterator<Item = &'a ReleaseId>) -> String {
    ids.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
