//! The one place that prints. Data goes to stdout, talk to stderr.
//!
//! A purge that is under way does not end because somebody stopped reading: `helm purge run | head` closes
//! stdout, a closed terminal answers every write with an error. Both are remembered and change nothing else;
//! any other failed write is told once on stderr and ends in exit code 1.

use std::io::{self, Write};

use super::log::{Level, LogFormat, LogLine, fault_lines};
use super::paint::Styles;
use crate::clock::Clock;
use crate::policy::PolicyErrors;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Only what matters.
    Quiet,
    /// The usual.
    Normal,
    /// More.
    Verbose,
}

/// Whether everything could be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteState {
    /// It could, or nobody was there any more to read it.
    Fine,
    /// Something was lost.
    Failed,
}

/// Writes to stdout and stderr.
pub struct Printer {
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
    out: Styles,
    err: Styles,
    volume: Verbosity,
    format: LogFormat,
    clock: Clock,
    stdout_is_closed: bool,
    state: WriteState,
}

impl Printer {
    /// A printer on two streams. Both are written to in whole texts, so no buffering is needed.
    pub fn new(
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        out: Styles,
        err: Styles,
        volume: Verbosity,
    ) -> Self {
        let (format, clock, state) = (LogFormat::Text, Clock::System, WriteState::Fine);
        Self { stdout, stderr, out, err, volume, format, clock, stdout_is_closed: false, state }
    }

    /// The same with another way to write stderr.
    #[must_use]
    pub fn with_log_format(self, format: LogFormat) -> Self {
        Self { format, ..self }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// How stderr is written.
    pub fn log_format(&self) -> LogFormat {
        self.format
    }

    /// How texts for stdout are painted.
    pub fn out(&self) -> Styles {
        self.out
    }

    /// How texts for stderr are painted.
    pub fn err(&self) -> Styles {
        self.err
    }

    /// How much is said.
    pub fn volume(&self) -> Verbosity {
        self.volume
    }

    /// Whether everything could be written so far.
    pub fn state(&self) -> WriteState {
        self.state
    }

    /// Prints data on stdout: all of it, and a line break at its end.
    pub fn data(&mut self, text: &str) {
        if self.stdout_is_closed || text.is_empty() {
            return;
        }
        let Err(error) = write_text(&mut self.stdout, text) else { return };
        self.stdout_is_closed = true;
        if !nobody_reads(&error) {
            self.state = WriteState::Failed;
            self.tell(&format!("error: could not write to stdout: {error}"));
        }
    }

    /// Says something that matters on stderr.
    pub fn tell(&mut self, text: &str) {
        match self.format {
            LogFormat::Text => self.write_to_stderr(text),
            LogFormat::Json if text.is_empty() => {}
            LogFormat::Json => self.write_to_stderr(&LogLine::of_text(text).render(self.clock)),
        }
    }

    /// Says what is wrong with a file.
    pub fn tell_faults(&mut self, faults: &PolicyErrors) {
        match self.format {
            LogFormat::Text => self.tell(&faults.render(self.err.into())),
            LogFormat::Json => fault_lines(faults).for_each(|line| self.log(&line)),
        }
    }

    /// Writes a line of the log, where stderr is one and the line matters enough.
    pub fn log(&mut self, line: &LogLine) {
        let least = match line.level() {
            Level::Error | Level::Warn => Verbosity::Quiet,
            Level::Info => Verbosity::Normal,
            Level::Debug => Verbosity::Verbose,
        };
        if self.volume >= least {
            self.log_always(line);
        }
    }

    /// Writes a line of the log, where stderr is one.
    pub fn log_always(&mut self, line: &LogLine) {
        if self.format == LogFormat::Json {
            self.write_to_stderr(&line.render(self.clock));
        }
    }

    /// Says that something was to be written, and could not be.
    pub fn tell_unwritten(&mut self, text: &str) {
        self.state = WriteState::Failed;
        self.tell(text);
    }

    fn write_to_stderr(&mut self, text: &str) {
        if let Err(error) = write_text(&mut self.stderr, text)
            && !nobody_reads(&error)
        {
            self.state = WriteState::Failed;
        }
    }

    /// Says something on stderr that can be left out with `--quiet`.
    pub fn say(&mut self, text: &str) {
        if self.volume > Verbosity::Quiet {
            self.tell(text);
        }
    }

    /// Says something on stderr that is only wanted with `--verbose`.
    pub fn whisper(&mut self, text: &str) {
        if self.volume == Verbosity::Verbose {
            self.tell(text);
        }
    }

    /// Asks a question on stderr, without a line break.
    ///
    /// # Errors
    /// Where nobody can see it, for a log asks nothing.
    pub fn ask(&mut self, question: &str) -> io::Result<()> {
        if self.format == LogFormat::Json {
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.stderr.write_all(question.as_bytes())?;
        self.stderr.flush()
    }
}

fn write_text(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    // One write: lines of several processes on one terminal stay whole.
    let line_break = if text.ends_with('\n') { "" } else { "\n" };
    stream.write_all(format!("{text}{line_break}").as_bytes())?;
    stream.flush()
}

/// A pipe without a reader, or a terminal that was closed.
fn nobody_reads(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Colour;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

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

    #[test]
    fn a_closed_stdout_changes_nothing_and_is_not_mentioned() {
        let (mut printer, stderr) = printer(io::ErrorKind::BrokenPipe);
        printer.data("x");
        printer.data("y");
        assert_eq!(printer.state(), WriteState::Fine);
        assert!(stderr.0.lock().expect("not poisoned").is_empty());
    }

    #[test]
    fn any_other_failed_write_is_told_once_and_remembered() {
        let (mut printer, stderr) = printer(io::ErrorKind::StorageFull);
        printer.data("x");
        printer.data("y");
        assert_eq!(printer.state(), WriteState::Failed);
        let said = String::from_utf8(stderr.0.lock().expect("not poisoned").clone()).expect("text");
        assert_eq!(said.matches("could not write to stdout").count(), 1);
    }

    #[test]
    fn quiet_leaves_out_what_does_not_matter() {
        let (mut printer, stderr) = printer(io::ErrorKind::BrokenPipe);
        printer.say("by the way");
        printer.tell("it matters");
        assert_eq!(stderr.0.lock().expect("not poisoned").as_slice(), b"it matters\n");
    }
}
