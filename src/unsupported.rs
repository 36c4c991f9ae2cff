//! Where this program does not run, the compiler says so before anything else.

#[cfg(windows)]
compile_error!("helm-purge runs on Linux and macOS and does not run on Windows; in WSL 2 the one for Linux works");
