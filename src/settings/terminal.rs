//! What is at the other end of stdin, stdout and stderr.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use clap::ValueEnum;

use super::Environment;

/// What a user asked for with `--color`.
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
    /// It does.
    On,
    /// It does not.
    Off,
}

/// The other end of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// A terminal.
    Terminal {
        /// How wide it is, where it tells.
        columns: Option<usize>,
    },
    /// A file, a pipe, nothing.
    Other,
}

/// Whether the terminal can do more than print one line after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redraw {
    /// It can move its cursor.
    Possible,
    /// `TERM` is `dumb` or not set.
    Impossible,
}

/// The facts about the three streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Where answers come from.
    pub stdin: Stream,
    /// Where data goes.
    pub stdout: Stream,
    /// Where talk goes.
    pub stderr: Stream,
    /// What the terminal is able to.
    pub redraw: Redraw,
}

impl Terminal {
    /// Looks at the three streams.
    pub fn look(environment: &Environment) -> Self {
        let knows_terminal = environment.term.as_deref().is_some_and(|term| term != "dumb");
        Self {
            stdin: Stream::of(&std::io::stdin()),
            stdout: Stream::of(&std::io::stdout()),
            stderr: Stream::of(&std::io::stderr()),
            redraw: if knows_terminal { Redraw::Possible } else { Redraw::Impossible },
        }
    }

    /// Whether somebody who sees a question can answer it.
    pub fn can_ask(&self) -> bool {
        self.stdin.is_terminal() && self.stderr.is_terminal()
    }

    /// Whether bars can be drawn.
    pub fn can_draw(&self) -> bool {
        self.stderr.is_terminal() && self.redraw == Redraw::Possible
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

    /// Whether a person may be looking.
    pub fn is_terminal(self) -> bool {
        matches!(self, Stream::Terminal { .. })
    }

    /// The width that text has to keep to, where there is one.
    pub fn columns(self) -> Option<usize> {
        match self {
            Stream::Terminal { columns } => columns,
            Stream::Other => None,
        }
    }
}

impl Colour {
    /// Decides for one stream: a wish wins, then `NO_COLOR`, then whether there is a terminal that can.
    pub fn decide(wish: ColorChoice, environment: &Environment, stream: Stream, redraw: Redraw) -> Self {
        let on = match wish {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !environment.no_colour && stream.is_terminal() && redraw == Redraw::Possible,
        };
        if on { Colour::On } else { Colour::Off }
    }
}
