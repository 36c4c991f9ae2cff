//! `cargo run -p packaging -- --out DIR`: the packages of a release, from binaries that are built here or finished.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use packaging::build::{Chance, build, chance, remedy};
use packaging::command_line::CommandLine;
use packaging::{Addresses, Binary, Error, Packages, Platform, Target, pack, repository};

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("packaging: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(line: CommandLine) -> Result<(), Error> {
    let mut binaries = Vec::new();
    for finished in &line.binaries {
        binaries.push(Binary::checked(finished.target.platform(), &finished.path)?);
    }
    // Before minutes are spent on a build.
    let targets = if line.targets.is_empty() && line.binaries.is_empty() { own_target()? } else { line.targets };
    let platforms = binaries.iter().map(|binary| binary.platform).chain(targets.iter().map(|target| target.platform()));
    let missing = missing(&platforms.collect::<Vec<_>>());
    if line.complete && !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    for target in targets {
        tell(&format!("building for {target} ..."));
        binaries.push(Binary::checked(target.platform(), &build(target, repository())?)?);
    }
    let addresses = Addresses { archives: line.url, homepage: line.homepage };
    let packages = pack(&binaries, repository(), &addresses, &line.out)?;
    show(&packages, &missing, &addresses);
    Ok(())
}

/// The release's own target of this machine's platform, or what stands in for it.
fn own_target() -> Result<Vec<Target>, Error> {
    let mut own = Target::ALL.into_iter().filter(|target| Platform::here() == Some(target.platform()));
    let first = own.next().ok_or(Error::Nothing)?;
    for target in std::iter::once(first).chain(own) {
        if chance(target)? == Chance::Good {
            return Ok(vec![target]);
        }
        tell(&format!("not built here: {target}: {}", remedy(target)));
    }
    Err(Error::CannotBuild { target: first, why: remedy(first) })
}

fn missing(platforms: &[Platform]) -> Vec<Platform> {
    Platform::ALL.into_iter().filter(|platform| !platforms.contains(platform)).collect()
}

fn show(packages: &Packages, missing: &[Platform], addresses: &Addresses) {
    let folder = packages.plugin.parent().unwrap_or(&packages.plugin);
    let archives = packages.platforms.iter().map(|archive| folder.join(&archive.name));
    let files = std::iter::once(packages.plugin.clone()).chain(archives);
    for path in files.chain([packages.manifest.clone(), packages.sums.clone()]) {
        tell(&format!("made {}", path.display()));
    }
    for platform in missing {
        tell(&format!("not packed: {platform}: there was no binary for it, and Helm says so where the plugin is used"));
    }
    if addresses.archives.is_none() {
        tell("without --url krew installs by `--manifest` together with `--archive` only");
    }
}

fn tell(text: &str) {
    // There is nobody left to tell where standard error is gone.
    let _ = writeln!(io::stderr(), "{text}");
}
