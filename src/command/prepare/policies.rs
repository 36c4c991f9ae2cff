//! The policies of a command.

use std::path::PathBuf;

use crate::command::CommandError;
use crate::policy::{Policy, PolicySet};

/// The policy's file where none is named.
const USUAL_FILE: &str = "helm-purge.yaml";

/// Reads the policies that were named, or the usual one.
pub(in crate::command) fn read_policies(files: &[PathBuf]) -> Result<PolicySet, CommandError> {
    let usual = [PathBuf::from(USUAL_FILE)];
    let files = if files.is_empty() { &usual } else { files };
    let policies = Policy::read_all(files).map_err(CommandError::PolicySet)?;
    PolicySet::new(policies).ok_or_else(|| CommandError::internal("no policy was read".to_owned()))
}
