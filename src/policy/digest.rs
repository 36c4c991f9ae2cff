//! What identifies a text: the SHA-256 of its bytes, as `sha256sum` prints it.

use std::fmt;
use std::str::FromStr;

use ring::digest::SHA256;

const LENGTH: usize = 32;

/// The SHA-256 of some bytes, written as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; LENGTH]);

/// A text that is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a valid SHA-256, which has 64 hexadecimal digits", crate::sanitize::quoted(.0))]
pub struct DigestError(String);

/// The digest of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut found = [0; LENGTH];
    found.copy_from_slice(ring::digest::digest(&SHA256, bytes).as_ref());
    Digest(found)
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let byte = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let bytes = (0..text.len()).step_by(2).map(byte).collect::<Option<Vec<_>>>();
        let digest = bytes.and_then(|bytes| bytes.try_into().ok()).map(Self);
        // Upper-case digits and signs are read as numbers, too.
        digest.filter(|digest| digest.to_string() == text).ok_or_else(|| DigestError(text.to_owned()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_other_programs_write_it_and_read_back() {
        // FIPS 180-2, B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = sha256(b"abc");
        assert_eq!((digest.to_string().as_str(), known.parse()), (known, Ok(digest)));
        assert_ne!(sha256(b"abd"), digest);
    }

    #[test]
    fn whatever_else_is_no_digest() {
        let long = "a".repeat(65);
        let upper = "A".repeat(64);
        let wide = "é".repeat(32);
        let (long_shown, upper_shown) = (format!("{}…", &long[..60]), format!("{}…", &upper[..60]));
        for (text, shown) in [
            ("", ""),
            ("abc", "abc"),
            (&long, &long_shown),
            (&upper, &upper_shown),
            (&wide, &wide),
            (&long[..63], &long_shown),
        ] {
            let error = text.parse::<Digest>().expect_err(text).to_string();
            assert_eq!(error, format!("`{shown}` is not a valid SHA-256, which has 64 hexadecimal digits"));
        }
    }
}
