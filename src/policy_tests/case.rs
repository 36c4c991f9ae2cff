//! From a `case.yaml` to a case, or to all that is wrong with it.

use std::path::Path;

use super::expected::{self, Expectation};
use super::given::{self, GivenState};
use super::schema;
use crate::policy::decode::{Decoded, Decoder, Example, Field};
use crate::policy::yaml::Node;
use crate::policy::{PolicyErrors, read_document, read_file};

/// A case that was understood completely.
#[derive(Debug, Clone)]
pub(crate) struct PolicyTest {
    /// The policies it names, as paths from its folder; nothing where it takes those beside it.
    pub(crate) policies: Option<Vec<String>>,
    /// What is there.
    pub(crate) given: GivenState,
    /// What has to come of it.
    pub(crate) expected: Expectation,
}

impl PolicyTest {
    /// Reads a case. `name` is what places and messages call the file.
    ///
    /// # Errors
    /// All faults of the file; there is at least one.
    pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Self, PolicyErrors> {
        read_document(name, bytes, &schema::SECTIONS, read).map(|(case, _)| case)
    }

    /// Reads the case in a file.
    ///
    /// # Errors
    /// All faults of the file, or why it cannot be read.
    pub(crate) fn read_file(path: &Path) -> Result<Self, PolicyErrors> {
        Self::read(&path.display().to_string(), &read_file(path)?)
    }
}

/// Reads all keys before it gives up on any, so that all faults are found.
fn read(root: &Node, decoder: &Decoder<'_>) -> Decoded<PolicyTest> {
    let releases = schema::TOP.key("releases").expect("it is one of the keys of the top level");
    let document = Field::root("a case", Example::Of(releases), &schema::CASE, root, decoder);
    let fields = document.section()?;
    let policies = fields.optional("policies", |field| field.each(policy));
    let (given, ids) = given::read(&fields);
    let expected = expected::read(&fields, ids.as_deref());
    fields.complete()?;
    Ok(PolicyTest { policies: policies?, given: given?, expected: expected? })
}

fn policy(field: &Field<'_>) -> Decoded<String> {
    let path = field.text()?;
    match path.text.as_str() {
        "" | "-" => {
            field.refuse("this names no file", "write a path from here to a policy, or to a folder of policies")
        }
        path => Ok(path.to_owned()),
    }
}
