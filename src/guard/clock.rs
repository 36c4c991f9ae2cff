//! Whether the own clock and the API server's agree. Pure.

use jiff::SignedDuration;

use super::{Interactivity, Refusal};

/// With a larger difference, a person must see the plan.
const MAX_UNATTENDED: SignedDuration = SignedDuration::from_mins(5);

/// Refuses an unattended run if the clocks differ so much that one of them is wrong. `difference` is how far the own clock
/// is ahead.
pub(crate) fn clocks(difference: SignedDuration, interactivity: Interactivity) -> Option<Refusal> {
    let is_wrong = interactivity != Interactivity::Attended && difference.abs() > MAX_UNATTENDED;
    is_wrong.then(|| Refusal {
        guard: "clock",
        message: clocks_text(difference),
        hint: "set the clock of this machine (NTP); a run at a terminal goes on with the clock that is behind",
    })
}

/// The difference in a sentence.
pub(crate) fn clocks_text(difference: SignedDuration) -> String {
    let (hours, minutes) = (difference.abs().as_hours(), difference.abs().as_mins() % 60);
    let length = if hours == 0 { format!("{minutes} min") } else { format!("{hours} h {minutes} min") };
    let direction = if difference.is_negative() { "behind" } else { "ahead of" };
    format!("the clock of this machine is {length} {direction} that of the API server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_by_more_than_five_minutes_refuse_what_no_person_sees() {
        for (minutes, unattended) in [(0, false), (5, false), (-5, false), (6, true), (-6, true), (120, true)] {
            let refused = |interactivity| clocks(SignedDuration::from_mins(minutes), interactivity).is_some();
            assert_eq!(refused(Interactivity::Unattended), unattended, "{minutes}");
            assert_eq!(refused(Interactivity::InPod), unattended, "{minutes}");
            assert!(!refused(Interactivity::Attended), "{minutes}");
        }
    }

    #[test]
    fn the_difference_is_printed_with_its_direction() {
        let text = |minutes| clocks_text(SignedDuration::from_mins(minutes));
        assert_eq!(text(130), "the clock of this machine is 2 h 10 min ahead of that of the API server");
        assert_eq!(text(-2), "the clock of this machine is 2 min behind that of the API server");
    }
}
