//! The ways in which a payload can be broken, one for each step of reading it.
//!
//! Must not know in what kind of object it lies.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::payload::{base64, gzip};

/// Where a reader of the payload comes to grief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Damage {
    /// It is no base64.
    NotBase64,
    /// It is base64 of bytes that nobody compressed. Helm takes such bytes for JSON, which these are not either.
    NotCompressed,
    /// The second half of the compressed bytes is gone.
    CutOff,
    /// It is compressed text that is no JSON.
    NotJson,
    /// It is JSON that describes no release.
    NotARelease,
    /// It is a whole release of this many bytes, nearly all of them in its manifest. Compressed it is a thousandth of
    /// that, so that 500 MiB still fit into a Secret.
    Bomb {
        /// Once decompressed.
        bytes: u64,
    },
    /// It is a release of this many bytes, nearly all of them hooks that are null: next to nothing each, but very many.
    Hollow {
        /// Once decompressed.
        bytes: u64,
    },
}

impl Damage {
    /// The payload: `healthy` is the release that it would hold otherwise.
    pub(super) fn text(self, healthy: &Value) -> String {
        let compressed = gzip(healthy.to_string().as_bytes());
        match self {
            Self::NotBase64 => "this is no release".to_owned(),
            Self::NotCompressed => base64(b"this is no release"),
            Self::CutOff => base64(&compressed[..compressed.len() / 2]),
            Self::NotJson => base64(&gzip(b"this is no release")),
            Self::NotARelease => base64(&gzip(br#"["this", "is", "no", "release"]"#)),
            Self::Bomb { bytes } => base64(&bomb(healthy, bytes)),
            Self::Hollow { bytes } => base64(&hollow(healthy, bytes)),
        }
    }
}

/// `healthy` with so many `bytes` of nothing as its hooks.
fn hollow(healthy: &Value, bytes: u64) -> Vec<u8> {
    const MARK: &str = "the hooks stand here";
    const NOTHING: &str = "null,";
    let mut marked = healthy.clone();
    marked["hooks"] = Value::from([MARK]);
    let text = marked.to_string();
    let (before, after) = text.split_once(&format!("\"{MARK}\"")).expect("the mark was just written");
    let nothing = NOTHING.repeat(usize::try_from(bytes).expect("a length in memory fits") / NOTHING.len());
    gzip(format!("{before}{nothing}null{after}").as_bytes())
}

/// `healthy` with spaces at the end of its manifest, until it has so many `bytes`.
fn bomb(healthy: &Value, bytes: u64) -> Vec<u8> {
    const MARK: &str = "the spaces stand here";
    let mut marked = healthy.clone();
    marked["manifest"] = format!("{}{MARK}", healthy["manifest"].as_str().unwrap_or_default()).into();
    let text = marked.to_string();
    let (before, after) = text.split_once(MARK).expect("the mark was just written");
    let length = u64::try_from(before.len() + after.len()).expect("a length in memory fits");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder
        .write_all(before.as_bytes())
        .and_then(|()| io::copy(&mut io::repeat(b' ').take(bytes.saturating_sub(length)), &mut encoder))
        .and_then(|_| encoder.write_all(after.as_bytes()));
    written.and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}
