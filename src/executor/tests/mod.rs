//! The executor with stand-ins for helm and the cluster: what the real ones do not do on demand.

mod deadline;
mod journal;
mod outcomes;
mod phases;
mod recheck;
mod retries;
mod scene;
