//! In what manner helm uninstalls: the exact flags, for Helm 3 and Helm 4.

use std::time::Duration;

use helm_purge::helm::{Cascade, GoRuntime, HelmUninstall, Hooks, Manner, Uninstall, Wait};
use helm_purge::release::ReleaseId;
use helm_purge::signal::StopSignal;

use crate::support::FakeHelm;

/// The flags between the namespace and the connection, for a helm that says it has this version.
fn flags(version: &str, manner: Manner) -> Vec<String> {
    let fake = FakeHelm::new();
    fake.version(version);
    fake.release("dev-a", "web");
    let (helm, connection) = fake.in_this_process();
    let release = ReleaseId { namespace: "dev-a".parse().expect("legal"), name: "web".parse().expect("legal") };
    let uninstall = HelmUninstall::new(helm, connection, GoRuntime::beside(None, None, None));
    uninstall.uninstall(&[&release], &manner, &StopSignal::default(), &mut |_| {});
    assert!(fake.left().is_empty(), "it was uninstalled");
    let calls = fake.calls();
    let call = calls.iter().find(|call| call[0] == "uninstall").expect("an uninstall was started");
    assert_eq!(call[1], "--namespace=dev-a");
    assert_eq!(call[call.len() - 2..], ["--", "web"]);
    let flags = &call[2..call.len() - 2];
    assert!(flags[flags.len() - 2].starts_with("--kubeconfig=") && flags[flags.len() - 1] == "--kube-context=dev-eu");
    flags[..flags.len() - 2].to_vec()
}

const HELM_3: &str = "v3.21.4";
const HELM_4: &str = "v4.2.4";

#[test]
fn only_what_differs_from_helms_own_way_is_said() {
    let usual = Manner::usual(Duration::from_secs(90));
    let all = Manner { hooks: Hooks::Skip, wait: Wait::Objects, cascade: Cascade::Foreground, ..usual };
    let cases = [
        (usual, &["--timeout=90s"][..], &["--timeout=90s"][..]),
        (Manner { hooks: Hooks::Skip, ..usual }, &["--timeout=90s", "--no-hooks"], &["--timeout=90s", "--no-hooks"]),
        (
            Manner { cascade: Cascade::Orphan, ..usual },
            &["--timeout=90s", "--cascade=orphan"],
            &["--timeout=90s", "--cascade=orphan"],
        ),
        (Manner { wait: Wait::Objects, ..usual }, &["--timeout=90s", "--wait"], &["--timeout=90s", "--wait=legacy"]),
        (
            all,
            &["--timeout=90s", "--no-hooks", "--cascade=foreground", "--wait"],
            &["--timeout=90s", "--no-hooks", "--cascade=foreground", "--wait=legacy"],
        ),
    ];
    for (manner, helm_3, helm_4) in cases {
        assert_eq!(flags(HELM_3, manner), helm_3);
        assert_eq!(flags(HELM_4, manner), helm_4);
    }
}
