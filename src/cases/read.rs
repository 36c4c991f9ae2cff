//! From a `case.yaml` to a case, or to all that is wrong with it.

use std::path::Path;

use super::expected::{self, Expectation};
use super::given::{self, Given};
use super::schema;
use crate::policy::decode::{EmptyList, Reader, Slot};
use crate::policy::document::Node;
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::{PolicyErrors, bytes_of_file, read_document};

/// A case that was understood completely.
#[derive(Debug, Clone)]
pub struct Case {
    /// The policies it names, as paths from its folder; nothing where it takes those beside it.
    pub policies: Option<Vec<String>>,
    /// What is there.
    pub given: Given,
    /// What has to come of it.
    pub expected: Expectation,
}

impl Case {
    /// Reads a case. `name` is what places and messages call the file.
    ///
    /// # Errors
    /// All faults of the file; there is at least one.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, PolicyErrors> {
        read_document(name, bytes, &schema::LEVELS, read)
    }

    /// Reads the case in a file.
    ///
    /// # Errors
    /// All faults of the file, or why it cannot be read.
    pub fn read_file(path: &Path) -> Result<Self, PolicyErrors> {
        Self::read(&path.display().to_string(), &bytes_of_file(path)?)
    }
}

/// Reads all keys before it gives up on any, so that all faults are found.
fn read(root: &Node, reader: &mut Reader<'_>) -> Result<Case, ErrorReported> {
    let releases = schema::TOP.key("releases").expect("it is one of the keys of the top level");
    let document = Slot::of_document_called("a case", releases, root);
    let mut fields = document.fields(&schema::TOP, reader)?;
    let policies = fields.optional("policies", reader, |slot, reader| slot.each(EmptyList::Refused, reader, policy));
    let (given, ids) = given::read(&mut fields, reader);
    let expected = expected::read(&mut fields, ids.as_deref(), reader);
    fields.complete()?;
    Ok(Case { policies: policies?, given: given?, expected: expected? })
}

fn policy(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<String, ErrorReported> {
    let path = slot.text(reader)?;
    match path.text.as_str() {
        "" | "-" => {
            let fault = Diagnostic::at(slot.span(), "this names no file");
            reader.refuse(fault.label("write a path from here to a policy, or to a folder of policies"))
        }
        path => Ok(path.to_owned()),
    }
}
