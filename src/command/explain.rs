//! `explain`: who has a say about one release, and what comes of it.

use super::prepare::facts::{Asked, Gathered, gather, release_id};
use super::prepare::narrow::own_release_only;
use super::prepare::policies::read_policies;
use super::{Stopped, Surroundings};
use crate::cli::{ExplainArguments, ExplanationFormat};
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::Attendance;
use crate::plan;
use crate::report::{ExplanationDocument, Format, render_explanation, serialize};
use crate::settings::ConnectionWish;

/// Explains. Reads the record of that one release, whatever keeps it.
pub(super) fn explain(
    arguments: &ExplainArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let id = release_id(&arguments.release).ok_or_else(|| {
        let text = crate::visible::quoted(&arguments.release);
        Stopped::usage(format!("{text} names no release"), "write it as NAMESPACE/RELEASE, without globs")
    })?;
    let policies = read_policies(&arguments.files)?;
    let narrowing = own_release_only(&surroundings.environment)?;
    let connection = Connection::resolve(wish)?;
    surroundings.listen()?;
    let asked = Asked { policies: &policies, connection: &connection, attendance: Attendance::Attended };
    let gathered = gather(asked, surroundings).and_then(|gathered| {
        let contents = gathered.contents_of(&id)?;
        Ok((gathered, contents))
    });
    let (gathered, contents) = surroundings.unless_interrupted(gathered)?;
    let Gathered { now, .. } = gathered;
    let explanation = plan::explain(policies.as_slice(), gathered.facts(&contents), &narrowing, &id);
    let printer = &mut surroundings.printer;
    let text = match arguments.output {
        ExplanationFormat::Text => Ok(render_explanation(&explanation, now, printer.out())),
        ExplanationFormat::Json => serialize(&ExplanationDocument::of(&explanation), Format::Json),
        ExplanationFormat::Yaml => serialize(&ExplanationDocument::of(&explanation), Format::Yaml),
    };
    printer.data(&text.map_err(Stopped::internal)?);
    Ok(ExitCode::Done)
}
