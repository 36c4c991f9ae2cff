//! Small things said the same everywhere: numbers with their noun, ages, durations.

use std::time::Duration;

/// `1 release`, `2 releases`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// An age as kubectl shows it: one unit, the largest that has at least two of them, or one of days.
pub fn age(since: Duration) -> String {
    let seconds = since.as_secs();
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7_199 => format!("{}m", seconds / 60),
        7_200..=172_799 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// How long something took: `0.4s`, `12.3s`, `2m 05s`.
pub fn seconds(took: Duration) -> String {
    if took < Duration::from_mins(1) {
        format!("{:.1}s", took.as_secs_f64())
    } else {
        format!("{}m {:02}s", took.as_secs() / 60, took.as_secs() % 60)
    }
}

/// `, after 3 attempts`; nothing where one was enough.
pub(super) fn after_attempts(attempts: u32) -> String {
    if attempts > 1 { format!(", after {attempts} attempts") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_one_unit() {
        for (seconds, text) in
            [(0, "0s"), (119, "119s"), (120, "2m"), (7_200, "2h"), (172_800, "2d"), (3_542_400, "41d")]
        {
            assert_eq!(age(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4s");
        assert_eq!(seconds(Duration::from_secs(125)), "2m 05s");
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!((plural(1, "release"), plural(0, "release")), ("1 release".into(), "0 releases".into()));
    }
}
