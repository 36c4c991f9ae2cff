//! Lists opt-outs.

use super::connect;
use super::outcome::NotDone;
use super::target::read_namespace;
use crate::cli::{KeepArguments, ListFormat};
use crate::cluster::ApiError;
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::inventory::{SeenOptOuts, UnseenOptOuts};
use crate::report::{Format, OptOutList, render_opt_outs, serialize};
use crate::settings::ConnectionOptions;

/// More that could not be seen is counted, not named.
const NAMED: usize = 3;

pub(super) fn list(
    arguments: &KeepArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let namespaces = arguments.targets.iter().map(|text| read_namespace(text)).collect::<Result<Vec<_>, _>>()?;
    let client = connect(wish, app)?;
    let everywhere = namespaces.is_empty();
    let seen = if everywhere { SeenOptOuts::of_cluster(&client) } else { SeenOptOuts::of(&client, namespaces) };
    let seen = seen.map_err(|error| not_seen(error, everywhere))?;
    note_unseen(&seen.unseen, app);
    let (now, printer) = (app.environment.clock.now(), &app.printer);
    let text = match arguments.output {
        ListFormat::Table => {
            let width = app.terminal.stdout.columns();
            Ok(render_opt_outs(&seen.opt_outs, now, width, printer.out()))
        }
        ListFormat::Json => serialize(&OptOutList::of(&seen), Format::Json),
        ListFormat::Yaml => serialize(&OptOutList::of(&seen), Format::Yaml),
    };
    printer.data(&text.map_err(CommandError::internal)?);
    if seen.opt_outs.is_empty() {
        printer.info("nobody has opted out");
    }
    Ok(ExitCode::Done)
}

fn not_seen(error: ApiError, everywhere: bool) -> CommandError {
    let what = "the ConfigMaps with the label helm-purge=keep could not be listed".to_owned();
    match error {
        ApiError::Forbidden(_) if everywhere => CommandError::Error {
            code: ExitCode::Preflight,
            error: Box::new(NotDone::new(what, error)),
            hint: Some("name a namespace that you have rights in: keep --list NAMESPACE".to_owned()),
        },
        error => NotDone::new(what, error).into(),
    }
}

fn note_unseen(unseen: &[UnseenOptOuts], app: &mut App) {
    for UnseenOptOuts { what, why } in unseen.iter().take(NAMED) {
        app.printer.note(format_args!("{what} could not be looked at: {why}"));
    }
    if unseen.len() > NAMED {
        app.printer.note(format_args!("… nor {} more", unseen.len() - NAMED));
    }
}
