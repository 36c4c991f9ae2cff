//! `--until`: what is typed, and what every reader of it understands. Pure.

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use crate::command::CommandError;
use crate::policy::{Until, Zone};
use crate::sanitize::quoted;

const FORMS: &str =
    "write a date (2026-12-01), a time with its offset (2026-12-01T18:00:00+01:00), or how long from now (8h, 3d)";

/// The end as it is to be written: a date or a time as it was typed, and what was typed as a length of time as a time in
/// UTC.
///
/// Only who reads it knows the zone in which a date is meant; one that is over where nobody says otherwise is refused.
pub(super) fn read(text: &str, now: Timestamp) -> Result<String, CommandError> {
    let text = text.trim();
    match Until::parse(text, &Zone::default()) {
        Some(until) if until.is_over(now) => {
            Err(CommandError::usage(format!("--until {} is over already", quoted(text)), "it would protect nothing"))
        }
        Some(_) => Ok(text.to_owned()),
        None => from_now(text, now)
            .ok_or_else(|| CommandError::usage(format!("--until {} is no end that can be told", quoted(text)), FORMS)),
    }
}

fn from_now(text: &str, now: Timestamp) -> Option<String> {
    let ends = now.checked_add(length(text)?).ok()?;
    // Nobody means the fractions of a second.
    Timestamp::from_second(ends.as_second()).ok().map(|ends| ends.to_string())
}

fn length(text: &str) -> Option<SignedDuration> {
    // jiff also reads clock faces, and `18:00:00` is a time of the day to most.
    if text.contains(':') {
        return None;
    }
    let span = text.parse::<Span>().ok()?;
    // Months and years have no length of their own, and are no days either.
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (length.as_secs() > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-25T14:30:00.5Z".parse().expect("a time")
    }

    #[test]
    fn dates_and_times_stay_and_lengths_become_times() {
        for (typed, written) in [
            ("2026-12-01", "2026-12-01"),
            ("2026-11-25", "2026-11-25"),
            (" 2026-12-01 ", "2026-12-01"),
            ("2026-12-01T18:00:00+01:00", "2026-12-01T18:00:00+01:00"),
            ("8h", "2026-11-25T22:30:00Z"),
            ("3d", "2026-11-28T14:30:00Z"),
            ("2w", "2026-12-09T14:30:00Z"),
            ("1d12h", "2026-11-27T02:30:00Z"),
        ] {
            let read = read(typed, now()).expect("it can be told");
            assert_eq!(read, written, "{typed}");
            assert!(Until::parse(&read, &Zone::default()).is_some_and(|until| !until.is_over(now())), "{typed}");
        }
    }

    #[test]
    fn what_is_over_or_can_be_read_in_two_ways_is_refused() {
        for typed in [
            "",
            "soon",
            "3",
            "0d",
            "-3d",
            "3d ago",
            "1mo",
            "1y",
            "18:00:00",
            "2026-11-24",
            "2026-11-25T14:30:00Z",
            "01.12.2026",
            "12/01/2026",
            "2026-12-01T18:00:00",
            "2026-13-01",
            "99999999w",
            "\u{1b}[2J",
        ] {
            assert!(read(typed, now()).is_err(), "{typed:?}");
        }
    }
}
