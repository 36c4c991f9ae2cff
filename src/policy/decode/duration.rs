//! Lengths of time, always with their unit.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::SignedDuration;

use super::shape::Shape;
use super::{Reader, Slot};
use crate::policy::document::Value;
use crate::policy::fault::{Fault, Reported};
use crate::visible::quoted;

impl Slot<'_> {
    /// A length of time within bounds, as in `90s`, `5m`, `1h30m` or `PT5M`.
    pub(crate) fn duration(
        &self,
        range: RangeInclusive<Duration>,
        reader: &mut Reader<'_>,
    ) -> Result<Duration, Reported> {
        let Value::Scalar(scalar) = &self.node.value else { return self.wrong(Shape::Duration, reader) };
        let text = scalar.text.as_str();
        let (message, label) = match parse(text) {
            Ok(duration) if range.contains(&duration) => return Ok(duration),
            Ok(_) | Err(NoDuration::Negative) => {
                let (from, to) = (shown(*range.start()), shown(*range.end()));
                (format!("{} must be {from} to {to}, found {}", self.name, quoted(text)), String::new())
            }
            Err(NoDuration::WithoutUnit) => (format!("{} is a number without a unit", self.name), with_unit(text)),
            Err(NoDuration::LongUnit) => (
                format!("{} is no duration", quoted(text)),
                "days and what is longer differ in length: write hours, as in `24h`".to_owned(),
            ),
            Err(NoDuration::Other) => {
                (format!("{} is no duration", quoted(text)), "write it as in `90s`, `5m` or `1h30m`".to_owned())
            }
        };
        reader.refuse(Fault::at(scalar.content(), message).label(label))
    }
}

enum NoDuration {
    WithoutUnit,
    Negative,
    LongUnit,
    Other,
}

fn parse(text: &str) -> Result<Duration, NoDuration> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return Err(NoDuration::WithoutUnit);
    }
    // jiff also reads clock faces, and `1:30:00` is a time of the day to some.
    if text.contains(':') {
        return Err(NoDuration::Other);
    }
    match text.parse::<SignedDuration>() {
        Ok(duration) => Duration::try_from(duration).map_err(|_| NoDuration::Negative),
        Err(_) if has_long_unit(text) => Err(NoDuration::LongUnit),
        Err(_) => Err(NoDuration::Other),
    }
}

fn has_long_unit(text: &str) -> bool {
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit() || character.is_whitespace());
    unit.len() < text.len() && ["d", "w", "mo", "y"].iter().any(|long| unit.starts_with(long))
}

/// `300` as it was probably meant.
fn with_unit(digits: &str) -> String {
    match digits.parse::<u64>() {
        Ok(seconds) if seconds > 0 && seconds.is_multiple_of(60) => {
            format!("write `{seconds}s` or `{}m`", seconds / 60)
        }
        Ok(number) if number > 0 => format!("write `{number}s` or `{number}m`"),
        _ => "write it as in `90s`, `5m` or `1h30m`".to_owned(),
    }
}

fn shown(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
