//! `keep`, as clap wants it described. The doc comments are the help.

use clap::{Args, ValueEnum};

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
    #[arg(short, long, value_name = "FORMAT", default_value = "table", requires = "list")]
    pub output: ListFormat,
}

/// How a list is printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
}
