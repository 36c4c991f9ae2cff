//! Records that any program may have written: this program reads from one what Helm would read, or nothing, and time and
//! memory for it are bounded by its length.

use std::io::Write;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{HelmRecord, LONGEST_REASON, ObjectLists, content_of, truncated, unpack};
use crate::fuzz_input_test::{any_like, corpus};
use crate::release::{Content, Known, Release, ReleaseId, Revision, Status};

/// The release that the records of the corpus are of.
fn release() -> Release {
    Release {
        id: ReleaseId { namespace: "dev-a".parse().expect("a legal name"), name: "web".parse().expect("a legal name") },
        revision: Revision(3),
        status: Status::Deployed,
        chart: Known::Unknown,
        updated: Known::Unknown,
        record: Known::Unknown,
        labels: Known::Unknown,
    }
}

/// The content of a record, or why it cannot be read.
fn content(json: &[u8]) -> Result<Content, String> {
    HelmRecord::read(json).and_then(|record| content_of(&release(), &record, ObjectLists::Wanted))
}

fn packed(json: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(json).expect("memory takes everything");
    STANDARD.encode(encoder.finish().expect("memory takes everything")).into_bytes()
}

proptest! {
    #[test]
    fn any_json_ends_in_what_a_release_holds_or_in_a_reason(json in any_like(corpus("record"))) {
        match content(&json) {
            Ok(content) => {
                // Go's reader and this one have read the same: it is JSON, and each key that matters is there once.
                let value: serde_json::Value = serde_json::from_slice(&json).expect("what was read is JSON");
                prop_assert_eq!(&value["namespace"], "dev-a");
                prop_assert_eq!((&value["name"], &value["version"]), (&"web".into(), &3.into()));
                let manifest = value["manifest"].as_str().unwrap_or_default();
                let is_swept = content.sweeping.iter().all(|object| {
                    let said = format!("{manifest}{}", value["hooks"]);
                    said.to_ascii_lowercase().contains(&object.kind.to_ascii_lowercase())
                });
                prop_assert!(is_swept, "{:?}", content.sweeping);
            }
            Err(why) => prop_assert!(!why.is_empty() && truncated(&why, LONGEST_REASON).chars().count() <= 401),
        }
    }

    #[test]
    fn a_packed_record_comes_out_as_it_went_in_or_not_at_all(
        place in any::<Index>(),
        byte in any::<u8>(),
        cut in any::<Index>(),
        cuts in any::<bool>(),
    ) {
        let json = corpus("record").swap_remove(0);
        let mut bytes = STANDARD.decode(packed(&json)).expect("it was just packed");
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        // Bytes that do not begin as gzip are read as JSON, which these are not.
        if let Ok(unpacked) = unpack(STANDARD.encode(&bytes).as_bytes()) {
            prop_assert!(unpacked == json || content(&unpacked).is_err());
        }
    }
}

/// A record with these values for its manifest, its hooks and other fields.
fn record(manifest: &str, more: &str) -> String {
    let manifest = serde_json::Value::from(manifest);
    format!(
        r#"{{"name":"web","namespace":"dev-a","version":3,"info":{{"status":"deployed"}},"manifest":{manifest}{more}}}"#
    )
}

#[test]
fn a_record_that_was_made_to_wear_its_reader_out_is_refused_soon_and_shortly() {
    let many = |piece: &str| piece.repeat((4 << 20) / piece.len());
    let list = |key: &str, piece: &str| record("", &format!(r#","{key}":[{}null]"#, many(piece)));
    let bomb = |depth: usize| {
        let line = |level: usize| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(","));
        format!("kind: A\na0: &a0 [x,x,x,x,x,x,x,x,x]\n{}", (1..depth).map(line).collect::<String>())
    };
    let quoted = |count: usize| format!("kind: A\na: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a,".repeat(count));
    let items = format!("kind: List\nitems:\n{}", "- {kind: A}\n".repeat(21_000));
    for (what, json) in [
        ("hooks that are nothing", list("hooks", "null,")),
        ("hooks without anything", list("hooks", "{},")),
        ("keys without a name", record("", &format!(r#",{}"x":0"#, many("\"\":0,")))),
        ("files", record("", &format!(r#","chart":{{"files":[{}null]}}"#, many("null,")))),
        ("events", record("", &format!(r#","hooks":[{{"events":[{}"x"]}}]"#, many("\"\",")))),
        ("lists in lists", record("", &format!(r#","config":{}"#, "[".repeat(4 << 20)))),
        ("mappings in mappings", record("", &format!(r#","config":{}"#, "{\"a\":".repeat(1 << 20)))),
        ("documents", record(&"\n---".repeat(1 << 20), "")),
        ("objects in a list", record(&items, "")),
        ("lists in lists of YAML", record(&format!("kind: A\na: {}", "[".repeat(1 << 20)), "")),
        ("aliases of aliases", record(&bomb(10), "")),
        ("aliases of a long text", record(&quoted(400), "")),
        ("a time", record("", &format!(r#","info":{{"first_deployed":"{}"}}"#, many("x")))),
        ("a name", record(&format!("kind: Namespace\nmetadata: {{name: {}}}\n", many("x")), "")),
        ("a kind", record(&format!("kind: {}\n", many("x")), "")),
        ("a list where a text belongs", record(&format!("kind: [{}]\n", "a,".repeat(50_000)), "")),
    ] {
        let start = Instant::now();
        let why = content(json.as_bytes()).expect_err(what);
        // Far more than is needed, also on a busy machine.
        assert!(start.elapsed() < Duration::from_mins(1), "{what}: {:?}", start.elapsed());
        assert!(truncated(&why, LONGEST_REASON).len() < 2_000, "{what}");
    }
}

#[test]
fn a_large_record_of_an_honest_chart_is_read() {
    let document = |number: usize| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\n");
    let json = record(&(0..1_000).map(document).collect::<String>(), "");
    assert_eq!(content(json.as_bytes()).map(|content| content.elsewhere.len()), Ok(0));
}
