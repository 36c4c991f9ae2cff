//! What a real cluster and real helms say when something is wrong, and what is made of it; and an API server that goes
//! away in the middle of a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use helm_purge::cluster::Connection;
use helm_purge::helm::{Action, FailureClass, GoRuntime, Helm, HelmUninstall, ReleaseAttempt};
use helm_purge::release::ReleaseId;
use helm_purge::settings::{ConnectionOptions, KubeconfigFiles};
use helm_purge::signal::CancelToken;
use helm_purge::uninstall_options::UninstallOptions;
use serde_json::json;
use throwaway_cluster::{Chart, Cluster, Components, Damage, HelmVersion, SeededRelease};

use crate::support::{OrPanic, Program, Real, cluster, policy, seed_releases};

/// Uninstalls one release with the settings of a kubeconfig; gives the class of its failure, and helm's words.
fn failure(real: &Real, kubeconfig: &Path, name: &str) -> (FailureClass, String) {
    let kubeconfig = KubeconfigFiles::Flag(kubeconfig.into());
    let connection = Connection::resolve(&ConnectionOptions { kubeconfig, ..ConnectionOptions::default() });
    let connection = connection.or_panic();
    let (stop, program) = (CancelToken::default(), cluster().helm(real.helm).or_panic());
    let helm = Helm::find(program.to_str(), None, &stop).or_panic();
    let uninstall = HelmUninstall::new(helm, connection, GoRuntime::beside(None, None, None));
    let release = ReleaseId {
        namespace: real.namespace("a").parse().expect("a legal name"),
        name: name.parse().expect("a legal name"),
    };
    let options = UninstallOptions::with_timeout(Duration::from_mins(1));
    let mut verdict = uninstall.run(&[&release], &options, &stop, &mut |_| {});
    match verdict.rest.pop() {
        Some(ReleaseAttempt::Failed(failure)) => (failure.class, failure.message.all()),
        other => panic!("{name}: {other:?}"),
    }
}

/// The admin's kubeconfig with some of its lines replaced: what a line begins with, and what becomes of it.
fn kubeconfig_but(real: &Real, file: &str, lines: &[(&str, &str)]) -> PathBuf {
    let text = std::fs::read_to_string(cluster().kubeconfig()).expect("it can be read");
    let replaced = text.lines().map(|line| {
        let found = lines.iter().find(|(begins, _)| line.trim_start().starts_with(begins));
        let indent = &line[..line.len() - line.trim_start().len()];
        found.map_or_else(|| line.to_owned(), |(_, becomes)| format!("{indent}{becomes}"))
    });
    real.program.file(file, &replaced.collect::<Vec<_>>().join("\n"))
}

#[test]
fn what_real_helms_say_falls_into_its_class() {
    Real::with_both("classes", |real| {
        let (admin, namespace) = (cluster().kubeconfig().to_owned(), real.namespace("a"));
        let widget = json!({"apiVersion": "lab.example/v1", "kind": "Widget", "metadata": {"name": "w"}});
        let seeded = [
            SeededRelease::new(&namespace, "whole").config_maps(1),
            SeededRelease::new(&namespace, "corrupt").damaged(Damage::NotJson),
            SeededRelease::new(&namespace, "widget").recorded_object(widget),
        ];
        seed_releases(&seeded);
        real.install(Chart::Failing, &namespace, "hook", &[]);
        let nobody = cluster().kubeconfig_for_user("nobody-at-all", None).or_panic();
        let nowhere = cluster().kubeconfig_with("nowhere", "https://127.0.0.1:1").or_panic();
        let token = [("client-certificate-data:", "token: nonsense"), ("client-key-data:", "")];
        let token = kubeconfig_but(real, "token.kubeconfig", &token);
        let authority = std::fs::read_to_string(&nobody).expect("it can be read");
        let foreign = authority.lines().find_map(|line| line.trim_start().strip_prefix("client-certificate-data:"));
        let foreign = format!("certificate-authority-data:{}", foreign.expect("it has a certificate"));
        let foreign = kubeconfig_but(real, "foreign.kubeconfig", &[("certificate-authority-data:", &foreign)]);
        for (class, kubeconfig, release) in [
            (FailureClass::Gone, &admin, "nothing"),
            (FailureClass::Rbac, &nobody, "whole"),
            (FailureClass::Unreachable, &nowhere, "whole"),
            (FailureClass::Login, &token, "whole"),
            (FailureClass::Kubeconfig, &foreign, "whole"),
            (FailureClass::Damaged, &admin, "corrupt"),
            (FailureClass::MissingKind, &admin, "widget"),
            (FailureClass::Hook, &admin, "hook"),
        ] {
            let (found, words) = failure(real, kubeconfig, release);
            assert_eq!(found, class, "helm {} about {release}: {words}", real.helm);
        }
    });
}

/// What helm has started and not finished is this run's own: its record says `uninstalling` already.
#[test]
fn a_release_that_was_half_uninstalled_by_the_first_try_is_tried_again() {
    for helm in HelmVersion::BOTH {
        let mut real = Real::new("begun", helm);
        let namespace = real.namespace("a");
        cluster().install(helm, Chart::Failing, &namespace, "hook", &[]).or_panic();
        let program = cluster().helm(helm).or_panic();
        // The first time, somebody in between has lost what helm said.
        let script = format!(
            "#!/bin/sh\ncase $1 in uninstall) if mkdir '{folder}/first' 2>/dev/null; then\n  \
             '{program}' \"$@\" 2>/dev/null\n  echo 'Error: etcdserver: request timed out' >&2\n  exit 1\nfi ;; esac\n\
             exec '{program}' \"$@\"\n",
            folder = real.program.folder().display(),
            program = program.display()
        );
        let wrapper = real.program.executable("helm", &script);
        real.program.set("HELM_BIN", wrapper);
        let output = real.program.run("run -f policy.yaml --yes -A -o json").exits(1);
        let output = output.stderr_has("transient: etcdserver: request timed out");
        let report = output.json();
        let release = &report["releases"][0];
        // The second time, helm itself says what is wrong.
        assert_eq!((&release["outcome"], &release["attempts"]), (&json!("failed"), &json!(2)), "{output}");
        assert_eq!((&release["class"], real.listed()), (&json!("hook"), vec!["a/hook".to_owned()]), "{output}");
    }
}

/// The program on a cluster of the test's own, with a policy and some releases.
fn on(cluster: &Cluster, helm: HelmVersion, releases: usize) -> Program {
    let mut program = Program::new();
    program.set("KUBECONFIG", cluster.kubeconfig());
    let helm = cluster.helm(helm).or_panic();
    let log = program.file("calls", "");
    let script = format!("#!/bin/sh\necho \"$$ $*\" >> '{}'\nexec '{}' \"$@\"\n", log.display(), helm.display());
    let wrapper = program.executable("helm", &script);
    program.set("HELM_BIN", wrapper);
    let of_the_cluster = format!("{{server: '{}'}}", cluster.server());
    program.file("policy.yaml", &policy("outage", &of_the_cluster, "'dev-*'", ""));
    let seeded = (0..releases).map(|number| {
        SeededRelease::new(&format!("dev-{}", number % 8), &format!("r{number}")).revisions(1..=2).config_maps(2)
    });
    cluster.seed(&seeded.collect::<Vec<_>>()).or_panic();
    program
}

#[test]
fn an_api_server_that_is_restarted_in_the_middle_of_a_run_fails_no_release() {
    let cluster = Cluster::start(Components::ControlPlane).or_panic();
    for helm in HelmVersion::BOTH {
        let program = on(&cluster, helm, 60);
        let arguments = ["run", "-A", "-f", "policy.yaml", "--yes", "--workers", "4", "--batch", "2", "-o", "json"];
        let running = program.start(&arguments);
        program.wait_for_file("calls", "uninstall");
        cluster.stop_api_server().or_panic();
        running.wait_for_stderr("the API server cannot be reached: beginning nothing");
        cluster.restart_api_server().or_panic();
        let output = running.finish().exits(0).stderr_has("the API server answers again: going on");
        let report = output.json();
        assert_eq!(report["totals"]["purged"], json!(60), "{output}");
        assert_eq!((&report["verified"]["state"], &report["verified"]["gone"]), (&json!("verified"), &json!(60)));
        let attempts = report["releases"].as_array().expect("a list").iter().map(|release| &release["attempts"]);
        assert!(attempts.filter_map(serde_json::Value::as_u64).max() > Some(1), "{report:#}");
    }
}
