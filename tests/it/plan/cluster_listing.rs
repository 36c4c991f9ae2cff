//! The two ways to list, through the API and by helm: the same plan from both, however one is connected.

use std::path::Path;
use std::time::Duration;

use helm_purge::cluster::{Client, Connection, StorageDriver};
use helm_purge::helm::Helm;
use helm_purge::inventory::{Contents, HelmInventory, ObjectLists, Protection, ReleaseSource};
use helm_purge::plan::{ClusterState, Filters, Plan, Subject, build, to_read};
use helm_purge::policy::Policy;
use helm_purge::release::Known;
use helm_purge::settings::{ConnectionOptions, InCluster, KubeconfigFiles};
use helm_purge::signal::CancelToken;
use serde_json::json;
use throwaway_cluster::{HelmVersion, SeededRelease, Status, Storage};

use crate::support::{OrPanic, Real, cluster, seed_releases};

/// One connection, and both ways over it.
struct Ways {
    metadata: ReleaseSource,
    helm: ReleaseSource,
    policy: Policy,
}

impl Ways {
    fn new(real: &Real, wish: &ConnectionOptions, lines: &str) -> Self {
        real.policy(lines);
        let policy = Policy::read_named(&real.program.folder().join("policy.yaml")).expect("it was written well");
        let connection = Connection::resolve(wish).or_panic();
        let stop = CancelToken::default();
        let client = Client::new(&connection, stop.clone()).expect("a client can be made");
        let path = cluster().helm(real.helm).or_panic();
        let helm = Helm::find(path.to_str(), None, &stop).expect("helm answers");
        let api = ReleaseSource::new(client, StorageDriver::Secrets, policy.namespaces.clone());
        let helm = HelmInventory { helm, connection, deadline: Duration::from_mins(1), stop };
        let metadata = api.clone();
        let helm = api.by_helm(helm, "nobody looked".to_owned());
        Self { metadata, helm, policy }
    }

    fn plan(&self, inventory: &ReleaseSource) -> Plan {
        let listing = inventory.list().or_panic();
        // Helm's way sees no opt-outs.
        let filters = Filters { without_opt_outs: true, ..Filters::default() };
        let (protection, nothing) =
            (Protection::unseen(&listing, &self.policy.namespaces, "nobody looked"), Contents::new());
        let unread = ClusterState {
            listing: &listing,
            contents: &nothing,
            protection: &protection,
            now: jiff::Timestamp::now(),
        };
        let policies = std::slice::from_ref(&self.policy);
        let wanted = to_read(policies, unread, &filters);
        let contents = inventory.contents(&wanted, ObjectLists::NotWanted).or_panic();
        build(policies, ClusterState { contents: &contents, ..unread }, &filters)
    }

    #[track_caller]
    fn give_the_same_plan(&self) -> Plan {
        let (by_metadata, by_helm) = (self.plan(&self.metadata), self.plan(&self.helm));
        let (by_metadata, by_helm) = (comparable(by_metadata), comparable(by_helm));
        assert_eq!(by_metadata, by_helm);
        by_metadata
    }
}

/// Helm's list has the time that is in the payload, no UID and no labels; and other tests install and purge meanwhile, in
/// namespaces of their own.
fn comparable(mut plan: Plan) -> Plan {
    plan.seen = 0;
    for entry in &mut plan.entries {
        if let Subject::Release(release) = &mut entry.subject {
            assert!(matches!(release.updated, Known::Is(_)), "{}", release.id);
            release.updated = Known::Unknown;
            release.record = Known::Unknown;
            release.labels = Known::Unknown;
        }
    }
    plan
}

fn by_kubeconfig(path: &Path) -> ConnectionOptions {
    ConnectionOptions { kubeconfig: KubeconfigFiles::Flag(path.to_owned()), ..ConnectionOptions::default() }
}

/// What Helm itself does not list (the state `unknown`), or cannot tell (a newest revision that is superseded, for
/// an undecodable one may be newer), is kept by its way and seen by the other: not in here.
fn releases(real: &Real) -> Vec<SeededRelease> {
    let states = Status::ALL.into_iter().filter(|status| !matches!(status, Status::Unknown | Status::Superseded));
    let states = states.enumerate().map(|(number, status)| {
        let name = format!("state-{number}");
        SeededRelease::new(&real.namespace("states"), &name).status(status).revisions(1..=3).config_maps(1)
    });
    let many = (0..300).map(|number| {
        let release = SeededRelease::new(&real.namespace(&format!("n{:02}", number % 25)), &format!("r{number:03}"));
        let release = release.revisions(1 + number % 4..=9 + number % 4).config_maps(number % 3);
        match number % 10 {
            0 => release.chart("cert-manager", "v1.17.0").label("team", "a"),
            1 => release.chart("my-app", "1.0.0-rc.1").status(Status::Failed).previous_status(Status::Deployed),
            2 => release.without_chart(),
            3 => release.manifest("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n"),
            _ => release,
        }
    });
    states.chain(many).collect()
}

const KEEPS: &str =
    "keep: ['*/r0*', '*/r1*', {charts: [cert-manager], reason: shared}, {namespaces: ['*-n01'], charts: ['my-*']}]\n";

#[test]
fn both_ways_give_the_same_plan_whatever_state_a_release_is_in() {
    Real::with_both("ways", |real| {
        for releases in releases(real).chunks(100) {
            seed_releases(releases);
        }
        let in_config_maps = SeededRelease::new(&real.namespace("maps"), "elsewhere").storage(Storage::ConfigMaps);
        seed_releases(&[in_config_maps]);
        let plan = Ways::new(real, &by_kubeconfig(cluster().kubeconfig()), KEEPS).give_the_same_plan();
        assert_eq!(plan.entries.len(), 300 + 7);
        assert!(plan.chosen().count() > 40 && plan.keep_hits.iter().all(|keep| keep.hits > 0), "{plan:#?}");
    });
}

#[test]
fn what_only_one_way_can_see_is_never_purged_by_the_other() {
    Real::with_both("apart", |real| {
        let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
        let half =
            [seed("half").revisions(1..=2).status(Status::Superseded), seed("half").revisions(3..=3).undecodable()];
        seed_releases(&half[..1]);
        let odd = [
            half[1].clone(),
            seed("whole").undecodable(),
            seed("elsewhere").payload_namespace(&real.namespace("b")),
            seed("replaced").status(Status::Superseded).revisions(1..=3),
            seed("unknown").status(Status::Unknown),
        ];
        seed_releases(&odd);
        let ways = Ways::new(real, &by_kubeconfig(cluster().kubeconfig()), "keep: []\n");
        let chosen = |inventory: &ReleaseSource| {
            ways.plan(inventory).chosen().map(|release| release.id.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(chosen(&ways.metadata), ["replaced"]);
        assert!(chosen(&ways.helm).is_empty());
    });
}

/// An account with every right.
fn account(real: &Real) -> String {
    let (api, namespace) = (cluster().api(), real.namespace("account"));
    api.create_namespace(&namespace).expect("a namespace can be made");
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "purger", "namespace": namespace}});
    api.apply(&account).expect("an account can be made");
    api.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "purger", "namespace": namespace}],
    }))
    .expect("a binding can be made");
    namespace
}

#[test]
fn both_ways_give_the_same_plan_however_one_is_connected() {
    let real = Real::new("connected", HelmVersion::Four);
    real.seed(&["a/web", "a/redis", "b/web"]);
    let namespace = account(&real);
    let ok = |path: Result<std::path::PathBuf, throwaway_cluster::Error>| path.or_panic();
    let flags = cluster().helm_flags(&namespace, "purger").or_panic();
    let pod = cluster().pod(&namespace, "purger").or_panic();
    let plugin = cluster().exec_plugin(&namespace, "purger").or_panic();
    let two = cluster().kubeconfig_in_two_files().or_panic();
    let wishes = [
        ("client certificate", by_kubeconfig(cluster().kubeconfig())),
        ("token", by_kubeconfig(&ok(cluster().kubeconfig_for_service_account(&namespace, "purger")))),
        ("exec credential plugin", by_kubeconfig(&plugin.kubeconfig)),
        ("impersonation", by_kubeconfig(&ok(cluster().kubeconfig_as("somebody", &["system:masters"])))),
        (
            "several files",
            ConnectionOptions {
                kubeconfig: KubeconfigFiles::Variable(std::env::split_paths(&two).collect()),
                ..ConnectionOptions::default()
            },
        ),
        (
            "helm's flags",
            ConnectionOptions {
                api_server: Some(flags.server.clone()),
                token: Some(flags.token.clone()),
                certificate_authority: Some(flags.authority.display().to_string()),
                ..ConnectionOptions::default()
            },
        ),
        (
            "in a pod",
            ConnectionOptions {
                in_cluster: Some(InCluster { host: pod.host, port: pod.port, service_account: pod.folder }),
                ..ConnectionOptions::default()
            },
        ),
    ];
    for (name, wish) in wishes {
        let plan = Ways::new(&real, &wish, "keep: []\n").give_the_same_plan();
        assert_eq!(plan.chosen().count(), 3, "{name}");
    }
}

#[test]
fn a_user_who_can_see_some_namespaces_purges_only_those_and_the_others_are_reported() {
    let mut real = Real::new("some", HelmVersion::Four);
    real.seed(&["a/web", "b/web"]);
    let user = real.namespace("user");
    let (api, group) = (cluster().api(), "rbac.authorization.k8s.io");
    let bind = |kind: &str, role: &str, namespace: Option<&str>| {
        let binding = json!({
            "apiVersion": format!("{group}/v1"), "kind": kind,
            "metadata": {"name": format!("{user}-{role}"), "namespace": namespace},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "User", "name": user, "apiGroup": group}],
        });
        api.apply(&binding).expect("a binding can be made");
    };
    bind("RoleBinding", "admin", Some(&real.namespace("a")));
    let kubeconfig = cluster().kubeconfig_for_user(&user, None).or_panic();
    real.program.set("KUBECONFIG", kubeconfig);
    let policy = real.program.read("policy.yaml");
    let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "");
    real.program.file("policy.yaml", &policy);
    let run = ["run", "-A", "-f", "policy.yaml", "--yes"];
    // A glob means namespaces that this user cannot even list.
    real.program.run(&run).exits(4).stderr_has("listing namespaces is not allowed either");
    let literal = format!("namespaces: ['{}', '{}']", real.namespace("a"), real.namespace("b"));
    let glob = format!("namespaces: ['{}-*']", real.namespace("a").trim_end_matches("-a"));
    real.program.file("policy.yaml", &policy.replace(&glob, &literal));
    let output = real.program.run(&run).exits(0).stdout_has("purged 1 · failed 0").stdout_has("verified: 1 of 1");
    output.stderr_has("cannot list releases in this namespace");
    assert_eq!(real.listed(), ["b/web"]);
    // With the right to list namespaces the glob will do as well; all of them refusing is an error.
    real.seed(&["a/web"]);
    bind("ClusterRoleBinding", "view", None);
    real.program.file("policy.yaml", &policy);
    real.program.run(&run).exits(0).stdout_has("purged 1 · failed 0");
    real.program.file("policy.yaml", &policy.replace(&glob, &format!("namespaces: ['{}']", real.namespace("b"))));
    real.program.run(&run).exits(4).stderr_has("cannot list resource \"secrets\"");
}
