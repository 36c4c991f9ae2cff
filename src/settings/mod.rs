//! What the world outside says, read once: the environment, the terminal, the parent process.
//!
//! The only reader of all three. The rest of the program takes plain data.

mod connection_wish;
mod entry_point;
mod environment;
mod machine;
mod parent;
mod terminal;

pub use connection_wish::{ConnectionOptions, InCluster, KubeconfigFiles};
pub use entry_point::EntryPoint;
pub use environment::{Environment, NotUtf8};
pub use parent::Parent;
pub use terminal::{ColorChoice, Colour, Redraw, Stream, Terminal};
