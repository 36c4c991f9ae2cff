//! Families of parts: a folder in `parts/` each.
//!
//! Must not run anything.

use std::path::{Path, PathBuf};

use super::recipe::Part;

/// Parts that share a Go module, and with it most of their build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Kubernetes,
    Helm3,
    Helm4,
    Kwok,
    Library,
    Krew,
}

impl Family {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Helm3 => "helm3",
            Self::Helm4 => "helm4",
            Self::Kwok => "kwok",
            Self::Library => "library",
            Self::Krew => "krew",
        }
    }

    /// The folder with its `go.mod`, in this clone.
    pub(super) fn folder(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("parts").join(self.name())
    }

    /// The files in its folder that decide what a build makes.
    pub(super) const fn files(self) -> &'static [&'static str] {
        match self {
            Self::Kubernetes | Self::Helm3 | Self::Helm4 | Self::Kwok | Self::Krew => &["go.mod", "go.sum"],
            Self::Library => &["go.mod", "go.sum", "main.go", "cluster.go", "worker.go"],
        }
    }

    pub(super) fn members(self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| part.family() == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_our_own_program_decides_about_its_build() {
        let files = std::fs::read_dir(Family::Library.folder()).expect("the family has a folder").flatten();
        let mut names = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>();
        let mut expected = Family::Library.files().to_vec();
        names.sort();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
}
