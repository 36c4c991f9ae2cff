//! The one place that prints. Data goes to stdout, messages to stderr.
//!
//! Text from other sources cannot move a cursor or hide, because this file replaces such characters in everything that it
//! writes. Only [`Printer::rendered_data`] and the errors of policies are written unchanged: their renderers have done it.
//!
//! A purge does not end because its reader has stopped reading: `helm purge run | head` closes stdout, and a closed terminal
//! answers every write with an error. Both are remembered and change nothing else. Any other failed write is reported once
//! on stderr and leads to exit code 1.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};

use super::diagnostics::PolicyDiagnostic;
use super::document::JsonObject;
use super::log_line::{Level, LogFormat, LogLine, refusal_line};
use super::style::Styles;
use super::text::indented;
use crate::clock::Clock;
use crate::guard::Refusal;
use crate::policy::PolicyErrors;
use crate::sanitize;

/// How much is printed: `--quiet`, neither, or `--verbose`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

type Output = RefCell<Box<dyn Write + Send>>;

pub struct Printer {
    stdout: Output,
    stderr: Output,
    /// The styles of stdout.
    pub(crate) out: Styles,
    /// The styles of stderr.
    pub(crate) err: Styles,
    pub(crate) verbosity: Verbosity,
    /// The format of stderr.
    pub(crate) format: LogFormat,
    clock: Clock,
    stdout_is_closed: Cell<bool>,
    has_lost_output: Cell<bool>,
}

impl Printer {
    /// Both streams get whole texts, so no buffering is needed.
    pub fn new(
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        out: Styles,
        err: Styles,
        verbosity: Verbosity,
    ) -> Self {
        Self {
            stdout: RefCell::new(stdout),
            stderr: RefCell::new(stderr),
            out,
            err,
            verbosity,
            format: LogFormat::Text,
            clock: Clock::System,
            stdout_is_closed: Cell::new(false),
            has_lost_output: Cell::new(false),
        }
    }

    /// With another format of stderr, and the clock of its lines.
    #[must_use]
    pub fn with_log(self, format: LogFormat, clock: Clock) -> Self {
        Self { format, clock, ..self }
    }

    /// Whether something could not be written although its reader was still there.
    pub(crate) fn has_lost_output(&self) -> bool {
        self.has_lost_output.get()
    }

    /// Prints data on stdout, with a line break at its end.
    pub(crate) fn data(&self, text: &str) {
        self.rendered_data(self.out.sanitized(text));
    }

    /// The same without changes, for text whose renderer has replaced what a terminal would obey.
    pub(crate) fn rendered_data(&self, text: String) {
        if self.stdout_is_closed.get() || text.is_empty() {
            return;
        }
        let Err(error) = write_text(&self.stdout, text) else { return };
        self.stdout_is_closed.set(true);
        if !is_reader_gone(&error) {
            self.has_lost_output.set(true);
            self.error(format_args!("could not write to stdout: {error}"));
        }
    }

    /// `error: …`, for an error that does not end the command.
    pub(crate) fn error(&self, message: impl Display) {
        self.message(Verbosity::Quiet, Level::Error, "error: ", message);
    }

    /// `error: …`, and remembers that output was lost.
    pub(crate) fn unwritten(&self, message: impl Display) {
        self.has_lost_output.set(true);
        self.error(message);
    }

    /// `warning: …`
    pub(crate) fn warn(&self, message: impl Display) {
        self.message(Verbosity::Quiet, Level::Warn, "warning: ", message);
    }

    /// `note: …`, unless `--quiet`.
    pub(crate) fn note(&self, message: impl Display) {
        self.message(Verbosity::Normal, Level::Info, "note: ", message);
    }

    /// `note: …`, also with `--quiet`.
    pub(crate) fn important_note(&self, message: impl Display) {
        self.message(Verbosity::Quiet, Level::Info, "note: ", message);
    }

    /// `note: …`, only with `--verbose`.
    pub(crate) fn verbose_note(&self, message: impl Display) {
        self.message(Verbosity::Verbose, Level::Info, "note: ", message);
    }

    /// `hint: …`, unless `--quiet`.
    pub(crate) fn hint(&self, message: impl Display) {
        self.message(Verbosity::Normal, Level::Info, "hint: ", message);
    }

    /// A line without a word before it, unless `--quiet`.
    pub(crate) fn info(&self, message: impl Display) {
        self.message(Verbosity::Normal, Level::Info, "", message);
    }

    /// A line without a word before it, also with `--quiet`.
    pub(crate) fn notice(&self, message: impl Display) {
        self.message(Verbosity::Quiet, Level::Info, "", message);
    }

    /// Lines with colours of this program.
    pub(crate) fn painted(&self, least: Verbosity, text: &str) {
        if self.verbosity >= least {
            self.write_message(Level::Info, "", &self.err.sanitized(text));
        }
    }

    /// An error with its causes and how to go on.
    pub(crate) fn error_with_causes(&self, error: &dyn Error, hint: Option<&str>) {
        self.rendered_error(&self.err.sanitized(&render_error(error, hint, self.err)));
    }

    /// An error as its renderer has written it. In a log its level replaces the word before it.
    pub(crate) fn rendered_error(&self, text: &str) {
        let in_log = text.strip_prefix("error: ").filter(|_| self.format == LogFormat::Json);
        self.write_message(Level::Error, "", in_log.unwrap_or(text));
    }

    /// A refusal of a run: the guard, the fact, what it means, and how to go on.
    pub(crate) fn refusal(&self, refusal: &Refusal, consequence: &str) {
        match self.format {
            LogFormat::Json => self.log(&refusal_line("refused", Level::Error, refusal)),
            LogFormat::Text => {
                let head = self.err.error(&format!("refused ({}):", refusal.guard));
                let mut lines = vec![format!("{head} {}", indented(&refusal.message, 2))];
                if !consequence.is_empty() {
                    lines.push(format!("  {consequence}"));
                }
                self.painted(Verbosity::Quiet, &with_hint(lines, Some(refusal.hint), self.err));
            }
        }
    }

    /// A guard that would refuse a run of the plan that was shown.
    pub(crate) fn would_refuse(&self, refusal: &Refusal) {
        match self.format {
            LogFormat::Json => self.log(&refusal_line("would-be-refused", Level::Warn, refusal)),
            LogFormat::Text => {
                let head = self.err.bold(&format!("run would be refused ({}):", refusal.guard));
                let lines = vec![format!("{head} {}", indented(&refusal.message, 2))];
                self.painted(Verbosity::Quiet, &with_hint(lines, Some(refusal.hint), self.err));
            }
        }
    }

    /// What is wrong with a policy.
    pub(crate) fn policy_errors(&self, errors: &PolicyErrors) {
        match self.format {
            LogFormat::Text => self.write_to_stderr(&errors.render(self.err.into())),
            LogFormat::Json => {
                PolicyDiagnostic::of_faults(errors)
                    .for_each(|error| self.log(&LogLine::new(Level::Error, "policy-error", error)));
            }
        }
    }

    /// Writes a line of the log, if stderr is one and the line matters enough.
    pub(crate) fn log(&self, line: &LogLine) {
        let least = match line.level {
            Level::Error | Level::Warn => Verbosity::Quiet,
            Level::Info => Verbosity::Normal,
            Level::Debug => Verbosity::Verbose,
        };
        if self.verbosity >= least {
            self.log_always(line);
        }
    }

    /// Writes a line of the log, if stderr is one.
    pub(crate) fn log_always(&self, line: &LogLine) {
        if self.format == LogFormat::Json {
            self.write_to_stderr(&line.render(self.clock));
        }
    }

    /// Asks a question on stderr, without a line break.
    ///
    /// # Errors
    /// If a log is written, which asks nothing, or the question cannot be written.
    pub(crate) fn ask(&self, question: impl Display) -> io::Result<()> {
        if self.format == LogFormat::Json {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let mut stderr = self.stderr.borrow_mut();
        stderr.write_all(sanitize::sentence(&question.to_string()).as_bytes())?;
        stderr.flush()
    }

    /// Ends the line of a question that got no answer.
    pub(crate) fn end_question(&self) {
        if self.format == LogFormat::Text {
            self.write_to_stderr("");
        }
    }

    fn message(&self, least: Verbosity, level: Level, word: &str, message: impl Display) {
        if self.verbosity >= least {
            self.write_message(level, word, &sanitize::sentence(&message.to_string()));
        }
    }

    fn write_message(&self, level: Level, word: &str, text: &str) {
        match self.format {
            LogFormat::Text => self.write_to_stderr(&format!("{word}{text}")),
            LogFormat::Json => {
                let message = JsonObject::default().with("message", text.trim_end().to_owned());
                self.write_to_stderr(&LogLine::new(level, "message", message).render(self.clock));
            }
        }
    }

    fn write_to_stderr(&self, text: &str) {
        if let Err(error) = write_text(&self.stderr, text.to_owned())
            && !is_reader_gone(&error)
        {
            self.has_lost_output.set(true);
        }
    }
}

fn write_text(stream: &Output, mut text: String) -> io::Result<()> {
    // In one write, so that lines of several processes on one terminal stay whole.
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let mut stream = stream.borrow_mut();
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// A pipe without a reader, or a terminal that was closed.
fn is_reader_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// An error with its causes and its hint.
fn render_error(error: &dyn Error, hint: Option<&str>, paint: Styles) -> String {
    let mut text_so_far = error.to_string();
    let mut lines = vec![format!("{} {}", paint.error("error:"), indented(&text_so_far, 7))];
    for cause in std::iter::successors(error.source(), |cause| (*cause).source()) {
        let text = cause.to_string();
        // Many errors repeat their cause.
        if !text_so_far.contains(&text) {
            lines.push(format!("  caused by: {}", indented(&text, 13)));
            text_so_far.push_str(&text);
        }
    }
    with_hint(lines, hint, paint)
}

fn with_hint(mut lines: Vec<String>, hint: Option<&str>, paint: Styles) -> String {
    lines.extend(hint.map(|hint| format!("{} {}", paint.hint("hint:"), indented(hint, 6))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Colour;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("text")
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics while it writes").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn printer(stdout: io::ErrorKind) -> (Printer, Shared) {
        let stderr = Shared::default();
        let plain = Styles::new(Colour::Off);
        (Printer::new(Box::new(Broken(stdout)), Box::new(stderr.clone()), plain, plain, Verbosity::Quiet), stderr)
    }

    fn verbose(colour: Colour, format: LogFormat) -> (Printer, Shared, Shared) {
        let (stdout, stderr, styles) = (Shared::default(), Shared::default(), Styles::new(colour));
        let (out, err) = (Box::new(stdout.clone()), Box::new(stderr.clone()));
        (Printer::new(out, err, styles, styles, Verbosity::Verbose).with_log(format, Clock::System), stdout, stderr)
    }

    #[test]
    fn a_closed_stdout_changes_nothing_and_is_not_mentioned() {
        let (printer, stderr) = printer(io::ErrorKind::BrokenPipe);
        printer.data("x");
        printer.data("y");
        assert!(!printer.has_lost_output());
        assert!(stderr.text().is_empty());
    }

    #[test]
    fn any_other_failed_write_is_reported_once_and_remembered() {
        let (printer, stderr) = printer(io::ErrorKind::StorageFull);
        printer.data("x");
        printer.data("y");
        assert!(printer.has_lost_output());
        assert_eq!(stderr.text().matches("could not write to stdout").count(), 1);
    }

    #[test]
    fn quiet_leaves_out_what_does_not_matter() {
        let (printer, stderr) = printer(io::ErrorKind::BrokenPipe);
        printer.info("by the way");
        printer.notice("it matters");
        assert_eq!(stderr.text(), "it matters\n");
    }

    #[test]
    fn whatever_a_caller_prints_moves_no_cursor_and_hides_nothing() {
        const HOSTILE: &str = "a\u{1b}[2J\u{1b}[8mb\u{202e}\u{9b}1m\rc\u{7f}";
        let hostile = HOSTILE;
        for colour in [Colour::On, Colour::Off] {
            let (printer, stdout, stderr) = verbose(colour, LogFormat::Text);
            printer.error(hostile);
            printer.unwritten(hostile);
            printer.warn(hostile);
            printer.note(hostile);
            printer.important_note(hostile);
            printer.verbose_note(hostile);
            printer.hint(hostile);
            printer.info(hostile);
            printer.notice(hostile);
            printer.painted(Verbosity::Normal, &printer.err.error(hostile));
            printer.error_with_causes(&io::Error::other(hostile), Some(hostile));
            let refusal = Refusal { guard: "window", message: hostile.to_owned(), hint: HOSTILE };
            printer.refusal(&refusal, hostile);
            printer.would_refuse(&refusal);
            printer.ask(hostile).expect("it can be written");
            printer.data(&format!("{} {hostile}", printer.out.hint(hostile)));
            let shown = format!("{}{}", stdout.text(), stderr.text());
            let shown = shown.replace("\u{1b}[0m", "").replace("\u{1b}[1m", "").replace("\u{1b}[31m", "");
            let foreign = shown.replace("\u{1b}[36m", "").replace('\n', "");
            assert!(!foreign.contains(sanitize::is_hidden), "{foreign:?}");
            assert_eq!(foreign.matches("a␛[2J␛[8mb��1m␍c␡").count(), 20, "{foreign}");
        }
    }

    #[test]
    fn a_log_has_the_level_of_a_message_and_not_its_word() {
        let (printer, _, stderr) = verbose(Colour::Off, LogFormat::Json);
        printer.error("no luck");
        printer.warn("the lock is lost\n  go on\n");
        printer.note("warning: x");
        printer.info("looking once more");
        printer.error_with_causes(&io::Error::other("no luck"), Some("try again"));
        let lines = stderr.text();
        let lines = lines.lines().map(|line| serde_json::from_str(line).expect("it is JSON"));
        let lines = lines.map(|line: serde_json::Value| (line["level"].clone(), line["message"].clone()));
        let expected = [
            ("error", "no luck"),
            ("warn", "the lock is lost\n  go on"),
            ("info", "warning: x"),
            ("info", "looking once more"),
            ("error", "no luck\nhint: try again"),
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected.map(|(level, text)| (level.into(), text.into())));
    }

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("it did not work")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_follow_the_error_and_hints_come_last() {
        let error = Outer(std::io::Error::other("no\u{1b}[31m\nluck"));
        let text = render_error(&error, Some("try again"), Styles::new(Colour::Off));
        assert_eq!(text, "error: it did not work\n  caused by: no␛[31m\n             luck\nhint: try again");
    }
}
