//! What came of a run of the program, and assertions that show all of it when they fail.

use std::process::ExitStatus;

/// A finished run.
pub(crate) struct Output {
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "the exit code is another one\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn stdout_has(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "stdout does not contain {text:?}\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn stderr_has(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "stderr does not contain {text:?}\n{self}");
        self
    }

    /// What a report in JSON says of each release: its name, outcome, class of failure, and what is there afterwards.
    #[track_caller]
    pub(crate) fn results(&self) -> Vec<String> {
        let report = self.json();
        let words = |release: &serde_json::Value| {
            let words = ["name", "outcome", "class", "afterwards"].map(|key| release[key].as_str().unwrap_or_default());
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        report["releases"].as_array().expect("a report has a list").iter().map(words).collect()
    }

    /// The id of the run, out of its report.
    #[track_caller]
    pub(crate) fn run_id(&self) -> String {
        self.json()["run"]["id"].as_str().expect("a run has a name").to_owned()
    }

    /// stdout as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rule = "-".repeat(79);
        writeln!(f, "{rule}\n$ {}\n{}", self.command, self.status)?;
        writeln!(f, "stdout {rule}\n{}\nstderr {rule}\n{}\n{rule}", self.stdout, self.stderr)
    }
}
