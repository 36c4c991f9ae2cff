//! From any kubeconfig this program makes one cluster, one user and one context, or an error that can be shown.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::Path;

use proptest::prelude::*;

use super::kubeconfig::{ConnectionError, ResolvedConnection, resolve};
use crate::fuzz_input_test::{any_like, corpus};
use crate::settings::{ConnectionOptions, KubeconfigFiles};

proptest! {
    #[test]
    fn any_bytes_end_in_one_cluster_or_in_a_reason(bytes in any_like(corpus("kubeconfig"))) {
        let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.write_all(&bytes).expect("a file can be written");
        let options = ConnectionOptions {
            kubeconfig: KubeconfigFiles::Flag(file.path().to_owned()),
            ..ConnectionOptions::default()
        };
        match resolve(&options) {
            Ok(resolved) => {
                prop_assert!(!resolved.server().is_empty());
                let pinned = &resolved.kubeconfig();
                prop_assert_eq!((pinned.clusters.len(), pinned.contexts.len(), pinned.auth_infos.len()), (1, 1, 1));
                prop_assert_eq!(pinned.current_context.as_ref(), Some(&resolved.context));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

const PLAIN: &str = "contexts: [{name: dev, context: {cluster: c, user: u}}]\n\
                     clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                     users: [{name: u, user: {token: t}}]\ncurrent-context: dev\n";

fn read(path: &Path) -> Result<ResolvedConnection, ConnectionError> {
    let kubeconfig = KubeconfigFiles::Flag(path.to_owned());
    resolve(&ConnectionOptions { kubeconfig, ..ConnectionOptions::default() })
}

#[test]
fn wide_characters_are_read_and_half_of_one_is_a_reason() {
    let units = std::iter::once(0xFEFF).chain(PLAIN.encode_utf16()).collect::<Vec<u16>>();
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes = units.iter().flat_map(|unit| to_bytes(*unit)).collect::<Vec<_>>();
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        fs::write(file.path(), &bytes).expect("a file can be written");
        assert_eq!(read(file.path()).expect("a kubeconfig").context, "dev");
        fs::write(file.path(), &bytes[..bytes.len() - 1]).expect("a file can be written");
        let error = read(file.path()).expect_err("half a character");
        let words = std::iter::successors(Some(&error as &dyn Error), |error: &&dyn Error| (*error).source());
        let words = words.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        assert!(words.contains("UTF-16 that ends within a character"), "{words}");
    }
}

#[test]
fn what_can_be_read_only_once_is_read_once() {
    let (reader, mut writer) = std::io::pipe().expect("a pipe can be made");
    writer.write_all(PLAIN.as_bytes()).expect("it has room");
    drop(writer);
    let path = format!("/dev/fd/{}", reader.as_raw_fd());
    assert_eq!(read(Path::new(&path)).expect("a kubeconfig").context, "dev");
}

/// Mistakes of a person who edits the file, each in the line with the token.
#[test]
fn an_error_in_a_kubeconfig_names_its_place_and_never_the_content() {
    for (users, expected) in [
        (
            "users:\n- name: u\n  user:\n\ttoken: SECRET\n",
            "6:2: tabs disallowed within this context (block indentation)",
        ),
        ("users: [{name: u, user: {token: SECRET}}\n", "4:16: illegal placement of"),
        ("users: [{name: u, user: {token: SECRET, token: SECRET}}]\n", "3:41: duplicate mapping key"),
        ("users: SECRET\n", "3:8: expected sequence start"),
        ("users: [{name: u, user: 'SECRET'}]\n", "3:25: expected mapping start"),
        ("users: [{name: u, user: {token: {SECRET: SECRET}}}]\n", "3:33: expected string scalar"),
        ("users: [{name: u, user: {exec: {command: a, args: 'SECRET'}}}]\n", "3:51: expected sequence start"),
        ("users: [{name: u, user: {token: \"SECRET}}]\n", "3:33: unclosed quote"),
    ] {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        let text = PLAIN.replace("users: [{name: u, user: {token: t}}]\n", users);
        assert!(text.contains("SECRET"), "{text}");
        fs::write(file.path(), text).expect("a file can be written");
        let error = read(file.path()).expect_err(users);
        let causes = std::iter::successors(Some(&error as &dyn Error), |error: &&dyn Error| (*error).source());
        let shown = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        assert_eq!(shown, format!("cannot read the kubeconfig {}:{expected}", file.path().display()));
        assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
    }
}
