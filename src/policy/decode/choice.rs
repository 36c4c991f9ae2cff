//! One word out of a few.

use super::{Reader, Slot};
use crate::policy::fault::{Fault, Reported};
use crate::visible::quoted;

impl Slot<'_> {
    /// The meaning of one of the given words.
    pub(crate) fn one_of<T: Copy>(&self, choices: &[(&str, T)], reader: &mut Reader<'_>) -> Result<T, Reported> {
        let scalar = self.text(reader)?;
        if let Some((_, meaning)) = choices.iter().find(|(word, _)| *word == scalar.text) {
            return Ok(*meaning);
        }
        let words = choices.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
        let message = format!("{} must be {words}, found {}", self.name(), quoted(&scalar.text));
        let near = choices.iter().find(|(word, _)| strsim::jaro_winkler(word, &scalar.text.to_lowercase()) > 0.8);
        let label = near.map_or_else(|| format!("write {words}"), |(word, _)| format!("did you mean `{word}`?"));
        reader.refuse(Fault::at(self.span(), message).label(label))
    }
}
