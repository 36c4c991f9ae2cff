//! How old something is: made of days and what is shorter, or not known.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::{Fault, Reported};
use crate::release::Known;
use crate::visible::quoted;

/// The word for what cannot be told.
pub(super) const UNKNOWN: &str = "unknown";

/// No cluster is older.
const OLDEST: Duration = Duration::from_hours(100 * 365 * 24);

/// Reads an age such as `90s`, `36h` or `3d`, or `unknown`.
pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Known<Duration>, Reported> {
    let written = slot.text(reader)?;
    if written.text == UNKNOWN {
        return Ok(Known::Unknown);
    }
    match parse(&written.text) {
        Some(age) => Ok(Known::Is(age)),
        None => {
            let fault = Fault::at(slot.span(), format!("{} is no age", quoted(&written.text)));
            reader.refuse(fault.label("write it as in `90s`, `36h` or `3d`, or write `unknown`"))
        }
    }
}

fn parse(text: &str) -> Option<Duration> {
    // jiff also reads clock faces.
    if text.contains(':') {
        return None;
    }
    let span = text.parse::<Span>().ok()?;
    let age = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(age).ok().filter(|age| *age <= OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_unit_and_a_day_has_24_hours() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("36h", 129_600), ("3d", 259_200), ("1d 12h", 129_600)] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "3", "0", "-3d", "3 days ago", "1mo", "1y", "1:30:00", "200000d", "soon"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
