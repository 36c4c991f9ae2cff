//! Several policies at once: files, standard input, and folders of files.
//!
//! All of them are read before any is given up on, so that all faults of all files are told in one go.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::{Diagnostic, PolicyErrors};
use super::keys::Policy;
use super::read::unreadable;
use super::source::Source;

/// How the policies in a folder are called.
const ENDING: &str = ".helm-purge.yaml";

/// The one file that is read where none is named; in a folder it is not meant.
const USUAL_FILE: &str = "helm-purge.yaml";

/// Standard input.
const STDIN: &str = "-";

/// What came of reading several policies, whatever the others were like.
#[derive(Debug)]
pub struct LoadedPolicies {
    /// Those that were understood, in the order of the paths. One of a name that another has is among them.
    pub policies: Vec<Policy>,
    /// All that is wrong, with files, with paths, and between policies.
    pub faults: Vec<PolicyErrors>,
}

impl Policy {
    /// Reads the policies that some paths name: files, standard input where it is called `-`, and of a folder the
    /// files in it that are called `*.helm-purge.yaml`, by their names. Folders in a folder are not entered.
    ///
    /// # Errors
    ///
    /// All faults of all files; why one cannot be read; a file that is named twice; and two policies of one name, for
    /// which there would be one lock and one journal.
    pub fn read_all(paths: &[PathBuf]) -> Result<Vec<Self>, Vec<PolicyErrors>> {
        let LoadedPolicies { policies, faults } = Self::read_each(paths);
        if faults.is_empty() { Ok(policies) } else { Err(faults) }
    }

    /// The same, for who wants to know of every file.
    pub fn read_each(paths: &[PathBuf]) -> LoadedPolicies {
        let (files, mut faults) = files(paths);
        let mut read = Vec::new();
        for file in &files {
            match Self::read_with_source(file) {
                Ok(policy) => read.push(policy),
                Err(found) => faults.push(found),
            }
        }
        faults.extend(same_names(&read));
        LoadedPolicies { policies: read.into_iter().map(|(policy, _)| policy).collect(), faults }
    }
}

/// Every file once, in the order of the paths, and what is wrong with the paths.
fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PolicyErrors>) {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        match is_folder(path).then(|| in_folder(path)) {
            None => files.push(path.clone()),
            Some(Ok(found)) => files.extend(found),
            Some(Err(found)) => faults.push(found),
        }
    }
    let mut seen: HashMap<PathBuf, PathBuf> = HashMap::new();
    files.retain(|file| match seen.get(&identity(file)) {
        None => {
            seen.insert(identity(file), file.clone());
            true
        }
        Some(first) => {
            faults.push(named_twice(file, first));
            false
        }
    });
    (files, faults)
}

fn is_folder(path: &Path) -> bool {
    path != Path::new(STDIN) && fs::metadata(path).is_ok_and(|found| found.is_dir())
}

/// What makes two paths the same file. A file that is not there is told of when it is read.
fn identity(file: &Path) -> PathBuf {
    let is_stdin = file == Path::new(STDIN);
    if is_stdin { file.to_owned() } else { fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()) }
}

fn named_twice(file: &Path, first: &Path) -> PolicyErrors {
    let name = file.display().to_string();
    let fault = if file == first {
        Diagnostic::of_file("this is named twice").hint("name it once")
    } else {
        Diagnostic::of_file(format!("this is the same file as `{}`", first.display())).hint("name it once")
    };
    PolicyErrors::of_file(&name, fault)
}

/// The policies in a folder, by their names. A volume made of a ConfigMap has links to files in it.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, PolicyErrors> {
    let name = folder.display().to_string();
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| unreadable(&name, &error))?;
    let mut found = entries.iter().map(fs::DirEntry::path).filter(|path| is_policy(path)).collect::<Vec<_>>();
    found.sort();
    // To open a pipe would wait for whoever writes into it.
    if let Some(strange) = found.iter().find(|path| fs::metadata(path).is_ok_and(|found| !found.is_file())) {
        let fault = Diagnostic::of_file("this is neither a file nor a folder").hint("remove it, or call it otherwise");
        return Err(PolicyErrors::of_file(&strange.display().to_string(), fault));
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let fault = Diagnostic::of_file(format!("the folder holds no `*{ENDING}`"));
    let usual = folder.join(USUAL_FILE);
    let hint = if usual.is_file() {
        format!("name the file itself: `{}`", usual.display())
    } else {
        format!("the policies of a folder are called for example `end-of-day{ENDING}`")
    };
    Err(PolicyErrors::of_file(&name, fault.hint(hint)))
}

/// A link that leads nowhere counts: a policy that was meant to be read must not be left out in silence.
pub(crate) fn is_policy(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(ENDING) && !name.starts_with('.') && !is_folder(path)
}

/// Policies that have the name of an earlier one.
fn same_names(read: &[(Policy, Source)]) -> Vec<PolicyErrors> {
    let mut seen: HashMap<&str, &Policy> = HashMap::new();
    let mut faults = Vec::new();
    for (policy, source) in read {
        let Some(first) = seen.get(policy.name.as_str()) else {
            seen.insert(&policy.name, policy);
            continue;
        };
        let message = format!("two policies are called `{}`", policy.name);
        let hint = format!("the other is at {}; a policy's lock and its journal go by its name", first.name_place);
        let span = source.span(&policy.name_place, policy.name.len());
        let fault = Diagnostic::at(span, message).label("give each a name of its own").hint(hint);
        faults.push(PolicyErrors::new(source.clone(), vec![fault]));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_input_is_read_once_at_most() {
        let (files, faults) = files(&[PathBuf::from("-"), PathBuf::from("./-"), PathBuf::from("-")]);
        assert_eq!(files, [PathBuf::from("-"), PathBuf::from("./-")]);
        let said = faults.iter().map(ToString::to_string).collect::<String>();
        assert!(said.starts_with("error: this is named twice\n--> -\n"), "{said}");
    }
}
