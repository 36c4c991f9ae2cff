//! `helm purge test`: policies tried on cases.

mod cases;
