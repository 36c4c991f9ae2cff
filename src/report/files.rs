//! Writes reports to files, and to nothing else that a path may point to.

use std::fs::{File, Permissions, symlink_metadata};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use tempfile::NamedTempFile;

use super::document::{Format, serialize};
use super::markdown::render_markdown;
use super::run_report::RunReport;

/// Reports name a team's releases, so only their user may read a new one. A file that is replaced keeps its mode.
const MODE: u32 = 0o600;

/// Writes a report in the format of the file's extension, or as JSON.
///
/// # Errors
/// As [`write_file`].
pub(crate) fn write_report(path: &Path, report: &RunReport) -> io::Result<()> {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    let text = match extension.as_deref() {
        Some("md" | "markdown") => Ok(render_markdown(report)),
        Some("yaml" | "yml") => serialize(&report.document(), Format::Yaml),
        _ => serialize(&report.document(), Format::Json),
    };
    write_file(path, &text.map_err(io::Error::other)?)
}

/// Replaces a file as a whole, so that a reader sees the old one or the new one.
///
/// # Errors
/// If that is not possible, or something is there that is not a regular file.
fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let mode = match symlink_metadata(path) {
        // The new file would replace a link, a pipe or a device.
        Ok(there) if !there.is_file() => return Err(io::Error::other("it is there, and not a regular file")),
        Ok(there) => there.permissions(),
        Err(_) => Permissions::from_mode(MODE),
    };
    complete_file_beside(path, text, mode)?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file as a whole, and never over another one.
///
/// # Errors
/// If that is not possible. The kind is `AlreadyExists` if something is there.
pub(crate) fn write_new(path: &Path, text: &str) -> io::Result<()> {
    // As an editor would: the umask of the process decides who else may read it.
    complete_file_beside(path, text, Permissions::from_mode(0o666))?
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    Ok(())
}

fn complete_file_beside(path: &Path, text: &str, mode: Permissions) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix(".helm-purge-").permissions(mode).tempfile_in(folder)?;
    file.write_all(with_an_end(text).as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Writes the termination log of a container, a file that the kubelet has made and reads in place.
///
/// # Errors
/// If that is not possible, or it is not a regular file. This follows no link and waits for no pipe.
pub(crate) fn write_termination_log(path: &Path, line: &str) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = match open(path, flags, Mode::empty()) {
        // This is not a pod.
        Err(rustix::io::Errno::NOENT) => open(path, flags | OFlags::CREATE, Mode::from_raw_mode(MODE)),
        other => other,
    };
    let mut file = File::from(opened.map_err(described)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    file.set_len(0)?;
    file.write_all(with_an_end(line).as_bytes())
}

fn described(error: rustix::io::Errno) -> io::Error {
    match error {
        rustix::io::Errno::LOOP => io::Error::other("it is a symbolic link"),
        rustix::io::Errno::NXIO => io::Error::other("it is not a regular file"),
        other => other.into(),
    }
}

fn with_an_end(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_new_report_is_its_users_own_and_one_that_is_replaced_keeps_its_mode() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("report.json");
        let mode = || fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
        write_file(&path, "new").expect("it can be written");
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("it is ours");
        write_file(&path, "newer").expect("it can be written");
        assert_eq!(mode(), 0o644);
    }

    #[test]
    fn a_report_takes_the_place_of_an_older_one_and_of_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, link) = (folder.path().join("report.json"), folder.path().join("link"));
        fs::write(&path, "an older and much longer one").expect("a file can be written");
        write_file(&path, "new").expect("it can be written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new\n");
        symlink(&path, &link).expect("a link can be made");
        for odd in [&link, folder.path()] {
            let error = write_file(odd, "x").expect_err("it would replace something else");
            assert_eq!(error.to_string(), "it is there, and not a regular file", "{}", odd.display());
        }
        let error = write_file(&folder.path().join("nowhere/report.json"), "x").expect_err("there is no such folder");
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new\n");
        let left = fs::read_dir(folder.path()).expect("a folder").flatten().count();
        assert_eq!(left, 2, "nothing else is left in the folder");
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another_one_or_of_a_link_to_nothing() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, link) = (folder.path().join("policy.yaml"), folder.path().join("link"));
        symlink(folder.path().join("nothing"), &link).expect("a link can be made");
        write_new(&path, "first").expect("it can be written");
        for taken in [&path, &link] {
            let error = write_new(taken, "second").expect_err("something is there");
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{error}");
        }
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "first\n");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").flatten().count(), 2, "nothing else is left");
    }

    #[test]
    fn a_termination_log_is_written_in_place_and_follows_no_link_and_waits_for_no_reader() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        fs::write(&path, "something longer than what comes").expect("a file can be written");
        let before = fs::metadata(&path).map(|there| std::os::unix::fs::MetadataExt::ino(&there)).expect("it is there");
        write_termination_log(&path, "{}").expect("it can be written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "{}\n");
        let after = fs::metadata(&path).map(|there| std::os::unix::fs::MetadataExt::ino(&there)).expect("it is there");
        assert_eq!(before, after, "the kubelet reads the file that it has mounted");
        write_termination_log(&folder.path().join("new"), "{}").expect("it is made where there is none");
        let (link, dangling, pipe) =
            (folder.path().join("link"), folder.path().join("dangling"), folder.path().join("pipe"));
        symlink(&path, &link).expect("a link can be made");
        symlink(folder.path().join("made"), &dangling).expect("a link can be made");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("coreutils are there");
        assert!(made.success());
        for (odd, why) in [
            (link.as_path(), "it is a symbolic link"),
            (&dangling, "it is a symbolic link"),
            (&pipe, "it is not a regular file"),
            (folder.path(), "Is a directory (os error 21)"),
            (Path::new("/dev/full"), "it is not a regular file"),
        ] {
            assert_eq!(write_termination_log(odd, "x").expect_err(why).to_string(), why, "{}", odd.display());
        }
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "{}\n");
        assert!(!folder.path().join("made").exists());
    }
}
