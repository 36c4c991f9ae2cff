//! Lists opt-outs.

use super::connect;
use super::outcome::NotDone;
use super::target::read_namespace;
use crate::cli::KeepArguments;
use crate::cluster::ApiError;
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::inventory::{SeenOptOuts, UnseenOptOuts};
use crate::report::{OptOutList, render_opt_outs};
use crate::settings::ConnectionOptions;

/// More that could not be seen is counted, not named.
const NAMED: usize = 3;

pub(super) fn list(arguments: &KeepArguments, wish: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let namespaces = arguments.targets.iter().map(|text| read_namespace(text)).collect::<Result<Vec<_>, _>>()?;
    let client = connect(wish, app)?;
    let everywhere = namespaces.is_empty();
    let seen = if everywhere { SeenOptOuts::of_cluster(&client) } else { SeenOptOuts::of(&client, namespaces) };
    let seen = seen.map_err(|error| not_seen(error, everywhere))?;
    note_unseen(&seen.unseen, app);
    let (now, width) = (app.environment.clock.now(), app.terminal.stdout.columns());
    let text = |styles| render_opt_outs(&seen.opt_outs, now, width, styles);
    app.emit(arguments.output, || OptOutList::of(&seen), text)?;
    if seen.opt_outs.is_empty() {
        app.printer.info("nobody has opted out");
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

fn note_unseen(unseen: &[UnseenOptOuts], app: &App) {
    for UnseenOptOuts { what, why } in unseen.iter().take(NAMED) {
        app.printer.note(format_args!("{what} could not be looked at: {why}"));
    }
    if unseen.len() > NAMED {
        app.printer.note(format_args!("… nor {} more", unseen.len() - NAMED));
    }
}
