//! `window`: when a run may happen. It belongs to the day on which it opens.

use jiff::Timestamp;

use super::Zone;
use crate::place::Place;

/// A stretch of time on some days of the week; over midnight where `to` is not after `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The days on which it opens; never empty.
    pub days: Vec<Day>,
    /// When it opens on them.
    pub from: TimeOfDay,
    /// When it closes, on the same day or the next.
    pub to: TimeOfDay,
    /// Where it is written.
    pub place: Place,
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
        // Yesterday's may still be open; of eight days each weekday comes at least once.
        let mut day = today.yesterday().unwrap_or(today);
        for _ in 0..10 {
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
