//! deploy/indexed-job: what the API server says to the manifest, and its pods at once on the real cluster.

use std::collections::{BTreeMap, BTreeSet};

use helm_purge::shard::Shard;
use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use crate::support::pods::in_pod_with;
use crate::support::{OrPanic, Real, Running, cluster, create_namespace, repository_text};

const JOB: Kind<'_> = Kind::new("batch/v1", "Job");
const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");

fn manifest() -> String {
    repository_text("deploy/indexed-job/job.yaml")
}

/// The Job as the API server has taken it.
fn applied(namespace: &str) -> Value {
    let real = Real::new("jobfile", HelmVersion::Three);
    let text = manifest().replace("namespace: helm-purge", &format!("namespace: {namespace}"));
    let text = text.replace("\n  name: helm-purge\n", &format!("\n  name: {namespace}\n"));
    let file = real.program.file("job.yaml", &text);
    let mut kubectl = cluster().kubectl_command().or_panic();
    // Asked for what it would do: nobody is to run the image.
    create_namespace(namespace);
    kubectl.args(["apply", "--validate=strict", "--dry-run=server", "-o", "json", "-f"]).arg(file);
    let output = kubectl.output().expect("kubectl can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    // The namespace is there already, for what lies in it to be checked.
    let said = said.lines().filter(|line| !line.contains("last-applied-configuration")).collect::<String>();
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
    let list: Value = serde_json::from_slice(&output.stdout).expect("kubectl prints JSON");
    let items = list["items"].as_array().expect("there are several").clone();
    let kinds = items.iter().map(|item| item["kind"].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(kinds, ["Namespace", "ServiceAccount", "ConfigMap", "Job"]);
    items.into_iter().next_back().expect("there are four")
}

fn arguments(job: &Value) -> Vec<String> {
    let arguments = &job["spec"]["template"]["spec"]["containers"][0]["args"];
    serde_json::from_value(arguments.clone()).expect("a list of texts")
}

#[test]
fn the_api_server_takes_the_manifest_strictly_and_its_numbers_agree() {
    let job = applied("jobfile-strict");
    let spec = &job["spec"];
    let shards = arguments(&job).iter().find_map(|one| one.strip_prefix("--shard=auto/")?.parse::<u64>().ok());
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!([spec["completions"].as_u64(), spec["parallelism"].as_u64()], [shards, shards]);
    // What the API server does not know it would have dropped without a word.
    let rules = spec["podFailurePolicy"]["rules"].as_array().expect("a list");
    assert_eq!(
        rules.iter().map(|rule| rule["action"].clone()).collect::<Vec<_>>(),
        [json!("Ignore"), json!("FailIndex")]
    );
    assert_eq!(rules[1]["onExitCodes"]["values"], json!([1, 2, 3, 5, 8, 9]));
    assert_eq!((&spec["backoffLimitPerIndex"], &spec["podReplacementPolicy"]), (&json!(2), &json!("Failed")));
    let pod = &spec["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!((&pod["restartPolicy"], &pod["securityContext"]["runAsNonRoot"]), (&json!("Never"), &json!(true)));
    let secured = json!({
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
    });
    assert_eq!(container["securityContext"], secured);
    assert!(cluster().api().get(JOB, Some("jobfile-strict"), "helm-purge").expect("it can be asked").is_none());
}

#[test]
fn the_example_policy_of_the_manifest_is_one() {
    let text = manifest();
    let (_, policy) = text.split_once("policy.yaml: |\n").expect("it has one");
    let policy = policy.lines().take_while(|line| line.starts_with("    ")).collect::<Vec<_>>().join("\n");
    let read = helm_purge::policy::Policy::read("job.yaml", policy.as_bytes());
    // Indented as a whole, which YAML does not mind.
    read.unwrap_or_else(|faults| panic!("{faults}"));
}

/// An API server's own settings; only how many requests it lets run at once is a flag, and this is its default.
#[test]
fn the_seats_that_the_page_about_scale_counts_with_are_those_of_an_api_server() {
    const AT_ONCE: u64 = 600;
    let level = Kind::new("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration");
    let levels = cluster().api().objects(level, None).or_panic();
    let shares = |level: &Value| {
        let of = |kind: &str| level["spec"][kind]["nominalConcurrencyShares"].as_u64();
        of("limited").or_else(|| of("exempt")).unwrap_or_default()
    };
    let all = levels.iter().map(shares).sum::<u64>();
    let find = |name: &str| levels.iter().find(|level| level["metadata"]["name"] == name).expect("it is there");
    let seats = |name: &str| (AT_ONCE * shares(find(name))).div_ceil(all);
    let queuing = &find("workload-low")["spec"]["limited"]["limitResponse"]["queuing"];
    let (hand, length) = (queuing["handSize"].as_u64().expect("a number"), queuing["queueLengthLimit"].as_u64());
    let page = repository_text("docs/scale.md").replace('\n', " ");
    for said in [
        format!("100 of {all} shares: {} seats", seats("workload-low")),
        format!("20 shares: {} seats", seats("global-default")),
        format!("at most {hand} queues of {} requests", length.expect("a number")),
    ] {
        assert!(page.contains(&said), "docs/scale.md does not say: {said}");
    }
    let schema = Kind::new("flowcontrol.apiserver.k8s.io/v1", "FlowSchema");
    let schema = cluster().api().get(schema, None, "service-accounts").expect("it can be read").expect("it is there");
    assert_eq!(schema["spec"]["priorityLevelConfiguration"]["name"], "workload-low");
    assert_eq!(schema["spec"]["distinguisherMethod"]["type"], "ByUser");
}

/// A pod of the Job: what the manifest starts, with files where a test can put them.
fn start(real: &Real, arguments: &[String], index: u32) -> Running {
    let replaced = |argument: &String| match argument.as_str() {
        "--file=/policy/policy.yaml" => "--file=policy.yaml".to_owned(),
        "--termination-log=/dev/termination-log" => format!("--termination-log=termination-{index}"),
        other => other.to_owned(),
    };
    let arguments = arguments.iter().map(replaced).chain(["--output=json".to_owned()]).collect::<Vec<_>>();
    let mut command = real.program.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    command.stdin(std::process::Stdio::null()).env("JOB_COMPLETION_INDEX", index.to_string());
    Running::start(command)
}

/// Which releases a report says were purged, as `namespace/name`.
fn purged(report: &Value) -> Vec<String> {
    let releases = report["releases"].as_array().expect("a list").iter();
    let purged = releases.filter(|release| release["outcome"] == "purged");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    purged.map(|release| format!("{}/{}", text(&release["namespace"]), text(&release["name"]))).collect()
}

#[test]
fn four_pods_at_once_purge_every_release_exactly_once_and_one_that_is_run_again_does_no_harm() {
    let home = "shardjob-home";
    let real = in_pod_with("shardjob", home, "cluster-admin", "keep: ['*/vault']\n");
    let namespaces = (0..14).map(|number| format!("n{number}")).collect::<Vec<_>>();
    let releases =
        namespaces.iter().flat_map(|namespace| ["db", "vault", "web"].map(|name| format!("{namespace}/{name}")));
    let releases = releases.collect::<Vec<_>>();
    real.seed(&releases.iter().map(String::as_str).collect::<Vec<_>>());
    let arguments = arguments(&applied("shardjob-strict"));
    let pods = (0..4).map(|index| start(&real, &arguments, index)).collect::<Vec<_>>();
    let reports = pods.into_iter().map(|pod| pod.finish().exits(0).json()).collect::<Vec<_>>();

    let mut gone = BTreeMap::<String, Vec<String>>::new();
    for (index, report) in (1..).zip(&reports) {
        let shard = format!("{index}/4");
        assert_eq!(report["shard"], shard);
        assert_eq!((&report["totals"]["failed"], &report["verified"]["state"]), (&json!(0), &json!("verified")));
        for release in purged(report) {
            let (namespace, _) = release.split_once('/').expect("namespace/name");
            let namespace = namespace.parse().expect("a legal name");
            assert!(shard.parse::<Shard>().expect("a shard").holds(&namespace), "{release} of {shard}");
            gone.entry(release).or_default().push(shard.clone());
        }
        let line = std::fs::read_to_string(real.program.folder().join(format!("termination-{}", index - 1)));
        let line: Value = serde_json::from_str(&line.expect("it was written")).expect("JSON");
        assert_eq!((&line["shard"], &line["exitCode"]), (&json!(shard), &json!(0)));
    }
    let expected = releases.iter().filter(|name| !name.ends_with("/vault")).map(|name| real.namespace(name));
    assert_eq!(gone.keys().cloned().collect::<BTreeSet<_>>(), expected.collect());
    assert!(gone.values().all(|shards| shards.len() == 1), "{gone:#?}");
    assert!(reports.iter().all(|report| !purged(report).is_empty()), "fourteen namespaces are enough for all four");
    let mut vaults = namespaces.iter().map(|namespace| format!("{namespace}/vault")).collect::<Vec<_>>();
    vaults.sort();
    assert_eq!(real.listed(), vaults);

    let leases = cluster().api().objects(LEASE, Some(home)).expect("Leases can be listed");
    let name = |lease: &Value| lease["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let mut names = leases.iter().map(name).collect::<Vec<_>>();
    names.sort();
    assert_eq!(
        names,
        (1..=4).map(|number| format!("helm-purge-shardjob-helm3.shard-{number}-of-4")).collect::<Vec<_>>()
    );
    assert!(leases.iter().all(|lease| lease["spec"]["holderIdentity"].is_null()), "{leases:#?}");
    let laptop = Real::new("shardjob", HelmVersion::Three);
    let runs = laptop.program.run(&format!("log -n {home} -o json")).exits(0).json();
    let shards = runs["runs"].as_array().expect("a list").iter().map(|run| run["shard"].to_string());
    assert_eq!(shards.collect::<BTreeSet<_>>().len(), 4, "{runs:#}");

    let again = start(&real, &arguments, 2).finish().exits(0).json();
    assert_eq!((&again["totals"]["planned"], &again["exitCode"]), (&json!(0), &json!(0)), "{again:#}");
    assert_eq!(real.listed(), vaults);
}
