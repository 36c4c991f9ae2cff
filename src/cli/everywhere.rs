//! What every command takes: which cluster, and how much is said. The doc comments are the help.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

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
