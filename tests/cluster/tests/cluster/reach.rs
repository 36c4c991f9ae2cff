//! The charts that reach beyond their namespace, and those that take data with them.

use throwaway_cluster::{Chart, HelmVersion, Kind, wait_until};

use crate::shared::{Answer, cluster, run};

const DEFINITION: Kind<'_> = Kind::new("apiextensions.k8s.io/v1", "CustomResourceDefinition");

fn helm(version: HelmVersion, namespace: &str, arguments: &[&str]) -> Answer {
    let mut helm = cluster().helm_command(version).expect("helm is found or built");
    let answer = run(helm.args(arguments).args(["--namespace", namespace]));
    assert!(answer.succeeded, "{answer:?}");
    answer
}

fn exists(kind: Kind<'_>, namespace: Option<&str>, name: &str) -> bool {
    cluster().api().get(kind, namespace, name).expect("the admin may read everything").is_some()
}

#[test]
fn a_definition_takes_every_object_of_its_kind_with_it() {
    for version in HelmVersion::BOTH {
        let namespace = format!("definition-{version}");
        let group = format!("{namespace}.example.com");
        cluster().install(version, Chart::Definition, &namespace, "d", &[]).expect("the chart installs");
        let definition = format!("widgets.{group}");
        wait_until("the definition to be established", || {
            let found = cluster().api().get(DEFINITION, None, &definition)?.unwrap_or_default();
            Ok(found["status"]["conditions"].to_string().contains("Established").then_some(()))
        })
        .expect("it is");
        let chart = throwaway_cluster::charts::path(Chart::Definition);
        let chart = chart.to_str().expect("the path is text");
        helm(version, &namespace, &["upgrade", "d", chart, "--set", "widget=true"]);
        let version_of_group = format!("{group}/v1");
        let widgets = Kind::new(&version_of_group, "Widget");
        assert!(exists(widgets, Some(&namespace), "d"));
        helm(version, &namespace, &["uninstall", "d"]);
        wait_until("the definition to go", || Ok((!exists(DEFINITION, None, &definition)).then_some(())))
            .expect("it goes");
    }
}

#[test]
fn a_wanderer_has_an_object_in_another_namespace() {
    for version in HelmVersion::BOTH {
        let (namespace, other) = (format!("wanderer-{version}"), format!("abroad-{version}"));
        cluster().api().create_namespace(&other).expect("the name is free");
        let flags = ["--set", &format!("namespace={other}")];
        cluster().install(version, Chart::Wanderer, &namespace, "w", &flags).expect("the chart installs");
        let abroad = format!("{namespace}-w");
        assert!(exists(Kind::CONFIG_MAP, Some(&namespace), "w"));
        assert!(exists(Kind::CONFIG_MAP, Some(&other), &abroad));
        helm(version, &namespace, &["uninstall", "w"]);
        assert!(!exists(Kind::CONFIG_MAP, Some(&other), &abroad));
    }
}

#[test]
fn a_house_is_a_namespace_that_goes_with_its_release() {
    for version in HelmVersion::BOTH {
        let namespace = format!("owner-{version}");
        cluster().install(version, Chart::House, &namespace, "h", &[]).expect("the chart installs");
        let house = format!("{namespace}-house");
        assert!(exists(Kind::NAMESPACE, None, &house));
        helm(version, &namespace, &["uninstall", "h"]);
        wait_until("the house to go", || Ok((!exists(Kind::NAMESPACE, None, &house)).then_some(()))).expect("it goes");
    }
}

#[test]
fn of_two_claims_the_kept_one_stays() {
    let claims = |namespace: &str| cluster().api().list(Kind::CLAIM, Some(namespace)).expect("they can be listed");
    let gone = |namespace: &str, rest: &[&str]| {
        wait_until("the claim to go", || Ok((claims(namespace) == rest).then_some(()))).expect("it goes");
    };
    for version in HelmVersion::BOTH {
        let (kept, all) = (format!("claim-{version}"), format!("claims-{version}"));
        cluster().install(version, Chart::Claim, &kept, "c", &[]).expect("the chart installs");
        cluster().install(version, Chart::Claim, &all, "c", &["--set", "keepArchive=false"]).expect("it installs");
        assert_eq!(claims(&kept), ["c-archive", "c-data"]);
        assert_eq!(claims(&all), ["c-archive", "c-data"]);
        helm(version, &kept, &["uninstall", "c"]);
        helm(version, &all, &["uninstall", "c"]);
        gone(&kept, &["c-archive"]);
        gone(&all, &[]);
    }
}
