//! `reason`: why something stays, in a person's words.

use crate::policy::decode::{Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};

/// In characters: it is shown in a column of the plan.
const LONGEST: usize = 200;

/// Reads a reason. Hidden characters were refused with the document; what is left are line breaks.
pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<String, ErrorReported> {
    let scalar = slot.text(reader)?;
    // A folded block (`>`) ends with a line break of its own.
    let reason = scalar.text.trim();
    let count = reason.chars().count();
    if count == 0 {
        return reader.refuse(Diagnostic::at(scalar.content(), "an empty reason").label("say why, or remove `reason`"));
    }
    if count > LONGEST {
        let fault = Diagnostic::at(scalar.content(), format!("a reason of {count} characters"));
        return reader.refuse(fault.label(format!("the longest has {LONGEST}")));
    }
    if reason.contains(['\n', '\t']) {
        let fault = Diagnostic::at(scalar.content(), "a reason with a line break or a tab in it");
        return reader.refuse(fault.label("a reason is one line; `reason: >` folds several into one"));
    }
    Ok(reason.to_owned())
}
