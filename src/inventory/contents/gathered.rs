//! What has been read so far, of many releases.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Contents, in_short};
use crate::release::{Content, ObjectKinds, Release};

/// Contents as they come in. What is the same for many is there once.
#[derive(Debug, Default)]
pub(in crate::inventory) struct GatheredContents {
    contents: Contents,
    kinds: BTreeSet<Arc<ObjectKinds>>,
}

impl GatheredContents {
    /// Adds what a release holds, or why that cannot be told.
    pub(in crate::inventory) fn add(&mut self, release: &Release, content: Result<Content, String>) {
        let content = content.map(|content| Content { kinds: self.shared(content.kinds), ..content });
        self.contents.insert(release.id.clone(), content.map_err(|why| in_short(&why)));
    }

    /// All of them.
    pub(in crate::inventory) fn into_contents(self) -> Contents {
        self.contents
    }

    fn shared(&mut self, kinds: Arc<ObjectKinds>) -> Arc<ObjectKinds> {
        if let Some(known) = self.kinds.get(&kinds) {
            return Arc::clone(known);
        }
        self.kinds.insert(Arc::clone(&kinds));
        kinds
    }
}
