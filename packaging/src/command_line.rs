//! The command line of `packaging`. The doc comments are the help.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;

use crate::{Error, Target};

/// Makes the packages of a release of helm-purge: the Helm plugin's archive, an archive for each platform, krew's
/// manifest, and SHA256SUMS.
#[derive(Debug, Parser)]
#[command(name = "packaging", version)]
pub struct CommandLine {
    /// Where they go; made where it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Build for this target; repeatable [default, without --binary: this machine's own platform]
    #[arg(long = "target", value_name = "TRIPLE")]
    pub targets: Vec<Target>,
    /// Take this finished binary for this target; repeatable
    #[arg(long = "binary", value_name = "TRIPLE=PATH")]
    pub binaries: Vec<Finished>,
    /// Where people will find the archives, for krew's manifest; they lie right below it
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub url: Option<String>,
    /// The project's own address, for krew's manifest
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub homepage: Option<String>,
    /// Make nothing where a platform of a release is missing
    #[arg(long)]
    pub complete: bool,
}

/// `--binary`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// What it was built for.
    pub target: Target,
    /// Where it is.
    pub path: PathBuf,
}

impl FromStr for Finished {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts = text.split_once('=').filter(|(_, path)| !path.is_empty());
        let (target, path) = parts.ok_or_else(|| Error::NotABinary(text.to_owned()))?;
        Ok(Self { target: target.parse()?, path: PathBuf::from(path) })
    }
}

/// It stands between quotes in YAML, so nothing may end them.
fn address(text: &str) -> Result<String, Error> {
    let begins = ["http://", "https://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    let harmless = text.chars().all(|letter| letter.is_ascii_graphic() && !['"', '\\'].contains(&letter));
    if begins && harmless { Ok(text.to_owned()) } else { Err(Error::NotAnAddress(text.to_owned())) }
}
