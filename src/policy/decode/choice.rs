//! One word out of a few.

use super::{Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// Below this two words are not alike.
const ALIKE: f64 = 0.8;

impl Slot<'_> {
    /// The meaning of one of the given words.
    pub(crate) fn one_of<T: Copy>(&self, choices: &[(&str, T)], reader: &mut Reader<'_>) -> Result<T, ErrorReported> {
        self.one_of_or(choices, |_| None, reader)
    }

    /// The same, with a label for words that need one of their own.
    pub(crate) fn one_of_or<T: Copy>(
        &self,
        choices: &[(&str, T)],
        label: impl Fn(&str) -> Option<String>,
        reader: &mut Reader<'_>,
    ) -> Result<T, ErrorReported> {
        let scalar = self.text(reader)?;
        if let Some((_, meaning)) = choices.iter().find(|(word, _)| *word == scalar.text) {
            return Ok(*meaning);
        }
        let words = listed(&choices.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>());
        let message = format!("{} must be {words}, found {}", self.name(), quoted(&scalar.text));
        let label = label(&scalar.text).unwrap_or_else(|| match closest(&scalar.text, choices) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("write {words}"),
        });
        reader.refuse(Diagnostic::at(scalar.content(), message).label(label))
    }
}

/// `a`, `b` or `c`.
fn listed(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

fn closest<'c, T>(text: &str, choices: &[(&'c str, T)]) -> Option<&'c str> {
    // The measure takes time with the square of the length.
    if text.len() > 64 {
        return None;
    }
    let likeness = |word: &str| strsim::jaro_winkler(&word.to_lowercase(), &text.to_lowercase());
    let (likeness, word) =
        choices.iter().map(|(word, _)| (likeness(word), *word)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness > ALIKE).then_some(word)
}
