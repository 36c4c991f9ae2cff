//! SHA-256, as `sha256sum` writes and checks it.

use std::fs;
use std::path::Path;

use ring::digest::{SHA256, digest};

use crate::Error;

/// The sum of a file, in hexadecimal.
pub(crate) fn sum(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(Error::file("read", path))?;
    Ok(digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat())
}

/// The lines of a file of sums, sorted by the files' names.
pub(crate) fn lines(mut sums: Vec<(String, String)>) -> String {
    sums.sort();
    sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect::<Vec<_>>().concat()
}
