//! The arguments of `keep`: the targets, `--until` and `--reason`. Pure.

use std::fmt;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use crate::app::CommandError;
use crate::policy::{NamePattern, Until, Zone};
use crate::release::Namespace;
use crate::sanitize::{self, quoted};

const TARGETS: &str = "write NAMESPACE or NAMESPACE/RELEASE; the namespace in full, the release by name or glob";
const ENDS: &str =
    "write a date (2026-12-01), a time with its offset (2026-12-01T18:00:00+01:00), or how long from now (8h, 3d)";
/// In characters.
const LONGEST_REASON: usize = 500;

/// A namespace, or some of its releases.
#[derive(Debug, Clone)]
pub(super) struct KeepTarget {
    pub(super) namespace: Namespace,
    /// None means all of them.
    releases: Option<NamePattern>,
}

impl KeepTarget {
    /// Parses targets, without duplicates.
    pub(super) fn parse_all(texts: &[String]) -> Result<Vec<Self>, CommandError> {
        let mut targets: Vec<Self> = Vec::new();
        for text in texts {
            let target = Self::parse(text)?;
            if !targets.iter().any(|known| known.to_string() == target.to_string()) {
                targets.push(target);
            }
        }
        Ok(targets)
    }

    fn parse(text: &str) -> Result<Self, CommandError> {
        let (namespace, releases) = text.split_once('/').map_or((text, None), |(left, right)| (left, Some(right)));
        let namespace = parse_namespace(namespace)?;
        match releases {
            // An entry `*` and no entry mean the same releases, so they must be the same ConfigMap.
            None | Some("*") => Ok(Self { namespace, releases: None }),
            Some(_) => {
                let pattern = NamePattern::releases_behind_slash("RELEASE", text).map_err(CommandError::flag)?;
                check_separators(&pattern)?;
                Ok(Self { namespace, releases: Some(pattern) })
            }
        }
    }

    pub(super) fn releases(&self) -> Vec<String> {
        self.releases.iter().map(|pattern| pattern.as_str().to_owned()).collect()
    }

    /// Whether a release of the namespace is meant.
    pub(super) fn matches(&self, release: &str) -> bool {
        self.releases.as_ref().is_none_or(|pattern| pattern.matches(release))
    }
}

impl fmt::Display for KeepTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let releases = self.releases.as_ref().map_or("*", NamePattern::as_str);
        write!(f, "{}/{releases}", self.namespace)
    }
}

/// A namespace in full.
pub(super) fn parse_namespace(text: &str) -> Result<Namespace, CommandError> {
    text.parse().map_err(|error| CommandError::usage(format!("{} is no namespace: {error}", quoted(text)), TARGETS))
}

/// The ConfigMap separates globs by commas and blanks, so a part of this glob would be read as another glob.
fn check_separators(pattern: &NamePattern) -> Result<(), CommandError> {
    let text = pattern.as_str();
    if text.contains(|character: char| character == ',' || character.is_whitespace()) {
        let what = format!("{} has a comma or a blank in it, which stand between releases", quoted(text));
        return Err(CommandError::usage(what, "name them one by one: NAMESPACE/RELEASE NAMESPACE/RELEASE"));
    }
    Ok(())
}

/// The end for the ConfigMap: a date or a time as it was typed, a duration as a time in UTC.
///
/// Each policy reads a date in its own zone. An end that is over in UTC is refused.
pub(super) fn parse_until(text: &str, now: Timestamp) -> Result<String, CommandError> {
    let text = text.trim();
    match Until::parse(text, &Zone::default()) {
        Some(until) if until.is_over(now) => {
            Err(CommandError::usage(format!("--until {} is over already", quoted(text)), "it would protect nothing"))
        }
        Some(_) => Ok(text.to_owned()),
        None => from_now(text, now)
            .ok_or_else(|| CommandError::usage(format!("--until {} is no end that can be told", quoted(text)), ENDS)),
    }
}

fn from_now(text: &str, now: Timestamp) -> Option<String> {
    let ends = now.checked_add(length(text)?).ok()?;
    // A user who types a length of time does not mean fractions of a second.
    Timestamp::from_second(ends.as_second()).ok().map(|ends| ends.to_string())
}

fn length(text: &str) -> Option<SignedDuration> {
    // jiff reads `18:00:00` as a duration, but most people mean a time of the day.
    if text.contains(':') {
        return None;
    }
    let span = text.parse::<Span>().ok()?;
    // Months and years do not have a fixed number of days.
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (length.as_secs() > 0).then_some(length)
}

/// The reason, checked because other people read it on their terminals.
pub(super) fn parse_reason(text: &str) -> Result<String, CommandError> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return Err(CommandError::usage("--reason is empty", "leave it out, or say why"));
    }
    if length > LONGEST_REASON {
        let hint = format!("say it in {LONGEST_REASON}");
        return Err(CommandError::usage(format!("--reason has {length} characters"), hint));
    }
    if let Some(hidden) = text.chars().find(|character| sanitize::is_hidden(*character)) {
        let what = format!("--reason has a character that nobody sees: {}", sanitize::code_point(hidden));
        return Err(CommandError::usage(what, "write one line"));
    }
    Ok(text.to_owned())
}

/// A user name from the cluster, if it is short and has no hidden characters.
pub(super) fn plain_name(name: String) -> Option<String> {
    let plain = !name.chars().any(sanitize::is_hidden) && name.chars().count() <= LONGEST_REASON;
    plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<Vec<String>, CommandError> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Ok(KeepTarget::parse_all(&texts)?.iter().map(ToString::to_string).collect())
    }

    /// What is wrong; of a pattern, what its excerpt says beside the place.
    #[track_caller]
    fn fault<T>(read: Result<T, CommandError>) -> String {
        match read.err().expect("it is refused") {
            CommandError::Error { error, .. } => error.to_string(),
            CommandError::Flag(errors) => {
                let text = errors.to_string();
                text.lines().find_map(|line| line.split_once("^ ")).expect("an excerpt").1.to_owned()
            }
            other => panic!("a command line is wrong: {other:?}"),
        }
    }

    #[test]
    fn a_namespace_alone_means_all_its_releases_and_each_is_taken_once() {
        let read = read(&["dev-a", "dev-a/web", "dev-a/*", "dev-b/db*", "dev-a/web"]).expect("all of them are legal");
        assert_eq!(read, ["dev-a/*", "dev-a/web", "dev-b/db*"]);
    }

    #[test]
    fn what_could_protect_nothing_or_something_else_is_refused() {
        const NAME: &str =
            "a name is made of lower-case letters, digits and `-`, and starts and ends with a letter or digit";
        for text in ["", "/", "/web"] {
            assert_eq!(fault(read(&[text])), "`` is no namespace: a name has at least one character", "{text:?}");
        }
        for text in ["dev-*", "Dev"] {
            assert_eq!(fault(read(&[text])), format!("`{text}` is no namespace: {NAME}"));
        }
        for (text, why) in [
            ("dev-a/", "it would match nothing: write a name or a glob"),
            ("dev-a/b/c", "names have no `/`; here namespaces and releases are separate keys"),
            ("dev-a/{web,db}", "`{web,db}` has a comma or a blank in it, which stand between releases"),
            ("dev-a/w eb", "an entry is one pattern: write several entries"),
            ("dev-a/\u{1b}", "a release consists of lower-case letters, digits, `-` and `.`, at most 53 of them"),
        ] {
            assert_eq!(fault(read(&[text])), why, "{text:?}");
        }
    }

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
            let read = parse_until(typed, now()).expect("it can be told");
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
            "01.12.2026",
            "12/01/2026",
            "2026-12-01T18:00:00",
            "2026-13-01",
            "99999999w",
            "\u{1b}[2J",
        ] {
            let shown = typed.replace('\u{1b}', "\\u{1b}");
            assert_eq!(fault(parse_until(typed, now())), format!("--until `{shown}` is no end that can be told"));
        }
        for typed in ["2026-11-24", "2026-11-25T14:30:00Z"] {
            assert_eq!(fault(parse_until(typed, now())), format!("--until `{typed}` is over already"));
        }
    }

    #[test]
    fn a_reason_is_one_line_of_bounded_length() {
        assert_eq!(parse_reason(" customer démo ").ok().as_deref(), Some("customer démo"));
        let long = "ä".repeat(LONGEST_REASON);
        assert_eq!(parse_reason(&long).ok().as_deref(), Some(&*long));
        for (text, says) in [
            (&*format!("{long}ä"), &*format!("--reason has {} characters", LONGEST_REASON + 1)),
            ("", "--reason is empty"),
            ("  ", "--reason is empty"),
            ("two\nlines", "--reason has a character that nobody sees: U+000A"),
            ("a\u{1b}[31m", "--reason has a character that nobody sees: U+001B"),
            ("a\u{202e}b", "--reason has a character that nobody sees: U+202E"),
        ] {
            assert_eq!(fault(parse_reason(text)), says, "{text:?}");
        }
    }
}
