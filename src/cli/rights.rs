//! `rbac` and `doctor`, as clap wants them described. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Whose rights.
#[derive(Debug, Args)]
pub struct AccountArguments {
    /// The service account that carries the policy out
    #[arg(long, value_name = "NAMESPACE/NAME", default_value = "helm-purge/helm-purge")]
    pub service_account: String,
    /// Where its lock is kept [default: the service account's namespace]
    #[arg(long, value_name = "NAMESPACE")]
    pub lock_namespace: Option<String>,
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
    pub purpose: PurposeArgument,
    /// Only what binds the rights in this namespace of the fence: for those who make namespaces; the cluster is asked only where
    /// the policy has a `namespaceSelector`
    #[arg(long, value_name = "NAMESPACE")]
    pub for_namespace: Option<String>,
    /// Whose rights.
    #[command(flatten)]
    pub account: AccountArguments,
    /// The notation; both can be given to `kubectl apply -f -`
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml")]
    pub output: ManifestFormat,
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PurposeArgument {
    /// To purge, and to prune
    Run,
    /// To restore, which has to make again whatever charts hold: much wider
    Restore,
}

/// How objects are printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ManifestFormat {
    /// One YAML document for each, with a comment
    Yaml,
    /// One JSON document: a List
    Json,
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
    pub purpose: PurposeArgument,
    /// Where the lock is going to be kept [default: the pod's namespace; outside a pod there is no lock]
    #[arg(long, value_name = "NAMESPACE")]
    pub lock_namespace: Option<String>,
    /// How the findings are printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: FindingsFormat,
}

/// How findings are printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
}
