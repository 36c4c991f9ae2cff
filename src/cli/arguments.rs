//! Every command and flag, as clap wants them described. The doc comments are the help.

use std::num::NonZeroU8;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::{
    CompleteArguments, CompletionArguments, DoctorArguments, JournalArguments, KeepArguments, LockArguments,
    PruneArguments, RbacArguments, ReportArguments, RestoreArguments, RunsArguments, ShardArguments, ValidateArguments,
};

/// Uninstalls the Helm releases of a shared development cluster by a policy, and keeps the ones that must
/// survive.
#[derive(Debug, Parser)]
#[command(name = "helm-purge", version, about, long_about = None)]
#[command(subcommand_required = true, arg_required_else_help = true, infer_subcommands = false)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Which cluster, and as whom.
    #[command(flatten)]
    pub connection: ConnectionArguments,
    /// How much is said, and how.
    #[command(flatten)]
    pub talk: TalkArguments,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a commented policy for this cluster, on stdout
    Init(InitArguments),
    /// Check policy files; no cluster needed
    Validate(ValidateArguments),
    /// Show what would go, what stays, and why; changes nothing
    Plan(PlanArguments),
    /// Show the plan, ask, purge
    Run(RunArguments),
    /// Protect what is yours: a ConfigMap in your namespace that every policy respects
    Keep(KeepArguments),
    /// Bring back what a purge with keepHistory has removed
    Restore(RestoreArguments),
    /// Remove histories that purges have kept for too long
    Prune(PruneArguments),
    /// Say which line of which file decides about a release, and what else has a say
    Explain(ExplainArguments),
    /// Hold policies against cases of your own; no cluster needed
    Test(TestArguments),
    /// Show earlier runs: when, by whom, how many went, how it ended
    Runs(RunsArguments),
    /// Say what works and what is missing for a policy, before anything is deleted
    Doctor(DoctorArguments),
    /// Print the roles and bindings that a policy needs, for `kubectl apply -f -`
    Rbac(RbacArguments),
    /// Print a JSON Schema of policies, for editors
    Schema,
    /// Print a script for completion in bash, zsh, fish or by kubectl
    Completion(CompletionArguments),
    /// Print the versions of this program and of the helm it uses
    Version,
    /// Print what can be typed at the end of a line
    #[command(name = "__complete", hide = true)]
    Complete(CompleteArguments),
}

/// `init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The policy's name
    #[arg(long, value_name = "NAME", default_value = "end-of-day")]
    pub name: String,
}

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

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The release; it need not be there yet
    #[arg(value_name = "NAMESPACE/RELEASE")]
    pub release: String,
    /// A policy, or a folder of them, repeatable; `-` is standard input [default: helm-purge.yaml]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// How the explanation is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: ExplanationFormat,
}

/// How an explanation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplanationFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
}

/// `test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// Cases (folders with a case.yaml), or folders of cases
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,
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
pub struct TalkArguments {
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
    pub color: ColourArgument,
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

/// When there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourArgument {
    /// Where there is a terminal that can show it
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// How stderr is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormatArgument {
    /// For people
    Text,
    /// One line of JSON for each event
    Json,
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
