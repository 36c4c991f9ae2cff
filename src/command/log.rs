//! `log`: earlier runs, from their journals.

use std::error::Error;
use std::path::Path;

use crate::app::{App, CommandError};
use crate::cli::{LogArguments, OutputFormat};
use crate::cluster::{Client, Connection};
use crate::exit_code::ExitCode;
use crate::journal::{JournalLocation, JournalSource, PastRun, Unread};
use crate::report::{one_run_document, render_one_run, render_runs, run_list_document};
use crate::run_id::RunId;
use crate::sanitize;
use crate::settings::{ConnectionOptions, EntryPoint};

/// The runs that were found, and the journals that could not be read.
type FoundRuns = (Vec<PastRun>, Vec<Unread>);

/// Lists the runs, the newest first, or shows one of them.
pub(super) fn log(arguments: &LogArguments, options: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let requested = arguments.run.as_deref().map(str::parse::<RunId>).transpose();
    let requested = requested.map_err(|error| CommandError::usage(error, "`log` lists them"))?;
    app.listen()?;
    let found = find(arguments, options, app);
    let (runs, unread) = app.unless_interrupted(found)?;
    for Unread { source, why } in &unread {
        app.printer.note(format_args!("{source} is no journal that can be read: {why}"));
    }
    match requested {
        None => show_all(&runs, &unread, arguments.output, app),
        Some(id) => match runs.iter().find(|run| run.id == id) {
            Some(run) => show_one(run, arguments.output, app),
            None => Err(CommandError::usage(format!("there is no journal of run {id}"), "`log` lists them")),
        },
    }
}

/// If a run is in a file and in a ConfigMap, the file is used, because it contains more.
fn find(arguments: &LogArguments, options: &ConnectionOptions, app: &App) -> Result<FoundRuns, CommandError> {
    let (mut runs, mut unread) = in_files(arguments.journal.as_deref(), app)?;
    if !arguments.local && arguments.journal.is_none() {
        let in_cluster = in_cluster(arguments.namespace.as_deref(), options, app);
        runs.extend(in_cluster.0);
        unread.extend(in_cluster.1);
    }
    let is_file = |run: &PastRun| matches!(run.source, JournalSource::File(_));
    let newest_first =
        |left: &PastRun, right: &PastRun| right.started().cmp(&left.started()).then(right.id.cmp(&left.id));
    runs.sort_by(|left, right| newest_first(left, right).then(is_file(right).cmp(&is_file(left))));
    runs.dedup_by(|later, earlier| later.id == earlier.id);
    Ok((runs, unread))
}

fn in_files(named: Option<&Path>, app: &App) -> Result<FoundRuns, CommandError> {
    let usual = app.environment.state_home.as_deref().map(JournalLocation::usual);
    let read = match named.map(JournalLocation::named).or(usual) {
        None => {
            app.printer.note("no files were looked for: neither XDG_STATE_HOME nor HOME is set");
            return Ok(FoundRuns::default());
        }
        Some(JournalLocation::File(file)) => {
            PastRun::in_file(&file, &app.environment.machine).map(|run| (vec![run], Vec::new()))
        }
        Some(JournalLocation::Folder(folder)) => PastRun::in_folder(&folder, &app.environment.machine),
    };
    read.map_err(|Unread { source, why }| CommandError::preflight(format!("{source} cannot be read: {why}"), None))
}

/// If the cluster does not answer, what is on this machine is still worth showing.
fn in_cluster(namespace: Option<&str>, options: &ConnectionOptions, app: &App) -> FoundRuns {
    records_in_cluster(namespace, options, app).unwrap_or_else(|why| {
        app.printer.note(format_args!("runs in pods of the cluster could not be looked for: {why}"));
        FoundRuns::default()
    })
}

fn records_in_cluster(
    namespace: Option<&str>,
    options: &ConnectionOptions,
    app: &App,
) -> Result<FoundRuns, Box<dyn Error>> {
    let connection = Connection::resolve(options)?;
    // Helm removes `-n` from the command line and passes its value in the variable.
    let of_helm = app.environment.helm_namespace.as_deref().filter(|name| !name.is_empty());
    let of_helm = of_helm.filter(|_| app.entry_point == EntryPoint::Helm);
    let namespace = namespace.or(of_helm).unwrap_or(&connection.default_namespace);
    let client = Client::new(&connection, app.interrupts.stop().clone())?;
    let (mut runs, mut unread) = FoundRuns::default();
    for record in client.journals(namespace)? {
        match PastRun::in_config_map(record) {
            Ok(run) => runs.push(run),
            Err(fault) => unread.push(fault),
        }
    }
    Ok((runs, unread))
}

fn show_all(runs: &[PastRun], unread: &[Unread], output: OutputFormat, app: &App) -> Result<ExitCode, CommandError> {
    let (now, width) = (app.environment.clock.now(), app.terminal.stdout.columns());
    let text = |styles| match output {
        OutputFormat::Name => runs.iter().map(|run| run.id.to_string()).collect::<Vec<_>>().join("\n"),
        _ => render_runs(runs, output.detail(), now, width, styles),
    };
    app.emit(output, || run_list_document(runs, unread), text)?;
    if runs.is_empty() {
        app.printer.info("no run has left a journal here");
    }
    Ok(ExitCode::Done)
}

fn show_one(run: &PastRun, output: OutputFormat, app: &App) -> Result<ExitCode, CommandError> {
    let width = app.terminal.stdout.columns();
    let names = || run.record.releases.keys().map(|release| sanitize::line(release)).collect::<Vec<_>>();
    let text = |styles| match output {
        OutputFormat::Name => names().join("\n"),
        _ => render_one_run(run, output.detail(), width, styles),
    };
    app.emit(output, || one_run_document(run), text)?;
    Ok(ExitCode::Done)
}
