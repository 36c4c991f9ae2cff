//! `timeZone`: the zone in which a policy's dates and times of the day are meant.

use std::fmt;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::policy::decode::{Fields, Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// A time zone of the IANA database; UTC where the policy names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    /// A zone by its name, letter by letter, from the database inside the program.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        // The database is not strict about capitals, and knows a name for "not known".
        let is_exact = zone.iana_name() == Some(name) && !zone.is_unknown();
        is_exact.then(|| Self { zone, name: name.to_owned() })
    }

    /// For jiff's arithmetic.
    pub fn get(&self) -> &TimeZone {
        &self.zone
    }

    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".to_owned() }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

pub(in crate::policy::keys) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Zone, ErrorReported> {
    Ok(fields.optional("timeZone", reader, read_name)?.unwrap_or_default())
}

fn read_name(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Zone, ErrorReported> {
    let scalar = slot.text(reader)?;
    if let Some(zone) = Zone::named(&scalar.text) {
        return Ok(zone);
    }
    let fault = Diagnostic::at(scalar.content(), format!("{} is no time zone", quoted(&scalar.text)));
    reader.refuse(fault.label(meant(&scalar.text)))
}

/// What an unknown name was probably meant to be.
fn meant(text: &str) -> String {
    const EXAMPLE: &str = "write a name of the IANA database, as in `Europe/Amsterdam`";
    let is_word = text.chars().all(|character| character.is_alphabetic() || matches!(character, '_' | '-' | '/' | ' '));
    if text.len() > 64 || text.is_empty() {
        return EXAMPLE.to_owned();
    }
    if text.contains(['+', ':']) || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return format!("an offset knows no summer time: {EXAMPLE}");
    }
    if text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return format!("an abbreviation stands for more than one: {EXAMPLE}");
    }
    match is_word.then(|| closest(text)).flatten() {
        Some(name) => format!("did you mean `{name}`?"),
        None => EXAMPLE.to_owned(),
    }
}

/// The name that is most like it, as a whole or in its last part: people write the city alone.
fn closest(text: &str) -> Option<String> {
    const ALIKE: f64 = 0.85;
    let text = folded(text);
    let likeness = |name: &str| {
        let name = folded(name);
        let city = name.rsplit('/').next().unwrap_or_default();
        let whole = strsim::jaro_winkler(&name, &text);
        if text.contains('/') { whole } else { whole.max(strsim::jaro_winkler(city, &text)) }
    };
    let database = TimeZoneDatabase::bundled();
    let names = database.available().map(|name| (likeness(name.as_str()), name.as_str().to_owned()));
    let (likeness, name) = names.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= ALIKE).then_some(name)
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_in_the_program_and_knows_names_letter_by_letter() {
        for name in ["UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"] {
            assert_eq!(Zone::named(name).map(|zone| zone.as_str().to_owned()).as_deref(), Some(name));
        }
        for name in ["europe/amsterdam", "Amsterdam", "Etc/Unknown", "", "CEST", "../../etc/passwd", "+01:00"] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
    }

    #[test]
    fn every_name_of_the_database_can_be_written() {
        let database = TimeZoneDatabase::bundled();
        let names = database.available().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
        assert!(names.len() > 400, "{}", names.len());
        let unknown = names.iter().filter(|name| Zone::named(name).is_none()).collect::<Vec<_>>();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn slips_of_spelling_are_recognised() {
        for (text, name) in [
            ("europe/amsterdam", "Europe/Amsterdam"),
            ("Europe/Amsterdm", "Europe/Amsterdam"),
            ("Amsterdam", "Europe/Amsterdam"),
            ("New York", "America/New_York"),
            ("utc", "UTC"),
        ] {
            assert_eq!(meant(text), format!("did you mean `{name}`?"), "{text}");
        }
        for text in ["CEST", "+01:00", "GMT+1", "local", "", "🚀"] {
            assert!(meant(text).ends_with("as in `Europe/Amsterdam`"), "{text}: {}", meant(text));
        }
    }
}
