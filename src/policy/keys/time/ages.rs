//! `minAge`, `pendingGrace` and `optOut`: ages that count for the whole policy.

use std::time::Duration;

use crate::location::Spanned;
use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::ErrorReported;

/// A pending release younger than this is somebody's install, where the policy does not say.
const PENDING_GRACE: Duration = Duration::from_hours(1);

/// What was deployed more recently than this stays.
pub(in crate::policy::keys) fn read_min_age(
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<Option<Spanned<Duration>>, ErrorReported> {
    fields.optional("minAge", reader, age)
}

/// A pending release is stuck once it has been so for longer than this.
pub(in crate::policy::keys) fn read_pending_grace(
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<Duration, ErrorReported> {
    let grace = fields.optional("pendingGrace", reader, |slot, reader| slot.age(reader))?;
    Ok(grace.unwrap_or(PENDING_GRACE))
}

/// An opt-out for longer than this is shown at the top of every plan.
pub(in crate::policy::keys) fn read_opt_out_max(
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<Option<Spanned<Duration>>, ErrorReported> {
    fields
        .optional("optOut", reader, |slot, reader| slot.fields(&schema::OPT_OUT, reader)?.required("max", reader, age))
}

fn age(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Spanned<Duration>, ErrorReported> {
    Ok(Spanned { value: slot.age(reader)?, place: reader.place(slot.span()) })
}
