//! What the world outside says, read once: the environment, the terminal, the parent process.
//!
//! The only reader of all three. The rest of the program takes plain data.

mod connection_wish;
mod environment;
mod front_door;
mod machine;
mod parent;
mod terminal;

pub use connection_wish::{ConnectionWish, InCluster, KubeconfigFiles};
pub use environment::{Environment, NotText};
pub use front_door::FrontDoor;
pub use parent::Parent;
pub use terminal::{Colour, ColourWish, Redraw, Stream, Terminal};
