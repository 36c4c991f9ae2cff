//! The integration tests: the real binary, against a fake helm where things have to be exact, and against a
//! real cluster with real helm for everything that touches Helm.
//!
//! One binary, one module for each theme; the first line of a module says what belongs there.

mod support;

mod as_planned;
mod batches;
mod cases;
mod command_line;
mod completion;
mod connections;
mod deadline;
mod deadlines;
mod documents;
mod draining;
mod engine;
mod executor;
mod exhaustion;
mod fake_run;
mod faults;
mod faults_on_a_cluster;
mod first_process;
mod guards;
mod hostile;
mod in_a_cluster;
mod in_pods;
mod indexed_job;
mod init;
mod installation;
mod inventory;
mod journal;
mod keep;
mod known_kinds;
mod load;
mod lock;
mod logs;
mod manners;
mod meanwhile;
mod morning;
mod on_a_terminal;
mod operators;
mod opted_out;
mod order;
mod phases;
mod pinned;
mod plugin;
mod promises;
mod protection;
mod reach;
mod real_batches;
mod real_faults;
mod real_purge;
mod recording;
mod reports;
mod restore;
mod retries;
mod rights;
mod samples;
mod saved_plan;
mod screens;
mod shards;
mod signals;
mod streams;
mod taking_back;
mod undo;
mod validate;
