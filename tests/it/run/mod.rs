//! `run`: whole purges, with the fake helm where calls have to be exact, and on the real cluster.

mod cluster_batches;
mod cluster_clocks;
mod cluster_deployed_meanwhile;
mod cluster_faults;
mod cluster_load;
mod cluster_lock;
mod cluster_operators;
mod cluster_opted_out_meanwhile;
mod cluster_purge;
mod cluster_saved_plan;
mod fake_batches;
mod fake_calls;
mod fake_deadline;
mod fake_draining;
mod fake_exhaustion;
mod fake_faults;
mod fake_first_process;
mod fake_guards;
mod fake_load;
mod fake_retries;
mod fake_saved_plan;
mod fake_signals;
mod fake_timeouts;
mod meanwhile;
