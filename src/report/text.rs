//! Texts that many screens need: numbers with their noun, ages, durations, lists.

use std::fmt::Display;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::sanitize;

/// `1 release`, `2 releases`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `a, b, c`; if there are more than `most`, so many of them and the number of the others: `a, b and 7 more`.
pub(crate) fn list<T: Display>(items: impl IntoIterator<Item = T>, most: usize) -> String {
    let mut items = items.into_iter();
    let named = items.by_ref().take(most).map(|item| item.to_string()).collect::<Vec<_>>().join(", ");
    match items.count() {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// At most so many lines about a release each, and one that counts the other releases.
pub(super) fn first_lines(
    mut lines: impl Iterator<Item = String>,
    most: usize,
    others: impl FnOnce(String) -> String,
) -> Vec<String> {
    let mut shown = lines.by_ref().take(most).collect::<Vec<_>>();
    let more = lines.count();
    shown.extend((more > 0).then(|| others(plural(more, "more release"))));
    shown
}

/// An age as kubectl shows it, in the largest unit of which there are at least two.
pub(super) fn age(since: Duration) -> String {
    let seconds = since.as_secs();
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7_199 => format!("{}m", seconds / 60),
        7_200..=172_799 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// The age of a time, 0 if it is in the future, and `?` if it is not known.
pub(super) fn age_at(time: Option<jiff::Timestamp>, now: jiff::Timestamp) -> String {
    let since = time.map(|time| Duration::try_from(now.duration_since(time)).unwrap_or_default());
    since.map_or_else(|| "?".to_owned(), age)
}

/// How long something took: `0.4s`, `12.3s`, `2m 05s`.
pub(super) fn seconds(took: Duration) -> String {
    if took < Duration::from_mins(1) {
        format!("{:.1}s", took.as_secs_f64())
    } else {
        format!("{}m {:02}s", took.as_secs() / 60, took.as_secs() % 60)
    }
}

/// A bound of time as Helm writes it: `90s`, `16m`, `5m30s`.
pub(super) fn bound(time: Duration) -> String {
    match (time.as_secs() / 60, time.as_secs() % 60) {
        (0 | 1, _) => format!("{}s", time.as_secs()),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

/// How long something took, from an untrusted number; empty if it is not a duration.
pub(super) fn seconds_of(number: f64) -> String {
    Duration::try_from_secs_f64(number).map(seconds).unwrap_or_default()
}

/// `, after 3 attempts`; empty if one was enough.
pub(super) fn after_attempts(attempts: u32) -> String {
    if attempts > 1 { format!(", after {attempts} attempts") } else { String::new() }
}

/// The words of a text in lines that are no wider than this, if no single word is.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => line.extend([" ", word]),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Later lines of a text stand under its first.
pub(super) fn indented(text: &str, columns: usize) -> String {
    let text = sanitize::sentence(text.trim_end());
    text.replace('\n', &format!("\n{}", " ".repeat(columns)))
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
    fn a_list_names_some_and_counts_the_others() {
        assert_eq!((list([1, 2], 2), list([1, 2, 3], 2)), ("1, 2".into(), "1, 2 and 1 more".into()));
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!((plural(1, "release"), plural(0, "release")), ("1 release".into(), "0 releases".into()));
    }
}
