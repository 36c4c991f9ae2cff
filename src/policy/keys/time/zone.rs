//! `timeZone`: the zone in which a policy's dates and times of the day are meant.

use std::fmt;

use jiff::tz::TimeZone;

/// A time zone of the IANA database; UTC where the policy names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
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
