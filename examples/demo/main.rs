//! Shows helm-purge on a real cluster that is made for this and thrown away.
//!
//! ```text
//! cargo run --release --example demo              the whole story, then everything is gone
//! cargo run --release --example demo -- --keep    a cluster with releases, to try things by hand
//! ```

mod cast;
mod house;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use house::House;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let told = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => story(),
        ["--keep"] => keep(),
        _ => Err("this takes nothing, or --keep".into()),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("demo: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Install, loop, plan, purge, compare; and the next morning.
fn story() -> Result<()> {
    let house = House::open()?;
    title("Three well-known charts in `default`, and a few more in the namespaces of developers");
    house.fill()?;
    house.helm(&["list", "--all-namespaces", "--max", "8"])?;
    say("… and so on");
    title("The policy: which cluster, which namespaces, what stays, and that it can be brought back");
    say(&house.policy()?);
    let names = house.planned()?;
    title("What people do today: a loop over `helm uninstall` (and then all of it is installed again)");
    let looped = timed(|| house.uninstall_one_by_one(&names))?;
    house.fill_again()?;
    title("$ helm-purge plan -n dev-alice   (one namespace in scope; a plan changes nothing)");
    house.purge(&["plan", "-f", "policy.yaml", "-n", "dev-alice"])?;
    title("$ helm-purge run   (the whole plan, then a question; here --confirm answers it)");
    let purged = timed(|| house.purge(&["run", "-f", "policy.yaml", "--confirm", "throwaway"]))?;
    title("What is left, in every namespace");
    house.helm(&["list", "--all-namespaces"])?;
    compare(names.len(), purged, looped);
    title("The next morning: $ helm-purge restore   (what the last run has removed; --confirm answers the question)");
    house.purge(&["restore", "-f", "policy.yaml", "--confirm", "throwaway"])?;
    title("And the releases are back");
    house.helm(&["list", "--all-namespaces"])?;
    Ok(())
}

/// A cluster with releases, for as long as somebody wants it.
fn keep() -> Result<()> {
    let house = House::open()?;
    title("Installing");
    house.fill()?;
    title("The cluster is yours");
    say(&house.way_in()?);
    say("\nEnter, or Ctrl-C, ends it.");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed())
}

/// The whole command, with its lists before and after, against a loop that checks nothing.
fn compare(releases: usize, purged: Duration, looped: Duration) {
    let (purged, looped) = (purged.as_secs_f64(), looped.as_secs_f64());
    title("How long it took");
    say(&format!(
        "  {releases} releases with helm-purge   {purged:.1} s   listed, planned, purged, and verified by a second list"
    ));
    say(&format!(
        "  {releases} releases with a loop       {looped:.1} s   one `helm uninstall` after the other, nothing else"
    ));
    say(&format!(
        "  helm-purge took {:.0} percent of the loop's time, in this one run on this machine",
        100.0 * purged / looped
    ));
    say("  the API server is on this very machine here; the farther away it is, the more a pool gains");
}

fn title(text: &str) {
    say(&format!("\n== {text}\n"));
}

fn say(text: &str) {
    // A reader that is gone ends the demo at its next step.
    let _ = writeln!(io::stdout(), "{text}");
}
