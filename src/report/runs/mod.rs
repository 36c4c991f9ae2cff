//! Earlier runs: the list of them, and all about one.

mod detail;
mod document;
mod table;

pub use detail::render_one_run;
pub use document::{OneRunDocument, RunListDocument};
pub use table::render_runs;

use crate::journal::{Ending, PastRun, Told};

/// How a run ended, in a few words.
fn ended(run: &PastRun) -> String {
    match run.ending {
        Ending::Finished { exit_code: 0 } | Ending::Interrupted { .. } => run.ending.to_string(),
        Ending::Finished { exit_code } => format!("{}, exit code {exit_code}", run.ending),
        Ending::Running | Ending::Killed | Ending::NotRecorded => {
            let in_hand = run.record.in_hand().count();
            if in_hand == 0 { run.ending.to_string() } else { format!("{}, {in_hand} in hand", run.ending) }
        }
    }
}

/// The word for what became of a release, as in reports.
fn outcome(told: &Told) -> &str {
    match told {
        Told::Planned => "not-started",
        Told::Started => "in-hand",
        Told::Ended(end) => &end.outcome,
    }
}
