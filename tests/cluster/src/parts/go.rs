//! The Go toolchain: is there one, and is it young enough?
//!
//! Must not install one, nor choose another one than the user's `GOTOOLCHAIN` does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::recipe::{OLDEST_GO, OLDEST_GO_NAME, Part};
use crate::{Error, environment};

/// The `go` that builds `part`.
pub(super) fn find(part: Part) -> Result<PathBuf, Error> {
    let missing = Error::GoMissing { part, needed: OLDEST_GO_NAME };
    let go = which::which_in_global("go", Some(environment::search_path()))
        .ok()
        .and_then(|mut found| found.next())
        .ok_or(missing)?;
    match version_for(part, &go)? {
        Answer::YoungEnough => Ok(go),
        Answer::TooOld(said) => Err(Error::GoTooOld { part, needed: OLDEST_GO_NAME, go, said }),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    YoungEnough,
    TooOld(String),
}

/// A command inside the part's module, where Go itself compares its version with that of `go.mod`.
pub(super) fn command(go: &Path, part: Part) -> Command {
    let mut command = Command::new(go);
    command
        .current_dir(part.family().folder())
        // A workspace of the user's above this clone would take over.
        .env("GOWORK", "off")
        // What is built runs here, whatever the user cross-compiles otherwise.
        .env_remove("GOOS")
        .env_remove("GOARCH")
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::null());
    command
}

fn version_for(part: Part, go: &Path) -> Result<Answer, Error> {
    let output = command(go, part).args(["env", "GOVERSION"]).output().map_err(Error::spawn(go))?;
    if !output.status.success() {
        return Ok(Answer::TooOld(String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ")));
    }
    Ok(judge(String::from_utf8_lossy(&output.stdout).trim()))
}

/// Go before 1.21 does not look at the version in `go.mod`: this does. A build without a number is the user's own.
fn judge(version: &str) -> Answer {
    let numbers = version.split_once("go").map_or("", |(_, numbers)| numbers);
    let mut numbers = numbers.split(|letter: char| !letter.is_ascii_digit()).map_while(|number| number.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) < OLDEST_GO => Answer::TooOld(version.to_owned()),
        _ => Answer::YoungEnough,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_is_judged_by_its_major_and_minor_version() {
        assert_eq!(judge("go1.26.8"), Answer::YoungEnough);
        assert_eq!(judge("go1.27rc1"), Answer::YoungEnough);
        assert_eq!(judge("devel go1.28-abcdef"), Answer::YoungEnough);
        assert_eq!(judge("go1.19.3"), Answer::TooOld("go1.19.3".to_owned()));
        assert_eq!(judge("go1.9"), Answer::TooOld("go1.9".to_owned()));
    }
}
