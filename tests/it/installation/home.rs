//! A user's home, with a helm process and a kubectl on PATH, in which the lines of docs/install.md are typed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use packaging::VERSION;
use throwaway_cluster::HelmVersion;
use throwaway_cluster::parts::{Part, obtain};
use throwaway_cluster::progress::StandardError;

use super::packages::here;
use crate::support::{OrPanic, Output, Program, Running};

/// A home in which nothing is installed yet.
pub(super) struct Home {
    pub(super) program: Program,
}

impl Home {
    /// With this helm and nothing else of Kubernetes.
    pub(super) fn with_helm(version: HelmVersion) -> Self {
        let part = if version == HelmVersion::Three { Part::Helm3 } else { Part::Helm4 };
        let mut home = Self { program: Program::new() };
        home.has(part, "helm");
        home.program.set("VERSION", VERSION).set("PLATFORM", here().to_string());
        for folder in ["bin", ".local/bin"] {
            fs::create_dir_all(home.path(folder)).expect("the folder is ours");
        }
        let folder = home.program.folder().display().to_string();
        home.program.set("PATH", format!("{folder}/bin:{folder}/.local/bin:{folder}/.krew/bin:/usr/bin:/bin"));
        home
    }

    /// Puts a part of the cluster on PATH.
    pub(super) fn has(&mut self, part: Part, name: &str) {
        let parts = obtain(&[part], &StandardError).or_panic();
        fs::create_dir_all(self.path("bin")).expect("the folder is ours");
        symlink(&parts[&part], self.path("bin").join(name)).expect("the folder is ours");
    }

    /// Puts a file beside where the lines are typed.
    pub(super) fn downloads(&self, file: &Path) {
        let name = file.file_name().expect("it has a name");
        fs::copy(file, self.program.folder().join(name)).expect("the folder is ours");
    }

    /// Makes a git repository of a folder, with the version as a tag.
    pub(super) fn commits(&self, folder: &str) {
        let identity = "-c user.name=test -c user.email=test@example.com";
        let script = format!(
            "cd {folder} && git -c init.defaultBranch=main init -q && git add -A && git {identity} commit -qm all \
             && git tag v$VERSION"
        );
        self.types(&script).exits(0);
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.program.folder().join(name)
    }

    /// Types a line.
    pub(super) fn types(&self, line: &str) -> Output {
        Running::start(self.program.shell(line)).finish()
    }

    /// Types a line that stands in docs/install.md just so.
    #[track_caller]
    pub(super) fn types_documented(&self, line: &str) -> Output {
        let page =
            fs::read_to_string(packaging::repository().join("docs/install.md")).expect("it is in the repository");
        let stands = page.lines().map(|line| line.split(" #").next().unwrap_or_default().trim()).any(|it| it == line);
        assert!(stands, "docs/install.md does not say `{line}`");
        self.types(line)
    }

    /// helm lists the plugin, and it answers with its version and that of the same helm.
    #[track_caller]
    pub(super) fn has_a_plugin_that_works(&self) {
        let listed = self.types("helm plugin list").exits(0).stdout;
        let line = listed.lines().find(|line| line.starts_with("purge")).unwrap_or_else(|| panic!("{listed}"));
        assert!(line.contains(VERSION), "{line}");
        let said = self.types_documented("helm purge version").exits(0).stdout_has(&format!("helm-purge v{VERSION}\n"));
        let same = self.types("helm version --template '{{.Version}}'").exits(0).stdout;
        said.stdout_has(&format!("helm {} ", same.trim()));
    }

    /// After `helm plugin uninstall`, helm knows no plugin, and nothing is left in its folder of plugins.
    #[track_caller]
    pub(super) fn uninstalls_it_without_a_trace(&self) {
        self.types_documented("helm plugin uninstall purge").exits(0);
        let listed = self.types("helm plugin list").exits(0).stdout;
        assert!(!listed.contains("purge"), "{listed}");
        self.types("helm purge version").exits(1).stderr_has("unknown command \"purge\" for \"helm\"");
        assert_eq!(self.plugins(), [""; 0]);
    }

    /// What is in helm's folder of plugins.
    pub(super) fn plugins(&self) -> Vec<String> {
        let folder = self.types("helm env HELM_PLUGINS").exits(0).stdout;
        let files = fs::read_dir(folder.trim()).into_iter().flatten().flatten();
        let mut names = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>();
        names.sort();
        names
    }
}
