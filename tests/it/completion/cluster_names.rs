//! What may be seen, and what of it is offered.

use serde_json::json;
use throwaway_cluster::HelmVersion;

use super::{ask, candidates};
use crate::support::{OrPanic, Real, Role, cluster, user};

#[test]
fn who_sees_one_namespace_is_offered_what_is_in_it() {
    let mut real = Real::new("narrow-view", HelmVersion::Three);
    real.seed(&["a/db", "b/web"]);
    let a = real.namespace("a");
    let kubeconfig = user(cluster(), &a, &[(&a, Role::SeeSecrets)]);
    real.program.set("KUBECONFIG", kubeconfig);
    assert_eq!(
        candidates(&ask(&real.program, &["explain", "-f", "policy.yaml", &format!("{a}/")])),
        [format!("{a}/db")]
    );
    assert_eq!(candidates(&ask(&real.program, &["plan", "-n", &a, ""])), [format!("{a}/db")]);
    for line in [&["explain", ""][..], &["plan", "-n", ""], &["explain", &format!("{}/", real.namespace("b"))]] {
        let output = ask(&real.program, line);
        assert_eq!((candidates(&output), output.stderr.as_str()), (vec![], ""), "{line:?}");
    }
}

#[test]
fn a_name_that_no_release_can_have_is_never_offered() {
    let real = Real::new("no-such-name", HelmVersion::Four);
    real.seed(&["a/web"]);
    let a = real.namespace("a");
    for (object, name) in [
        ("forged-1", "A_b"),
        ("forged-2", "x--y.-z"),
        ("forged-3", "0123456789012345678901234567890123456789012345678901234"),
    ] {
        let forged = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
            "metadata": {"name": object, "namespace": a, "labels": {
                "owner": "helm", "name": name, "status": "deployed", "version": "1",
            }},
        });
        cluster().api().apply(&forged).or_panic();
    }
    let offered = ask(&real.program, &["explain", &format!("{a}/")]);
    assert_eq!(candidates(&offered), [format!("{a}/web")], "{offered}");
}
