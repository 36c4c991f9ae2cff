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
