//! The part of a purge that one of several processes does: which namespaces it has.
//!
//! The shard of a namespace depends only on its name and on the number of shards, and this must never change, because
//! processes of different versions may share a purge without asking each other.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use ring::digest::{SHA256, digest};

use crate::release::Namespace;
use crate::sanitize::quoted;

/// One of several parts, written `3/16`: the third of sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    number: NonZeroU32,
    of: NonZeroU32,
}

/// The value of `--shard`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardFlag {
    /// `3/16`.
    Shard(Shard),
    /// `auto/16`: the number is that of the pod of an Indexed Job.
    Auto(NonZeroU32),
}

impl Shard {
    /// The shard of a pod of an Indexed Job, which counts from 0.
    ///
    /// # Errors
    /// If there are not so many.
    pub fn of_index(index: u32, of: NonZeroU32) -> Result<Self, String> {
        Self::at(u64::from(index) + 1, of)
    }

    fn at(number: u64, of: NonZeroU32) -> Result<Self, String> {
        let existing = u32::try_from(number).ok().and_then(NonZeroU32::new).filter(|number| *number <= of);
        let beyond = || format!("there is no shard {number} of {of}");
        existing.map(|number| Self { number, of }).ok_or_else(beyond)
    }

    /// Which one, counted from 1.
    pub fn number(self) -> NonZeroU32 {
        self.number
    }

    /// Of how many.
    pub fn of(self) -> NonZeroU32 {
        self.of
    }

    /// Whether it also has the releases whose namespace is not known.
    pub fn is_first(self) -> bool {
        self.number == NonZeroU32::MIN
    }

    /// Whether a namespace is in it. The first eight bytes of the SHA-256 of its name, the most significant first, modulo
    /// the number of shards, are the index of its shard.
    pub fn holds(self, namespace: &Namespace) -> bool {
        let mut first = [0; 8];
        first.copy_from_slice(&digest(&SHA256, namespace.as_str().as_bytes()).as_ref()[..8]);
        let place = u64::from_be_bytes(first) % u64::from(self.of.get());
        place + 1 == u64::from(self.number.get())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || format!("{} is not a valid shard: write it as 3/16, counted from 1, or as auto/16", quoted(text));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let parts = text.split_once('/').filter(|(number, of)| is_number(number) && is_number(of));
        let (number, of) = parts.ok_or_else(form)?;
        let (number, of) = (number.parse::<NonZeroU32>(), of.parse().map_err(|_| form())?);
        Self::at(number.map_err(|_| form())?.get().into(), of)
    }
}

impl FromStr for ShardFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let auto = text.strip_prefix("auto/").filter(|of| of.bytes().all(|byte| byte.is_ascii_digit()));
        match auto.and_then(|of| of.parse().ok()) {
            Some(of) => Ok(Self::Auto(of)),
            None => text.parse().map(Self::Shard),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(of: u32) -> Vec<Shard> {
        let of = NonZeroU32::new(of).expect("some");
        (0..of.get()).map(|index| Shard::of_index(index, of).expect("there are so many")).collect()
    }

    fn of(namespace: &str, shards: u32) -> u32 {
        let namespace = namespace.parse().expect("a legal name");
        let holds = all(shards).into_iter().filter(|shard| shard.holds(&namespace)).collect::<Vec<_>>();
        assert_eq!(holds.len(), 1, "{namespace} of {shards}");
        holds[0].number().get()
    }

    /// `printf %s NAMESPACE | sha256sum` says the same.
    #[test]
    fn which_shard_a_namespace_is_in_is_fixed_for_ever() {
        for (namespace, shards, expected) in [
            ("dev-alice", 1, 1),
            ("dev-alice", 3, 2),
            ("dev-alice", 16, 2),
            ("dev-alice", 64, 34),
            ("dev-bob", 16, 15),
            ("dev-bob", 1000, 159),
            ("dev-carol", 16, 10),
            ("dev-carol", 1000, 298),
            ("pr-1", 1, 1),
            ("pr-1", 3, 2),
            ("pr-1", 16, 11),
            ("pr-1", 64, 43),
            ("pr-4711", 16, 13),
            ("pr-4711", 1000, 773),
            ("a", 16, 11),
            ("a", 1000, 251),
        ] {
            assert_eq!(of(namespace, shards), expected, "{namespace} of {shards}");
        }
    }

    #[test]
    fn a_shard_is_written_with_its_number_from_one_and_of_how_many() {
        let shard = "3/16".parse::<Shard>().expect("a shard");
        assert_eq!((shard.number().get(), shard.of().get(), shard.to_string().as_str()), (3, 16, "3/16"));
        assert_eq!(NonZeroU32::new(16).map(|of| Shard::of_index(2, of)), Some(Ok(shard)));
        for wrong in ["", "3", "0/16", "3/0", "-1/16", "+3/16", "3/16/2", "a/b", "3 /16", "99999999999/16"] {
            let says = format!("`{wrong}` is not a valid shard: write it as 3/16, counted from 1, or as auto/16");
            assert_eq!(wrong.parse::<Shard>(), Err(says));
        }
        let last = NonZeroU32::new(16).expect("some");
        assert_eq!("17/16".parse::<Shard>(), Err("there is no shard 17 of 16".to_owned()));
        assert_eq!(Shard::of_index(16, last), Err("there is no shard 17 of 16".to_owned()));
        let beyond = "there is no shard 4294967296 of 4294967295".to_owned();
        assert_eq!(Shard::of_index(u32::MAX, NonZeroU32::MAX), Err(beyond));
    }

    proptest! {
        #[test]
        fn every_namespace_is_in_exactly_one_shard_however_many_there_are(
            name in "[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?", shards in 1..200_u32
        ) {
            let namespace = name.parse::<Namespace>().expect("a legal name");
            prop_assert_eq!(all(shards).into_iter().filter(|shard| shard.holds(&namespace)).count(), 1);
        }
    }
}
