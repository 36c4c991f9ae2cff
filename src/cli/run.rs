//! `run`, as clap wants it described. The doc comments are the help.

use std::num::NonZeroU8;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::{JournalArguments, LockArguments, OutputFormat, ReportArguments, SelectionArguments};

/// `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Which releases.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Purge only what this saved plan purges (of `plan -o json`, or yaml) and that has not changed since; `-` is standard
    /// input
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// How the summary is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
    /// Purge without asking; the policy's cluster has to be named by server or uid
    #[arg(short, long, conflicts_with = "confirm")]
    pub yes: bool,
    /// Purge without asking if this is the context's name
    #[arg(long, value_name = "CONTEXT")]
    pub confirm: Option<String>,
    /// Only show the plan, like `plan`; nothing else on the line changes that
    #[arg(long)]
    pub dry_run: bool,
    /// Helm processes at the same time, 1 to 64 [default: the policy's]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub workers: Option<u8>,
    /// Releases of one namespace for one helm process: `auto` (enough to keep all workers busy to the end), or at most
    /// N, 1 to 64
    #[arg(long, value_name = "auto|N", default_value = "auto")]
    pub batch: BatchArgument,
    /// How often a release is tried again where the API server was in trouble, 0 to 10 [default: the policy's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=10))]
    pub retries: Option<u8>,
    /// Time for each hook of a release, such as 90s or 5m [default: the policy's]
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    /// Begin nothing more that might not be done after this time, such as 50m; what has begun is finished
    #[arg(long, value_name = "DURATION")]
    pub max_duration: Option<String>,
    /// Begin nothing more once a release has failed
    #[arg(long)]
    pub fail_fast: bool,
    /// Its lock.
    #[command(flatten)]
    pub lock: LockArguments,
    /// Its journal.
    #[command(flatten)]
    pub journal: JournalArguments,
    /// Its report.
    #[command(flatten)]
    pub report: ReportArguments,
}

/// How many releases a helm process gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchArgument {
    /// As many as is right.
    Auto,
    /// At most so many.
    AtMost(NonZeroU8),
}

impl BatchArgument {
    /// Longer command lines save nothing more.
    const MOST: u8 = 64;
}

impl FromStr for BatchArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = || text.parse().ok().filter(|number: &NonZeroU8| number.get() <= Self::MOST);
        match text {
            "auto" => Ok(BatchArgument::Auto),
            _ => number()
                .map(BatchArgument::AtMost)
                .ok_or(format!("neither `auto` nor a number from 1 to {}", Self::MOST)),
        }
    }
}
