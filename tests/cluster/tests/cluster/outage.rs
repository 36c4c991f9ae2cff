//! The API server goes away and comes back, and what was stored is still there.

use throwaway_cluster::{Cluster, Components, Kind};

#[test]
fn an_api_server_that_was_restarted_serves_what_it_did_before() {
    let cluster = Cluster::start(Components::ControlPlane).unwrap_or_else(|error| panic!("{error}"));
    cluster.api().create_namespace("before").unwrap_or_else(|error| panic!("{error}"));
    cluster.stop_api_server().unwrap_or_else(|error| panic!("{error}"));
    assert!(cluster.api().list(Kind::NAMESPACE, None).is_err(), "nobody answers");
    cluster.restart_api_server().unwrap_or_else(|error| panic!("{error}"));
    let namespaces = cluster.api().list(Kind::NAMESPACE, None).unwrap_or_else(|error| panic!("{error}"));
    assert!(namespaces.contains(&"before".to_owned()), "{namespaces:?}");
}
