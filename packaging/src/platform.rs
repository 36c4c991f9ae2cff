//! What a release is made for: the one list that archives, manifests and the release's workflow go by.
//!
//! Must not know how anything is built or packed.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// An operating system on a kind of machine, in Go's words: those of Helm, kubectl and krew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// macOS on Intel.
    DarwinAmd64,
    /// macOS on Apple's own.
    DarwinArm64,
    /// Linux on x86-64.
    LinuxAmd64,
    /// Linux on 64-bit Arm.
    LinuxArm64,
}

impl Platform {
    /// All that a release has, in the order of their names.
    pub const ALL: [Self; 4] = [Self::DarwinAmd64, Self::DarwinArm64, Self::LinuxAmd64, Self::LinuxArm64];

    /// Go's name of the operating system.
    #[must_use]
    pub const fn os(self) -> &'static str {
        match self {
            Self::DarwinAmd64 | Self::DarwinArm64 => "darwin",
            Self::LinuxAmd64 | Self::LinuxArm64 => "linux",
        }
    }

    /// Go's name of the machine.
    #[must_use]
    pub const fn arch(self) -> &'static str {
        match self {
            Self::DarwinAmd64 | Self::LinuxAmd64 => "amd64",
            Self::DarwinArm64 | Self::LinuxArm64 => "arm64",
        }
    }

    /// The one that this program runs on, where it is one of them.
    #[must_use]
    pub fn here() -> Option<Self> {
        let os = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        Self::ALL.into_iter().find(|platform| (platform.os(), platform.arch()) == (os, arch))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.os(), self.arch())
    }
}

/// What Rust builds a platform's binary for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    triple: &'static str,
    platform: Platform,
    purpose: Purpose,
}

/// Where a target's binaries are meant to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Into a release.
    Release,
    /// Into archives for oneself, where the release's own target is not installed: glibc, linked statically.
    StandIn,
}

impl Target {
    /// All that are known; of each platform the release's own first.
    pub const ALL: [Self; 6] = [
        Self::new("x86_64-apple-darwin", Platform::DarwinAmd64, Purpose::Release),
        Self::new("aarch64-apple-darwin", Platform::DarwinArm64, Purpose::Release),
        Self::new("x86_64-unknown-linux-musl", Platform::LinuxAmd64, Purpose::Release),
        Self::new("x86_64-unknown-linux-gnu", Platform::LinuxAmd64, Purpose::StandIn),
        Self::new("aarch64-unknown-linux-musl", Platform::LinuxArm64, Purpose::Release),
        Self::new("aarch64-unknown-linux-gnu", Platform::LinuxArm64, Purpose::StandIn),
    ];

    const fn new(triple: &'static str, platform: Platform, purpose: Purpose) -> Self {
        Self { triple, platform, purpose }
    }

    /// Those of a release, one for each platform.
    pub fn of_a_release() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|target| target.purpose == Purpose::Release)
    }

    /// Rust's name for it.
    #[must_use]
    pub const fn triple(self) -> &'static str {
        self.triple
    }

    /// What its binaries run on.
    #[must_use]
    pub const fn platform(self) -> Platform {
        self.platform
    }

    /// Whether linking statically has to be asked for.
    #[must_use]
    pub fn is_static_only_when_told(self) -> bool {
        self.triple.ends_with("-linux-gnu")
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|target| target.triple == text);
        let unknown = || if text.contains("windows") { Error::Windows } else { Error::UnknownTarget(text.to_owned()) };
        known.ok_or_else(unknown)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.triple)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_one_target_for_each_platform() {
        assert_eq!(Target::of_a_release().map(Target::platform).collect::<Vec<_>>(), Platform::ALL);
    }

    #[test]
    fn for_windows_it_says_where_the_program_does_run() {
        let error = "x86_64-pc-windows-msvc".parse::<Target>().expect_err("there is none for Windows").to_string();
        assert!(error.contains("not run on Windows") && error.contains("WSL 2"), "{error}");
    }

    #[test]
    fn another_target_is_refused_with_those_that_are_known() {
        let error = "riscv64gc-unknown-linux-gnu".parse::<Target>().expect_err("nobody packs for it").to_string();
        assert!(error.contains("aarch64-unknown-linux-musl"), "{error}");
    }
}
