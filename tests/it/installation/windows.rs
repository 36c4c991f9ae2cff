//! Where the program does not run, whoever builds it is told so in one sentence.

use std::path::Path;
use std::process::{Command, Output};

/// Compiles the one file that says so, for this machine or as if for Windows.
fn compile(flags: &[&str]) -> Output {
    // A folder, not a device: whoever may write there would have the device replaced by what comes out.
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut rustc = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"));
    rustc
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"])
        .arg(folder.path())
        .args(flags);
    rustc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/unsupported.rs"));
    rustc.output().expect("there is a rustc beside cargo")
}

#[test]
fn for_windows_the_compiler_says_where_it_does_run() {
    let elsewhere = compile(&[]);
    assert!(elsewhere.status.success(), "{}", String::from_utf8_lossy(&elsewhere.stderr));
    let windows = compile(&["-A", "explicit_builtin_cfgs_in_flags", "--cfg", "windows"]);
    let said = String::from_utf8_lossy(&windows.stderr);
    assert_eq!(windows.status.code(), Some(1), "{said}");
    assert!(said.contains("does not run on Windows; in WSL 2"), "{said}");
}
