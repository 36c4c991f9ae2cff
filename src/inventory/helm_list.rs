//! The list of releases by `helm list`, entry by entry: an entry that cannot be read does not affect the others. It is used
//! if the API client cannot connect and helm can.
//!
//! Helm 3 and Helm 4 print the same, byte for byte. Helm leaves out a record that it cannot decode, without a word:
//! the release then shows with an older revision, most often a superseded one, or not at all.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::contents::{Collector, content_of};
use super::record::HelmRecord;
use super::{Contents, InventoryError, Listing, ObjectLists, UnreadableRelease};
use crate::cluster::Connection;
use crate::helm::{self, Failure, FailureClass, Helm};
use crate::parallel::run_workers;
use crate::release::{Chart, Content, Known, Release, ReleaseId, Revision, Status};
use crate::signal::{CancelLevel, CancelToken};

/// How many helm processes at a time show what releases hold.
const SIDE_BY_SIDE: usize = 8;

/// Lists with helm.
#[derive(Debug, Clone)]
pub struct HelmInventory {
    pub helm: Helm,
    /// The pinned cluster.
    pub connection: Connection,
    /// How long helm may take for the list.
    pub deadline: Duration,
    /// Cancels a list in progress.
    pub stop: CancelToken,
}

impl HelmInventory {
    /// Lists every release in every state.
    ///
    /// # Errors
    /// If helm does not, or its list is not one.
    pub fn list(&self) -> Result<Listing, InventoryError> {
        let json = helm::list(&self.helm, &self.connection, self.deadline, &self.stop).map_err(InventoryError::Helm)?;
        Ok(without_replaced(read(&json)?))
    }

    /// Reads what releases of a list hold: each has its content, or the reason why it is unknown.
    ///
    /// # Errors
    /// If helm could not be started.
    pub fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        let waiting = Mutex::new(releases.iter());
        let (found, not_started) = (Mutex::new(Collector::default()), Mutex::new(None));
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        run_workers(SIDE_BY_SIDE.min(releases.len()), || {
            while let Some(release) = next().filter(|_| self.stop.level() < CancelLevel::Terminate) {
                let content = match self.content(release, lists) {
                    Ok(content) => content,
                    Err(error) => return *not_started.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
                };
                found.lock().unwrap_or_else(PoisonError::into_inner).add(release, content);
            }
        });
        match not_started.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(InventoryError::Helm(error)),
            None => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner).contents),
        }
    }

    /// What a release holds, or why helm does not show it. An error means that helm could not be started.
    fn content(&self, release: &Release, lists: ObjectLists) -> Result<Result<Content, String>, Failure> {
        match helm::record(&self.helm, &self.connection, &release.id, &self.stop) {
            Ok(json) => Ok(read_content(release, &json, lists)),
            Err(error) if error.class == FailureClass::CannotStart => Err(error),
            Err(error) => Ok(Err(format!("`helm list` does not show it: {}", error.message.all()))),
        }
    }
}

fn read_content(release: &Release, json: &[u8], lists: ObjectLists) -> Result<Content, String> {
    let record = HelmRecord::read(json).map_err(|why| format!("cannot read its entry in `helm list`: {why}"))?;
    // Helm does not show the chart here; its list does.
    let content = content_of(release, &record, lists)?;
    Ok(Content { chart: release.chart.clone(), ..content })
}

/// If helm cannot decode the newest revision, it shows the one before, which is mostly superseded.
fn without_replaced(listing: Listing) -> Listing {
    let (doubtful, releases) =
        listing.releases.into_iter().partition::<Vec<_>, _>(|release| release.status == Status::Superseded);
    let mut unreadable = listing.unreadable;
    let why = "its newest revision is superseded, and a newer one may exist";
    unreadable.extend(doubtful.iter().map(|release| named(&release.id, why.to_owned())));
    unreadable.sort();
    Listing { releases, unreadable, ..listing }
}

/// Reads what `helm list -o json` prints.
///
/// # Errors
/// If it is not a complete JSON list of objects. Helm prints `[]` for no releases, so empty output is an error too.
pub fn read(json: &[u8]) -> Result<Listing, InventoryError> {
    let (mut releases, mut unreadable) = (Vec::new(), Vec::new());
    let mut take = |entry: &Map<String, Value>| match read_entry(entry) {
        Ok(release) => releases.push(release),
        Err(entry) => unreadable.push(entry),
    };
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = reader.deserialize_seq(Entries(&mut take)).and_then(|()| reader.end());
    read.map_err(|error| InventoryError::Format(error.to_string()))?;
    releases.sort_by(|left: &Release, right| left.id.cmp(&right.id));
    let twice = releases.windows(2).filter(|pair| pair[0].id == pair[1].id).map(|pair| pair[0].id.clone());
    let twice = twice.collect::<BTreeSet<_>>();
    releases.retain(|release| !twice.contains(&release.id));
    unreadable.extend(twice.iter().map(|id| named(id, "it is listed more than once".to_owned())));
    unreadable.sort();
    Ok(Listing { releases, unreadable, ..Listing::default() })
}

/// Passes on the entries one by one, because all of them at once would need more memory than the rest of this program.
struct Entries<'a>(&'a mut dyn FnMut(&Map<String, Value>));

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element()? {
            (self.0)(&entry);
        }
        Ok(())
    }
}

fn read_entry(entry: &Map<String, Value>) -> Result<Release, UnreadableRelease> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    let namespace = text("namespace").parse().ok();
    let unreadable = |why: String| UnreadableRelease { namespace: namespace.clone(), name: shown_name(entry), why };
    let Some(in_namespace) = namespace.clone() else {
        return Err(unreadable(format!("its namespace is {}", shown(entry.get("namespace")))));
    };
    let name =
        text("name").parse().map_err(|error| unreadable(format!("its name is not a valid release name: {error}")))?;
    let revision = text("revision").parse().ok().filter(|number| *number > 0).map(Revision);
    let revision = revision.ok_or_else(|| unreadable(format!("its revision is {}", shown(entry.get("revision")))))?;
    let status = Status::parse(text("status"));
    let status = status.ok_or_else(|| unreadable(format!("its status is {}", shown(entry.get("status")))))?;
    Ok(Release {
        id: ReleaseId { namespace: in_namespace, name },
        revision,
        status,
        chart: Chart::from_name_and_version(text("chart")),
        // Helm prints `-` if it has no time. A release of unknown age is kept if a rule depends on the age.
        updated: text("updated").parse().ok().into(),
        record: Known::Unknown,
        labels: Known::Unknown,
    })
}

fn named(id: &ReleaseId, why: String) -> UnreadableRelease {
    UnreadableRelease { namespace: Some(id.namespace.clone()), name: id.name.to_string(), why }
}

fn shown_name(entry: &Map<String, Value>) -> String {
    match entry.get("name") {
        Some(Value::String(name)) if !name.is_empty() => name.chars().take(100).collect(),
        other => shown(other),
    }
}

/// A value as it came, short enough for a sentence.
fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_owned(), |value| value.to_string().chars().take(100).collect())
}

#[cfg(test)]
#[path = "helm_list_fuzz_test.rs"]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    /// As Helm 3.21.4 and 4.2.4 print it.
    const ENTRY: &str = r#"{"name":"x3","namespace":"t6","revision":"12","updated":"2026-11-23T14:46:27+09:00","status":"pending-upgrade","chart":"c-0.1.0","app_version":"1"}"#;

    fn with(key: &str, value: &str) -> String {
        let mut entry: Map<String, Value> = serde_json::from_str(ENTRY).expect("the sample is JSON");
        entry.insert(key.to_owned(), serde_json::from_str(value).expect("the value is JSON"));
        Value::Object(entry).to_string()
    }

    #[test]
    fn an_entry_as_helm_prints_it_is_read_whole() {
        let listing = read(format!("[{ENTRY}]\n").as_bytes()).expect("a list");
        let release = &listing.releases[0];
        assert_eq!(release.id.to_string(), "t6/x3");
        assert_eq!((release.revision, release.status), (Revision(12), Status::PendingUpgrade));
        assert_eq!(release.updated, Known::Is("2026-11-23T05:46:27Z".parse().expect("a time")));
        assert!(listing.unreadable.is_empty());
    }

    #[test]
    fn what_is_no_list_as_a_whole_is_an_error() {
        for (text, why) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("null", "invalid type: null, expected a list at line 1 column 4"),
            ("{}", "invalid type: map, expected a list at line 1 column 0"),
            ("[1]", "invalid type: integer `1`, expected a map at line 1 column 2"),
            ("[null]", "invalid type: null, expected a map at line 1 column 5"),
            ("WARNING: x\n[]", "expected value at line 1 column 1"),
            ("[] []", "trailing characters at line 1 column 4"),
            (&format!("[{ENTRY}"), "EOF while parsing a list at line 1 column 148"),
            ("\u{feff}[]", "expected value at line 1 column 1"),
        ] {
            let error = read(text.as_bytes()).expect_err(text).to_string();
            assert_eq!(error, format!("cannot read the output of `helm list`: {why}"), "{text:?}");
        }
        assert_eq!(read(b"[]\n").expect("an empty list"), Listing::default());
    }

    #[test]
    fn an_entry_that_cannot_be_understood_is_named_and_spoils_no_other() {
        for (key, value) in [
            ("name", r#""--no-hooks""#),
            ("name", "7"),
            ("name", r#""\u001b[2J""#),
            ("namespace", r#""../x""#),
            ("namespace", "null"),
            ("revision", r#""0""#),
            ("revision", r#""-1""#),
            ("revision", "12"),
            ("revision", r#""99999999999""#),
            ("status", r#""asleep""#),
            ("status", "null"),
        ] {
            let listing = read(format!("[{},{}]", with(key, value), with("name", "\"good\"")).as_bytes());
            let listing = listing.expect("a list");
            assert_eq!((listing.releases.len(), listing.unreadable.len()), (1, 1), "{key} {value}");
        }
    }

    #[test]
    fn a_release_that_is_listed_twice_is_not_understood() {
        let listing = read(format!("[{ENTRY},{}]", with("revision", "\"3\"")).as_bytes()).expect("a list");
        assert!(listing.releases.is_empty());
        assert_eq!(listing.unreadable[0].name, "x3");
    }

    #[test]
    fn chart_and_time_may_be_unknown() {
        let listing = read(format!("[{}]", with("chart", "\"MISSING\"")).as_bytes()).expect("a list");
        assert_eq!(listing.releases[0].chart, Known::Unknown);
        let listing = read(format!("[{}]", with("updated", "\"-\"")).as_bytes()).expect("a list");
        assert_eq!(listing.releases[0].updated, Known::Unknown);
    }

    #[test]
    fn a_superseded_newest_revision_is_kept() {
        let entry = |name: &str, status: &str| {
            format!(
                r#"{{"name":"{name}","namespace":"t6","revision":"12","updated":"-","status":"{status}","chart":"c-0.1.0"}}"#
            )
        };
        let listing = read(format!("[{},{}]", entry("a", "superseded"), entry("b", "deployed")).as_bytes());
        let listing = without_replaced(listing.expect("a list"));
        assert_eq!((listing.releases.len(), listing.unreadable.len()), (1, 1));
    }
}
