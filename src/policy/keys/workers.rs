//! `workers`: how many helm processes run at the same time.

use crate::policy::decode::{Fields, Reader};
use crate::policy::fault::ErrorReported;

/// A number of workers, 1 to 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workers(u8);

impl Workers {
    /// The most there can be.
    pub const MOST: u8 = 64;

    /// As many as this, where there can be so many.
    pub fn new(number: u32) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| (1..=Self::MOST).contains(number)).map(Self)
    }

    /// How many.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Workers {
    /// Never the CPU count: the work waits on the API server.
    fn default() -> Self {
        Self(16)
    }
}

/// Reads `workers`, of the policy or of a rule.
pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Option<Workers>, ErrorReported> {
    let number =
        fields.optional("workers", reader, |slot, reader| slot.number(1..=u32::from(Workers::MOST), reader))?;
    Ok(number.map(|number| Workers::new(number).expect("the number was checked to be one of workers")))
}
