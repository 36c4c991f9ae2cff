//! `retries`: how often a release is tried again.

use crate::policy::decode::{Fields, Reader};
use crate::policy::fault::ErrorReported;

/// A number of retries, 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retries(u8);

impl Retries {
    /// The most there can be. With each one longer waits come; what does not work after ten will not.
    pub const MOST: u8 = 10;

    /// As many as this, where there can be so many.
    pub fn new(number: u32) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| *number <= Self::MOST).map(Self)
    }

    /// How many.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Retries {
    fn default() -> Self {
        Self(3)
    }
}

/// Reads `retries`.
pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Option<Retries>, ErrorReported> {
    let number =
        fields.optional("retries", reader, |slot, reader| slot.number(0..=u32::from(Retries::MOST), reader))?;
    Ok(number.map(|number| Retries::new(number).expect("the number was checked to be one of retries")))
}
