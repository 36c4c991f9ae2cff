//! Lengths of time, always with their unit.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::{SignedDuration, SpanRelativeTo};

use super::shape::Shape;
use super::{Reader, Slot};
use crate::policy::document::Value;
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// What ages there can be: the longest is ten years of 365 days.
const AGES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24 * 3650);

/// How long what is measured lasts as a rule, and so how people write it.
#[derive(Debug, Clone, Copy)]
enum Scale {
    /// Seconds and minutes.
    Moments,
    /// Hours and days.
    Ages,
}

impl Slot<'_> {
    /// A length of time within bounds, as in `90s`, `5m`, `1h30m` or `PT5M`.
    pub(crate) fn duration(
        &self,
        range: RangeInclusive<Duration>,
        reader: &mut Reader<'_>,
    ) -> Result<Duration, ErrorReported> {
        self.length(&range, Scale::Moments, reader)
    }

    /// The age of something, as in `36h`, `3d`, `2w` or `P3D`; a day has 24 hours.
    pub(crate) fn age(&self, reader: &mut Reader<'_>) -> Result<Duration, ErrorReported> {
        self.length(&AGES, Scale::Ages, reader)
    }

    fn length(
        &self,
        range: &RangeInclusive<Duration>,
        scale: Scale,
        reader: &mut Reader<'_>,
    ) -> Result<Duration, ErrorReported> {
        let Value::Scalar(scalar) = &self.node.value else { return self.wrong(Shape::Duration, reader) };
        let text = scalar.text.as_str();
        let (message, label) = match parse(text) {
            Ok(duration) if range.contains(&duration) => return Ok(duration),
            Ok(_) | Err(NoDuration::Negative) => {
                let (from, to) = (shown(*range.start()), shown(*range.end()));
                (format!("{} must be {from} to {to}, found {}", self.name, quoted(text)), String::new())
            }
            Err(NoDuration::WithoutUnit) => {
                (format!("{} is a number without a unit", self.name), scale.with_unit(text))
            }
            Err(NoDuration::LongUnit) => {
                let label = "months and years differ in length";
                (format!("{} is no duration", quoted(text)), format!("{label}: {}", scale.example()))
            }
            Err(NoDuration::Other) => (format!("{} is no duration", quoted(text)), scale.example().to_owned()),
        };
        reader.refuse(Diagnostic::at(scalar.content(), message).label(label))
    }
}

impl Scale {
    fn example(self) -> &'static str {
        match self {
            Scale::Moments => "write it as in `90s`, `5m` or `1h30m`",
            Scale::Ages => "write it as in `36h`, `3d` or `2w`",
        }
    }

    /// `300` as it was probably meant.
    fn with_unit(self, digits: &str) -> String {
        match (digits.parse::<u64>(), self) {
            (Ok(seconds), Scale::Moments) if seconds > 0 && seconds.is_multiple_of(60) => {
                format!("write `{seconds}s` or `{}m`", seconds / 60)
            }
            (Ok(number), Scale::Moments) if number > 0 => format!("write `{number}s` or `{number}m`"),
            (Ok(number), Scale::Ages) if number > 0 => format!("write `{number}m`, `{number}h` or `{number}d`"),
            _ => self.example().to_owned(),
        }
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
    let length = match text.parse::<SignedDuration>() {
        Ok(length) => length,
        // Only this one knows days and weeks; only the other one knows more hours than there are in history.
        Err(_) => with_days(text)?,
    };
    Duration::try_from(length).map_err(|_| NoDuration::Negative)
}

fn with_days(text: &str) -> Result<SignedDuration, NoDuration> {
    let span = text.parse::<jiff::Span>().map_err(|_| NoDuration::Other)?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err(NoDuration::LongUnit);
    }
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| NoDuration::Other)
}

fn shown(duration: Duration) -> String {
    const DAY: u64 = 24 * 3600;
    match duration.as_secs() {
        // A day is still one for which people say hours.
        seconds if seconds > DAY && seconds.is_multiple_of(DAY) => format!("{}d", seconds / DAY),
        seconds if seconds > 0 && seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
