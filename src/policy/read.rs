//! From a file, a stream or bytes to a policy, or to all that is wrong with it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::decode::Reader;
use super::decode::schema::{self, Level};
use super::digest::sha256;
use super::document::{self, Node};
use super::fault::{Diagnostic, Diagnostics, ErrorReported, PolicyErrors};
use super::keys::{self, Policy};
use super::source::Source;

impl Policy {
    /// Reads a policy. `name` is what places and messages call the file.
    ///
    /// # Errors
    ///
    /// All faults of the file; there is at least one.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, PolicyErrors> {
        Self::read_source(name, bytes).map(|(policy, _)| policy)
    }

    fn read_source(name: &str, bytes: &[u8]) -> Result<(Self, Source), PolicyErrors> {
        read_with_source(name, bytes, &schema::LEVELS, |root, reader| keys::read(root, sha256(bytes), reader))
    }

    /// Reads the policy in a file, or where it is called `-`, on standard input.
    ///
    /// # Errors
    ///
    /// All faults of the file, or why it cannot be read.
    pub fn read_named(path: &Path) -> Result<Self, PolicyErrors> {
        Self::read_with_source(path).map(|(policy, _)| policy)
    }

    /// The same, with the text that its places are in.
    pub(super) fn read_with_source(path: &Path) -> Result<(Self, Source), PolicyErrors> {
        if path == Path::new("-") { Self::read_stream("-", io::stdin()) } else { Self::open(path) }
    }

    /// Reads the policy in a file.
    ///
    /// # Errors
    ///
    /// All faults of the file, or why it cannot be read.
    pub fn read_file(path: &Path) -> Result<Self, PolicyErrors> {
        Self::open(path).map(|(policy, _)| policy)
    }

    fn open(path: &Path) -> Result<(Self, Source), PolicyErrors> {
        Self::read_source(&path.display().to_string(), &bytes_of_file(path)?)
    }

    /// Reads a policy from a stream, such as standard input for `-`, and no more of it than a policy may be long.
    ///
    /// # Errors
    ///
    /// All faults of the file, or why it cannot be read.
    pub fn read_from(name: &str, stream: impl Read) -> Result<Self, PolicyErrors> {
        Self::read_stream(name, stream).map(|(policy, _)| policy)
    }

    fn read_stream(name: &str, stream: impl Read) -> Result<(Self, Source), PolicyErrors> {
        Self::read_source(name, &bytes_of(name, stream)?)
    }
}

/// Reads a document by the keys of these levels: what `read` makes of it and its text, or all that is wrong with it.
pub(crate) fn read_document<T>(
    name: &str,
    bytes: &[u8],
    levels: &'static [&'static Level],
    read: impl FnOnce(&Node, &mut Reader<'_>) -> Result<T, ErrorReported>,
) -> Result<T, PolicyErrors> {
    read_with_source(name, bytes, levels, read).map(|(value, _)| value)
}

fn read_with_source<T>(
    name: &str,
    bytes: &[u8],
    levels: &'static [&'static Level],
    read: impl FnOnce(&Node, &mut Reader<'_>) -> Result<T, ErrorReported>,
) -> Result<(T, Source), PolicyErrors> {
    let source = document::decode(name, bytes)?;
    let mut findings = Diagnostics::default();
    let root = document::parse(&source, &mut findings);
    let mut reader = Reader::new(&source, levels, findings);
    let value = root.and_then(|root| read(&root, &mut reader));
    let faults = reader.into_findings().into_faults();
    match value {
        Ok(value) if faults.is_empty() => Ok((value, source)),
        _ => Err(PolicyErrors::new(source, faults)),
    }
}

/// What is in a file, or why it cannot be read.
pub(crate) fn bytes_of_file(path: &Path) -> Result<Vec<u8>, PolicyErrors> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => bytes_of(&name, file),
        Err(error) => Err(unreadable(&name, &error)),
    }
}

/// No more of a stream than a document may be long.
fn bytes_of(name: &str, stream: impl Read) -> Result<Vec<u8>, PolicyErrors> {
    let mut bytes = Vec::new();
    let longest = u64::try_from(document::LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    match stream.take(longest).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(name, &error)),
    }
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> PolicyErrors {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => {
            Diagnostic::of_file("there is no such file").hint("`helm purge init` writes a first policy")
        }
        io::ErrorKind::IsADirectory => Diagnostic::of_file("this is a folder, not a file"),
        io::ErrorKind::PermissionDenied => Diagnostic::of_file("the file may not be read: permission denied"),
        _ => Diagnostic::of_file(format!("the file cannot be read: {error}")),
    };
    PolicyErrors::of_file(name, fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ExcerptStyle;

    #[test]
    fn a_stream_without_end_is_given_up_on() {
        let faults = Policy::read_from("-", io::repeat(b'#')).expect_err("it has no end");
        assert!(faults.to_string().contains("larger than 1 MiB"), "{faults}");
        assert_eq!(&**faults.file(), "-");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_so_and_how_to_go_on() {
        let missing = Policy::read_file(Path::new("no/such/file.yaml")).expect_err("it is not there");
        assert!(missing.render(ExcerptStyle::Plain).contains("`helm purge init` writes a first policy"), "{missing}");
        let folder = Policy::read_file(Path::new("src")).expect_err("it is a folder");
        assert!(folder.to_string().starts_with("error: this is a folder, not a file"), "{folder}");
    }

    #[test]
    fn no_bytes_are_an_empty_file() {
        let faults = Policy::read("policy.yaml", b"").expect_err("it is empty");
        assert!(faults.to_string().starts_with("error: the file is empty\n"), "{faults}");
        assert!(Policy::read("policy.yaml", b"\xef\xbb\xbf").is_err());
    }
}
