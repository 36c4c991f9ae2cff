//! Flags that several commands share. The doc comments are the help.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::values::{self, OutputFormat, ShownRows, format};
use crate::settings::ColorChoice;
use crate::shard::ShardFlag;

/// Which cluster, and as whom. Helm's other connection flags arrive as its variables.
#[derive(Debug, Args)]
pub struct ConnectionArguments {
    /// The kubeconfig file [default: KUBECONFIG, or ~/.kube/config]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Cluster")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig [default: its current one]
    #[arg(
        long = "kube-context",
        visible_alias = "context",
        global = true,
        value_name = "CONTEXT",
        help_heading = "Cluster"
    )]
    pub context: Option<String>,
}

/// How much is said, and how.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// Say only what matters: errors, refusals, the summary
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Say more: Helm's words in full, what could not be looked at
    #[arg(short, long, global = true, help_heading = "Output")]
    pub verbose: bool,
    /// Colour; NO_COLOR and TERM=dumb are respected
    #[arg(
        long,
        visible_alias = "colour",
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub color: ColorChoice,
    /// What is said on stderr: text, or a line of JSON for each event, for whatever reads logs; nobody is asked then
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub log_format: LogFormatArgument,
    /// Helm's own flags that it does not take out of a plugin's command line.
    #[arg(long, hide = true, global = true, num_args = 0..=1, require_equals = true, action = ArgAction::Set)]
    pub debug: Option<Option<bool>>,
    #[expect(missing_docs, reason = "as above: taken and not used, Helm exports it to its children")]
    #[arg(long, hide = true, global = true)]
    pub burst_limit: Option<String>,
    #[expect(missing_docs, reason = "as above")]
    #[arg(long, hide = true, global = true)]
    pub qps: Option<String>,
    #[expect(missing_docs, reason = "as above")]
    #[arg(long, hide = true, global = true)]
    pub content_cache: Option<String>,
}

/// How stderr is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormatArgument {
    /// For people
    Text,
    /// One line of JSON for each event
    Json,
}

/// Which policy, and which part of its scope. No flag here widens what the policy allows.
#[derive(Debug, Args)]
pub struct SelectionArguments {
    /// A policy, or a folder of them (its *.helm-purge.yaml), repeatable; `-` is standard input [default:
    /// helm-purge.yaml, but not with --yes]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Only these releases: NAMESPACE/RELEASE, both globs; with -n also a name or glob alone [default: all in scope]
    #[arg(value_name = "RELEASE")]
    pub releases: Vec<String>,
    /// Only releases with these labels (of `helm install --labels`), such as tier=web,env!=prod
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Keep these releases in this run; globs, repeatable
    #[arg(long, value_name = "NAMESPACE/RELEASE")]
    pub skip: Vec<String>,
    /// Refuse if more than this many releases would go
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_releases: Option<u32>,
    /// Only this namespace in scope
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Purge also where nobody can see who has opted out
    #[arg(long)]
    pub without_opt_outs: bool,
    /// Keep the history of everything that goes, as with `keepHistory: true`: `restore` brings it back
    #[arg(long)]
    pub keep_history: bool,
    /// The whole scope, whatever namespace the context names
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Which rows the table has; its counts and documents are about all releases
    #[arg(long, value_name = "purge|keep|all", default_value = "all", hide_possible_values = true)]
    pub show: ShownRows,
    /// Its part, where several share the work.
    #[command(flatten)]
    pub shard: ShardArguments,
}

/// What `restore` and `forget` have.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// A policy, or a folder of them (its *.helm-purge.yaml), repeatable; `-` is standard input [default:
    /// helm-purge.yaml, but not with --yes]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Only this namespace in scope
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// The whole scope, whatever namespace the context names
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// How the result is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = format(values::RESTORE))]
    pub output: OutputFormat,
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

/// The part of a purge that several processes share.
#[derive(Debug, Clone, Copy, Args)]
pub struct ShardArguments {
    /// Only one part of the namespaces: 3/16 is the third of sixteen; auto/16 takes the number from
    /// JOB_COMPLETION_INDEX, which each pod of an Indexed Job has
    #[arg(long, value_name = "I/N|auto/N")]
    pub shard: Option<ShardFlag>,
}

/// The lock of a policy.
#[derive(Debug, Args)]
pub struct LockArguments {
    /// Wait for a run that holds the lock of a policy, such as 10m; without it, such a run is exit code 6
    #[arg(id = "lock_wait", long = "lock-wait", value_name = "DURATION")]
    pub wait: Option<String>,
    /// Where the lock is kept, a Lease for each policy [default: the pod's namespace; outside a pod there is no lock]
    #[arg(id = "lock_namespace", long = "lock-namespace", value_name = "NAMESPACE")]
    pub namespace: Option<String>,
}

/// The journal of a run.
#[derive(Debug, Args)]
pub struct JournalArguments {
    /// A new file for the journal of this run, or a folder in which each run has its own [default:
    /// ~/.local/state/helm-purge/runs, or below XDG_STATE_HOME]
    #[arg(long = "journal", value_name = "FILE|DIR")]
    pub place: Option<PathBuf>,
    /// Write no journal: if the run is killed, `log` cannot show what it was doing
    #[arg(long = "no-journal", conflicts_with = "place")]
    pub none: bool,
}

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
