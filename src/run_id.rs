//! The name of a run: in its journal, its lock, and the records that it leaves.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Such as `20261125-190342-3f9a1c`: the second in which the run began, in UTC, and six hexadecimal digits for the
/// millisecond and a random number, which tell apart the runs of one second. Names sort by time, and each is a legal
/// Kubernetes name and label value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

impl RunId {
    /// A name for a run that begins now.
    pub fn new(now: Timestamp) -> Self {
        Self::with(now, fastrand::u32(..))
    }

    fn with(now: Timestamp, random: u32) -> Self {
        let begun = now.to_zoned(TimeZone::UTC).strftime("%Y%m%d-%H%M%S").to_string();
        let milliseconds = now.subsec_millisecond().unsigned_abs();
        Self(format!("{begun}-{:06x}", (milliseconds << 14) | (random & 0x3fff)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the run began, to the second.
    pub fn started(&self) -> Option<Timestamp> {
        let begun = jiff::civil::DateTime::strptime("%Y%m%d-%H%M%S", self.0.get(..15)?).ok()?;
        Some(begun.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }
}

impl FromStr for RunId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = Self(text.to_owned());
        let random = text.get(15..).and_then(|rest| rest.strip_prefix('-'));
        let is_hexadecimal = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        let is_random = random.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(is_hexadecimal));
        if is_random && id.started().is_some_and(|begun| Self::with(begun, 0).0[..15] == text[..15]) {
            Ok(id)
        } else {
            Err(format!("{text:?} is not a valid run ID, such as 20261125-190342-3f9a1c"))
        }
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_after_the_second_it_began_in() {
        let begun: Timestamp = "2026-11-25T19:03:42.9Z".parse().expect("a time");
        let id = RunId::with(begun, 0xff3f_9a1c);
        assert_eq!(id.as_str(), "20261125-190342-e11a1c");
        assert_eq!(id.started(), "2026-11-25T19:03:42Z".parse().ok());
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn of_two_runs_that_began_in_the_same_second_the_later_one_sorts_behind() {
        let at = |text: &str, random| RunId::with(text.parse().expect("a time"), random);
        assert!(at("2026-11-25T19:03:42.001Z", u32::MAX) < at("2026-11-25T19:03:42.002Z", 0));
        assert!(at("2026-11-25T19:03:42.999Z", u32::MAX) < at("2026-11-25T19:03:43Z", 0));
    }

    #[test]
    fn whatever_else_a_user_types_is_no_name_of_a_run() {
        for text in [
            "",
            "20261125-190342",
            "20261125-190342-3F9A1C",
            "20261125-190342-3f9a1",
            "20261325-190342-3f9a1c",
            "20261125-190342-../../",
            "２0261125-190342-3f9a1c",
        ] {
            let expected = format!("{text:?} is not a valid run ID, such as 20261125-190342-3f9a1c");
            assert_eq!(text.parse::<RunId>(), Err(expected));
        }
    }
}
