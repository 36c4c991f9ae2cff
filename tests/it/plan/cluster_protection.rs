//! What protects releases besides the policy, read from the real API server: by the admin, by users with few rights, and
//! where the cluster knows a controller's kinds and where it does not.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use helm_purge::cluster::{Client, Connection, StorageDriver};
use helm_purge::helm::Helm;
use helm_purge::inventory::{HelmInventory, Listing, ObjectLists, OptOut, OptOutSource, Protection, ReleaseSource};
use helm_purge::policy::{Policy, PolicyScope};
use helm_purge::release::Known;
use helm_purge::settings::{ConnectionOptions, KubeconfigFiles};
use helm_purge::signal::CancelToken;
use serde_json::{Value, json};
use throwaway_cluster::{Chart, Cluster, Components, CustomKind, HelmVersion, Kind, SeededRelease};

use crate::support::{OrPanic, Role, cluster, policy, user};

/// One that serves the controllers' kinds, for the tests that need them: the shared one never does.
fn cluster_with_controllers() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let cluster = Cluster::start(Components::ControlPlane).or_panic();
        for kind in [CustomKind::HELM_RELEASE, CustomKind::APPLICATION] {
            cluster.serve(&kind).or_panic();
        }
        cluster
    })
}

/// A scope, as one who comes with a kubeconfig sees what is in it.
struct View {
    connection: Connection,
    metadata: ReleaseSource,
    scope: PolicyScope,
}

impl View {
    fn new(kubeconfig: &Path, scope: &str) -> Self {
        let policy = policy("test", "throwaway", scope, "");
        let policy = Policy::read("policy.yaml", policy.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        let wish = ConnectionOptions {
            kubeconfig: KubeconfigFiles::Flag(kubeconfig.to_owned()),
            ..ConnectionOptions::default()
        };
        let connection = Connection::resolve(&wish).or_panic();
        let client = Client::new(&connection, CancelToken::default()).expect("a client can be made");
        let scope = policy.namespaces;
        Self { connection, metadata: ReleaseSource::new(client, StorageDriver::Secrets, scope.clone()), scope }
    }

    /// Of the releases, those in scope: other tests install and purge meanwhile.
    fn look(&self) -> (Listing, Protection) {
        let (mut listing, protection) = self.metadata.list_with_protection().or_panic();
        listing.releases.retain(|release| self.scope.matches(&release.id.namespace).is_some());
        (listing, protection)
    }
}

fn seed(cluster: &Cluster, releases: &[SeededRelease]) {
    cluster.seed(releases).or_panic();
}

fn apply(cluster: &Cluster, object: &Value) {
    cluster.api().apply(object).or_panic();
}

/// What `helm purge keep` writes.
fn keep_mark(namespace: &str, name: &str, annotations: &Value) -> Value {
    let labels = json!({"helm-purge": "keep"});
    let metadata = json!({"namespace": namespace, "name": name, "labels": labels, "annotations": annotations});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
}

fn describe_namespace(cluster: &Cluster, name: &str, labels: &Value, annotations: &Value) {
    let change = json!({"metadata": {"labels": labels, "annotations": annotations}});
    cluster.api().patch(Kind::NAMESPACE, None, name, &change).or_panic();
}

fn said(opt_outs: &[OptOut]) -> Vec<String> {
    let releases = |globs: &[String]| if globs.is_empty() { "all".to_owned() } else { globs.join("|") };
    let until = |until: &Option<String>| until.clone().unwrap_or_else(|| "never".to_owned());
    let source = |source: &OptOutSource| match source {
        OptOutSource::ConfigMap(name) => format!("ConfigMap {name}"),
        OptOutSource::NamespaceAnnotation(key) => (*key).to_owned(),
        OptOutSource::ReleaseLabel => "label".to_owned(),
    };
    let line = |opt_out: &OptOut| {
        let reason = opt_out.reason.as_deref().unwrap_or("no reason");
        let (releases, until, source) = (releases(&opt_out.releases), until(&opt_out.until), source(&opt_out.source));
        format!("{}: {releases}, until {until}, {reason}, {source}", opt_out.namespace)
    };
    opt_outs.iter().map(line).collect()
}

#[test]
fn the_admin_sees_what_namespaces_config_maps_and_releases_say() {
    let web = SeededRelease::new("optout-a", "web").label("helm-purge-keep", "demo");
    let no = SeededRelease::new("optout-a", "no").label("helm-purge-keep", "false");
    seed(cluster(), &[web, no, SeededRelease::new("optout-a", "db"), SeededRelease::new("optout-b", "db")]);
    let annotations = json!({
        "helm-purge/releases": "db, web-*", "helm-purge/until": "2026-12-01", "helm-purge/reason": "a demo", "other": "x",
    });
    apply(cluster(), &keep_mark("optout-a", "mine", &annotations));
    apply(cluster(), &keep_mark("optout-a", "plain", &json!({})));
    let other = json!({"namespace": "optout-a", "name": "other", "labels": {"helm-purge": "true"}});
    apply(cluster(), &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": other}));
    let annotations = json!({"helm-purge/keep-until": "soon", "team": "b"});
    describe_namespace(cluster(), "optout-b", &json!({"env": "dev"}), &annotations);
    let (listing, protection) = View::new(cluster().kubeconfig(), "'optout-*'").look();
    assert_eq!(
        said(&protection.opt_outs),
        [
            "optout-a: all, until never, no reason, ConfigMap plain",
            "optout-a: db|web-*, until 2026-12-01, a demo, ConfigMap mine",
            "optout-b: all, until soon, no reason, helm-purge/keep-until",
        ]
    );
    assert!(protection.unreadable_opt_outs.is_empty(), "{protection:?}");
    let facts = protection.facts(&"optout-b".parse().expect("a legal name")).expect("namespaces may be listed");
    assert_eq!(facts.labels["env"], "dev");
    assert_eq!(facts.annotations.keys().collect::<Vec<_>>(), ["helm-purge/keep-until"]);
    assert_eq!(protection.namespaces.len(), 2, "only those in scope: {:?}", protection.namespaces);
    assert_eq!((protection.flux, protection.argo), (Ok(Vec::new()), Ok(Vec::new())), "nobody runs them here");
    let labels = listing.releases.iter().filter_map(|release| OptOut::by_label(release).as_known().cloned()?);
    assert_eq!(said(&labels.collect::<Vec<_>>()), ["optout-a: web, until never, demo, label"]);
}

#[test]
fn a_label_that_helm_was_given_stays_with_the_release() {
    let install = |helm, args: &[&str]| {
        let name = format!("web-{helm}");
        cluster().install(helm, Chart::Tiny, "optlabel", &name, args).or_panic();
    };
    for helm in HelmVersion::BOTH {
        install(helm, &["--labels", "helm-purge-keep=demo"]);
        let name = format!("web-{helm}");
        let mut upgrade = cluster().helm_command(helm).or_panic();
        upgrade.args(["upgrade", "-n", "optlabel", &name]).arg(throwaway_cluster::charts::path(Chart::Tiny));
        assert!(upgrade.output().expect("helm can be started").status.success());
    }
    let (listing, _) = View::new(cluster().kubeconfig(), "optlabel").look();
    let labels = listing.releases.iter().map(|release| (release.revision.0, release.labels.clone()));
    assert_eq!(
        labels.collect::<Vec<_>>(),
        vec![(2, Known::Is([("helm-purge-keep".to_owned(), "demo".to_owned())].into())); 2]
    );
}

#[test]
fn an_account_that_can_edit_one_namespace_sees_its_opt_outs() {
    seed(cluster(), &[SeededRelease::new("optedit", "web"), SeededRelease::new("optedit-other", "web")]);
    apply(cluster(), &keep_mark("optedit", "mine", &json!({})));
    describe_namespace(cluster(), "optedit", &json!({"env": "dev"}), &json!({"helm-purge/keep": "a demo"}));
    let kubeconfig = user(cluster(), "optedit-user", &[("optedit", Role::Edit)]);
    let (listing, protection) = View::new(&kubeconfig, "optedit, optedit-other").look();
    assert_eq!((listing.releases.len(), listing.unlisted.len(), listing.namespaces.len()), (1, 1, 0));
    assert_eq!(
        said(&protection.opt_outs),
        ["optedit: all, until never, no reason, ConfigMap mine", "optedit: all, until never, a demo, helm-purge/keep",]
    );
    assert!(protection.unreadable_opt_outs.is_empty(), "{protection:?}");
    let facts = protection.facts(&"optedit".parse().expect("a legal name")).expect("it may be read by its name");
    assert_eq!(facts.labels["env"], "dev");
    // Who cannot list a kind may still know that there is none.
    assert_eq!((protection.flux, protection.argo), (Ok(Vec::new()), Ok(Vec::new())));
}

#[test]
fn what_was_refused_is_not_known_and_its_reason_is_reported() {
    seed(cluster(), &[SeededRelease::new("optsecret", "web")]);
    apply(cluster(), &keep_mark("optsecret", "mine", &json!({})));
    describe_namespace(cluster(), "optsecret", &json!({}), &json!({"helm-purge/keep": "a demo"}));
    let kubeconfig = user(cluster(), "optsecret-user", &[("optsecret", Role::SeeSecrets)]);
    let (listing, protection) = View::new(&kubeconfig, "optsecret").look();
    assert_eq!((listing.releases.len(), protection.opt_outs.len()), (1, 0));
    let refused = protection.unreadable_opt_outs.iter().map(|unseen| unseen.why.as_str()).collect::<Vec<_>>();
    let (maps, namespace) = ("cannot list resource \"configmaps\"", "cannot get resource \"namespaces\"");
    assert!(refused.len() == 2 && refused[0].contains(maps) && refused[1].contains(namespace), "{refused:?}");
    let facts = protection.facts(&"optsecret".parse().expect("a legal name"));
    assert!(facts.is_err_and(|why| why.contains(namespace)));
}

#[test]
fn a_list_that_is_made_again_sees_what_was_asked_meanwhile() {
    seed(cluster(), &[SeededRelease::new("optagain", "web")]);
    let view = View::new(cluster().kubeconfig(), "optagain");
    assert!(view.look().1.opt_outs.is_empty());
    let stop = CancelToken::default();
    let path = cluster().helm(HelmVersion::Four).or_panic();
    let helm = Helm::find(path.to_str(), None, &stop).expect("helm answers");
    let helm = HelmInventory { helm, connection: view.connection, deadline: Duration::from_mins(1), stop };
    let first = view.metadata.list_with_protection();
    let (any, ..) = ReleaseSource::open(view.metadata, helm, first).or_panic();
    describe_namespace(cluster(), "optagain", &json!({}), &json!({"helm-purge/keep": "true"}));
    let (listing, protection) = any.list_with_protection().or_panic();
    assert!(listing.releases.iter().any(|release| release.id.namespace.as_str() == "optagain"));
    assert_eq!(said(&protection.opt_outs), ["optagain: all, until never, no reason, helm-purge/keep"]);
}

#[test]
fn the_releases_that_flux_makes_are_known_by_its_objects() {
    let cluster = cluster_with_controllers();
    let long = "a-very-long-name-of-a-service-that-somebody-has-thought-about";
    let names = ["web", "shop", "fluxed-b-api", "plain"];
    seed(cluster, &names.map(|name| SeededRelease::new("fluxed-a", name)));
    let object = |name: &str, spec: Value| {
        apply(cluster, &CustomKind::HELM_RELEASE.object("fluxed-a", name, &spec));
    };
    object("web", json!({"interval": "5m", "suspend": true}));
    object("named", json!({"releaseName": "shop"}));
    object("api", json!({"targetNamespace": "fluxed-b"}));
    object("api-there", json!({"targetNamespace": "fluxed-b", "storageNamespace": "fluxed-b"}));
    object(long, json!({}));
    let mut moved = CustomKind::HELM_RELEASE.object("fluxed-a", "moved", &json!({"releaseName": "now"}));
    moved["status"] = json!({"storageNamespace": "fluxed-old", "history": [{"name": "before", "version": 3}]});
    apply(cluster, &moved);
    let (listing, protection) = View::new(cluster.kubeconfig(), "'fluxed-*'").look();
    let managed = listing.releases.iter().filter_map(|release| {
        let by = protection.manager_of(&release.id).unwrap_or_else(|why| panic!("{why}"));
        by.map(|by| format!("{}: {by}", release.id.name))
    });
    assert_eq!(
        managed.collect::<Vec<_>>(),
        ["fluxed-b-api: HelmRelease fluxed-a/api", "shop: HelmRelease fluxed-a/named", "web: HelmRelease fluxed-a/web"]
    );
    let all = protection.flux.expect("the admin may list them");
    let ids = all.iter().map(|managed| managed.id.to_string()).collect::<Vec<_>>();
    for id in ["fluxed-b/fluxed-b-api-there", "fluxed-a/now", "fluxed-old/before"] {
        assert!(ids.iter().any(|known| known == id), "{id} in {ids:?}");
    }
    let cut = format!("fluxed-a/{}-", &long[..40]);
    assert!(ids.iter().any(|known| known.starts_with(&cut) && known.len() == "fluxed-a/".len() + 53), "{ids:?}");
}

#[test]
fn who_cannot_list_fluxs_objects_knows_its_releases_by_their_own() {
    let cluster = cluster_with_controllers();
    let labels = json!({"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "flux"});
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fluxed", "labels": labels}});
    let web = SeededRelease::new("labelled", "web").object(map);
    seed(cluster, &[web, SeededRelease::new("labelled", "plain").config_maps(1)]);
    apply(cluster, &CustomKind::HELM_RELEASE.object("labelled", "plain", &json!({})));
    let view = View::new(&user(cluster, "labelled-user", &[("labelled", Role::Edit)]), "labelled");
    let (listing, protection) = view.look();
    let (flux, argo) = (protection.flux.expect_err("it is refused"), protection.argo.expect_err("it is refused"));
    assert!(flux.contains("cannot list resource \"helmreleases\""), "{flux}");
    assert!(argo.contains("cannot list resource \"applications\""), "{argo}");
    let contents = view.metadata.contents(&listing.releases.iter().collect::<Vec<_>>(), ObjectLists::NotWanted);
    let contents = contents.or_panic();
    let managed = contents.values().map(|content| content.clone().expect("it can be read").managed_by);
    assert_eq!(managed.collect::<Vec<_>>(), [None, Some("HelmRelease flux/web".to_owned())]);
}

#[test]
fn the_namespaces_that_argo_manages_are_named() {
    let cluster = cluster_with_controllers();
    for namespace in ["argo-system", "argoed-a", "argoed-b", "argoed-c"] {
        seed(cluster, &[SeededRelease::new(namespace, "web")]);
    }
    let object = |name: &str, destination: Value| {
        let spec = json!({"project": "default", "destination": destination});
        apply(cluster, &CustomKind::APPLICATION.object("argo-system", name, &spec));
    };
    object("by-address", json!({"server": "https://kubernetes.default.svc", "namespace": "argoed-a"}));
    object("by-name", json!({"name": "in-cluster", "namespace": "argoed-b"}));
    object("far-away", json!({"server": "https://203.0.113.7", "namespace": "argoed-c"}));
    object("nowhere", json!({"name": "in-cluster"}));
    object("outside", json!({"name": "in-cluster", "namespace": "argo-system"}));
    let (_, protection) = View::new(cluster.kubeconfig(), "'argoed-*'").look();
    let managed = protection.argo.expect("the admin may list them");
    let managed = managed.iter().map(|managed| format!("{}: {}", managed.namespace, managed.application));
    assert_eq!(managed.collect::<Vec<_>>(), ["argoed-a: argo-system/by-address", "argoed-b: argo-system/by-name"]);
}

#[test]
fn a_kind_is_read_in_whichever_version_it_is_served_and_in_an_unknown_one_it_is_unknown() {
    let cluster = Cluster::start(Components::ControlPlane).or_panic();
    let ok = |done: Result<(), throwaway_cluster::Error>| done.or_panic();
    seed(&cluster, &[SeededRelease::new("versions", "web")]);
    let view = View::new(cluster.kubeconfig(), "versions");
    let managed = || {
        let flux = view.look().1.flux?;
        Ok::<_, String>(flux.iter().map(|managed| managed.id.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(managed(), Ok(Vec::new()));
    for versions in [&["v2beta1"][..], &["v2beta1", "v2beta2"], &["v2", "v2beta2", "v2beta1"], &["v3", "v2"]] {
        let kind = CustomKind { versions, ..CustomKind::HELM_RELEASE };
        ok(cluster.serve(&kind));
        apply(&cluster, &kind.object("versions", "web", &json!({})));
        assert_eq!(managed(), Ok(vec!["versions/web".to_owned()]), "{versions:?}");
        ok(cluster.withdraw(&kind));
    }
    ok(cluster.serve(&CustomKind { versions: &["v3"], ..CustomKind::HELM_RELEASE }));
    let unknown = managed().expect_err("nobody knows what is in it");
    assert!(unknown.contains("helm.toolkit.fluxcd.io/v3, which helm-purge does not support"), "{unknown}");
    // The group of another controller does not make Argo CD known.
    ok(cluster.serve(&CustomKind::WORKFLOW));
    assert_eq!(view.look().1.argo, Ok(Vec::new()));
    // An object that is not what it should be leaves all of them unknown: which releases it makes cannot be told.
    ok(cluster.serve(&CustomKind::APPLICATION));
    apply(&cluster, &CustomKind::APPLICATION.object("versions", "odd", &json!({"destination": "here"})));
    let unknown = view.look().1.argo.expect_err("it cannot be told which releases it makes");
    assert!(unknown.contains("invalid type: string \"here\""), "{unknown}");
}
