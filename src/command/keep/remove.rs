//! Removes what `keep` wrote for exactly what was named, and names what keeps it in another way.

use super::connect;
use super::others::name_others;
use super::outcome::{NotDone, Tally};
use super::target::Target;
use crate::cli::KeepArguments;
use crate::cluster::{Client, OptOutTarget, StoredOptOut};
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::inventory::{OptOut, Until};
use crate::report::{MarkChange, mark_line};
use crate::settings::ConnectionOptions;

/// What is to go, where it is there.
struct Intended<'a> {
    target: &'a Target,
    opt_out: OptOut,
    there: Option<StoredOptOut>,
}

pub(super) fn remove(arguments: &KeepArguments, wish: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let targets = Target::read_all(&arguments.targets)?;
    let client = connect(wish, app)?;
    let intended = targets.iter().map(|target| look(&client, target)).collect::<Result<Vec<_>, _>>()?;
    let mut tally = Tally::default();
    for intended in &intended {
        match &intended.there {
            None => {
                tally.missing += 1;
                app.printer.error(format_args!("`keep` has written nothing for {}", intended.target));
            }
            Some(seen) => match client.remove_mark(seen) {
                Ok(()) => {
                    tally.done += 1;
                    app.printer.data(&mark_line(&intended.opt_out, MarkChange::Deleted));
                }
                Err(error) => {
                    tally.refused += 1;
                    let (name, namespace) = (&seen.mark.name, &seen.mark.namespace);
                    let what = format!("configmap/{name} in {namespace} could not be removed");
                    NotDone::new(what, error).tell(app);
                }
            },
        }
    }
    name_others(&client, &targets, app);
    Ok(tally.code())
}

/// One that was changed to be for other releases is not what `keep` wrote for these, and one without the label is
/// somebody else's.
fn look<'a>(client: &Client, target: &'a Target) -> Result<Intended<'a>, CommandError> {
    let opt_out = OptOut::to_write(target.namespace.clone(), target.releases(), Until::Never, None);
    let mark = opt_out.to_mark(None).ok_or_else(|| CommandError::internal("an opt-out goes nowhere".to_owned()))?;
    let name = &mark.name;
    let not_seen =
        |error| NotDone::new(format!("configmap/{name} in {} could not be looked at", target.namespace), error);
    let there = match client.mark_place(&target.namespace, name).map_err(not_seen)? {
        OptOutTarget::Taken(seen) => {
            let found = OptOut::from_mark(seen.mark.clone());
            found.is_some_and(|found| found.releases == opt_out.releases).then_some(seen)
        }
        OptOutTarget::Free | OptOutTarget::Foreign => None,
    };
    Ok(Intended { target, opt_out, there })
}
