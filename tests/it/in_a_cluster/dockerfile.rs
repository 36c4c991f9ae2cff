//! The last stage of the Dockerfile: all that is in the image.

use crate::support::repository_text;

/// What the image holds, and how it is started.
pub(super) struct LastStage {
    /// Where each file comes from, in the stage that made it, and where it goes.
    pub(super) copies: Vec<(String, String)>,
    pub(super) variables: Vec<(String, String)>,
    pub(super) user: String,
    pub(super) entry_point: Vec<String>,
    /// Of the whole file.
    pub(super) text: String,
}

impl LastStage {
    /// Reads it. An instruction that nobody has thought of here would be something that no test has in its root.
    pub(super) fn read() -> Self {
        let text = repository_text("deploy/container/Dockerfile");
        let lines = text.lines().map(str::to_owned).collect::<Vec<_>>();
        let begin = lines.iter().rposition(|line| line.starts_with("FROM ")).expect("it has stages");
        assert_eq!(lines[begin], "FROM scratch", "the last stage begins with nothing");
        let (copies, variables) = (Vec::new(), Vec::new());
        let mut stage = Self { copies, variables, user: String::new(), entry_point: Vec::new(), text };
        for line in lines[begin + 1..].iter().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            stage.take(line);
        }
        stage
    }

    fn take(&mut self, line: &str) {
        let (instruction, rest) = line.split_once(' ').expect("an instruction has an argument");
        match instruction {
            "COPY" => {
                let paths = rest.split(' ').filter(|word| !word.starts_with("--")).collect::<Vec<_>>();
                let [from, to] = paths[..] else { panic!("one file at a time: {line}") };
                self.copies.push((from.to_owned(), to.to_owned()));
            }
            "ENV" => {
                let (name, value) = rest.split_once('=').expect("NAME=VALUE");
                self.variables.push((name.to_owned(), value.to_owned()));
            }
            "USER" => rest.clone_into(&mut self.user),
            "ENTRYPOINT" => self.entry_point = serde_json::from_str(rest).expect("a list, not a shell's line"),
            _ => panic!("the tests' root does not have what this makes: {line}"),
        }
    }
}
