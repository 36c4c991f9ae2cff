//! Values of flags: the formats of stdout, and what is read by a function of its own.

use std::ffi::OsStr;
use std::num::NonZeroUsize;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use crate::executor::BatchSize;

/// How a command prints on stdout what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the help of each command says what they are")]
pub enum OutputFormat {
    Text,
    Table,
    Wide,
    Json,
    Yaml,
    Name,
}

/// The formats that one command has, each with its help.
#[derive(Debug, Clone, Copy)]
pub(super) struct Formats(&'static [(OutputFormat, &'static str)]);

const TABLE: (OutputFormat, &str) = (OutputFormat::Table, "For people");
const JSON: (OutputFormat, &str) = (OutputFormat::Json, "One JSON document");
const YAML: (OutputFormat, &str) = (OutputFormat::Yaml, "One YAML document");

impl Formats {
    pub(super) const TABLE: Self = Self(&[TABLE, JSON, YAML]);
    pub(super) const EXPLANATION: Self = Self(&[(OutputFormat::Text, "For people"), JSON, YAML]);
    pub(super) const DIAGNOSTICS: Self = Self(&[(OutputFormat::Text, "For people, on stderr"), JSON, YAML]);
    pub(super) const PLAN: Self = Self(&[
        TABLE,
        (OutputFormat::Wide, "For people with wide terminals: revision, status and place as well"),
        JSON,
        YAML,
        (OutputFormat::Name, "NAMESPACE/RELEASE of what goes, a line each"),
    ]);
    pub(super) const RESTORE: Self = Self(&[TABLE, JSON, YAML, (OutputFormat::Name, "NAMESPACE/RELEASE, a line each")]);
    pub(super) const RUNS: Self = Self(&[
        TABLE,
        (OutputFormat::Wide, "For people with wide terminals: where the journal is, as well"),
        JSON,
        YAML,
        (OutputFormat::Name, "The names of runs, a line each; of one run, NAMESPACE/RELEASE of its releases"),
    ]);
    pub(super) const MANIFESTS: Self = Self(&[
        (OutputFormat::Yaml, "One YAML document for each, with a comment"),
        (OutputFormat::Json, "One JSON document: a List"),
    ]);

    fn values(self) -> impl Iterator<Item = PossibleValue> {
        self.0.iter().filter_map(|(format, help)| Some(format.to_possible_value()?.help(*help)))
    }
}

impl TypedValueParser for Formats {
    type Value = OutputFormat;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<OutputFormat, clap::Error> {
        let text = value.to_string_lossy();
        let name = PossibleValuesParser::new(self.values()).parse_ref(command, argument, OsStr::new(&*text))?;
        Ok(OutputFormat::from_str(&name, false).expect("each possible value is the name of a format"))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.values()))
    }
}

/// Longer command lines save nothing more.
const MAX_BATCH: usize = 64;

/// Reads `auto` or the largest number of releases that one helm process gets.
pub(super) fn batch_size(text: &str) -> Result<BatchSize, String> {
    if text == "auto" {
        return Ok(BatchSize::Auto);
    }
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= MAX_BATCH);
    number.map(BatchSize::AtMost).ok_or(format!("neither `auto` nor a number from 1 to {MAX_BATCH}"))
}
