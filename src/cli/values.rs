//! Values of flags that have a parser of their own.

use std::num::NonZeroUsize;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::executor::BatchSize;

/// How a command prints its result on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    Text,
    Table,
    Wide,
    Json,
    Yaml,
    Name,
}

/// The formats that one command has, each with its help.
type Formats = &'static [(OutputFormat, &'static str)];

const FOR_PEOPLE: (OutputFormat, &str) = (OutputFormat::Table, "For people");
const JSON: (OutputFormat, &str) = (OutputFormat::Json, "One JSON document");
const YAML: (OutputFormat, &str) = (OutputFormat::Yaml, "One YAML document");

pub(super) const TABLE: Formats = &[FOR_PEOPLE, JSON, YAML];
pub(super) const EXPLANATION: Formats = &[(OutputFormat::Text, "For people"), JSON, YAML];
pub(super) const DIAGNOSTICS: Formats = &[(OutputFormat::Text, "For people, on stderr"), JSON, YAML];
pub(super) const PLAN: Formats = &[
    FOR_PEOPLE,
    (OutputFormat::Wide, "For people with wide terminals: revision, status and place as well"),
    JSON,
    YAML,
    (OutputFormat::Name, "NAMESPACE/RELEASE of what goes, a line each"),
];
pub(super) const RESTORE: Formats = &[FOR_PEOPLE, JSON, YAML, (OutputFormat::Name, "NAMESPACE/RELEASE, a line each")];
pub(super) const RUNS: Formats = &[
    FOR_PEOPLE,
    (OutputFormat::Wide, "For people with wide terminals: where the journal is, as well"),
    JSON,
    YAML,
    (OutputFormat::Name, "The names of runs, a line each; of one run, NAMESPACE/RELEASE of its releases"),
];
pub(super) const MANIFESTS: Formats = &[
    (OutputFormat::Yaml, "One YAML document for each, with a comment"),
    (OutputFormat::Json, "One JSON document: a List"),
];

/// Reads one of these formats.
pub(super) fn format(formats: Formats) -> impl TypedValueParser<Value = OutputFormat> {
    let values = formats.iter().filter_map(|(format, help)| Some(format.to_possible_value()?.help(*help)));
    let read = |name: String| OutputFormat::from_str(&name, false).expect("each value is the name of a format");
    PossibleValuesParser::new(values).map(read)
}

/// Longer command lines do not save any more time.
const MAX_BATCH: usize = 64;

/// Reads `auto` or the largest number of releases that one helm process gets.
pub(super) fn batch_size(text: &str) -> Result<BatchSize, String> {
    if text == "auto" {
        return Ok(BatchSize::Auto);
    }
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= MAX_BATCH);
    number.map(BatchSize::AtMost).ok_or(format!("neither `auto` nor a number from 1 to {MAX_BATCH}"))
}
