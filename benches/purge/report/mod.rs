//! What came out: told while it happens, printed at the end, and written to docs where it is all of it.
//!
//! Must not measure, and must not leave out what is not flattering.

mod document;
mod outcome;
mod plot;
mod table;
mod targets;

use std::fmt::Display;
use std::io::{self, Write};

pub(crate) use outcome::{Freshness, Outcome};

use crate::arguments::Arguments;
use crate::fault::Fault;

/// Collects the outcomes.
pub(crate) struct Report {
    outcomes: Vec<Outcome>,
    goes_to_docs: bool,
}

impl Report {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        Self { outcomes: Vec::new(), goes_to_docs: arguments.is_everything() }
    }

    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    pub(crate) fn finish(self) -> Result<(), Fault> {
        let mut text = targets::table(&self.outcomes);
        text.extend(self.outcomes.iter().map(table::of));
        // Nobody is left to tell where standard output is gone.
        let _ = writeln!(io::stdout(), "{text}");
        if self.goes_to_docs { document::write(&text, &plot::of(&self.outcomes)) } else { Ok(()) }
    }
}

/// A line about what goes on.
pub(crate) fn say(words: &str) {
    // Nobody is left to tell where standard error is gone.
    let _ = writeln!(io::stderr(), "{words}");
}

/// The last words.
pub(crate) fn tell(fault: &impl Display) {
    say(&format!("purge: {fault}"));
}
