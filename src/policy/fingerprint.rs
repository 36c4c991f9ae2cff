//! What tells a file from every other: which policy was in force can be said long afterwards.

use std::fmt::{self, Write as _};

use ring::digest::{SHA256, digest};

/// The SHA-256 of a file's bytes in hexadecimal digits, as `sha256sum` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut digits = String::new();
        for byte in digest(&SHA256, bytes).as_ref() {
            write!(digits, "{byte:02x}").expect("a String takes all text");
        }
        Self(digits)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_sha256sum_prints() {
        let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Fingerprint::of(b"").to_string(), of_nothing);
    }
}
