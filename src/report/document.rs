//! Documents for programs: one JSON or YAML document on stdout.

use serde::Serialize;

/// The notation of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, indented.
    Json,
    /// YAML.
    Yaml,
}

/// A document as text.
///
/// # Errors
/// Where the notation cannot express it, which would be a fault of this program.
pub fn serialize(document: &impl Serialize, format: Format) -> Result<String, String> {
    match format {
        Format::Json => serde_json::to_string_pretty(document).map_err(|error| error.to_string()),
        Format::Yaml => serde_yaml::to_string(document).map_err(|error| error.to_string()),
    }
}
