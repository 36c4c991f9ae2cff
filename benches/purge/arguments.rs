//! The bench's own command line.
//!
//! Must not measure. Two of its modes are for itself alone: it starts itself to measure a child, and as a contestant.

use std::ffi::OsString;

use clap::{Parser, ValueEnum};
use throwaway_cluster::HelmVersion;

/// The first word of a bench that measures a child.
pub(crate) const MEASURED: &str = "measured";

/// The first word of a bench that is a contestant.
pub(crate) const CONTESTANT: &str = "contestant";

/// What this process is to do.
pub(crate) enum Mode {
    Bench(Arguments),
    Measured(Vec<OsString>),
    Contestant(Vec<OsString>),
}

/// Measures helm-purge against the ways in which people do the same without it.
#[derive(Debug, Parser)]
#[command(name = "purge")]
pub(crate) struct Arguments {
    /// Few and small, to see that it works: the numbers say nothing, and nothing is written to docs.
    #[arg(long)]
    pub(crate) quick: bool,

    /// Only the parts whose name contains this; nothing is written to docs.
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Option<String>,

    /// The experiments with the children's environment and the number of workers, and nothing else.
    #[arg(long)]
    pub(crate) experiment: bool,

    /// Rounds of each part, instead of its own number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,

    /// Which helm all contestants use.
    #[arg(long, value_name = "VERSION", default_value = "3")]
    helm: Helm,

    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Helm {
    #[value(name = "3")]
    Three,
    #[value(name = "4")]
    Four,
}

/// Reads the command line; ends the process where it is wrong or asks for help.
pub(crate) fn read() -> Mode {
    let mut words = std::env::args_os().skip(1);
    match words.next() {
        Some(first) if first == MEASURED => Mode::Measured(words.collect()),
        Some(first) if first == CONTESTANT => Mode::Contestant(words.collect()),
        _ => Mode::Bench(Arguments::parse()),
    }
}

impl Arguments {
    pub(crate) fn helm(&self) -> HelmVersion {
        match self.helm {
            Helm::Three => HelmVersion::Three,
            Helm::Four => HelmVersion::Four,
        }
    }

    /// Whether this part is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    /// Whether it is all of it, so that the result belongs into docs.
    pub(crate) fn is_everything(&self) -> bool {
        let as_published = !cfg!(debug_assertions) && matches!(self.helm, Helm::Three);
        as_published && !self.quick && !self.experiment && self.only.is_none()
    }
}
