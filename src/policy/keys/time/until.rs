//! The end of an exception: a date lasts to the end of that day, a time to that instant.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::Zone;
use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

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
            Err(_) if is_date(text) => {
                let day = text.parse::<Date>().ok()?;
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

/// Reads a date or a time. One that is over is no fault: the plan says so. The zone is nothing where it is a fault.
pub(in crate::policy::keys) fn read(
    slot: &Slot<'_>,
    zone: Option<&Zone>,
    reader: &mut Reader<'_>,
) -> Result<Until, ErrorReported> {
    let scalar = slot.text(reader)?;
    let text = scalar.text.as_str();
    if let Some(until) = Until::parse(text, zone.unwrap_or(&Zone::default())) {
        return Ok(until);
    }
    let (message, label) = if is_date(text) {
        (format!("there is no day {}", quoted(text)), String::new())
    } else if let Ok(time) = text.parse::<DateTime>() {
        (format!("{} is a time without an offset", quoted(text)), with_offset(time, zone))
    } else if text.parse::<jiff::Span>().is_ok() {
        let message = format!("{} must be a date, found a duration", slot.name());
        (message, "it would start anew with every run: write the date of its end, as in `2026-12-01`".to_owned())
    } else {
        let label = "write a date, as in `2026-12-01`, or a time, as in `2026-12-01T18:00:00+01:00`";
        (format!("{} is no date", quoted(text)), label.to_owned())
    };
    reader.refuse(Diagnostic::at(scalar.content(), message).label(label))
}

/// The same time as it is meant in the policy's zone; none where the clocks leave it out or strike it twice.
fn with_offset(time: DateTime, zone: Option<&Zone>) -> String {
    match zone.and_then(|zone| zone.get().to_ambiguous_zoned(time).unambiguous().ok()) {
        Some(time) => format!("write `{}`, or a date alone", time.strftime("%Y-%m-%dT%H:%M:%S%:z")),
        None => "write it with its offset, as in `2026-12-01T18:00:00+01:00`, or a date alone".to_owned(),
    }
}

/// Four digits, two and two.
fn is_date(text: &str) -> bool {
    text.len() == "2026-12-01".len()
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str, zone: &str) -> Option<String> {
        let zone = Zone::named(zone).expect("it is a zone");
        Until::parse(text, &zone).map(|until| until.ends().to_string())
    }

    #[test]
    fn a_date_lasts_to_the_end_of_that_day_in_the_zone() {
        for (zone, end) in [
            ("UTC", "2026-12-02T00:00:00Z"),
            ("Europe/Amsterdam", "2026-12-01T23:00:00Z"),
            ("America/New_York", "2026-12-02T05:00:00Z"),
        ] {
            assert_eq!(ends("2026-12-01", zone).as_deref(), Some(end), "{zone}");
        }
    }

    #[test]
    fn the_end_of_a_day_follows_the_clocks() {
        // The day on which the clocks go forward at midnight ends with the first instant of the next day.
        assert_eq!(ends("2026-03-29", "Europe/Amsterdam").as_deref(), Some("2026-03-29T22:00:00Z"));
        assert_eq!(ends("2026-10-25", "Europe/Amsterdam").as_deref(), Some("2026-10-25T23:00:00Z"));
        // In Beirut it is never 00:00 on the day the clocks go forward.
        assert_eq!(ends("2026-03-28", "Asia/Beirut").as_deref(), Some("2026-03-28T22:00:00Z"));
    }

    #[test]
    fn a_time_has_an_offset_of_its_own() {
        for text in ["2026-12-01T18:00:00+01:00", "2026-12-01T17:00:00Z", "2026-12-01T18:00+01:00"] {
            assert_eq!(ends(text, "America/New_York").as_deref(), Some("2026-12-01T17:00:00Z"), "{text}");
        }
    }

    #[test]
    fn it_is_over_from_its_end_on() {
        let until = Until::parse("2026-12-01T17:00:00Z", &Zone::default()).expect("it is a time");
        let end = until.ends();
        assert!(until.is_over(end));
        assert!(!until.is_over(end - jiff::SignedDuration::from_nanos(1)));
    }

    #[test]
    fn nothing_else_is_an_end() {
        for text in [
            "",
            "2026-12",
            "2026-02-30",
            "2026-13-01",
            "20261201",
            "2026-W49-2",
            "2026-12-01T18:00:00",
            "tomorrow",
            "14d",
            "01-12-2026",
            "2026/12/01",
            "12/01/2026",
            "9999-12-31",
            "1e9",
        ] {
            assert_eq!(ends(text, "UTC"), None, "{text}");
        }
    }
}
