//! From files, folders, streams and bytes to policies, or to all that is wrong with them.
//!
//! All files are read before any error is final, so that a run reports all errors of all files at once.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decode::{Decoded, Decoder, Example, Field};
use super::diagnostic::{Diagnostic, Diagnostics, PolicyErrors, SourceText, Span};
use super::digest::sha256;
use super::duration::DurationRange;
use super::label_selector::LabelSelector;
use super::label_syntax::read_selector;
use super::model::{self, Policy};
use super::pattern::{NamePattern, PatternText};
use super::pattern_proof::PatternKind;
use super::schema::{SECTIONS, Section, ValueType};
use super::scope::PolicyScope;
use super::selectors::KeepEntry;
use super::yaml::{self, Node, NodeValue, Quoting, Scalar};
use crate::location::Spanned;
use crate::uninstall_options::History;

/// How the names of the policies in a folder end.
const ENDING: &str = ".helm-purge.yaml";

/// The file that is read if none is named. In a folder that is named, it is not one of the policies.
const USUAL_FILE: &str = "helm-purge.yaml";

/// Standard input.
const STDIN: &str = "-";

/// What came of reading several policies, whatever the others were like.
#[derive(Debug)]
pub(crate) struct LoadedPolicies {
    /// The valid ones, in the order of the paths. A policy with the name of another is among them.
    pub(crate) policies: Vec<Policy>,
    /// All that is wrong, with files, with paths, and between policies.
    pub(crate) faults: Vec<PolicyErrors>,
}

/// The policies of one run, in the order in which they were named: at least one.
#[derive(Debug, Clone)]
pub(crate) struct PolicySet(Vec<Policy>);

impl Policy {
    /// Reads a policy. `name` is what locations and messages call the file.
    ///
    /// # Errors
    ///
    /// All errors of the file; there is at least one.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, PolicyErrors> {
        Self::read_source(name, bytes).map(|(policy, _)| policy)
    }

    /// Reads the policy in a file, or on standard input if the path is `-`.
    ///
    /// # Errors
    ///
    /// All errors of the file, or why it cannot be read.
    pub fn read_named(path: &Path) -> Result<Self, PolicyErrors> {
        Self::read_path(path).map(|(policy, _)| policy)
    }

    /// Reads the policies that some paths name: files, standard input as `-`, and of a folder the files in it that are
    /// called `*.helm-purge.yaml`, by their names. Folders in a folder are not read.
    ///
    /// # Errors
    ///
    /// All errors of all files; why one cannot be read; a file that is named twice; and two policies of one name,
    /// because they would share a lock and a journal.
    pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Vec<Self>, Vec<PolicyErrors>> {
        let LoadedPolicies { policies, faults } = Self::read_each(paths);
        if faults.is_empty() { Ok(policies) } else { Err(faults) }
    }

    /// The same, for a caller that needs the valid policies and the errors of the others.
    pub(crate) fn read_each(paths: &[PathBuf]) -> LoadedPolicies {
        let (files, mut faults) = files(paths);
        let mut read = Vec::new();
        for file in &files {
            match Self::read_path(file) {
                Ok(policy) => read.push(policy),
                Err(found) => faults.push(found),
            }
        }
        faults.extend(same_names(&read));
        LoadedPolicies { policies: read.into_iter().map(|(policy, _)| policy).collect(), faults }
    }

    /// With the text that its locations are in.
    fn read_path(path: &Path) -> Result<(Self, SourceText), PolicyErrors> {
        let bytes = if path == Path::new(STDIN) { read_stream(STDIN, io::stdin()) } else { read_file(path) };
        Self::read_source(&path.display().to_string(), &bytes?)
    }

    fn read_source(name: &str, bytes: &[u8]) -> Result<(Self, SourceText), PolicyErrors> {
        read_document(name, bytes, &SECTIONS, |root, decoder| model::read(root, sha256(bytes), decoder))
    }
}

impl PolicySet {
    /// `None` without any policy.
    pub(crate) fn new(policies: Vec<Policy>) -> Option<Self> {
        (!policies.is_empty()).then_some(Self(policies))
    }

    pub(crate) fn as_slice(&self) -> &[Policy] {
        &self.0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter()
    }

    /// The namespaces of all scopes together, without their conditions on labels: a run reads only these.
    pub(crate) fn outer_scope(&self) -> PolicyScope {
        PolicyScope::around(self.0.iter().map(|policy| &policy.namespaces))
    }

    /// The same policies, which keep the history of every purged release.
    #[must_use]
    pub(crate) fn keeping_history(mut self) -> Self {
        for policy in &mut self.0 {
            policy.defaults.uninstall.history = History::Keep(0);
            for rule in &mut policy.rules {
                rule.options.uninstall.history = History::Keep(0);
                rule.written.history = Some(Spanned { value: History::Keep(0), place: rule.place.clone() });
            }
        }
        self
    }

    /// The most helm processes that one of them allows at the same time.
    pub(crate) fn workers(&self) -> usize {
        self.0.iter().map(|policy| policy.workers.get()).max().unwrap_or(1)
    }
}

impl KeepEntry {
    /// Reads the short form, `namespace/release`, from the value of a flag.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub(crate) fn from_flag(flag: &str, text: &str) -> Result<Self, PolicyErrors> {
        read_flag(flag, text, &ValueType::Text, KeepEntry::read_short)
    }
}

impl LabelSelector {
    /// Reads kubectl's syntax from the value of a flag, over labels of releases.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub(crate) fn from_flag(flag: &str, text: &str) -> Result<Self, PolicyErrors> {
        read_flag(flag, text, &ValueType::Text, read_selector)
    }
}

impl NamePattern {
    /// Reads the glob over releases behind the first `/` of a value.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub(crate) fn releases_behind_slash(flag: &str, text: &str) -> Result<Self, PolicyErrors> {
        let start = text.find('/').map_or(0, |slash| slash + 1);
        read_flag(flag, text, &ValueType::Text, |field| {
            Self::read(&PatternText::of(field)?.part(start..text.len()), PatternKind::Release)
        })
    }
}

/// Reads a timeout from the value of a flag.
///
/// # Errors
///
/// All that is wrong with it.
pub(crate) fn timeout_from_flag(flag: &str, text: &str) -> Result<Duration, PolicyErrors> {
    duration_from_flag(flag, text, &ValueType::Duration(DurationRange::TIMEOUTS))
}

/// Reads an age from the value of a flag.
///
/// # Errors
///
/// All that is wrong with it.
pub(crate) fn age_from_flag(flag: &str, text: &str) -> Result<Duration, PolicyErrors> {
    duration_from_flag(flag, text, &ValueType::Duration(DurationRange::FLAG_AGES))
}

fn duration_from_flag(flag: &str, text: &str, range: &'static ValueType) -> Result<Duration, PolicyErrors> {
    // Not the path of the method, because its lifetime is less general.
    read_flag(flag, text, range, |field: &Field<'_>| Field::duration(field))
}

/// A flag's value is a file of one line, named after the flag: an error in it has the same excerpt.
fn read_flag<T>(
    flag: &str,
    text: &str,
    value_type: &'static ValueType,
    read: impl FnOnce(&Field<'_>) -> Decoded<T>,
) -> Result<T, PolicyErrors> {
    let source = SourceText::new(flag, text.to_owned());
    let span = Span::new(0, text.len());
    let value = NodeValue::Scalar(Scalar::new(text.to_owned(), Quoting::Plain, span, text));
    let (node, decoder) = (Node { span, value }, Decoder::new(&source, &SECTIONS, Diagnostics::default()));
    let value = read(&Field::root(&format!("`{flag}`"), Example::None, value_type, &node, &decoder));
    decoder.finish(value).map_err(|errors| PolicyErrors::new(source, errors))
}

/// Reads a document with the keys of these sections: what `read` makes of it and its text, or all that is wrong with it.
pub(crate) fn read_document<T>(
    name: &str,
    bytes: &[u8],
    sections: &'static [&'static Section],
    read: impl FnOnce(&Node, &Decoder<'_>) -> Decoded<T>,
) -> Result<(T, SourceText), PolicyErrors> {
    let source = yaml::source_text(name, bytes)?;
    let mut diagnostics = Diagnostics::default();
    let root = yaml::parse(&source, &mut diagnostics);
    let decoder = Decoder::new(&source, sections, diagnostics);
    let value = root.and_then(|root| read(&root, &decoder));
    match decoder.finish(value) {
        Ok(value) => Ok((value, source)),
        Err(errors) => Err(PolicyErrors::new(source, errors)),
    }
}

/// The bytes of a file, or why it cannot be read.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, PolicyErrors> {
    let name = path.display().to_string();
    read_stream(&name, File::open(path).map_err(|error| unreadable(&name, &error))?)
}

/// The bytes of a stream, and no more of them than a document may have.
fn read_stream(name: &str, stream: impl Read) -> Result<Vec<u8>, PolicyErrors> {
    let mut bytes = Vec::new();
    let longest = u64::try_from(yaml::LARGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    stream.take(longest).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> PolicyErrors {
    let error = match error.kind() {
        io::ErrorKind::NotFound => {
            Diagnostic::of_file("there is no such file").hint("`helm purge init` writes a first policy")
        }
        io::ErrorKind::IsADirectory => Diagnostic::of_file("this is a folder, not a file"),
        io::ErrorKind::PermissionDenied => Diagnostic::of_file("cannot read the file: permission denied"),
        _ => Diagnostic::of_file(format!("cannot read the file: {error}")),
    };
    PolicyErrors::of_file(name, error)
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
        None => seen.insert(identity(file), file.clone()).is_none(),
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

/// What makes two paths the same file. A file that does not exist is an error when it is read.
fn identity(file: &Path) -> PathBuf {
    let is_stdin = file == Path::new(STDIN);
    if is_stdin { file.to_owned() } else { fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()) }
}

fn named_twice(file: &Path, first: &Path) -> PolicyErrors {
    let message = if file == first {
        "this file is given twice".to_owned()
    } else {
        format!("this is the same file as `{}`", first.display())
    };
    PolicyErrors::of_file(&file.display().to_string(), Diagnostic::of_file(message).hint("give it once"))
}

/// The policies in a folder, by their names. In a volume made of a ConfigMap they are links to files.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, PolicyErrors> {
    let name = folder.display().to_string();
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| unreadable(&name, &error))?;
    let mut found = entries.iter().map(fs::DirEntry::path).filter(|path| is_policy(path)).collect::<Vec<_>>();
    found.sort();
    // Opening a pipe would wait for a process that writes into it.
    if let Some(strange) = found.iter().find(|path| fs::metadata(path).is_ok_and(|found| !found.is_file())) {
        let error = Diagnostic::of_file("this is neither a file nor a folder").hint("remove or rename it");
        return Err(PolicyErrors::of_file(&strange.display().to_string(), error));
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let error = Diagnostic::of_file(format!("the folder has no file `*{ENDING}`"));
    let usual = folder.join(USUAL_FILE);
    let hint = if usual.is_file() {
        format!("give the file itself: `{}`", usual.display())
    } else {
        format!("name the policies in a folder for example `end-of-day{ENDING}`")
    };
    Err(PolicyErrors::of_file(&name, error.hint(hint)))
}

/// A link that leads nowhere is one, too: a policy that should be read must not be left out in silence.
pub(crate) fn is_policy(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(ENDING) && !name.starts_with('.') && !is_folder(path)
}

/// Policies that have the name of an earlier one.
fn same_names(read: &[(Policy, SourceText)]) -> Vec<PolicyErrors> {
    let mut seen: HashMap<&str, &Policy> = HashMap::new();
    let mut faults = Vec::new();
    for (policy, source) in read {
        let Some(first) = seen.get(policy.name.as_str()) else {
            seen.insert(&policy.name, policy);
            continue;
        };
        let message = format!("two policies are called `{}`", policy.name);
        let hint = format!("the other is at {}; a policy's lock and journal are named after it", first.name_place);
        let span = source.span(&policy.name_place, policy.name.len());
        let error = Diagnostic::at(span, message).label("give each its own name").hint(hint);
        faults.push(PolicyErrors::new(source.clone(), vec![error]));
    }
    faults
}

#[cfg(test)]
#[path = "load_test.rs"]
mod tests;
