//! Where a report goes besides stdout, as clap wants it described. The doc comments are the help.

use std::path::PathBuf;

use clap::Args;

/// What is written when everything is over, however it ended.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportArguments {
    /// Write a report to this file as well, however it ends: as JSON like -o json, as YAML (.yaml), or for people as Markdown
    /// (.md); repeatable
    #[arg(long = "report", value_name = "FILE")]
    pub reports: Vec<PathBuf>,
    /// Write a summary in one line of JSON, 4096 bytes at most, to this file, however it ends; in a pod /dev/termination-log
    #[arg(long, value_name = "FILE")]
    pub termination_log: Option<PathBuf>,
}
