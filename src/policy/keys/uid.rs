//! A cluster's identity: the UID of its namespace kube-system.

use std::fmt;

use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::sanitize::quoted;

/// A UUID, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uid(String);

impl Uid {
    pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Self, ErrorReported> {
        let scalar = slot.text(reader)?;
        if is_uuid(&scalar.text) {
            return Ok(Self(scalar.text.to_ascii_lowercase()));
        }
        let fault = Diagnostic::at(scalar.content(), format!("{} is no UID", quoted(&scalar.text)));
        reader.refuse(
            fault
                .label("write the UID of the namespace kube-system")
                .hint("`kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints it"),
        )
    }

    /// Whether this is the same UID.
    pub fn is(&self, uid: &str) -> bool {
        self.0.eq_ignore_ascii_case(uid)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').collect::<Vec<_>>();
    let lengths = groups.iter().map(|group| group.len()).collect::<Vec<_>>();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
