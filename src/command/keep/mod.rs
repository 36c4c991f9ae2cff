//! `keep`: opts releases out of every purge. It reads no policy, because it is for people who have none.
//!
//! It checks the whole command line before the first request, and reads every ConfigMap before it writes the first one.

mod change;
mod list;
mod target;

use crate::app::{App, CommandError};
use crate::cli::KeepArguments;
use crate::cluster::{ApiError, Client, OptOutConfigMap, StoredOptOut};
use crate::exit_code::ExitCode;
use crate::report::{deleted_line, previous_opt_out, written_line};
use crate::settings::ConnectionOptions;
use change::{Change, ChangeCounts, connect};
use list::{list, note_other_opt_outs, warn_of_missing};
use target::{KeepTarget, parse_reason, parse_until, plain_name};

/// Writes, lists or removes opt-outs.
pub(super) fn keep(
    arguments: &KeepArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let ended = if arguments.list {
        list(arguments, options, app)
    } else if arguments.remove {
        remove(arguments, options, app)
    } else {
        write(arguments, options, app)
    };
    app.unless_interrupted(ended)
}

/// Writes one ConfigMap for each target.
fn write(arguments: &KeepArguments, options: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let targets = KeepTarget::parse_all(&arguments.targets)?;
    let now = app.environment.clock.now();
    let until = arguments.until.as_deref().map(|text| parse_until(text, now)).transpose()?;
    let reason = arguments.reason.as_deref().map(parse_reason).transpose()?;
    let client = connect(options, app)?;
    let writes = targets
        .iter()
        .map(|target| Change::find(&client, target, until.clone(), reason.clone())?.unless_foreign())
        .collect::<Result<Vec<_>, _>>()?;
    let by = client.whoami().ok().and_then(plain_name);
    let mut counts = ChangeCounts::default();
    for Change { opt_out, config_map, existing, .. } in writes {
        let existing = existing.unwrap_or_default();
        let written = write_one(&client, &config_map, existing.as_ref(), by.as_deref());
        let line = written.map(|verb| written_line(&config_map.name, &opt_out, verb));
        let before = existing.and_then(|existing| previous_opt_out(&existing.opt_out, &opt_out));
        if let (true, Some(before)) = (counts.add(line, &config_map, "written", app), before) {
            app.printer.note(before);
        }
    }
    if counts.done > 0 && until.is_none() {
        app.printer.hint("it has no end; give it one with --until 2026-12-01, or --until 3d from now");
    }
    if counts.done > 0 {
        warn_of_missing(&client, &targets, app);
    }
    Ok(counts.exit_code())
}

fn write_one(
    client: &Client,
    config_map: &OptOutConfigMap,
    existing: Option<&StoredOptOut>,
    by: Option<&str>,
) -> Result<&'static str, ApiError> {
    let mut config_map = config_map.clone();
    config_map.annotations.extend(by.map(|by| (OptOutConfigMap::BY.to_owned(), by.to_owned())));
    match existing {
        None => client.create_opt_out(&config_map).map(|()| "created"),
        Some(existing) => client.update_opt_out(existing, &config_map).map(|()| "configured"),
    }
}

/// Removes what `keep` wrote for exactly these targets, and names other opt-outs that still concern them.
fn remove(arguments: &KeepArguments, options: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let targets = KeepTarget::parse_all(&arguments.targets)?;
    let client = connect(options, app)?;
    let removals =
        targets.iter().map(|target| Change::find(&client, target, None, None)).collect::<Result<Vec<_>, _>>()?;
    let mut counts = ChangeCounts::default();
    for Change { target, opt_out, existing, .. } in removals {
        // A ConfigMap for other releases is not what `keep` wrote for these, and one without the label is not `keep`'s.
        let Ok(Some(existing)) = existing else {
            counts.missing += 1;
            app.printer.error(format_args!("`keep` has written nothing for {target}"));
            continue;
        };
        let deleted = client.delete_opt_out(&existing).map(|()| deleted_line(&existing.opt_out.name, &opt_out));
        counts.add(deleted, &existing.opt_out, "removed", app);
    }
    note_other_opt_outs(&client, &targets, app);
    Ok(counts.exit_code())
}
