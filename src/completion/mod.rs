//! What can be typed at the end of a line: for shells, for Helm and for kubectl alike.
//!
//! All of them ask the same hidden command, `__complete`, and get the same answer, in the protocol of cobra, the
//! library that Helm and kubectl are made with. Pure: what a value is, is known from the word that the help has for it;
//! its names are looked up by `command`.

mod answer;
mod flags;
mod line;
mod names;
mod question;
#[cfg(test)]
mod question_test;
mod script;
mod value;

pub use answer::{Answer, Candidate};
pub use names::{Names, NamesAnswer};
pub use question::{Question, Typed, Wanted};
pub use script::Script;
pub use value::Value;
