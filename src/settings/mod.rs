//! What the world outside says, read once: the environment, the terminal, the parent process.
//!
//! The only reader of all three. The rest of the program takes plain data.

mod environment;
mod front_door;
mod parent;
mod terminal;

pub use environment::Environment;
pub use front_door::FrontDoor;
pub use parent::parent_command_line;
pub use terminal::{Colour, ColourWish, Redraw, Stream, Terminal};
