//! What people write themselves: list the releases, and uninstall each, one by one or from a pool of threads; in the
//! morning, install each from a chart on the disk.
//!
//! Must not be better than those scripts are, nor worse: it asks helm for all releases, also past the 256th.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use threadpool::ThreadPool;

use crate::fault::Fault;

/// `words`: the number of threads; to install, also a file with a namespace and a name on each line, and a chart.
pub(crate) fn run(words: &[OsString]) -> Result<(), Fault> {
    let threads = words.first().and_then(|word| word.to_str()).and_then(|word| word.parse().ok());
    let threads = threads.ok_or_else(|| Fault::new("a script needs a number of threads"))?;
    match words {
        [_, list, chart] => each(threads, listed(Path::new(list))?, |namespace, name| install(chart, namespace, name)),
        _ => each(threads, releases()?, uninstall),
    }
}

fn uninstall(namespace: &str, name: &str) -> Command {
    let mut helm = Command::new("helm");
    helm.args(["uninstall", name, "--namespace", namespace]);
    helm
}

/// Without pods: what they cost is no helm's matter.
fn install(chart: &OsString, namespace: &str, name: &str) -> Command {
    let mut helm = Command::new("helm");
    helm.args(["upgrade", "--install", name]).arg(chart);
    helm.args(["--namespace", namespace, "--create-namespace", "--set", "replicas=0"]);
    helm
}

fn each(threads: usize, releases: Vec<(String, String)>, helm: impl Fn(&str, &str) -> Command) -> Result<(), Fault> {
    let pool = ThreadPool::new(threads);
    let failed = Arc::new(AtomicU32::new(0));
    for (namespace, name) in releases {
        let (failed, mut helm) = (Arc::clone(&failed), helm(&namespace, &name));
        pool.execute(move || {
            if !helm.status().is_ok_and(|exit| exit.success()) {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    pool.join();
    match failed.load(Ordering::Relaxed) {
        0 => Ok(()),
        failed => Err(Fault::new(format!("helm failed for {failed} releases"))),
    }
}

fn listed(list: &Path) -> Result<Vec<(String, String)>, Fault> {
    let text = fs::read_to_string(list).map_err(Fault::file("read", list))?;
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs.map(|(namespace, name)| (namespace.to_owned(), name.to_owned())).collect())
}

fn releases() -> Result<Vec<(String, String)>, Fault> {
    let arguments = ["list", "--all-namespaces", "--max", "0", "--output", "json"];
    let listed = Command::new("helm").args(arguments).output();
    let listed = listed.map_err(|it| Fault::new(format!("helm can't be started: {it}")))?;
    let releases: Vec<serde_json::Value> = serde_json::from_slice(&listed.stdout)
        .map_err(|it| Fault::new(format!("{it}: {}", String::from_utf8_lossy(&listed.stderr))))?;
    let text = |release: &serde_json::Value, key: &str| release[key].as_str().unwrap_or_default().to_owned();
    Ok(releases.iter().map(|release| (text(release, "namespace"), text(release, "name"))).collect())
}
