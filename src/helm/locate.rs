//! Which helm: found once, asked for its version once, the same for every child.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments;
use super::child::{self, Invocation, Limits};
use super::environment::{self, Debug};
use super::words::Words;
use crate::cluster::Connection;
use crate::signal::CancelToken;

/// The oldest Helm that stops before it removes the record when an object could not be deleted.
const OLDEST: semver::Version = semver::Version::new(3, 10, 0);
/// The first Helm whose behaviour nobody has looked at.
const TOO_NEW: u64 = 5;
/// So much of what is no version is shown.
const LONGEST_VERSION: usize = 100;
/// A version is asked for without any cluster, so this is generous.
const VERSION_DEADLINE: Duration = Duration::from_secs(30);

/// A helm that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helm {
    path: PathBuf,
    version: semver::Version,
    /// A folder for what kinds there are, where it is not the usual one.
    cache: Option<PathBuf>,
}

/// Why there is no helm to work with.
#[derive(Debug)]
pub enum HelmError {
    /// None was found under this name.
    Missing {
        /// What was looked for: the value of `HELM_BIN`, or `helm`.
        name: String,
        /// Why it was not found.
        source: which::Error,
    },
    /// It could not be started, or did not end well.
    Silent {
        /// The program.
        path: PathBuf,
        /// What happened.
        what: String,
    },
    /// It is not a Helm whose behaviour is known.
    Unsupported {
        /// The program.
        path: PathBuf,
        /// What it said about itself.
        version: String,
    },
}

impl Helm {
    /// Finds helm: `wanted` where the user's helm named itself (`HELM_BIN` may be a bare name or relative),
    /// else `helm` on PATH. Asks it for its version.
    ///
    /// # Errors
    /// Where there is none, it does not answer, or its version is not supported.
    pub fn find(wanted: Option<&str>, cache: Option<PathBuf>, stop: &CancelToken) -> Result<Self, HelmError> {
        let name = wanted.filter(|name| !name.is_empty()).unwrap_or("helm");
        let missing = |source| HelmError::Missing { name: name.to_owned(), source };
        let found = which::which(name).map_err(missing)?;
        let path = std::path::absolute(&found).unwrap_or(found);
        let text = ask_version(&path, stop)?;
        match supported(&text) {
            Some(version) => Ok(Self { path, version, cache }),
            None => Err(HelmError::Unsupported { path, version: text.chars().take(LONGEST_VERSION).collect() }),
        }
    }

    /// The same helm, which finds in this folder what kinds there are.
    #[must_use]
    pub fn with_kinds_in(self, folder: PathBuf) -> Self {
        Self { cache: Some(folder), ..self }
    }

    /// The program, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version.
    pub fn version(&self) -> &semver::Version {
        &self.version
    }

    pub(super) fn invocation(
        &self,
        arguments: Vec<OsString>,
        connection: Option<&Connection>,
        debug: Debug,
    ) -> Invocation {
        let environment = environment::changes(connection.map(Connection::kubeconfig), debug, self.cache.as_deref());
        Invocation { program: self.path.clone(), arguments, environment }
    }
}

/// The version that helm tells of itself, where it is one whose behaviour is known.
fn supported(text: &str) -> Option<semver::Version> {
    let version = semver::Version::parse(text.trim().trim_start_matches('v')).ok()?;
    (version >= OLDEST && version.major < TOO_NEW).then_some(version)
}

fn ask_version(path: &Path, stop: &CancelToken) -> Result<String, HelmError> {
    let invocation = Invocation {
        program: path.to_owned(),
        arguments: arguments::version(),
        environment: environment::changes(None, Debug::Off, None),
    };
    let mut said = Vec::new();
    let mut keep = |bytes: &[u8]| {
        if said.len() < 4 << 10 {
            said.extend_from_slice(bytes);
        }
    };
    let silent = |what| HelmError::Silent { path: path.to_owned(), what };
    let ended = child::run(&invocation, Limits::with_deadline(VERSION_DEADLINE), stop, &mut keep)
        .map_err(|error| silent(error.to_string()))?;
    if ended.succeeded() {
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    } else {
        Err(silent(Words::from_stderr(&ended.stderr).error))
    }
}

impl fmt::Display for HelmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HelmError::Missing { name, .. } => write!(f, "there is no `{name}` to be found"),
            HelmError::Silent { path, what } => {
                write!(f, "`{}` does not tell its version: {what}", path.display())
            }
            HelmError::Unsupported { path, version } => {
                write!(f, "`{}` is version {version:?}; Helm {OLDEST} or later, 3 or 4, is needed", path.display())
            }
        }
    }
}

impl std::error::Error for HelmError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            HelmError::Missing { source, .. } => Some(source),
            HelmError::Silent { .. } | HelmError::Unsupported { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz_input_test::any_like;

    proptest! {
        #[test]
        fn whatever_helm_says_of_itself_only_a_version_that_is_known_is_taken(
            bytes in any_like(["v3.21.4", "v4.3.0-rc.1+build", "3.10.0", "v18446744073709551616.0.0"].map(Into::into).into()),
        ) {
            let text = String::from_utf8_lossy(&bytes);
            if let Some(version) = supported(&text) {
                prop_assert!((3..5).contains(&version.major) && version >= OLDEST);
                prop_assert_eq!(text.trim().trim_start_matches('v'), version.to_string());
            }
        }
    }
}
