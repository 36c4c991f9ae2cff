//! A slow line to the API server, and what the API server counts.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use throwaway_cluster::{Kind, Line, Metrics};

use crate::shared::{cluster, run};

const ROUND_TRIP: Duration = Duration::from_millis(200);

/// Less a little for clocks that tick in milliseconds.
const ALMOST_THREE: Duration = Duration::from_millis(595);

fn kubectl(kubeconfig: PathBuf) -> Command {
    let mut kubectl = cluster().kubectl_command().expect("kubectl is found or built");
    kubectl.env("KUBECONFIG", kubeconfig);
    kubectl
}

fn through(server: &str) -> Command {
    kubectl(cluster().kubeconfig_with("far-away", server).expect("it can be written"))
}

#[test]
fn an_answer_takes_three_round_trips_through_the_relay_and_is_whole() {
    let relay = cluster().relay(Line::with_round_trip(ROUND_TRIP)).expect("it starts");
    let carol = cluster().kubeconfig_for_user("carol", None).expect("the name fits");
    let far = cluster().kubeconfig_at(relay.server(), &carol).expect("it can be written");
    let start = Instant::now();
    let answer = run(kubectl(far).args(["get", "--raw", "/readyz"]));
    // One for TCP, one for TLS, one for the request. That it takes no more can't be told on a busy machine.
    assert!(start.elapsed() >= ALMOST_THREE, "{:?}", start.elapsed());
    assert_eq!(answer.output.trim(), "ok", "{answer:?}");
    let traffic = relay.traffic();
    assert_eq!(traffic.connections, 1);
    assert!(traffic.to_server > 500 && traffic.to_client > 500, "{traffic:?}");
}

#[test]
fn a_relay_ends_with_its_value_and_its_port_is_free_again() {
    let relay = cluster().relay(Line::default()).expect("it starts");
    let server = relay.server().to_owned();
    assert!(run(through(&server).args(["get", "--raw", "/readyz"])).succeeded);
    let mut watch = through(&server);
    let mut watch = watch.args(["get", "namespaces", "--watch"]).spawn().expect("kubectl can be started");
    throwaway_cluster::wait_until("the watch to connect", || Ok((relay.traffic().connections > 1).then_some(())))
        .expect("it connects");
    drop(relay);
    assert!(!run(through(&server).args(["get", "--raw", "/readyz"])).succeeded);
    watch.wait().expect("its connection is gone, and so is kubectl");
    TcpListener::bind(server.trim_start_matches("https://")).expect("nobody listens there any more");
}

#[test]
fn the_requests_of_a_user_can_be_counted() {
    let counted = |metrics: &Metrics| {
        metrics.sum("apiserver_flowcontrol_dispatched_requests_total", &[("flow_schema", "global-default")])
    };
    let before = cluster().metrics().expect("it answers");
    let carol = cluster().kubeconfig_for_user("carol", None).expect("the name fits");
    for _ in 0..3 {
        // Refused, as she has no rights, and counted all the same.
        run(kubectl(carol.clone()).args(["get", "--raw", "/api/v1/namespaces"]));
    }
    cluster().api().list(Kind::NAMESPACE, None).expect("the admin may");
    let after = cluster().metrics().expect("it answers");
    // Other tests have users as well.
    assert!(counted(&after) - counted(&before) >= 3.0);
    let of_everyone =
        |metrics: &Metrics| metrics.sum("apiserver_request_total", &[("verb", "LIST"), ("resource", "namespaces")]);
    assert!(of_everyone(&after) > of_everyone(&before));
}
