//! The integration tests: the real binary, against a fake helm where things have to be exact, and against a
//! real cluster with real helm for everything that touches Helm.
//!
//! One folder for each command, and one for each theme that is not a command. A file that begins with `fake_` needs the
//! fake helm, one that begins with `cluster_` the throwaway cluster; its first line says what belongs there.

mod support;

mod command_line;
mod completion;
mod connection;
mod helm;
mod in_a_cluster;
mod init;
mod installation;
mod keep;
mod layout;
mod log;
mod order;
mod output;
mod plan;
mod promises;
mod restore;
mod rights;
mod run;
mod screens;
mod test;
mod validate;
