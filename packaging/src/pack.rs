//! Finished binaries in, packages out.

use std::fs;
use std::path::{Path, PathBuf};

use crate::archive::{Archive, Mode};
use crate::krew::{self, PlatformArchive};
use crate::{Binary, Error, Platform, VERSION, plugin, sums};

/// Beside each `plugin.yaml` of the plugin's archive, where the repository has them.
const BESIDE_THE_PLUGIN: [(&str, Mode); 4] = [
    ("LICENSE", Mode::Text),
    ("README.md", Mode::Text),
    ("completion.yaml", Mode::Text),
    ("plugin.complete", Mode::Program),
];

/// A file of the repository that goes into an archive as it is.
pub(crate) struct Extra {
    pub(crate) name: &'static str,
    pub(crate) mode: Mode,
    pub(crate) bytes: Vec<u8>,
}

/// Where people find a release. Nothing is looked up there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// What the archives lie below.
    pub archives: Option<String>,
    /// The project's own.
    pub homepage: Option<String>,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packages {
    /// The Helm plugin.
    pub plugin: PathBuf,
    /// One for each platform.
    pub platforms: Vec<PlatformArchive>,
    /// krew's manifest.
    pub manifest: PathBuf,
    /// The sums of all of these.
    pub sums: PathBuf,
}

/// Packs these binaries with the files of this repository into a folder, which is made where it is not there.
///
/// # Errors
/// There is no binary or two for one platform, or a file cannot be read or written.
pub fn pack(binaries: &[Binary], repository: &Path, addresses: &Addresses, folder: &Path) -> Result<Packages, Error> {
    let binaries = read(binaries)?;
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;

    let plugin = folder.join(format!("{}-{VERSION}.tgz", plugin::NAME));
    plugin::archive(&binaries, &extras(repository)?).write(&plugin)?;
    let license = read_file(&repository.join("LICENSE"))?;
    let platforms = binaries
        .into_iter()
        .map(|(platform, bytes)| pack_for(platform, bytes, license.clone(), folder))
        .collect::<Result<Vec<_>, _>>()?;
    let manifest = folder.join(krew::FILE);
    write_file(&manifest, &krew::manifest(&platforms, addresses))?;

    let mut of_all = platforms.iter().map(|archive| (archive.name.clone(), archive.sha256.clone())).collect::<Vec<_>>();
    for path in [&plugin, &manifest] {
        of_all.push((name_of(path), sums::sum(path)?));
    }
    let sums = folder.join("SHA256SUMS");
    write_file(&sums, &sums::lines(of_all))?;
    Ok(Packages { plugin, platforms, manifest, sums })
}

/// The archive of a platform: the program under its own name, at the root.
fn pack_for(platform: Platform, bytes: Vec<u8>, license: Vec<u8>, folder: &Path) -> Result<PlatformArchive, Error> {
    let name = format!("helm-purge-{VERSION}-{platform}.tar.gz");
    let path = folder.join(&name);
    let mut archive = Archive::default();
    archive.add("helm-purge", Mode::Program, bytes);
    archive.add("LICENSE", Mode::Text, license);
    archive.write(&path)?;
    Ok(PlatformArchive { platform, name, sha256: sums::sum(&path)? })
}

/// Sorted by platform.
fn read(binaries: &[Binary]) -> Result<Vec<(Platform, Vec<u8>)>, Error> {
    let mut sorted = binaries.to_vec();
    sorted.sort_by_key(|binary| binary.platform);
    if sorted.is_empty() {
        return Err(Error::Nothing);
    }
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].platform == pair[1].platform) {
        return Err(Error::Twice(pair[0].platform));
    }
    sorted.iter().map(|binary| Ok((binary.platform, read_file(&binary.path)?))).collect()
}

fn extras(repository: &Path) -> Result<Vec<Extra>, Error> {
    let there = BESIDE_THE_PLUGIN.into_iter().filter(|(name, _)| repository.join(name).exists());
    there.map(|(name, mode)| Ok(Extra { name, mode, bytes: read_file(&repository.join(name))? })).collect()
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::file("read", path))
}

fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::file("write", path))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
