//! `explain`: who has a say about one release, and what comes of it.

use super::prepare::facts::{Asked, Gathered, gather, release_id};
use super::prepare::narrow::own_release_only;
use super::prepare::policies::read_policies;
use super::{App, CommandError};
use crate::cli::ExplainArguments;
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::Interactivity;
use crate::plan;
use crate::report::{ExplanationDocument, render_explanation};
use crate::settings::ConnectionOptions;

/// Explains. Reads the record of that one release, whatever keeps it.
pub(super) fn explain(
    arguments: &ExplainArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let id = release_id(&arguments.release).ok_or_else(|| {
        let text = crate::sanitize::quoted(&arguments.release);
        CommandError::usage(format!("{text} names no release"), "write it as NAMESPACE/RELEASE, without globs")
    })?;
    let policies = read_policies(&arguments.files)?;
    let filters = own_release_only(&app.environment)?;
    let connection = Connection::resolve(wish)?;
    app.listen()?;
    let asked = Asked { policies: &policies, connection: &connection, attendance: Interactivity::Attended };
    let gathered = gather(asked, app).and_then(|gathered| {
        let contents = gathered.contents_of(&id)?;
        Ok((gathered, contents))
    });
    let (gathered, contents) = app.unless_interrupted(gathered)?;
    let Gathered { now, .. } = gathered;
    let explanation = plan::explain(policies.as_slice(), gathered.facts(&contents), &filters, &id);
    let document = || ExplanationDocument::of(&explanation);
    app.emit(arguments.output, document, |styles| render_explanation(&explanation, now, styles))?;
    Ok(ExitCode::Done)
}
