//! What whole policies are read as, and what is wrong with them.

mod arbitrary_test;
mod forms_test;
mod golden_test;
mod json_checker;
mod json_schema_test;
mod matching_test;
pub(super) mod random;
mod reference_test;
mod robustness_test;
