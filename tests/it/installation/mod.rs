//! Every way in that docs/install.md names, word by word: with Helm 3 and Helm 4, with kubectl and with krew, and no network but
//! 127.0.0.1. What is packed is the program under test.

mod archives;
mod cluster_kubectl;
mod cluster_plugin;
mod file_server;
mod folders;
mod git;
mod home;
mod krew;
mod packages;
mod windows;

use file_server::FileServer;
use home::Home;
use packages::{Packages, packages};

/// What servers call an archive that Helm 3 takes.
const GZIP: &str = "application/gzip";
