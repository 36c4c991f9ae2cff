//! In what manner helm uninstalls: the exact flags, for Helm 3 and Helm 4.

use std::time::Duration;

use helm_purge::helm::{Action, GoRuntime, HelmRollback, HelmUninstall, ReleaseAttempt};
use helm_purge::history_tag::HistoryTag;
use helm_purge::release::{ReleaseId, Revision};
use helm_purge::signal::CancelToken;
use helm_purge::uninstall_options::{Cascade, History, Hooks, UninstallOptions, Wait};

use crate::support::FakeHelm;

const TAG: &str = "helm-purge 20261125-190342-3f9a1c end-of-day";

/// The flags between the namespace and the connection, for a helm process that says it has this version.
fn flags(version: &str, options: UninstallOptions) -> Vec<String> {
    let fake = FakeHelm::new();
    fake.version(version);
    fake.release("dev-a/web");
    let (helm, connection) = fake.in_this_process();
    let release = ReleaseId { namespace: "dev-a".parse().expect("legal"), name: "web".parse().expect("legal") };
    let uninstall = HelmUninstall::new(helm, connection, GoRuntime::beside(None, None, None));
    let uninstall = uninstall.with_history_tags(vec![HistoryTag::parse(TAG).expect("a tag")]);
    uninstall.run(&[&release], &options, &CancelToken::default(), &mut |_| {});
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
fn only_what_differs_from_helms_own_way_is_printed() {
    let usual = UninstallOptions::with_timeout(Duration::from_secs(90));
    let all = UninstallOptions { hooks: Hooks::Skip, wait: Wait::Objects, cascade: Cascade::Foreground, ..usual };
    let cases = [
        (usual, &["--timeout=90s"][..], &["--timeout=90s"][..]),
        (
            UninstallOptions { hooks: Hooks::Skip, ..usual },
            &["--timeout=90s", "--no-hooks"],
            &["--timeout=90s", "--no-hooks"],
        ),
        (
            UninstallOptions { cascade: Cascade::Orphan, ..usual },
            &["--timeout=90s", "--cascade=orphan"],
            &["--timeout=90s", "--cascade=orphan"],
        ),
        (
            UninstallOptions { wait: Wait::Objects, ..usual },
            &["--timeout=90s", "--wait"],
            &["--timeout=90s", "--wait=legacy"],
        ),
        (
            UninstallOptions { history: History::Keep(0), ..usual },
            &["--timeout=90s", "--keep-history", "--description=helm-purge 20261125-190342-3f9a1c end-of-day"],
            &["--timeout=90s", "--keep-history", "--description=helm-purge 20261125-190342-3f9a1c end-of-day"],
        ),
        (
            all,
            &["--timeout=90s", "--no-hooks", "--cascade=foreground", "--wait"],
            &["--timeout=90s", "--no-hooks", "--cascade=foreground", "--wait=legacy"],
        ),
    ];
    for (options, helm_3, helm_4) in cases {
        assert_eq!(flags(HELM_3, options), helm_3);
        assert_eq!(flags(HELM_4, options), helm_4);
    }
}

#[test]
fn a_history_that_could_not_be_found_again_is_not_kept() {
    let fake = FakeHelm::with(["dev-a/web"]);
    let (helm, connection) = fake.in_this_process();
    let release = ReleaseId { namespace: "dev-a".parse().expect("legal"), name: "web".parse().expect("legal") };
    let uninstall = HelmUninstall::new(helm, connection, GoRuntime::beside(None, None, None));
    let options =
        UninstallOptions { history: History::Keep(0), ..UninstallOptions::with_timeout(Duration::from_secs(90)) };
    let verdict = uninstall.run(&[&release], &options, &CancelToken::default(), &mut |_| {});
    assert!(matches!(verdict.rest.as_slice(), [ReleaseAttempt::Failed(_)]), "{verdict:?}");
    assert_eq!(fake.left(), ["dev-a/web"]);
}

#[test]
fn a_rollback_is_to_one_revision_and_cuts_no_history() {
    let waits = UninstallOptions {
        wait: Wait::Objects,
        hooks: Hooks::Skip,
        ..UninstallOptions::with_timeout(Duration::from_secs(90))
    };
    for (version, wait) in [(HELM_3, "--wait"), (HELM_4, "--wait=legacy")] {
        let fake = FakeHelm::new();
        fake.version(version);
        let (helm, connection) = fake.in_this_process();
        let release = ReleaseId { namespace: "dev-a".parse().expect("legal"), name: "web".parse().expect("legal") };
        let targets = [(release.clone(), Revision(12))].into();
        let rollback = HelmRollback::new(helm, connection, GoRuntime::beside(None, None, None), targets);
        let verdict = rollback.run(&[&release], &waits, &CancelToken::default(), &mut |_| {});
        assert_eq!(verdict.rest, [ReleaseAttempt::RolledBack]);
        let calls = fake.calls();
        let call = calls.iter().find(|call| call[0] == "rollback").expect("a rollback was started");
        assert_eq!(call[1..6], ["--namespace=dev-a", "--history-max=0", "--timeout=90s", "--no-hooks", wait]);
        assert_eq!(call[call.len() - 3..], ["--", "web", "12"]);
        let unknown = ReleaseId { name: "other".parse().expect("legal"), ..release };
        let verdict = rollback.run(&[&unknown], &waits, &CancelToken::default(), &mut |_| {});
        assert!(matches!(verdict.rest.as_slice(), [ReleaseAttempt::Failed(_)]), "{verdict:?}");
    }
}
