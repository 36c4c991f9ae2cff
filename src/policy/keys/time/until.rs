//! The end of an exception: a date lasts to the end of that day, a time to that instant.

use jiff::Timestamp;

use super::Zone;

/// Until when something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    ends: Timestamp,
    written: String,
}

impl Until {
    /// Reads a date (`2026-12-01`: to the end of that day in the zone) or a time with its offset
    /// (`2026-12-01T18:00:00+01:00`). Nothing else: whoever cannot be understood would be kept for ever or not at all.
    pub fn parse(text: &str, zone: &Zone) -> Option<Self> {
        let ends = match text.parse::<Timestamp>() {
            Ok(ends) => ends,
            Err(_) if text.len() == "2026-12-01".len() => {
                let day = text.parse::<jiff::civil::Date>().ok()?;
                day.tomorrow().ok()?.to_zoned(zone.get().clone()).ok()?.timestamp()
            }
            Err(_) => return None,
        };
        Some(Self { ends, written: text.to_owned() })
    }

    /// The first instant at which it holds no more.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// Whether it is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}
