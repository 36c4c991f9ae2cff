//! `explain`: why one release is purged or kept, and which policy lines decide.

use crate::app::{App, CommandError};
use crate::cli::ExplainArguments;
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::Interactivity;
use crate::inventory::{Contents, Found, ObjectLists};
use crate::operation::{PreflightRequest, own_release_only, read_policies, release_id, take_snapshot};
use crate::plan;
use crate::report::{explanation_document, render_explanation};
use crate::sanitize;
use crate::settings::ConnectionOptions;

/// Explains. Reads the record of that one release, whatever keeps it.
pub(super) fn explain(
    arguments: &ExplainArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let id = release_id(&arguments.release).ok_or_else(|| {
        let text = format!("{} names no release", sanitize::quoted(&arguments.release));
        CommandError::usage(text, "write it as NAMESPACE/RELEASE, without globs")
    })?;
    let policies = read_policies(&arguments.files)?;
    let filters = own_release_only(&app.environment)?;
    let connection = Connection::resolve(options)?;
    app.listen()?;
    let request = PreflightRequest { policies, connection, interactivity: Interactivity::Attended, shard: None };
    let found = take_snapshot(request, app).and_then(|(target, snapshot)| {
        let contents = match snapshot.listing.find(&id) {
            Found::Release(release) => target.inventory.contents(&[release], ObjectLists::NotWanted)?,
            Found::Unreadable(_) | Found::Unlisted(_) | Found::Nothing => Contents::new(),
        };
        Ok((target, snapshot, contents))
    });
    let (target, snapshot, contents) = app.unless_interrupted(found)?;
    let state = snapshot.with(&contents, &target);
    let explanation = plan::explain(target.policies.as_slice(), state, &filters, &id);
    let text = |styles| render_explanation(&explanation, target.now, styles);
    app.emit(arguments.output, || explanation_document(&explanation), text)?;
    Ok(ExitCode::Done)
}
