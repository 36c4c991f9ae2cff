//! Which part of the work is this process's, as clap wants it described. The doc comments are the help.

use std::num::NonZeroU32;

use clap::Args;

use crate::shard::Shard;

/// The part of a purge that several processes share.
#[derive(Debug, Clone, Copy, Args)]
pub struct ShardArguments {
    /// Only one of N parts of the namespaces: the one that JOB_COMPLETION_INDEX names, as every pod of an Indexed Job has it
    #[arg(long, value_name = "N")]
    pub shards: Option<NonZeroU32>,
    /// Only this part of the namespaces, counted from 1, such as 3/16; wins over JOB_COMPLETION_INDEX
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
}
