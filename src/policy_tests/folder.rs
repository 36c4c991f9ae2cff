//! From folders to tests. Only this file of the folder reads files.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::case::PolicyTest;
use crate::policy::diagnostic::Diagnostic;
use crate::policy::{Policy, PolicyErrors, is_policy};

/// The file that makes a folder a case.
pub(crate) const CASE_FILE: &str = "case.yaml";
/// The policy that a case need not name, besides those whose file names say that they are policies.
const POLICY_FILE: &str = "policy.yaml";

/// The folders that were found, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FoundTests {
    pub(crate) cases: Vec<PathBuf>,
    /// The folders beside them that are not cases.
    pub(crate) others: Vec<PathBuf>,
}

/// A case with its policies.
#[derive(Debug, Clone)]
pub(crate) struct LoadedTest {
    /// Its folder, as it was named or found.
    pub(crate) name: String,
    pub(crate) case: PolicyTest,
    /// At least one.
    pub(crate) policies: Vec<Policy>,
}

/// Finds the cases of a folder: the folder itself, or else the folders in it.
///
/// # Errors
/// If the folder cannot be listed.
pub(crate) fn find(folder: &Path) -> io::Result<FoundTests> {
    if is_there(&folder.join(CASE_FILE)) {
        return Ok(FoundTests { cases: vec![folder.to_owned()], others: Vec::new() });
    }
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    let folders = entries.into_iter().filter(|path| path.is_dir());
    let mut folders = folders.map(|path| shortened(&path)).collect::<Vec<_>>();
    folders.sort();
    let (cases, others) = folders.into_iter().partition(|path| is_there(&path.join(CASE_FILE)));
    Ok(FoundTests { cases, others })
}

/// A link that leads nowhere counts: without it, a case would be skipped in silence.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Reads a case and its policies. `root` is the folder that was named on the command line.
///
/// # Errors
/// The errors of every file that has some.
pub(crate) fn load(folder: &Path, root: &Path) -> Result<LoadedTest, Vec<PolicyErrors>> {
    let file = folder.join(CASE_FILE);
    stays_inside(&file, root).map_err(|faults| vec![faults])?;
    let case = PolicyTest::read_file(&file);
    let named = case.as_ref().ok().and_then(|case| case.policies.as_deref());
    let files = match named {
        Some(named) => Ok(named.iter().map(|name| shortened(&folder.join(name))).collect::<Vec<_>>()),
        None => join(folder, root),
    };
    let policies = match files {
        Ok(files) => Policy::read_all(&files),
        // A case that cannot be read may name its policies.
        Err(_) if case.is_err() => Ok(Vec::new()),
        Err(faults) => Err(vec![faults]),
    };
    match (case, policies) {
        (Ok(case), Ok(policies)) => Ok(LoadedTest { name: folder.display().to_string(), case, policies }),
        (case, policies) => Err(case.err().into_iter().chain(policies.err().into_iter().flatten()).collect()),
    }
}

/// The policies in the folder of a case that names none, sorted.
fn join(folder: &Path, root: &Path) -> Result<Vec<PathBuf>, PolicyErrors> {
    let entries = fs::read_dir(folder).map_err(|error| {
        PolicyErrors::of_file(
            &folder.display().to_string(),
            Diagnostic::of_file(format!("the folder cannot be listed: {error}")),
        )
    })?;
    let mut files = entries.flatten().map(|entry| entry.path()).filter(|path| is_meant(path)).collect::<Vec<_>>();
    files.sort();
    if files.is_empty() {
        let fault = Diagnostic::of_file(format!("there is no policy for this case, no `{POLICY_FILE}` beside it"));
        let fault = fault.hint("put one there, or name it in the case: `policies: [../helm-purge.yaml]`");
        return Err(PolicyErrors::of_file(&folder.join(CASE_FILE).display().to_string(), fault));
    }
    files.iter().try_for_each(|file| stays_inside(file, root))?;
    Ok(files)
}

fn is_meant(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == POLICY_FILE) || is_policy(path)
}

/// Refuses a file that was found, not named, outside of the named folder.
fn stays_inside(file: &Path, root: &Path) -> Result<(), PolicyErrors> {
    let is_inside = match (file.canonicalize(), root.canonicalize()) {
        (Ok(file), Ok(root)) => file.starts_with(root),
        // The reader of the file reports what is wrong with it.
        _ => true,
    };
    if is_inside {
        return Ok(());
    }
    let fault = Diagnostic::of_file(format!("this is a link that leads out of `{}`", root.display()));
    let fault = fault.hint("name a policy of another folder in the case: `policies: [../helm-purge.yaml]`");
    Err(PolicyErrors::of_file(&file.display().to_string(), fault))
}

/// `./a/b/../c` as `a/c`, if both are the same file.
fn shortened(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in path.components() {
        let can_go_back = matches!(short.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if can_go_back => drop(short.pop()),
            Component::CurDir => {}
            part => short.push(part),
        }
    }
    let is_same = |short: PathBuf| path.canonicalize().is_ok_and(|path| path == short);
    if short.canonicalize().is_ok_and(is_same) { short } else { path.to_owned() }
}
