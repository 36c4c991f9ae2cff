//! Where the journal of a run goes, as clap wants it described. The doc comments are the help.

use std::path::PathBuf;

use clap::Args;

/// The journal of a run.
#[derive(Debug, Args)]
pub struct JournalArguments {
    /// A new file for the journal of this run, or a folder in which each run has its own [default:
    /// ~/.local/state/helm-purge/runs, or below XDG_STATE_HOME]
    #[arg(long = "journal", value_name = "FILE|DIR")]
    pub place: Option<PathBuf>,
    /// Keep no journal: nobody will know what a run that was killed had in hand
    #[arg(long = "no-journal", conflicts_with = "place")]
    pub none: bool,
}
