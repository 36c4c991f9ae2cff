//! What `-o` decides: a document for programs, or a text for people.

use serde::Serialize;

use super::{App, CommandError};
use crate::cli::OutputFormat;
use crate::report::{Format, Styles, serialize};

impl App {
    /// Prints what a command found: a document for programs, or the text that `text` makes of it for people.
    pub(crate) fn emit<D: Serialize>(
        &self,
        output: OutputFormat,
        document: impl FnOnce() -> D,
        text: impl FnOnce(Styles) -> String,
    ) -> Result<(), CommandError> {
        let document = match output {
            OutputFormat::Json => serialize(&document(), Format::Json),
            OutputFormat::Yaml => serialize(&document(), Format::Yaml),
            OutputFormat::Text | OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => {
                self.printer.data(&text(self.printer.out));
                return Ok(());
            }
        };
        self.printer.rendered_data(document.map_err(CommandError::internal)?);
        Ok(())
    }
}
