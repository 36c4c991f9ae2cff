//! One failure: its class, and Helm's message, cut down to what a person needs: the error and its cause.
//!
//! Children run with debug output, because without it Helm hides the cause of a failed delete behind `failed to delete
//! release: X` and, in Helm 3, the name of a hook that did not finish. The price is debug lines around the error, and in
//! Helm 3 a stack trace after it. The text is untrusted. It stays unchanged here; the code that prints it sanitizes it.

use std::time::Duration;

use super::child::{ChildExit, ExitKind, StopCause};
use super::failure_class::{FailureClass, class_of_text};

/// The most bytes of the error, and of the cause.
const MOST: usize = 4 << 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub class: FailureClass,
    /// Helm's message, or this program's if helm had none.
    pub message: HelmMessage,
}

/// What helm wrote to stderr about a failure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HelmMessage {
    /// The text after `Error: ` or, without one, the last lines that are not debug output.
    pub error: String,
    /// The cause, if debug output names it.
    pub cause: Option<String>,
}

impl Failure {
    /// The failure of a child that did not succeed.
    pub fn from_exit(exit: &ChildExit) -> Self {
        let message = HelmMessage::from_stderr(&exit.stderr);
        let (class, own_text) = match (exit.cause, exit.kind) {
            (Some(cause), _) => of_cause(cause),
            (None, ExitKind::Signal(signal)) => (FailureClass::Killed, format!("helm was killed by signal {signal}")),
            (None, ExitKind::Held) => (FailureClass::Killed, "helm does not exit, even after SIGKILL".to_owned()),
            (None, ExitKind::Code(_)) if !message.error.is_empty() => return Self { class: message.class(), message },
            (None, ExitKind::Code(code)) => {
                (message.class(), format!("helm exited with code {code} and printed no error"))
            }
        };
        let HelmMessage { error, cause } = message;
        let cause = Some(error).filter(|error| !error.is_empty()).into_iter().chain(cause).collect::<Vec<_>>();
        let cause = (!cause.is_empty()).then(|| cause.join("\n"));
        Self { class, message: HelmMessage { error: own_text, cause } }
    }

    /// A failure that this program found.
    pub fn new(class: FailureClass, text: impl Into<String>) -> Self {
        Self { class, message: HelmMessage { error: text.into(), cause: None } }
    }

    pub(super) fn cannot_start(program: impl std::fmt::Display, error: &std::io::Error) -> Self {
        Self::new(FailureClass::CannotStart, format!("cannot start {program}: {error}"))
    }
}

fn of_cause(cause: StopCause) -> (FailureClass, String) {
    let seconds = |duration: Duration| format!("{} s", duration.as_secs());
    match cause {
        StopCause::Cancelled => {
            (FailureClass::Interrupted, "helm was stopped on request before it finished".to_owned())
        }
        StopCause::Deadline(after) => {
            (FailureClass::TimedOut, format!("helm did not finish within {} and was stopped", seconds(after)))
        }
        StopCause::StoppedItself => {
            (FailureClass::Stopped, "helm suspended itself, probably to read from a terminal, and was ended".to_owned())
        }
        StopCause::TooMuchStderr => {
            (FailureClass::Other, "helm printed more than 64 MiB of errors and was stopped".to_owned())
        }
    }
}

impl HelmMessage {
    /// Reads the message out of the end of a child's stderr.
    pub fn from_stderr(stderr: &[u8]) -> Self {
        let text = String::from_utf8_lossy(stderr);
        let lines = text.lines().collect::<Vec<_>>();
        let error = error_block(&lines).unwrap_or_else(|| last_plain_lines(&lines));
        let cause = delete_cause(&lines).or_else(|| waited_for_hook(&lines));
        Self { error: bounded(&error), cause: cause.map(|cause| bounded(&cause)) }
    }

    /// Error and cause as one text, for matching.
    pub fn all(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}\n{cause}", self.error),
            None => self.error.clone(),
        }
    }

    pub fn class(&self) -> FailureClass {
        class_of_text(&self.without_the_name().all())
    }

    /// A release can be called `unauthorized`, or any other word of the table.
    fn without_the_name(&self) -> Self {
        const BEFORE_A_NAME: [&str; 2] = ["failed to delete release: ", "Release not loaded: "];
        let mut error = self.error.clone();
        for before in BEFORE_A_NAME {
            let Some(at) = error.find(before) else { continue };
            let name = at + before.len();
            let end = error[name..].find([':', '\n', ' ']).map_or(error.len(), |length| name + length);
            error.replace_range(name..end, "…");
        }
        Self { error, cause: self.cause.clone() }
    }
}

/// From the line that starts with `Error: ` to the next line of debug output.
fn error_block(lines: &[&str]) -> Option<String> {
    let start = lines.iter().rposition(|line| line.starts_with("Error: "))?;
    let block = lines[start..].iter().enumerate().take_while(|(index, line)| *index == 0 || !is_log_line(line));
    let text = block.map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
    Some(text.trim_start_matches("Error: ").trim_end().to_owned())
}

/// Failures before a command runs have no `Error: `.
fn last_plain_lines(lines: &[&str]) -> String {
    let plain = lines.iter().filter(|line| !is_debug_line(line) && !line.trim().is_empty()).copied();
    let mut last = plain.rev().take(5).collect::<Vec<_>>();
    last.reverse();
    last.join("\n")
}

/// Helm 3: `FILE.go:NN: TIME [debug] uninstall: Failed to delete release: [CAUSE` over several lines to `]`.
/// Helm 4: `level=DEBUG msg="uninstall: Failed to delete release" error="[CAUSE]"` in one.
fn delete_cause(lines: &[&str]) -> Option<String> {
    const HELM_3: &str = "uninstall: Failed to delete release: ";
    const HELM_4: &str = "msg=\"uninstall: Failed to delete release\" error=";
    if let Some(line) = lines.iter().rev().find(|line| line.contains(HELM_4)) {
        let (_, quoted) = line.split_once(HELM_4)?;
        return Some(without_brackets(&unquoted(quoted)));
    }
    let start = lines.iter().rposition(|line| is_debug_line(line) && line.contains(HELM_3))?;
    let (_, first) = lines[start].split_once(HELM_3)?;
    let rest = lines[start + 1..].iter().take_while(|line| !is_log_line(line) && !line.starts_with("Error: "));
    let text = std::iter::once(first).chain(rest.copied()).collect::<Vec<_>>().join("\n");
    Some(without_brackets(text.trim_end()))
}

/// Helm 3 names a hook that it waits for only here: `Watching for changes to Job NAME with timeout of 5m0s`.
fn waited_for_hook(lines: &[&str]) -> Option<String> {
    let last = lines.iter().rev().find(|line| is_debug_line(line) && line.contains("Watching for changes to "))?;
    let (_, watched) = last.split_once("Watching for changes to ")?;
    Some(format!("waited for {}", watched.trim_end()))
}

fn is_log_line(line: &str) -> bool {
    is_debug_line(line) || line.starts_with("level=")
}

/// `uninstall.go:125: 2026-… [debug] …` or `level=DEBUG msg=…`.
fn is_debug_line(line: &str) -> bool {
    line.starts_with("level=DEBUG ")
        || line.split_once(".go:").is_some_and(|(file, rest)| !file.contains(' ') && rest.contains("[debug]"))
}

fn without_brackets(text: &str) -> String {
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).trim().to_owned()
}

/// The text of a Go-quoted string; the rest of the line behind its closing quote is left out.
fn unquoted(quoted: &str) -> String {
    let Some(inside) = quoted.strip_prefix('"') else { return quoted.to_owned() };
    let mut text = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    text
}

/// At most [`MOST`] bytes, with a note of how much is missing.
fn bounded(text: &str) -> String {
    if text.len() <= MOST {
        return text.to_owned();
    }
    let cut = text.floor_char_boundary(MOST);
    format!("{}\n… {} more bytes", &text[..cut], text.len() - cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_was_ended_says_why_before_helm_speaks() {
        let ended = ChildExit {
            kind: ExitKind::Signal(15),
            cause: Some(StopCause::Deadline(Duration::from_secs(90))),
            closed_output: false,
            left_a_process: false,
            stderr: b"Error: something".to_vec(),
        };
        let failure = Failure::from_exit(&ended);
        assert_eq!(failure.class, FailureClass::TimedOut);
        assert_eq!(failure.message.error, "helm did not finish within 90 s and was stopped");
        assert_eq!(failure.message.cause.as_deref(), Some("something"));
    }

    fn words(stderr: &str) -> HelmMessage {
        HelmMessage::from_stderr(stderr.as_bytes())
    }

    #[test]
    fn helm_3_names_its_error_between_debug_lines_and_a_stack_trace() {
        let said = words(concat!(
            "uninstall.go:102: 2026-11-23 14:46:27.1 +0000 UTC m=+0.05 [debug] uninstall: Deleting cr3\n",
            "uninstall.go:125: 2026-11-23 14:46:27.2 +0000 UTC m=+0.07 [debug] uninstall: Failed to delete release: ",
            "[unable to build kubernetes objects for delete: resource mapping not found for name: \"cr3-w\"\n",
            "ensure CRDs are installed first]\n",
            "Error: failed to delete release: cr3\n",
            "helm.go:92: 2026-11-23 14:46:27.3 +0000 UTC m=+0.08 [debug] failed to delete release: cr3\n",
            "helm.sh/helm/v3/pkg/action.(*Uninstall).Run\n\t/some/where/uninstall.go:126\n",
        ));
        assert_eq!(said.error, "failed to delete release: cr3");
        assert_eq!(
            said.cause.as_deref(),
            Some(
                "unable to build kubernetes objects for delete: resource mapping not found for name: \"cr3-w\"\n\
                 ensure CRDs are installed first"
            )
        );
    }

    #[test]
    fn helm_4_names_its_cause_in_one_quoted_line() {
        let said = words(concat!(
            "level=DEBUG msg=\"uninstall: Failed to delete release\" ",
            "error=\"[configmaps \\\"a\\\" is forbidden\\nsecond]\"\n",
            "Error: failed to delete release: x\n",
        ));
        assert_eq!(said.error, "failed to delete release: x");
        assert_eq!(said.cause.as_deref(), Some("configmaps \"a\" is forbidden\nsecond"));
    }

    #[test]
    fn an_error_of_several_lines_is_kept_whole() {
        let said = words("Error: 1 error occurred:\n\t* job hf3-pre failed: BackoffLimitExceeded\n\n\n");
        assert_eq!(said.error, "1 error occurred:\n\t* job hf3-pre failed: BackoffLimitExceeded");
    }

    #[test]
    fn the_hook_that_helm_3_waited_for_is_named() {
        let said = words(concat!(
            "client.go:753: 2026 [debug] Watching for changes to Job to3-pre with timeout of 3s\n",
            "Error: 1 error occurred:\n\t* timed out waiting for the condition\n",
        ));
        assert_eq!(said.cause.as_deref(), Some("waited for Job to3-pre with timeout of 3s"));
    }

    #[test]
    fn without_an_error_line_the_last_plain_lines_speak() {
        let said = words("level=DEBUG msg=x\nWARNING: cannot read config.json\n");
        assert_eq!(said.error, "WARNING: cannot read config.json");
        assert_eq!(words(""), HelmMessage::default());
    }

    #[test]
    fn words_are_bounded_and_any_bytes_are_taken() {
        let said = words(&format!("Error: {}", "ä".repeat(5000)));
        assert!(said.error.len() < MOST + 40 && said.error.ends_with("more bytes"));
        assert!(HelmMessage::from_stderr(b"Error: \xff\xfe\x1b[2J").error.contains('\u{1b}'));
    }
}
