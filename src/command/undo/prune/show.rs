//! Shows the plan of a prune, and what came of it.

use super::remove::Pruned;
use crate::cli::OutputFormat;
use crate::command::undo::look::LookedBack;
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::report::{
    JournalRef, LogFormat, Printer, PruneDocument, PruneRow, PruneView, prune_plan_line, pruned_line, render_prune,
};
use crate::undo::RestorableRelease;

/// What there is to show.
pub(super) struct Shown<'a> {
    pub(super) looked: &'a LookedBack,
    pub(super) old: &'a [&'a RestorableRelease],
    /// How many more are younger, and stay.
    pub(super) younger: usize,
}

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plan,
    Report,
}

impl Shown<'_> {
    fn rows<'a>(&'a self, pruned: &'a Pruned) -> Vec<PruneRow<'a>> {
        let row = |candidate: &&'a RestorableRelease| PruneRow {
            kept: &candidate.kept,
            mark: &candidate.mark,
            failed: pruned.left.get(&candidate.kept.id).map(String::as_str),
        };
        self.old.iter().map(row).collect()
    }

    fn view<'a>(&'a self, rows: &'a [PruneRow<'a>], journal: Option<&'a JournalRef>) -> PruneView<'a> {
        PruneView {
            policies: &self.looked.policies,
            connection: &self.looked.connection,
            identity: self.looked.gathered.identity.as_ref(),
            helm: &self.looked.gathered.helm,
            shard: self.looked.shard,
            rows,
            younger: self.younger,
            now: self.looked.gathered.now,
            journal,
        }
    }

    /// Before the question.
    pub(super) fn tell_plan(&self, app: &mut App) {
        let nothing = Pruned::default();
        let rows = self.rows(&nothing);
        if app.printer.log_format() == LogFormat::Json {
            return app.printer.log(&prune_plan_line(&self.view(&rows, None)));
        }
        let width = app.terminal.stderr.columns();
        let text = render_prune(&self.view(&rows, None), width, app.printer.err());
        app.printer.plan(&text, app.terminal.can_ask());
    }

    /// On stdout; what is still there although it should not be, is told as well.
    pub(super) fn show(
        &self,
        pruned: &Pruned,
        journal: Option<&JournalRef>,
        output: OutputFormat,
        kind: Kind,
        app: &mut App,
    ) -> Result<ExitCode, CommandError> {
        let rows = self.rows(pruned);
        let view = self.view(&rows, journal);
        let width = app.terminal.stdout.columns();
        let document = || match kind {
            Kind::Plan => PruneDocument::of_plan(&view),
            Kind::Report => PruneDocument::of_report(&view),
        };
        let gone = || rows.iter().filter(|row| row.failed.is_none());
        let text = |styles| match (output, kind) {
            (OutputFormat::Name, _) => gone().map(|row| row.kept.id.to_string()).collect::<Vec<_>>().join("\n"),
            (_, Kind::Plan) => render_prune(&view, width, styles),
            (_, Kind::Report) => summary(&view),
        };
        app.emit(output, document, text)?;
        let printer = &app.printer;
        match (printer.log_format(), kind) {
            (LogFormat::Json, Kind::Plan) => printer.log(&prune_plan_line(&view)),
            (LogFormat::Json, Kind::Report) => {
                let lines = rows.iter().map(|row| pruned_line(row, pruned.outcome(&row.kept.id)));
                lines.for_each(|line| printer.log(&line));
            }
            (LogFormat::Text, _) => rows.iter().for_each(|row| tell_left(row, printer)),
        }
        Ok(ExitCode::Done)
    }
}

fn tell_left(row: &PruneRow<'_>, printer: &Printer) {
    if let Some(why) = row.failed {
        let error: Box<dyn std::error::Error> = format!("the history of {} is still there: {why}", row.kept.id).into();
        printer.error_with_causes(error.as_ref(), None);
    }
}

fn summary(view: &PruneView<'_>) -> String {
    if view.rows.is_empty() {
        return String::new();
    }
    let gone = view.rows.iter().filter(|row| row.failed.is_none()).count();
    let journal = view.journal.filter(|journal| !journal.places.is_empty());
    let journal = journal.map_or_else(String::new, |journal| format!("\njournal: run {}", journal.id));
    format!("pruned {gone} · failed {}{journal}", view.rows.len() - gone)
}
