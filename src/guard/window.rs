//! Is it time? Pure.

use jiff::Timestamp;

use super::Refusal;
use crate::policy::{Opening, Policy};

/// How the windows of all policies stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowStatus {
    /// The first end of an open window: what is not begun by then is not begun.
    pub deadline: Option<Timestamp>,
    /// The windows that are closed.
    pub refusals: Vec<Refusal>,
}

/// Looks at the windows at a moment.
pub fn windows(policies: &[Policy], now: Timestamp) -> WindowStatus {
    let mut hours = WindowStatus { deadline: None, refusals: Vec::new() };
    for policy in policies {
        let Some(window) = &policy.window else { continue };
        match window.at(now, &policy.time_zone) {
            Opening::Open(until) => {
                hours.deadline = Some(hours.deadline.map_or(until, |known| known.min(until)));
            }
            Opening::Closed(next) => hours.refusals.push(Refusal::WindowClosed {
                place: window.place.clone(),
                now: shown(now, policy),
                opens: next.map(|opens| format!("{} ({})", shown(opens, policy), opens.strftime("%H:%M UTC"))),
            }),
        }
    }
    hours
}

/// On the clock of the policy's zone: `Tue 24 Nov 19:00 Europe/Amsterdam`.
fn shown(time: Timestamp, policy: &Policy) -> String {
    let zoned = time.to_zoned(policy.time_zone.get().clone());
    format!("{} {}", zoned.strftime("%a %-d %b %H:%M"), policy.time_zone)
}
