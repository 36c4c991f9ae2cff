//! Trouble before the first delete: what passes on its own is waited for, and else nothing is purged.

use std::time::Duration;

use rustix::process::Signal;
use throwaway_cluster::{Answer, Fault, HelmVersion, Kind, Proxy, SeededRelease, Which};

use super::{RUN, a_second_run_finishes, side_by_side};
use crate::support::{OrPanic, Real, cluster, seed_releases};

/// Our own list of releases, page by page; helm's has no limit.
const OUR_LIST: &str = "GET /api/v1/secrets?*limit=1000*";
const EVERY_LIST: &str = "GET /api/v1/secrets?*";
const OPT_OUTS: &str = "GET /api/v1/configmaps?*";

fn nothing_was_written(proxy: &Proxy) {
    let requests = proxy.requests();
    let writes = |request: &&String| !request.starts_with("GET ");
    assert_eq!(requests.iter().filter(writes).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn trouble_that_passes_costs_nothing_but_a_moment() {
    let cases = [
        Fault::Delay(Duration::from_millis(300)),
        Fault::HangUp,
        Fault::Cut(0),
        Fault::Cut(300),
        Fault::Answer(Answer::TOO_MANY_REQUESTS),
        Fault::Answer(Answer::TOO_MANY_REQUESTS.retry_after(1)),
        Fault::Answer(Answer::INTERNAL_ERROR),
        Fault::Answer(Answer::UNAVAILABLE),
        Fault::Answer(Answer::ETCD_TIMED_OUT),
        Fault::Answer(Answer::LEADER_CHANGED),
    ];
    side_by_side(&cases, |number, fault| {
        let (real, proxy) = Real::behind_a_proxy(&format!("passing-{number}"), HelmVersion::Three);
        real.seed(&["a/web"]);
        for requests in [OUR_LIST, OPT_OUTS, "GET /api/v1/namespaces/kube-system*", "GET /api/v1/namespaces?*"] {
            proxy.fail(requests, Which::Only(1), fault.clone());
        }
        let output = real.program.run(RUN).exits(0);
        assert_eq!(output.results(), ["web purged gone"], "{fault:?}");
        assert!(proxy.count(OUR_LIST) > 1 && proxy.count("GET /api/v1/secrets?labelSelector=owner%3Dhelm") == 0);
    });
}

#[test]
fn trouble_that_stays_ends_the_run_with_nothing_purged_and_its_own_words() {
    let broken = "the connection to the API server broke";
    let cases = [
        (EVERY_LIST, Fault::HangUp, 4, broken),
        (EVERY_LIST, Fault::Cut(0), 4, broken),
        (OUR_LIST, Fault::Cut(300), 4, broken),
        (OUR_LIST, Fault::Stall, 4, "no answer within 15 s"),
        (OUR_LIST, Fault::Answer(Answer::TOO_MANY_REQUESTS), 4, "Too many requests"),
        (OUR_LIST, Fault::Answer(Answer::TOO_MANY_REQUESTS.retry_after(1)), 4, "Too many requests"),
        (OUR_LIST, Fault::Answer(Answer::INTERNAL_ERROR), 4, "something is broken"),
        (OUR_LIST, Fault::Answer(Answer::UNAVAILABLE), 4, "currently unable to handle the request"),
        (OUR_LIST, Fault::Answer(Answer::ETCD_TIMED_OUT), 4, "etcdserver: request timed out"),
        (OUR_LIST, Fault::Answer(Answer::LEADER_CHANGED), 4, "etcdserver: leader changed"),
        (EVERY_LIST, Fault::Answer(Answer::UNAUTHORIZED), 4, "hint: log in to the cluster again"),
        // Who asks to be left alone is not known: that is no reason to take everything.
        (OPT_OUTS, Fault::Answer(Answer::UNAVAILABLE), 5, "currently unable to handle the request"),
        (OPT_OUTS, Fault::HangUp, 5, broken),
    ];
    side_by_side(&cases, |number, (requests, fault, code, says)| {
        let (real, proxy) = Real::behind_a_proxy(&format!("staying-{number}"), HelmVersion::Four);
        real.seed(&["a/web"]);
        proxy.fail(requests, Which::Every, fault.clone());
        real.program.run(RUN).exits(*code).stderr_has(says);
        nothing_was_written(&proxy);
        assert_eq!(real.listed(), ["a/web"], "{fault:?}");
        proxy.heal();
        a_second_run_finishes(&real);
    });
}

#[test]
fn a_list_that_breaks_on_its_second_page_is_no_list() {
    let (real, proxy) = Real::behind_a_proxy("second-page", HelmVersion::Three);
    let namespace = real.namespace("a");
    // One more than fit on the first page.
    seed_releases(&[SeededRelease::new(&namespace, "many")]);
    let record = |number: u32| {
        serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
            "metadata": {
                "namespace": namespace, "name": format!("sh.helm.release.v1.many.v{number}"),
                "labels": {"owner": "helm", "name": "many", "status": "failed", "version": number.to_string()},
            },
        })
    };
    cluster().api().create_all((2..=1001).map(record).collect()).expect("the admin may do this");
    let second_page = "GET /api/v1/secrets?*continue=*";
    proxy.fail(second_page, Which::Every, Fault::Cut(100));
    real.program.run(RUN).exits(4).stderr_has("the connection to the API server broke");
    nothing_was_written(&proxy);
    proxy.heal();
    proxy.fail(second_page, Which::Only(1), Fault::Cut(100));
    let names = real.program.run("plan -f policy.yaml -o json").exits(0).json();
    assert_eq!(names["releases"][0]["name"], "many", "{names:#}");
    cluster().api().delete(Kind::NAMESPACE, None, &namespace).expect("the admin may do this");
}

#[test]
fn a_signal_ends_the_wait_for_an_api_server_that_says_nothing() {
    let (real, proxy) = Real::behind_a_proxy("silent", HelmVersion::Three);
    real.seed(&["a/web"]);
    proxy.fail("*", Which::Every, Fault::Stall);
    let running = real.program.start(RUN);
    proxy.wait_for(OUR_LIST, 1).or_panic();
    running.signal(Signal::TERM);
    running.finish().exits(143).stderr_has("interrupted; nothing was purged");
    nothing_was_written(&proxy);
    proxy.heal();
    a_second_run_finishes(&real);
}
