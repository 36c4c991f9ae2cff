//! Values of flags, read by the same rules as the keys of a policy that they stand beside.
//!
//! A flag's value is a file of one line: a fault in it is shown with the same excerpt.

use std::time::Duration;

use super::decode::{Reader, Slot, schema};
use super::document::{Node, Scalar, Style, Value};
use super::fault::{Diagnostic, Diagnostics, ErrorReported, PolicyErrors};
use super::keys::{self, KeepEntry};
use super::pattern::{NamePattern, Names, Written};
use super::source::{Source, Span};

impl KeepEntry {
    /// Reads the short form, `namespace/release`, from the value of a flag.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn from_flag(flag: &str, text: &str) -> Result<Self, PolicyErrors> {
        read(flag, text, |node, reader| match &node.value {
            Value::Scalar(scalar) => keys::read_short(scalar, reader),
            _ => reader.refuse(Diagnostic::at(node.span, "this is not `namespace/release`")),
        })
    }
}

impl NamePattern {
    /// Reads the glob over releases behind the first `/` of a value.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn releases_behind_slash(flag: &str, text: &str) -> Result<Self, PolicyErrors> {
        let start = text.find('/').map_or(0, |slash| slash + 1);
        read(flag, text, |node, reader| match &node.value {
            Value::Scalar(scalar) => Self::read(&Written::all(scalar).sub(start..text.len()), Names::Releases, reader),
            _ => reader.refuse(Diagnostic::at(node.span, "this is no release")),
        })
    }
}

/// Reads a timeout from the value of a flag.
///
/// # Errors
///
/// All that is wrong with it.
pub fn timeout_from_flag(flag: &str, text: &str) -> Result<Duration, PolicyErrors> {
    read(flag, text, |node, reader| keys::read_timeout(&Slot::of_flag(flag, node), reader))
}

/// Reads how old something has to be from the value of a flag.
///
/// # Errors
///
/// All that is wrong with it.
pub fn age_from_flag(flag: &str, text: &str) -> Result<Duration, PolicyErrors> {
    read(flag, text, |node, reader| Slot::of_flag(flag, node).duration(AGES, reader))
}

/// Long enough for anybody.
const AGES: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24 * 3_650);

fn read<T>(
    flag: &str,
    text: &str,
    value: impl FnOnce(&Node, &mut Reader<'_>) -> Result<T, ErrorReported>,
) -> Result<T, PolicyErrors> {
    let source = Source::new(flag, text.to_owned());
    let span = Span::new(0, text.len());
    let scalar = Scalar::new(text.to_owned(), Style::Plain, span, text);
    let mut reader = Reader::new(&source, &schema::LEVELS, Diagnostics::default());
    let value = value(&Node { span, value: Value::Scalar(scalar) }, &mut reader);
    let faults = reader.into_findings().into_faults();
    match value {
        Ok(value) if faults.is_empty() => Ok(value),
        _ => Err(PolicyErrors::new(source, faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flags_value_is_read_like_an_entry_of_the_policy() {
        assert_eq!(
            KeepEntry::from_flag("--keep", "dev-*/vault").map(|entry| entry.as_str().to_owned()),
            Ok("dev-*/vault".to_owned())
        );
        for text in ["", "vault", "a/b/c", "DEV/x", "dev/^x$"] {
            assert!(KeepEntry::from_flag("--keep", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_glob_behind_a_namespace_is_one_over_releases() {
        let read = |text| NamePattern::releases_behind_slash("RELEASE", text);
        assert_eq!(read("dev-a/db*").map(|pattern| pattern.as_str().to_owned()), Ok("db*".to_owned()));
        for text in ["dev-a/", "dev-a/b/c", "dev-a/DB", "dev-a/["] {
            assert!(read(text).is_err(), "{text}");
        }
        let faults = read("dev-a/DB").expect_err("no release has upper-case letters");
        assert!(faults.to_string().contains("RELEASE:1:7"), "{faults}");
    }

    #[test]
    fn a_fault_in_a_flag_is_shown_with_the_flag_as_its_file() {
        let faults = timeout_from_flag("--timeout", "300").expect_err("a number without a unit");
        assert!(faults.to_string().contains("--> --timeout:1:1"), "{faults}");
        assert_eq!(timeout_from_flag("--timeout", "90s"), Ok(Duration::from_secs(90)));
    }
}
