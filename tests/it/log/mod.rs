//! `log`, and the journals that it reads.

mod cluster_journals_in_pods;
mod fake_journals;
