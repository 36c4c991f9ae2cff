//! Every command, and the flags of the smallest ones, as clap wants them described. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    CompleteArguments, CompletionArguments, ConnectionArguments, DoctorArguments, KeepArguments, PlanArguments,
    PruneArguments, RbacArguments, RestoreArguments, RunArguments, RunsArguments, TalkArguments, ValidateArguments,
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
