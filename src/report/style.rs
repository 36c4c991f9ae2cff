//! Colours by their meaning. Everything can be read without them.

use anstyle::{AnsiColor, Style};

use crate::sanitize;
use crate::settings::Colour;

/// All sequences of the styles below, without their escape character.
const OWN_SEQUENCES: [&str; 7] = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[36m"];

/// Paints texts for one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Styles(pub(crate) Colour);

impl Styles {
    /// For a stream with or without colour.
    pub fn new(colour: Colour) -> Self {
        Self(colour)
    }

    /// Something that is purged.
    pub(super) fn warning(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Something that is kept, or does not matter now.
    pub(super) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// Something that went well.
    pub(super) fn success(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// Something that went wrong.
    pub(super) fn error(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    pub(super) fn hint(self, text: &str) -> String {
        self.with(AnsiColor::Cyan.on_default(), text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// A text with a visible character in place of each hidden one, except for the sequences of this type.
    pub(super) fn sanitized(self, text: &str) -> String {
        if self.0 == Colour::Off {
            return sanitize::sentence(text);
        }
        let mut pieces = text.split('\u{1b}');
        let mut sanitized = sanitize::sentence(pieces.next().unwrap_or_default());
        for piece in pieces {
            match OWN_SEQUENCES.iter().find_map(|own| Some((own, piece.strip_prefix(own)?))) {
                Some((own, rest)) => sanitized.extend(["\u{1b}", own, &sanitize::sentence(rest)]),
                None => sanitized.push_str(&sanitize::sentence(&format!("\u{1b}{piece}"))),
            }
        }
        sanitized
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_known_as_our_own() {
        let on = Styles::new(Colour::On);
        for paint in [Styles::warning, Styles::dim, Styles::success, Styles::error, Styles::hint, Styles::bold] {
            let painted = paint(on, "x");
            assert!(painted.contains('\u{1b}'));
            assert_eq!(on.sanitized(&painted), painted);
            assert!(!Styles::new(Colour::Off).sanitized(&painted).contains('\u{1b}'));
        }
    }
}
