//! `plan`, and what it shares with `run`, as clap wants them described. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ShardArguments;

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// Which releases.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// How the plan is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
    /// Exit with 10 if there is something to purge, with 0 if there is nothing
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Which policy, and which part of its fence. No flag here widens what the policy allows.
#[derive(Debug, Args)]
pub struct SelectionArguments {
    /// A policy, or a folder of them (its *.helm-purge.yaml), repeatable; `-` is standard input [default:
    /// helm-purge.yaml, but not with --yes]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Only these releases; globs, repeatable
    #[arg(long, value_name = "NAMESPACE/RELEASE")]
    pub only: Vec<String>,
    /// Keep these as well; globs, repeatable
    #[arg(long, value_name = "NAMESPACE/RELEASE")]
    pub keep: Vec<String>,
    /// Refuse if more than this many releases would go
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_releases: Option<u32>,
    /// Only this namespace of the fence
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Purge also where nobody can see who has opted out
    #[arg(long)]
    pub without_opt_outs: bool,
    /// Keep the history of everything that goes, as with `keepHistory: true`: `restore` brings it back
    #[arg(long)]
    pub keep_history: bool,
    /// The whole fence, whatever namespace the context names
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Its part, where several share the work.
    #[command(flatten)]
    pub shard: ShardArguments,
}

/// How data is printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    Table,
    /// For people with wide terminals: revision, status and place as well
    Wide,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
    /// NAMESPACE/RELEASE of what goes, a line each
    Name,
}
