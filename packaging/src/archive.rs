//! Archives that are the same, byte by byte, wherever and whenever they are made.
//!
//! Only folders and plain files: Helm 3 makes no folder that is not an entry of its own, and neither Helm nor krew
//! unpacks links.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::Error;

/// 2026-01-01T00:00:00Z. Of 1970 tar would warn.
const MADE: u64 = 1_767_225_600;

/// What an entry is.
enum Entry {
    Folder,
    File { bytes: Vec<u8>, mode: Mode },
}

/// Who may do what with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Read by everybody.
    Text,
    /// Run by everybody.
    Program,
}

impl Mode {
    const fn bits(self) -> u32 {
        match self {
            Self::Text => 0o644,
            Self::Program => 0o755,
        }
    }
}

/// The entries of an archive, by their names: the order in which they were added makes no difference.
#[derive(Default)]
pub(crate) struct Archive {
    entries: BTreeMap<String, Entry>,
}

impl Archive {
    /// Adds a file, and the folders that it lies in.
    pub(crate) fn add(&mut self, name: &str, mode: Mode, bytes: Vec<u8>) {
        for (end, _) in name.match_indices('/') {
            self.entries.insert(name[..=end].to_owned(), Entry::Folder);
        }
        self.entries.insert(name.to_owned(), Entry::File { bytes, mode });
    }

    /// Writes it as a gzipped tar file.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        self.write_to(path).map_err(Error::file("write", path))
    }

    fn write_to(&self, path: &Path) -> io::Result<()> {
        let file = BufWriter::new(File::create(path)?);
        // No time and no name of a file in gzip's own header either.
        let mut builder = Builder::new(GzBuilder::new().mtime(0).write(file, Compression::default()));
        for (name, entry) in &self.entries {
            let (kind, mode, bytes) = match entry {
                Entry::Folder => (EntryType::Directory, Mode::Program, &[][..]),
                Entry::File { bytes, mode } => (EntryType::Regular, *mode, bytes.as_slice()),
            };
            builder.append_data(&mut header(kind, mode, bytes.len()), name, bytes)?;
        }
        builder.into_inner()?.finish()?.flush()
    }
}

fn header(kind: EntryType, mode: Mode, length: usize) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode.bits());
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(MADE);
    header.set_size(length as u64);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(archive: &Archive) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("archive");
        archive.write(&path).expect("the folder is ours");
        std::fs::read(path).expect("it was just written")
    }

    #[test]
    fn the_order_of_adding_makes_no_difference_and_folders_come_before_what_is_in_them() {
        let files = [("b/c/program", Mode::Program), ("a", Mode::Text), ("b/text", Mode::Text)];
        let mut forwards = Archive::default();
        for (name, mode) in files {
            forwards.add(name, mode, name.as_bytes().to_vec());
        }
        let mut backwards = Archive::default();
        for (name, mode) in files.into_iter().rev() {
            backwards.add(name, mode, name.as_bytes().to_vec());
        }
        let bytes = written(&forwards);
        assert_eq!(bytes, written(&backwards));

        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let entries = archive.entries().expect("it is an archive").map(|entry| {
            let entry = entry.expect("it is whole");
            let (path, header) = (entry.path().expect("text").display().to_string(), entry.header());
            let owner = (header.uid().expect("a number"), header.gid().expect("a number"));
            (path, header.mode().expect("a number"), header.mtime().expect("a number"), owner)
        });
        let expected = [("a", 0o644), ("b/", 0o755), ("b/c/", 0o755), ("b/c/program", 0o755), ("b/text", 0o644)];
        let expected = expected.map(|(path, mode)| (path.to_owned(), mode, MADE, (0, 0)));
        assert_eq!(entries.collect::<Vec<_>>(), expected);
    }
}
