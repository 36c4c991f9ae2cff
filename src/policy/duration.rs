//! Lengths of time, always with their unit.

use std::time::Duration;

use jiff::{SignedDuration, SpanRelativeTo};

use crate::sanitize::quoted;

/// What a duration may be, and how people write durations of that size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DurationRange {
    /// Every range starts at one second.
    most: Duration,
    /// The range in words.
    text: &'static str,
    scale: Scale,
}

#[derive(Debug, Clone, Copy)]
enum Scale {
    /// `90s`, `5m`, `1h30m` or `PT5M`.
    Minutes,
    /// `36h`, `3d`, `2w` or `P3D`; a day has 24 hours.
    Days,
}

impl DurationRange {
    /// Longer than any hook runs, and shorter than the time to the next purge.
    pub(crate) const TIMEOUTS: Self = Self { most: Duration::from_hours(24), text: "1s to 24h", scale: Scale::Minutes };

    /// Up to ten years of 365 days.
    pub(crate) const AGES: Self =
        Self { most: Duration::from_hours(24 * 3650), text: "1s to 3650d", scale: Scale::Days };

    /// The ages of a flag, whose messages show the short forms.
    pub(crate) const FLAG_AGES: Self = Self { scale: Scale::Minutes, ..Self::AGES };

    /// The duration that a text is, or message and label of an error. `name` is what the message calls the value.
    pub(crate) fn parse(self, text: &str, name: &str) -> Result<Duration, (String, String)> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            return Err((format!("{name} is a number without a unit"), self.scale.with_unit(text)));
        }
        let example = self.scale.example();
        let refused = |label: String| (format!("{} is not a valid duration", quoted(text)), label);
        // Only `Span` knows days and weeks; only `SignedDuration` knows more hours than there are in history.
        let length = match (text.parse::<SignedDuration>(), text.parse::<jiff::Span>()) {
            // jiff also reads clock faces, and `1:30:00` is a time of the day to some.
            _ if text.contains(':') => None,
            (Ok(length), _) => Some(length),
            (Err(_), Ok(span)) if span.get_years() != 0 || span.get_months() != 0 => {
                return Err(refused(format!("months and years differ in length: {example}")));
            }
            (Err(_), span) => span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours())).ok(),
        };
        let length = length.ok_or_else(|| refused(example.to_owned()))?;
        // A negative one is out of range, too.
        let is_in_range = |length: &Duration| (Duration::from_secs(1)..=self.most).contains(length);
        let message = || format!("{name} must be {}, found {}", self.text, quoted(text));
        Duration::try_from(length).ok().filter(is_in_range).ok_or_else(|| (message(), String::new()))
    }
}

impl Scale {
    fn example(self) -> &'static str {
        match self {
            Scale::Minutes => "write it as in `90s`, `5m` or `1h30m`",
            Scale::Days => "write it as in `36h`, `3d` or `2w`",
        }
    }

    /// `300` as it was probably meant.
    fn with_unit(self, digits: &str) -> String {
        match (digits.parse::<u64>(), self) {
            (Ok(seconds), Scale::Minutes) if seconds > 0 && seconds.is_multiple_of(60) => {
                format!("write `{seconds}s` or `{}m`", seconds / 60)
            }
            (Ok(number), Scale::Minutes) if number > 0 => format!("write `{number}s` or `{number}m`"),
            (Ok(number), Scale::Days) if number > 0 => format!("write `{number}m`, `{number}h` or `{number}d`"),
            _ => self.example().to_owned(),
        }
    }
}
