//! What whole policies are read as, and what is wrong with them.

mod arbitrary_test;
mod checker;
mod forms_test;
mod golden_test;
mod matching_test;
pub(super) mod random;
mod reference_test;
mod robustness_test;
mod schema_test;
