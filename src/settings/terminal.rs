//! What is at the other end of stdin, stdout and stderr.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use clap::ValueEnum;

use super::Environment;

/// `--color`. The comments are its help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// Where there is a terminal that can show it.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// Whether a stream gets colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    On,
    Off,
}

/// What is at the other end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Terminal {
        /// Its width, if it is known.
        columns: Option<usize>,
    },
    /// A file, a pipe, or nothing.
    Other,
}

/// The facts about the three streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    pub stdin: Stream,
    pub stdout: Stream,
    pub stderr: Stream,
    /// The terminal can move its cursor: `TERM` is set and not `dumb`.
    pub can_redraw: bool,
}

impl Terminal {
    pub fn detect(environment: &Environment) -> Self {
        Self {
            stdin: Stream::of(&std::io::stdin()),
            stdout: Stream::of(&std::io::stdout()),
            stderr: Stream::of(&std::io::stderr()),
            can_redraw: environment.term.as_deref().is_some_and(|term| term != "dumb"),
        }
    }

    /// Whether a user can see a question and answer it.
    pub fn can_ask(&self) -> bool {
        self.stdin.is_terminal() && self.stderr.is_terminal()
    }

    /// Whether progress bars can be drawn.
    pub fn can_draw(&self) -> bool {
        self.stderr.is_terminal() && self.can_redraw
    }
}

impl Stream {
    fn of(stream: &(impl IsTerminal + AsFd)) -> Self {
        if !stream.is_terminal() {
            return Stream::Other;
        }
        let size = rustix::termios::tcgetwinsize(stream).ok();
        Stream::Terminal { columns: size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0) }
    }

    pub fn is_terminal(self) -> bool {
        matches!(self, Stream::Terminal { .. })
    }

    /// The width that text must keep to, if there is one.
    pub fn columns(self) -> Option<usize> {
        match self {
            Stream::Terminal { columns } => columns,
            Stream::Other => None,
        }
    }
}

impl Colour {
    /// For one stream: `--color` wins, then `NO_COLOR`, then whether there is a terminal that can show it.
    pub fn decide(choice: ColorChoice, environment: &Environment, stream: Stream, can_redraw: bool) -> Self {
        let on = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !environment.no_colour && stream.is_terminal() && can_redraw,
        };
        if on { Colour::On } else { Colour::Off }
    }
}
