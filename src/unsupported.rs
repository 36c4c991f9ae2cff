//! The compile error for systems that this program does not run on; a test compiles this file alone.

#[cfg(windows)]
compile_error!("helm-purge log on Linux and macOS and does not run on Windows; in WSL 2 the one for Linux works");
