//! The compile error for systems that this program does not run on; a test compiles this file alone.

#[cfg(windows)]
compile_error!("helm-purge runs on Linux and macOS and does not run on Windows; in WSL 2 the Linux version works");
