//! What people write themselves: list the releases, and uninstall each, one by one or from a pool of threads.
//!
//! Must not be better than those scripts are, nor worse: it asks helm for all releases, also past the 256th.

use std::ffi::OsString;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use threadpool::ThreadPool;

use crate::fault::Fault;

/// `words` is the number of threads.
pub(crate) fn run(words: &[OsString]) -> Result<(), Fault> {
    let threads = words.first().and_then(|word| word.to_str()).and_then(|word| word.parse().ok());
    let threads = threads.ok_or_else(|| Fault::new("a script needs a number of threads"))?;
    let pool = ThreadPool::new(threads);
    let failed = Arc::new(AtomicU32::new(0));
    for (namespace, name) in releases()? {
        let failed = Arc::clone(&failed);
        pool.execute(move || {
            let ended = Command::new("helm").args(["uninstall", &name, "--namespace", &namespace]).status();
            if !ended.is_ok_and(|exit| exit.success()) {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    pool.join();
    match failed.load(Ordering::Relaxed) {
        0 => Ok(()),
        failed => Err(Fault::new(format!("{failed} releases could not be uninstalled"))),
    }
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
