//! Values of flags that have a parser of their own.

use std::num::NonZeroUsize;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::executor::BatchSize;
use crate::plan::Decision;
use crate::report::Detail;

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

impl OutputFormat {
    pub(crate) fn detail(self) -> Detail {
        if self == OutputFormat::Wide { Detail::Wide } else { Detail::Usual }
    }
}

/// `--show`: which rows the table of a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShownRows {
    Purge,
    Keep,
    All,
}

impl ShownRows {
    /// The decision of the rows that are shown, if not all are.
    pub(crate) fn only(self) -> Option<Decision> {
        match self {
            ShownRows::Purge => Some(Decision::Purge),
            ShownRows::Keep => Some(Decision::Keep),
            ShownRows::All => None,
        }
    }
}

/// The formats that one command has, each with its help.
type Formats = &'static [(OutputFormat, &'static str)];

const FOR_PEOPLE: (OutputFormat, &str) = (OutputFormat::Table, "For people");
const JSON: (OutputFormat, &str) = (OutputFormat::Json, "One JSON document");
const YAML: (OutputFormat, &str) = (OutputFormat::Yaml, "One YAML document");

const WIDE: (OutputFormat, &str) = (OutputFormat::Wide, "All columns, however narrow the terminal is");

pub(super) const TABLE: Formats = &[FOR_PEOPLE, JSON, YAML];
pub(super) const OPT_OUTS: Formats = &[FOR_PEOPLE, WIDE, JSON, YAML];
pub(super) const EXPLANATION: Formats = &[(OutputFormat::Text, "For people"), JSON, YAML];
pub(super) const DIAGNOSTICS: Formats = &[(OutputFormat::Text, "For people, on stderr"), JSON, YAML];
pub(super) const PLAN: Formats = &[
    FOR_PEOPLE,
    (OutputFormat::Wide, "All columns, however narrow the terminal is, and also revision, status, deadline and source"),
    JSON,
    YAML,
    (OutputFormat::Name, "NAMESPACE/RELEASE of what goes, a line each"),
];
pub(super) const RESTORE: Formats =
    &[FOR_PEOPLE, WIDE, JSON, YAML, (OutputFormat::Name, "NAMESPACE/RELEASE, a line each")];
pub(super) const RUNS: Formats = &[
    FOR_PEOPLE,
    (OutputFormat::Wide, "All columns, however narrow the terminal is, and also where the journal is"),
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
