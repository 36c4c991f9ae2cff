//! Writes opt-outs, one ConfigMap for each namespace or release that was named.

use super::missing::warn_of_missing;
use super::outcome::{NotDone, Tally};
use super::target::Target;
use super::{connect, reason, until};
use crate::cli::KeepArguments;
use crate::cluster::{ApiError, Client, OptOutConfigMap, OptOutTarget, StoredOptOut};
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::inventory::{OptOut, Until};
use crate::report::{MarkChange, mark_before, mark_line};
use crate::settings::ConnectionOptions;

/// What is to be written, and what is there.
struct Intended {
    opt_out: OptOut,
    mark: OptOutConfigMap,
    there: Option<StoredOptOut>,
}

pub(super) fn write(arguments: &KeepArguments, wish: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let targets = Target::read_all(&arguments.targets)?;
    let now = app.environment.clock.now();
    let until = arguments.until.as_deref().map(|text| until::read(text, now)).transpose()?;
    let reason = arguments.reason.as_deref().map(reason::read).transpose()?;
    let until = until.map_or(Until::Never, Until::At);
    let client = connect(wish, app)?;
    let opt_out =
        |target: &Target| OptOut::to_write(target.namespace.clone(), target.releases(), until.clone(), reason.clone());
    let intended = targets.iter().map(|target| look(&client, opt_out(target))).collect::<Result<Vec<_>, _>>()?;
    let by = client.whoami().ok().and_then(reason::plain_name);
    let tally = carry_out(&client, intended, by.as_deref(), app);
    if tally.done > 0 && until == Until::Never {
        app.printer.hint("it has no end; give it one with --until 2026-12-01, or --until 3d from now");
    }
    if tally.done > 0 {
        warn_of_missing(&client, &targets, app);
    }
    Ok(tally.code())
}

/// What is there under the name of the ConfigMap; whatever is not a mark for the very same releases stays as it is.
fn look(client: &Client, opt_out: OptOut) -> Result<Intended, CommandError> {
    let mark = opt_out.to_mark(None).ok_or_else(|| CommandError::internal("an opt-out goes nowhere".to_owned()))?;
    let (namespace, name) = (&opt_out.namespace, &mark.name);
    let not_seen = |error| NotDone::new(format!("configmap/{name} in {namespace} could not be looked at"), error);
    let there = match client.mark_place(namespace, name).map_err(not_seen)? {
        OptOutTarget::Free => None,
        OptOutTarget::Taken(seen) => match OptOut::from_mark(seen.mark.clone()) {
            Some(found) if found.releases == opt_out.releases => Some(seen),
            _ => return Err(not_ours(&opt_out, name, "is for other releases by now")),
        },
        OptOutTarget::Foreign => return Err(not_ours(&opt_out, name, "is there without the label helm-purge=keep")),
    };
    Ok(Intended { opt_out, mark, there })
}

fn not_ours(opt_out: &OptOut, name: &str, what: &str) -> CommandError {
    let namespace = &opt_out.namespace;
    CommandError::Error {
        code: ExitCode::Refused,
        error: Box::from(format!("configmap/{name} in {namespace} {what}: it is left alone, and nothing was written")),
        hint: Some(format!(
            "look at it with `kubectl get configmap -n {namespace} {name} -o yaml`; move it away first"
        )),
    }
}

fn carry_out(client: &Client, all: Vec<Intended>, by: Option<&str>, app: &App) -> Tally {
    let mut tally = Tally::default();
    for intended in all {
        match carry_out_one(client, &intended, by) {
            Ok(change) => {
                tally.done += 1;
                app.printer.data(&mark_line(&intended.opt_out, change));
                let before = intended.there.as_ref().and_then(|seen| mark_before(&seen.mark, &intended.opt_out));
                if let Some(before) = before {
                    app.printer.note(before);
                }
            }
            Err(error) => {
                tally.refused += 1;
                let (name, namespace) = (&intended.mark.name, &intended.mark.namespace);
                NotDone::new(format!("configmap/{name} in {namespace} could not be written"), error).tell(app);
            }
        }
    }
    tally
}

fn carry_out_one(client: &Client, intended: &Intended, by: Option<&str>) -> Result<MarkChange, ApiError> {
    let mut mark = intended.mark.clone();
    mark.annotations.extend(by.map(|by| (OptOutConfigMap::BY.to_owned(), by.to_owned())));
    match &intended.there {
        None => client.make_mark(&mark).map(|()| MarkChange::Created),
        Some(seen) => client.change_mark(seen, &mark).map(|()| MarkChange::Configured),
    }
}
