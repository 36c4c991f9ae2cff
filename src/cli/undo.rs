//! `restore` and `prune`, as clap wants them described. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{JournalArguments, LockArguments, ReportArguments, ShardArguments};

/// `restore`.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// Only these releases, whichever run removed them; globs, repeatable
    #[arg(value_name = "NAMESPACE/RELEASE")]
    pub releases: Vec<String>,
    /// The run that removed them; repeatable [default: the last purge of the policy, with those before it that did not
    /// end well and that it went on from]
    #[arg(long = "run", value_name = "RUN")]
    pub runs: Vec<String>,
    /// Which policy, whether somebody is asked, and how the result is printed.
    #[command(flatten)]
    pub undo: UndoArguments,
    /// Helm processes at the same time, 1 to 64 [default: the policy's]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub workers: Option<u8>,
    /// Time for each hook of a release, and for what is still being deleted of it, such as 90s or 5m [default: the
    /// policy's]
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    /// Begin nothing more that might not be done after this time, such as 50m; what has begun is finished
    #[arg(long, value_name = "DURATION")]
    pub max_duration: Option<String>,
    /// Begin nothing more once a release has failed
    #[arg(long)]
    pub fail_fast: bool,
    /// Its report.
    #[command(flatten)]
    pub report: ReportArguments,
}

/// `prune`.
#[derive(Debug, Args)]
pub struct PruneArguments {
    /// Only histories that were kept by a run longer ago than this, such as 14d
    #[arg(long, value_name = "DURATION", required = true)]
    pub older_than: String,
    /// Which policy, whether somebody is asked, and how the result is printed.
    #[command(flatten)]
    pub undo: UndoArguments,
}

/// What both have.
#[derive(Debug, Args)]
pub struct UndoArguments {
    /// A policy, or a folder of them (its *.helm-purge.yaml), repeatable; `-` is standard input [default:
    /// helm-purge.yaml, but not with --yes]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Only this namespace of the fence
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// The whole fence, whatever namespace the context names
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// How the result is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: UndoFormat,
    /// Go on without asking; the policy's cluster has to be named by server or uid
    #[arg(short, long, conflicts_with = "confirm")]
    pub yes: bool,
    /// Go on without asking if this is the context's name
    #[arg(long, value_name = "CONTEXT")]
    pub confirm: Option<String>,
    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Its part, where several share the work.
    #[command(flatten)]
    pub shard: ShardArguments,
    /// The lock that a purge by the same policy takes as well.
    #[command(flatten)]
    pub lock: LockArguments,
    /// Its journal.
    #[command(flatten)]
    pub journal: JournalArguments,
}

/// How the result is printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UndoFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
    /// NAMESPACE/RELEASE, a line each
    Name,
}
