//! The schedule under a simulation, without threads, clock or helm.

mod breaker;
mod failing;
mod properties;
mod simulation;
