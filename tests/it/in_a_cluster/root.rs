//! A root file system like the image's, and a process in it like a container's.
//!
//! It is a file system of its own, read-only, with what the Dockerfile's last stage copies, and nothing of this machine but
//! what a container's runtime gives as well (`/proc`, a few devices). The process in it is user 65532 without a single
//! capability, and cannot get any. Two things differ from the image: the tests' binary is linked dynamically, so its loader
//! and libraries are there as well (a release's is static, which is checked where it is packed); and it can see the
//! other processes of this machine.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use throwaway_cluster::HelmVersion;

use super::dockerfile::LastStage;
use crate::support::{CommandLine, OrPanic, Output, Program, Running, cluster};

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_helm-purge");
/// What every runtime has in `/dev`, of what is used.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// A root, and the folder for what is mounted into it.
pub(super) struct Root {
    world: Program,
    stage: LastStage,
    mounts: Vec<(PathBuf, String)>,
    variables: Vec<(String, String)>,
    closed: Vec<PathBuf>,
}

impl Root {
    /// The image's, with one of the helms.
    pub(super) fn new(helm: HelmVersion) -> Self {
        let (world, stage) = (Program::new(), LastStage::read());
        let tmp = world.folder().join("tmp");
        std::fs::create_dir(&tmp).expect("a folder can be made");
        std::fs::create_dir(world.folder().join("root")).expect("a folder can be made");
        let helm = cluster().helm(helm).or_panic();
        let made = |from: &str| match from {
            "/source/target/release/helm-purge" => PathBuf::from(PROGRAM),
            "/helm" => helm.clone(),
            // Any will do: the cluster's own authority comes with the service account.
            "/etc/ssl/certs/ca-certificates.crt" => cluster().server_certificate().authority,
            "/files-tmp" => tmp.clone(),
            other => panic!("nobody knows here what {other} is in the stage that made it"),
        };
        let mut mounts = stage.copies.iter().map(|(from, to)| (made(from), to.clone())).collect::<Vec<_>>();
        mounts.extend(libraries().into_iter().map(|file| (PathBuf::from(&file), file)));
        mounts.extend(DEVICES.map(|device| (PathBuf::from(device), device.to_owned())));
        let variables = stage.variables.clone();
        Self { world, stage, mounts, variables, closed: Vec::new() }
    }

    /// What is `/tmp` inside.
    pub(super) fn tmp(&self) -> PathBuf {
        self.world.folder().join("tmp")
    }

    /// Everything below `/tmp`, as paths relative to it.
    pub(super) fn left_in_tmp(&self) -> Vec<String> {
        let (mut left, mut folders) = (Vec::new(), vec![self.tmp()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("it is a folder").flatten() {
                let path = entry.path();
                left.push(path.strip_prefix(self.tmp()).expect("it is below").display().to_string());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        left.sort();
        left
    }

    /// A file of this test, to be mounted.
    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        self.world.file(name, text)
    }

    /// A folder that nobody may write to, with these files.
    pub(super) fn folder(&mut self, name: &str, files: &[(String, String)]) -> PathBuf {
        let folder = self.world.folder().join(name);
        std::fs::create_dir(&folder).expect("a folder can be made");
        for (file, text) in files {
            self.world.file(&format!("{name}/{file}"), text);
        }
        set_mode(&folder, 0o555);
        self.closed.push(folder.clone());
        folder
    }

    /// Mounts a file or a folder of this machine, in place of what is there.
    pub(super) fn mount(&mut self, from: &Path, to: &str) {
        self.mounts.retain(|(_, other)| other != to);
        self.mounts.push((from.to_owned(), to.to_owned()));
    }

    /// Sets a variable, in place of an older one of that name.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs the image's entry point.
    pub(super) fn run(&self, line: &(impl CommandLine + ?Sized)) -> Output {
        let words = self.stage.entry_point.iter().map(String::as_str).chain(line.words());
        self.run_words(&words.collect::<Vec<_>>())
    }

    /// Runs any command in it, to its end.
    pub(super) fn run_words(&self, words: &[&str]) -> Output {
        let script = self.world.file("make-root.sh", &self.script(words));
        let command =
            format!("exec unshare --user --map-root-user --mount -- sh {}", quoted(&script.to_string_lossy()));
        Running::start(self.world.shell(&command)).finish()
    }

    /// Makes the root as the first user of a namespace of its own, and becomes the image's user.
    fn script(&self, words: &[&str]) -> String {
        let root = self.world.folder().join("root");
        let root = quoted(&root.to_string_lossy());
        let mut script = format!("set -eu\nroot={root}\nmount -t tmpfs root \"$root\"\n");
        script.push_str("mkdir -p \"$root/proc\" && mount --rbind /proc \"$root/proc\"\n");
        for (from, to) in &self.mounts {
            let (from, to) = (quoted(&from.to_string_lossy()), quoted(to));
            let make = format!(
                "if [ -d {from} ]; then mkdir -p \"$root\"{to}; else mkdir -p \"$root$(dirname {to})\"; : > \"$root\"{to}; fi"
            );
            writeln!(script, "{make}\nmount --bind {from} \"$root\"{to}").expect("a text takes everything");
        }
        let (user, group) = self.stage.user.split_once(':').expect("the image's user has a group");
        let variables = self.variables.iter().map(|(name, value)| quoted(&format!("{name}={value}")));
        // Whatever is left behind can be found by it.
        let marker = quoted(&format!("HELM_PURGE_TEST={}", self.world.folder().display()));
        let variables = variables.chain([marker]).collect::<Vec<_>>().join(" ");
        let words = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        // Of the mount alone: to remount the file system as well works for root only.
        script.push_str("mount -o remount,bind,ro \"$root\"\n");
        writeln!(
            script,
            "exec env -i {variables} \"$(command -v setpriv)\" --no-new-privs \"$(command -v unshare)\" \
             --user --map-user={user} --map-group={group} --root=\"$root\" --wd=/ -- {words}"
        )
        .expect("a text takes everything");
        script
    }
}

impl Drop for Root {
    /// So that everything can be removed, by whatever user.
    fn drop(&mut self) {
        self.closed.iter().for_each(|folder| set_mode(folder, 0o755));
    }
}

fn set_mode(folder: &Path, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(folder, mode).expect("it is ours");
}

/// The loader and the libraries of the tests' binary; a release's has none.
fn libraries() -> Vec<String> {
    let output = Command::new("ldd").arg(PROGRAM).output().expect("ldd comes with the C library");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().filter(|word| word.starts_with('/')).map(str::to_owned).collect()
}

/// Whether this system lets nobody have a root of one's own. Says so then, past the capture of the test's output: a test
/// that shows nothing is not to look like one that does.
pub(super) fn cannot_be_made(test: &str) -> bool {
    let way =
        ["--user", "--map-root-user", "--mount", "--", "sh", "-c", "mount -t tmpfs root /tmp && command -v setpriv"];
    let said = match Command::new("unshare").args(way).output() {
        Ok(output) if output.status.success() => return false,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let words = format!(
        "{test}: NOT RUN, a root like the image's cannot be made here: {said}\n\
         It needs unshare and setpriv (util-linux) and namespaces of users: sysctl user.max_user_namespaces above 0, and \
         where there are such, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0\n"
    );
    std::io::stderr().write_all(words.as_bytes()).expect("stderr can be written to");
    true
}

/// For a shell.
fn quoted(words: &str) -> String {
    format!("'{}'", words.replace('\'', r"'\''"))
}
