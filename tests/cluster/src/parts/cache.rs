//! The user's cache of built parts: `helm-purge/parts/<family>-<key>/<program>`.
//!
//! Must not hand out a file that is not complete, nor let two runs build the same part at the same time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use super::family::Family;
use super::recipe::{BUILD_FLAGS, Part};
use super::{build, go};
use crate::progress::Event;
use crate::{Error, Progress, environment};

/// Enough of the hash to never meet another family's.
const KEY_BYTES: usize = 8;

/// The part's program in the cache, built if it is not there.
pub(super) fn find_or_build(part: Part, progress: &dyn Progress) -> Result<PathBuf, Error> {
    let folder = family_folder(part.family())?;
    let program = folder.join(part.program());
    if program.is_file() {
        return Ok(program);
    }
    // Before the folder is made and the lock taken: without Go nothing is to be waited for.
    let go = go::find(part)?;
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let _lock = lock(part, &folder, progress)?;
    if !program.is_file() {
        build_into(&go, part, &folder, &program, progress)?;
    }
    Ok(program)
}

/// Built in a folder of its own beside the target, so that the last step is a rename on one file system.
fn build_into(go: &Path, part: Part, folder: &Path, program: &Path, progress: &dyn Progress) -> Result<(), Error> {
    let workshop =
        tempfile::Builder::new().prefix(".building-").tempdir_in(folder).map_err(Error::file("write to", folder))?;
    let fresh = workshop.path().join(part.program());
    build::build(go, part, &fresh, progress)?;
    fs::rename(&fresh, program).map_err(Error::file("move the built program to", program))
}

/// Held until the returned file is dropped, or its process is gone.
fn lock(part: Part, folder: &Path, progress: &dyn Progress) -> Result<File, Error> {
    let path = folder.join(format!(".{}.lock", part.program()));
    let file = File::create(&path).map_err(Error::file("write", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            progress.report(Event::WaitingForOtherRun(part));
            file.lock().map_err(Error::file("lock", &path))?;
            Ok(file)
        }
        Err(TryLockError::Error(source)) => Err(Error::file("lock", &path)(source)),
    }
}

fn family_folder(family: Family) -> Result<PathBuf, Error> {
    let cache = environment::user_cache().ok_or(Error::NoCacheFolder)?;
    Ok(cache.join("helm-purge").join("parts").join(format!("{}-{}", family.name(), key(family)?)))
}

/// Changes with everything that changes what the build makes.
fn key(family: Family) -> Result<String, Error> {
    let mut context = Context::new(&SHA256);
    for file in family.files() {
        let path = family.folder().join(file);
        context.update(&fs::read(&path).map_err(Error::file("read", &path))?);
    }
    let mut settings = vec![std::env::consts::OS.to_owned(), std::env::consts::ARCH.to_owned()];
    settings.extend(BUILD_FLAGS.map(str::to_owned));
    settings.extend(family.members().map(|part| format!("{} {}", part.package(), part.linker_flags())));
    for setting in settings {
        context.update(setting.as_bytes());
        context.update(b"\n");
    }
    let hash = context.finish();
    let (beginning, _) = hash.as_ref().split_first_chunk::<KEY_BYTES>().expect("the hash has 32 bytes");
    Ok(format!("{:016x}", u64::from_be_bytes(*beginning)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_key_of_its_own_that_stays() {
        let key_of = |family| key(family).expect("the modules are in this clone");
        assert_eq!(key_of(Family::Helm3), key_of(Family::Helm3));
        assert_ne!(key_of(Family::Helm3), key_of(Family::Helm4));
        assert_eq!(key_of(Family::Kwok).len(), 2 * KEY_BYTES);
    }
}
