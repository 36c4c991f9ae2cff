//! `window`: when a run may happen. It belongs to the day on which it opens.

use jiff::Timestamp;

use super::Zone;
use crate::location::Location;
use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// A stretch of time on some days of the week; over midnight where `to` is not after `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The days on which it opens; never empty.
    pub days: Vec<Day>,
    /// When it opens on them.
    pub from: TimeOfDay,
    /// When it closes, on the same day or the next. Midnight is the end of a day.
    pub to: TimeOfDay,
    /// Where it is written.
    pub place: Location,
}

/// A day of the week.
pub type Day = jiff::civil::Weekday;

/// A time on the clock of the policy's zone.
pub type TimeOfDay = jiff::civil::Time;

/// Whether a window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It is, until this instant, which is a deadline.
    Open(Timestamp),
    /// It is not, and opens at this instant; `None` where that lies beyond what can be reckoned.
    Closed(Option<Timestamp>),
}

impl Window {
    /// How it stands at an instant. A time of the day that a change of clocks leaves out comes as much later as the
    /// clocks go forward; one that comes twice opens at its first and closes at its last.
    pub fn at(&self, now: Timestamp, zone: &Zone) -> Opening {
        let today = now.to_zoned(zone.get().clone()).date();
        let mut next = None;
        // Yesterday's may still be open. Each weekday comes twice in a fortnight: once a change of clocks may swallow it.
        let mut day = today.yesterday().unwrap_or(today);
        for _ in 0..16 {
            if let Some((opens, closes)) = self.on(day, zone) {
                if opens <= now && now < closes {
                    return Opening::Open(closes);
                }
                if opens > now {
                    next = Some(next.map_or(opens, |known: Timestamp| known.min(opens)));
                }
            }
            let Ok(following) = day.tomorrow() else { break };
            day = following;
        }
        Opening::Closed(next)
    }

    /// The window that opens on a day, where one does.
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

pub(in crate::policy::keys) fn read(
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<Option<Window>, ErrorReported> {
    fields.optional("window", reader, read_window)
}

const DAYS: &[(&str, Day)] = &[
    ("mon", Day::Monday),
    ("tue", Day::Tuesday),
    ("wed", Day::Wednesday),
    ("thu", Day::Thursday),
    ("fri", Day::Friday),
    ("sat", Day::Saturday),
    ("sun", Day::Sunday),
];

fn read_window(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Window, ErrorReported> {
    let mut fields = slot.fields(&schema::WINDOW, reader)?;
    let days = fields.required("days", reader, |slot, reader| {
        slot.distinct(reader, |item, reader| item.one_of_or(DAYS, no_day, reader))
    });
    let from = fields.required("from", reader, |slot, reader| read_time(slot, Bound::From, reader));
    let to = fields.required("to", reader, |slot, reader| read_time(slot, Bound::To, reader));
    let (days, (from, opens), (to, closes)) = (days?, from?, to?);
    if opens == closes {
        let fault = Diagnostic::at(slot.span(), format!("this window opens and closes at {}", quoted(opens)));
        return reader.refuse(fault.label("for a whole day write `from: \"00:00\", to: \"24:00\"`"));
    }
    Ok(Window { days, from, to, place: reader.place(slot.key_span()) })
}

/// Words for several days.
fn no_day(word: &str) -> Option<String> {
    let is_several = ["-", "..", "week", "every", "all", "daily"].iter().any(|sign| word.contains(sign));
    is_several.then(|| "write the days out, as in `[mon, tue, wed]`".to_owned())
}

/// Which end of a window a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    From,
    To,
}

/// Reads a time, and hands it back as it is written too: `00:00` and `24:00` are not the same end of a day.
fn read_time<'n>(
    slot: &Slot<'n>,
    bound: Bound,
    reader: &mut Reader<'_>,
) -> Result<(TimeOfDay, &'n str), ErrorReported> {
    let scalar = slot.text(reader)?;
    let text = scalar.text.as_str();
    let label = match (hours_and_minutes(text), bound) {
        (Some((24, 0)), Bound::To) => return Ok((TimeOfDay::midnight(), text)),
        (Some((24, 0)), Bound::From) => "a day starts at `00:00`",
        (Some((hour, minute)), _) => match TimeOfDay::new(hour, minute, 0, 0) {
            Ok(time) => return Ok((time, text)),
            Err(_) => "a day ends at `24:00`, an hour at `:59`",
        },
        (None, _) => "write hours and minutes with two digits each, as in `\"09:30\"` or `\"19:00\"`",
    };
    let message = format!("{} is no time of the day", quoted(text));
    reader.refuse(Diagnostic::at(scalar.content(), message).label(label))
}

/// Two digits each.
fn hours_and_minutes(text: &str) -> Option<(i8, i8)> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (two_digits(hours) && two_digits(minutes)).then_some(())?;
    Some((hours.parse().ok()?, minutes.parse().ok()?))
}
