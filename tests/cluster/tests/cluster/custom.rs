//! Kinds of controllers that are not there.

use serde_json::json;
use throwaway_cluster::{CustomKind, Kind};

use crate::shared::cluster;

#[test]
fn a_kind_is_there_from_when_it_is_served_until_it_is_withdrawn() {
    let (cluster, kind) = (cluster(), CustomKind { versions: &["v2", "v1"], ..CustomKind::WORKFLOW });
    let list = |version| cluster.api().list(Kind::new(version, kind.kind), Some("custom"));
    assert!(list("argoproj.io/v2").is_err(), "nobody serves it yet");
    cluster.serve(&kind).expect("it can be served");
    cluster.api().create_namespace("custom").expect("the name is free");
    let object = kind.object("custom", "one", &json!({"any": ["thing"]}));
    let stored = cluster.api().create(&object).expect("any object of the kind is accepted");
    assert_eq!(stored["spec"], object["spec"]);
    assert_eq!(list("argoproj.io/v1").expect("every version is served"), ["one"]);
    cluster.withdraw(&kind).expect("it can be withdrawn");
    assert!(list("argoproj.io/v2").is_err(), "it is gone");
}
