//! The proxy in front of the API server: what it passes on, and every way in which it fails.

use std::path::Path;
use std::time::{Duration, Instant};

use throwaway_cluster::{Answer, Cluster, Components, Fault, HelmVersion, Kind, Proxy, SeededRelease, Which};

use crate::shared::{self, cluster, run};

fn proxy() -> Proxy {
    cluster().proxy().expect("it starts")
}

fn kubectl(kubeconfig: &Path, arguments: &[&str]) -> shared::Answer {
    let mut kubectl = cluster().kubectl_command().expect("kubectl is found or built");
    run(kubectl.arg("--kubeconfig").arg(kubeconfig).args(arguments))
}

#[test]
fn what_is_not_to_fail_is_passed_on_unchanged() {
    let proxy = proxy();
    let direct = kubectl(cluster().kubeconfig(), &["get", "--raw", "/api/v1/namespaces/kube-system"]);
    let through = kubectl(proxy.kubeconfig(), &["get", "--raw", "/api/v1/namespaces/kube-system"]);
    assert_eq!((through.succeeded, &through.output), (true, &direct.output), "{through:?}");
    assert_eq!(proxy.requests(), ["GET /api/v1/namespaces/kube-system"]);
    for helm in HelmVersion::BOTH {
        let namespace = format!("proxied-{helm}");
        cluster().seed(&[SeededRelease::new(&namespace, "web").config_maps(2)]).expect("it can be seeded");
        let mut command = cluster().helm_command(helm).expect("helm is found or built");
        command.args(["uninstall", "web", "--namespace", &namespace]).arg("--kubeconfig").arg(proxy.kubeconfig());
        let answer = run(&mut command);
        assert!(answer.succeeded, "{answer:?}");
        let left = cluster().api().list(Kind::SECRET, Some(&namespace)).expect("they can be listed");
        assert_eq!(left, Vec::<String>::new());
        assert_eq!(proxy.count(&format!("DELETE /api/v1/namespaces/{namespace}/configmaps/*")), 2);
    }
}

#[test]
fn who_comes_through_it_is_who_logs_in() {
    let proxy = proxy();
    let who = |kubeconfig: &Path, more: &[&str]| {
        let question = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"];
        let answer = kubectl(kubeconfig, &[&question[..], more].concat());
        (answer.output, answer.errors)
    };
    assert_eq!(who(proxy.kubeconfig(), &[]).0, "admin");
    assert_eq!(who(proxy.kubeconfig(), &["--as=bob"]).0, "bob");
    let direct = cluster().kubeconfig_for_service_account("default", "default").expect("it exists");
    let account = cluster().kubeconfig_at(proxy.server(), &direct).expect("it can be written");
    assert_eq!(who(&account, &[]).0, "system:serviceaccount:default:default");
    let (_, refused) = who(&account, &["--token=nonsense"]);
    assert!(refused.contains("Unauthorized"), "{refused}");
    // A certificate is not checked: it would be the proxy's word against the API server's.
    let direct = cluster().kubeconfig_for_user("carol", None).expect("the name fits");
    let carol = cluster().kubeconfig_at(proxy.server(), &direct).expect("it can be written");
    let refused = kubectl(&carol, &["get", "--raw", "/api/v1/namespaces"]);
    assert!(refused.errors.contains("User \"system:anonymous\" cannot list"), "{refused:?}");
}

#[test]
fn every_answer_is_the_api_servers_own_to_a_client() {
    let proxy = proxy();
    for (answer, words) in [
        (Answer::UNAUTHORIZED, "You must be logged in to the server (Unauthorized)"),
        (Answer::TOO_MANY_REQUESTS, "Too many requests, please try again later."),
        (Answer::INTERNAL_ERROR, "Internal error occurred: something is broken"),
        (Answer::UNAVAILABLE, "the server is currently unable to handle the request"),
        (Answer::ETCD_TIMED_OUT, "etcdserver: request timed out"),
        (Answer::LEADER_CHANGED, "etcdserver: leader changed"),
    ] {
        proxy.fail("GET /api/v1/namespaces/*/configmaps*", Which::Every, Fault::Answer(answer));
        let said = kubectl(proxy.kubeconfig(), &["get", "configmaps", "-n", "default"]);
        assert!(!said.succeeded && said.errors.contains(words), "{said:?}");
        proxy.heal();
        assert!(kubectl(proxy.kubeconfig(), &["get", "configmaps", "-n", "default"]).succeeded);
    }
}

#[test]
fn a_client_that_gets_too_many_requests_retries_and_is_counted() {
    let proxy = proxy();
    let later = Answer::TOO_MANY_REQUESTS.retry_after(1);
    proxy.fail("GET /readyz", Which::UpTo(2), Fault::Answer(later));
    let start = Instant::now();
    let answer = kubectl(proxy.kubeconfig(), &["get", "--raw", "/readyz"]);
    assert!(answer.succeeded && start.elapsed() >= Duration::from_secs(2), "{answer:?}");
    assert_eq!(proxy.count("GET /readyz"), 3);
}

#[test]
fn only_the_requests_that_are_meant_fail() {
    let proxy = proxy();
    let failing = |which: Which| {
        proxy.heal();
        proxy.fail("GET /livez", which, Fault::Answer(Answer::INTERNAL_ERROR));
        [(); 3].map(|()| !kubectl(proxy.kubeconfig(), &["get", "--raw", "/livez"]).succeeded)
    };
    assert_eq!(failing(Which::Every), [true, true, true]);
    assert_eq!(failing(Which::Only(2)), [false, true, false]);
    assert_eq!(failing(Which::From(2)), [false, true, true]);
    assert_eq!(failing(Which::UpTo(2)), [true, true, false]);
}

#[test]
fn an_answer_comes_later_or_never() {
    let proxy = proxy();
    let delay = Duration::from_millis(300);
    proxy.fail("GET /livez", Which::Every, Fault::Delay(delay));
    proxy.fail("GET /readyz", Which::Every, Fault::Stall);
    let start = Instant::now();
    assert!(kubectl(proxy.kubeconfig(), &["get", "--raw", "/livez"]).succeeded);
    assert!(start.elapsed() >= delay);
    let mut waiting = cluster().kubectl_command().expect("kubectl is found or built");
    waiting.arg("--kubeconfig").arg(proxy.kubeconfig()).args(["get", "--raw", "/readyz"]);
    let mut waiting = waiting.spawn().expect("kubectl can be started");
    proxy.wait_for("GET /readyz", 1).expect("it asks");
    assert!(waiting.try_wait().expect("it is our child").is_none(), "it waits");
    // Its connection ends with the proxy.
    drop(proxy);
    assert!(!waiting.wait().expect("it is our child").success());
}

#[test]
fn a_request_that_is_held_is_passed_on_when_it_is_let_go() {
    let proxy = proxy();
    for _ in 0..2 {
        proxy.fail("GET /livez", Which::Every, Fault::Hold);
        let came = proxy.count("GET /livez");
        let mut held = cluster().kubectl_command().expect("kubectl is found or built");
        held.arg("--kubeconfig").arg(proxy.kubeconfig()).args(["get", "--raw", "/livez"]);
        let mut held = held.spawn().expect("kubectl can be started");
        proxy.wait_for("GET /livez", came + 1).expect("it asks");
        assert!(kubectl(proxy.kubeconfig(), &["get", "--raw", "/readyz"]).succeeded, "others pass");
        assert!(held.try_wait().expect("it is our child").is_none(), "it waits");
        proxy.let_go();
        assert!(held.wait().expect("it is our child").success());
    }
}

/// Creates a `ConfigMap` through a proxy, and says whether that was answered well and whether it was done.
fn create_a_map(name: &str, fault: Fault) -> (shared::Answer, bool) {
    let proxy = proxy();
    proxy.fail("POST *", Which::Every, fault);
    let answer = kubectl(proxy.kubeconfig(), &["create", "configmap", name, "-n", "default"]);
    let found = cluster().api().get(Kind::CONFIG_MAP, Some("default"), name).expect("it answers");
    (answer, found.is_some())
}

#[test]
fn a_connection_ends_before_the_request_is_done_or_after() {
    let (answer, was_done) = create_a_map("hung-up", Fault::HangUp);
    assert!(!answer.succeeded && !was_done && answer.errors.contains("EOF"), "{answer:?}");
    for (name, after) in [("cut-at-once", 0), ("cut-in-the-middle", 40)] {
        let (answer, was_done) = create_a_map(name, Fault::Cut(after));
        assert!(!answer.succeeded && was_done && answer.errors.contains("EOF"), "{answer:?}");
    }
}

#[test]
fn an_answer_that_is_cut_arrives_up_to_there() {
    let proxy = proxy();
    proxy.fail("GET /openapi/v2", Which::Every, Fault::Cut(100_000));
    let answer = kubectl(proxy.kubeconfig(), &["get", "--raw", "/openapi/v2"]);
    assert!(!answer.succeeded && answer.errors.contains("unexpected EOF"), "{}", answer.errors);
}

#[test]
fn who_comes_through_it_meets_the_api_server_that_came_back() {
    let cluster = Cluster::start(Components::ControlPlane).expect("the cluster starts");
    let proxy = cluster.proxy().expect("it starts");
    cluster.stop_api_server().expect("it runs");
    assert!(!kubectl(proxy.kubeconfig(), &["get", "--raw", "/readyz"]).succeeded);
    cluster.restart_api_server().expect("it starts again");
    assert!(kubectl(proxy.kubeconfig(), &["get", "--raw", "/readyz"]).succeeded);
}
