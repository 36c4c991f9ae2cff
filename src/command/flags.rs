//! Values of flags that several commands take.

use super::Stopped;
use crate::release::Namespace;
use crate::visible;

/// Reads the namespace that a flag names.
pub(super) fn namespace(flag: &str, text: &str) -> Result<Namespace, Stopped> {
    text.parse().map_err(|error| {
        let text = visible::quoted(text);
        Stopped::usage(format!("{flag}: {text} is no namespace: {error}"), "name one that exists")
    })
}
