//! Whatever a kubeconfig holds: one cluster, one user and one context come out of it, or a reason that can be shown.

use std::io::Write;

use proptest::prelude::*;

use super::kubeconfig::resolve;
use crate::arbitrary::{any_like, corpus};
use crate::settings::{ConnectionWish, KubeconfigFiles};

proptest! {
    #[test]
    fn any_bytes_end_in_one_cluster_or_in_a_reason(bytes in any_like(corpus("kubeconfig"))) {
        let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.write_all(&bytes).expect("a file can be written");
        let wish = ConnectionWish {
            kubeconfig: KubeconfigFiles::Flag(file.path().to_owned()),
            ..ConnectionWish::default()
        };
        match resolve(&wish) {
            Ok(resolved) => {
                prop_assert!(!resolved.server.is_empty());
                let pinned = &resolved.kubeconfig;
                prop_assert_eq!((pinned.clusters.len(), pinned.contexts.len(), pinned.auth_infos.len()), (1, 1, 1));
                prop_assert_eq!(pinned.current_context.as_ref(), Some(&resolved.context));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn wide_characters_are_read_and_half_of_one_is_a_reason() {
    let text = "contexts: [{name: dev, context: {cluster: c, user: u}}]\n\
                clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                users: [{name: u, user: {token: t}}]\ncurrent-context: dev\n";
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16()).collect::<Vec<u16>>();
    for bytes in [u16::to_le_bytes, u16::to_be_bytes].map(|wide| units.iter().flat_map(|unit| wide(*unit)).collect()) {
        let bytes: Vec<u8> = bytes;
        let read = |bytes: &[u8]| {
            let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
            file.write_all(bytes).expect("a file can be written");
            let files = KubeconfigFiles::Flag(file.path().to_owned());
            resolve(&ConnectionWish { kubeconfig: files, ..ConnectionWish::default() })
        };
        assert_eq!(read(&bytes).expect("a kubeconfig").context, "dev");
        let error = read(&bytes[..bytes.len() - 1]).expect_err("half a character");
        let words = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let words = words.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        assert!(words.contains("UTF-16 that ends within a character"), "{words}");
    }
}
