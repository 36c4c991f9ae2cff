//! Values of flags that several commands take.

use super::CommandError;
use crate::release::Namespace;
use crate::sanitize;

/// Reads the namespace that a flag names.
pub(super) fn namespace(flag: &str, text: &str) -> Result<Namespace, CommandError> {
    text.parse().map_err(|error| {
        let text = sanitize::quoted(text);
        CommandError::usage(format!("{flag}: {text} is no namespace: {error}"), "name one that exists")
    })
}
