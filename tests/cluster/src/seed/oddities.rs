//! Records that no Helm would write: forged, damaged, or with words in them that nobody can read.
//!
//! Must not hold what a healthy release can have: that is in `release`.

use super::damage::Damage;
use super::release::{Payload, SeededRelease};

impl SeededRelease {
    /// Takes a label away from the record: `version`, for example, or `owner`, without which Helm does not see it.
    #[must_use]
    pub fn without_label(mut self, key: &str) -> Self {
        self.labels.insert(key.to_owned(), None);
        self
    }

    /// Adds text to the manifest as it is: any YAML, or none at all. What it names is not created.
    #[must_use]
    pub fn manifest(mut self, words: &str) -> Self {
        self.words.push_str(words);
        self
    }

    /// A forged name inside the record, legal or not; the record's own name and labels stay as they are.
    #[must_use]
    pub fn payload_name(mut self, forged: &str) -> Self {
        if let Payload::Release { name, .. } = &mut self.payload {
            forged.clone_into(name);
        }
        self
    }

    /// A forged namespace inside the record: it claims to belong elsewhere.
    #[must_use]
    pub fn payload_namespace(mut self, forged: &str) -> Self {
        if let Payload::Release { namespace, .. } = &mut self.payload {
            forged.clone_into(namespace);
        }
        self
    }

    /// A record whose payload is no release at all.
    #[must_use]
    pub fn undecodable(self) -> Self {
        self.damaged(Damage::NotBase64)
    }

    /// A record whose payload is damaged in this way.
    #[must_use]
    pub fn damaged(mut self, damage: Damage) -> Self {
        self.payload = Payload::Damaged(damage);
        self
    }
}
