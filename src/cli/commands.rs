//! The arguments of each command. The doc comments are the help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::flags::{HistoryArguments, JournalArguments, LockArguments, ReportArguments, SelectionArguments};
use super::values::{self, OutputFormat, batch_size, format};
use crate::executor::BatchSize;
use crate::rbac::AccountPurpose;

/// `init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The policy's name
    #[arg(long, value_name = "NAME", default_value = "end-of-day")]
    pub name: String,
    /// The file to write; an existing file is never overwritten
    #[arg(short = 'f', long = "file", value_name = "FILE", default_value = "helm-purge.yaml")]
    pub file: PathBuf,
    /// Print the policy instead of writing a file
    #[arg(long, conflicts_with = "file")]
    pub stdout: bool,
}

/// `validate`.
#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// Policies, and folders of them (their *.helm-purge.yaml); `-` is standard input
    #[arg(value_name = "FILE|DIR", default_value = "helm-purge.yaml")]
    files: Vec<PathBuf>,
    /// The same, as other commands want them; repeatable
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR", conflicts_with = "files")]
    named: Vec<PathBuf>,
    /// How what is found is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = format(values::DIAGNOSTICS))]
    pub output: OutputFormat,
}

impl ValidateArguments {
    /// The files and folders, in whichever way they were named.
    pub fn files(&self) -> &[PathBuf] {
        if self.named.is_empty() { &self.files } else { &self.named }
    }
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// Which releases.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// How the plan is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = format(values::PLAN))]
    pub output: OutputFormat,
    /// Exit with 5 if a run would be refused, with 10 if there is something to purge, else with 0
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
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = format(values::PLAN))]
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
    #[arg(long, value_name = "auto|N", default_value = "auto", value_parser = batch_size)]
    pub batch: BatchSize,
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

/// `keep`.
#[derive(Debug, Args)]
pub struct KeepArguments {
    /// A namespace, or releases of it by name or glob; repeatable
    #[arg(value_name = "NAMESPACE[/RELEASE]", required_unless_present = "list")]
    pub targets: Vec<String>,
    /// Until when: a date (2026-12-01, to the end of that day in the time zone of the policy that reads it, which is UTC
    /// unless the policy says otherwise), a time with its offset (2026-12-01T18:00:00+01:00), or how long from now (8h,
    /// 3d) [default: without an end]
    #[arg(long, value_name = "WHEN", conflicts_with_all = ["list", "remove"])]
    pub until: Option<String>,
    /// Why, for those who read the plan; at most 500 characters
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["list", "remove"])]
    pub reason: Option<String>,
    /// Show what is kept in this way: in the namespaces that are named, or in all that can be seen
    #[arg(long, conflicts_with = "remove")]
    pub list: bool,
    /// Take back what `keep` wrote for exactly these
    #[arg(long)]
    pub remove: bool,
    /// How the list is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = format(values::OPT_OUTS), requires = "list")]
    pub output: OutputFormat,
}

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
    /// Which policy, whether the command asks, and how the result is printed.
    #[command(flatten)]
    pub history: HistoryArguments,
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

/// `forget`.
#[derive(Debug, Args)]
pub struct ForgetArguments {
    /// Only histories that were kept by a run longer ago than this, such as 14d
    #[arg(long, value_name = "DURATION", required = true)]
    pub older_than: String,
    /// Which policy, whether the command asks, and how the result is printed.
    #[command(flatten)]
    pub history: HistoryArguments,
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
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = format(values::EXPLANATION))]
    pub output: OutputFormat,
}

/// `test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// Cases (folders with a case.yaml), or folders of cases
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,
}

/// `log`.
#[derive(Debug, Args)]
pub struct LogArguments {
    /// One run, by its name, with what became of each of its releases
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// Where runs in pods have left their ConfigMaps [default: the context's namespace]
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Only the journals on this machine; the cluster is not asked
    #[arg(long)]
    pub local: bool,
    /// The journals in this folder, or the one in this file, and no others
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "namespace")]
    pub journal: Option<PathBuf>,
    /// How runs are printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = format(values::RUNS))]
    pub output: OutputFormat,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// A policy, or a folder of them (its *.helm-purge.yaml), repeatable; `-` is standard input [default:
    /// helm-purge.yaml]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// What is going to be done
    #[arg(long = "for", value_name = "WHAT", default_value = "run")]
    pub purpose: AccountPurpose,
    /// Where the lock is going to be kept [default: the pod's namespace; outside a pod there is no lock]
    #[arg(long, value_name = "NAMESPACE")]
    pub lock_namespace: Option<String>,
    /// How the findings are printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = format(values::TABLE))]
    pub output: OutputFormat,
}

/// `rbac`.
#[derive(Debug, Args)]
pub struct RbacArguments {
    /// A policy, or a folder of them (its *.helm-purge.yaml), repeatable; `-` is standard input [default:
    /// helm-purge.yaml]
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// What the account is for
    #[arg(long = "for", value_name = "WHAT", default_value = "run")]
    pub purpose: AccountPurpose,
    /// Only what binds the rights in this namespace in scope: for those who make namespaces; the cluster is asked only where
    /// the policy has a `namespaceSelector`
    #[arg(long, value_name = "NAMESPACE")]
    pub for_namespace: Option<String>,
    /// The service account that carries the policy out
    #[arg(long, value_name = "NAMESPACE/NAME", default_value = "helm-purge/helm-purge")]
    pub service_account: String,
    /// Where its lock is kept [default: the service account's namespace]
    #[arg(long, value_name = "NAMESPACE")]
    pub lock_namespace: Option<String>,
    /// The notation; both can be given to `kubectl apply -f -`
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml", value_parser = format(values::MANIFESTS))]
    pub output: OutputFormat,
}

/// `completion`.
#[derive(Debug, Args)]
pub struct CompletionArguments {
    /// What is to complete
    #[arg(value_name = "SHELL")]
    pub script: CompletionScript,
}

/// For what a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletionScript {
    /// `helm-purge` in bash
    Bash,
    /// `helm-purge` in zsh
    Zsh,
    /// `helm-purge` in fish
    Fish,
    /// `kubectl helm-purge`, in whatever shell kubectl itself is completed in
    Kubectl,
}

/// `__complete`.
#[derive(Debug, Args)]
pub struct CompleteArguments {
    /// The words of the line behind the program's own name, up to the cursor; the last one may be empty
    #[arg(last = true, value_name = "WORD")]
    pub words: Vec<OsString>,
}
