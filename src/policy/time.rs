//! Everything about time in a policy: the zone, ends of exceptions, and the window of a run.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use super::decode::{Decoded, Field};
use super::suggest::most_alike;
use crate::location::Location;
use crate::sanitize::quoted;

/// A time zone of the IANA database; UTC if the policy names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// A zone by its name, letter by letter, from the database inside the program.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        // The database is not strict about capitals, and knows a name for "not known".
        let is_exact = zone.iana_name() == Some(name) && !zone.is_unknown();
        is_exact.then_some(Self(zone))
    }

    pub(super) fn read(field: &Field<'_>) -> Decoded<Self> {
        let name = field.text()?.text.as_str();
        let refused = || field.refuse(format!("{} is not a valid time zone", quoted(name)), meant_zone(name));
        Self::named(name).map_or_else(refused, Ok)
    }

    /// For jiff's arithmetic.
    pub fn get(&self) -> &TimeZone {
        &self.0
    }

    /// The name in the database, which is the name in the policy.
    pub fn as_str(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an unknown name was probably meant to be.
fn meant_zone(text: &str) -> String {
    const EXAMPLE: &str = "write a name of the IANA database, as in `Europe/Amsterdam`";
    let is_word = text.chars().all(|character| character.is_alphabetic() || matches!(character, '_' | '-' | '/' | ' '));
    if text.len() > 64 || text.is_empty() {
        return EXAMPLE.to_owned();
    }
    if text.contains(['+', ':']) || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return format!("an offset does not follow summer time: {EXAMPLE}");
    }
    if text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return format!("an abbreviation can mean more than one time zone: {EXAMPLE}");
    }
    match is_word.then(|| closest_zone(text)).flatten() {
        Some(name) => format!("did you mean `{name}`?"),
        None => EXAMPLE.to_owned(),
    }
}

/// The name that is most like it, as a whole or in its last part, because people write the city alone.
fn closest_zone(text: &str) -> Option<String> {
    let folded = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let text = folded(text);
    let likeness = |name: &String| {
        let name = folded(name);
        let city = name.rsplit('/').next().unwrap_or_default();
        let whole = strsim::jaro_winkler(&name, &text);
        if text.contains('/') { whole } else { whole.max(strsim::jaro_winkler(city, &text)) }
    };
    let database = TimeZoneDatabase::bundled();
    most_alike(database.available().map(|name| name.as_str().to_owned()), likeness, 0.85)
}

/// The end of an exception: a date lasts to the end of that day, a time to that instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    /// The first instant at which it holds no more.
    pub(crate) ends: Timestamp,
    written: String,
}

impl Until {
    /// Reads a date (`2026-12-01`: to the end of that day in the zone) or a time with its offset
    /// (`2026-12-01T18:00:00+01:00`). Nothing else, because an end that is guessed keeps forever, or not at all.
    pub(crate) fn parse(text: &str, zone: &Zone) -> Option<Self> {
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

    /// Reads a date or a time. One that is over is valid: the plan shows it. `zone` is `None` if it could not be read.
    pub(super) fn read(field: &Field<'_>, zone: Option<&Zone>) -> Decoded<Self> {
        let text = field.text()?.text.as_str();
        if let Some(until) = Self::parse(text, zone.unwrap_or(&Zone::default())) {
            return Ok(until);
        }
        if is_date(text) {
            return field.refuse(format!("there is no day {}", quoted(text)), "");
        }
        if let Ok(time) = text.parse::<DateTime>() {
            return field.refuse(format!("{} is a time without an offset", quoted(text)), with_offset(time, zone));
        }
        if text.parse::<jiff::Span>().is_ok() {
            let label = "a duration would start again with every run: write the end date, as in `2026-12-01`";
            return field.refuse(format!("{} must be a date, found a duration", field.name), label);
        }
        let label = "write a date, as in `2026-12-01`, or a time, as in `2026-12-01T18:00:00+01:00`";
        field.refuse(format!("{} is not a valid date", quoted(text)), label)
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }
}

/// The same time with the offset of the policy's zone, unless a change of clocks leaves it out or repeats it.
fn with_offset(time: DateTime, zone: Option<&Zone>) -> String {
    match zone.and_then(|zone| zone.get().to_ambiguous_zoned(time).unambiguous().ok()) {
        Some(time) => format!("write `{}`, or a date alone", time.strftime("%Y-%m-%dT%H:%M:%S%:z")),
        None => "write it with its offset, as in `2026-12-01T18:00:00+01:00`, or a date alone".to_owned(),
    }
}

/// Four digits, two and two.
fn is_date(text: &str) -> bool {
    text.split('-').map(str::len).eq([4, 2, 2]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

/// `window`: when a run may happen, on some days of the week; over midnight if `to` is not after `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The days on which it opens; never empty.
    pub(crate) days: Vec<Day>,
    pub(crate) from: TimeOfDay,
    /// On the same day or the next. Midnight is the end of a day.
    pub(crate) to: TimeOfDay,
    pub(crate) place: Location,
}

pub(crate) type Day = jiff::civil::Weekday;

/// A time on the clock of the policy's zone.
pub(crate) type TimeOfDay = jiff::civil::Time;

/// Whether a window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowState {
    /// Until this instant.
    Open(Timestamp),
    /// It opens at this instant; `None` if that is later than any time that can be calculated.
    Closed(Option<Timestamp>),
}

impl Window {
    /// Its state at an instant. A time of the day that a change of clocks leaves out comes as much later as the
    /// clocks go forward; a window opens at the first of a time that comes twice, and closes at the last.
    pub fn at(&self, now: Timestamp, zone: &Zone) -> WindowState {
        let today = now.to_zoned(zone.get().clone()).date();
        // Yesterday's may still be open. Each weekday comes twice in a fortnight: one may fall out with a change of clocks.
        let days = today.yesterday().unwrap_or(today).series(1.day()).take(16);
        let windows = days.filter_map(|day| self.on(day, zone)).collect::<Vec<_>>();
        match windows.iter().find(|(opens, closes)| (*opens..*closes).contains(&now)) {
            Some((_, closes)) => WindowState::Open(*closes),
            None => WindowState::Closed(windows.iter().map(|(opens, _)| *opens).filter(|opens| *opens > now).min()),
        }
    }

    pub(super) fn read(field: &Field<'_>) -> Decoded<Self> {
        use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        const DAYS: [Day; 7] = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
        let fields = field.section()?;
        let days = fields.required("days", |field| field.distinct(|item| item.choice_or(&DAYS, no_day)));
        let from = fields.required("from", read_time);
        let to = fields.required("to", |field| {
            let is_end_of_day = field.text()?.text == "24:00";
            if is_end_of_day { Ok((TimeOfDay::midnight(), "24:00")) } else { read_time(field) }
        });
        let (days, (from, opens), (to, closes)) = (days?, from?, to?);
        if opens == closes {
            let message = format!("this window opens and closes at {}", quoted(opens));
            return field.refuse(message, "for a whole day write `from: \"00:00\", to: \"24:00\"`");
        }
        Ok(Self { days, from, to, place: field.decoder.place(field.key_span()) })
    }

    /// When the window of a day opens and closes, if there is one.
    fn on(&self, day: jiff::civil::Date, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(&day.weekday()) {
            return None;
        }
        let last = if self.to > self.from { day } else { day.tomorrow().ok()? };
        let opens = zone.get().to_ambiguous_zoned(day.to_datetime(self.from)).compatible().ok()?.timestamp();
        let closes = zone.get().to_ambiguous_zoned(last.to_datetime(self.to)).later().ok()?.timestamp();
        (opens < closes).then_some((opens, closes))
    }
}

/// Words for several days.
fn no_day(word: &str) -> Option<String> {
    let is_several = ["-", "..", "week", "every", "all", "daily"].iter().any(|sign| word.contains(sign));
    is_several.then(|| "list the days, as in `[mon, tue, wed]`".to_owned())
}

/// Reads a time, and its text too: `00:00` and `24:00` are not the same end of a day.
fn read_time<'d>(field: &Field<'d>) -> Decoded<(TimeOfDay, &'d str)> {
    let text = field.text()?.text.as_str();
    let label = match hours_and_minutes(text) {
        Some((24, 0)) => "a day starts at `00:00`",
        Some((hour, minute)) => match TimeOfDay::new(hour, minute, 0, 0) {
            Ok(time) => return Ok((time, text)),
            Err(_) => "a day ends at `24:00`, an hour at `:59`",
        },
        None => "write hours and minutes with two digits each, as in `\"09:30\"` or `\"19:00\"`",
    };
    field.refuse(format!("{} is not a valid time", quoted(text)), label)
}

/// Two digits each.
fn hours_and_minutes(text: &str) -> Option<(i8, i8)> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (two_digits(hours) && two_digits(minutes)).then_some(())?;
    Some((hours.parse().ok()?, minutes.parse().ok()?))
}

#[cfg(test)]
#[path = "time_test.rs"]
mod tests;
