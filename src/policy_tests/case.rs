//! From a `case.yaml` to a test, or to all its errors.

use std::path::Path;

use super::expected::{self, Expectation};
use super::given::{self, GivenState};
use super::schema;
use crate::policy::decode::{Decoded, Decoder, Example, Field};
use crate::policy::yaml::Node;
use crate::policy::{PolicyErrors, read_document, read_file};

/// A valid test.
#[derive(Debug, Clone)]
pub(crate) struct PolicyTest {
    /// The policies it names, as paths from its folder; `None` for those beside it.
    pub(crate) policies: Option<Vec<String>>,
    pub(crate) given: GivenState,
    pub(crate) expected: Expectation,
}

impl PolicyTest {
    /// Reads the test in a file.
    ///
    /// # Errors
    /// All errors of the file, or why it cannot be read.
    pub(crate) fn read_file(path: &Path) -> Result<Self, PolicyErrors> {
        read_document(&path.display().to_string(), &read_file(path)?, &schema::SECTIONS, read).map(|(case, _)| case)
    }
}

/// Reads all keys before any error ends the reading, so that all errors are found.
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
