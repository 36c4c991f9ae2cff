//! Colour, as meanings: what a text is, not which colour it has. Everything reads the same without it.

use anstyle::{AnsiColor, Style};

use crate::settings::Colour;

/// Paints texts for one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Styles(Colour);

impl Styles {
    /// For a stream with or without colour.
    pub fn new(colour: Colour) -> Self {
        Self(colour)
    }

    /// Whether there is colour at all.
    pub fn colour(self) -> Colour {
        self.0
    }

    /// Something that goes.
    pub fn purge(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Something that stays, or does not matter now.
    pub fn quiet(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// Something that went well.
    pub fn good(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// Something that went wrong.
    pub fn bad(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// A hint.
    pub fn hint(self, text: &str) -> String {
        self.with(AnsiColor::Cyan.on_default(), text)
    }

    /// A heading.
    pub fn strong(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        match self.0 {
            Colour::On => format!("{style}{text}{style:#}"),
            Colour::Off => text.to_owned(),
        }
    }
}

impl From<Styles> for crate::policy::ExcerptStyle {
    fn from(paint: Styles) -> Self {
        match paint.0 {
            Colour::On => crate::policy::ExcerptStyle::Coloured,
            Colour::Off => crate::policy::ExcerptStyle::Plain,
        }
    }
}
