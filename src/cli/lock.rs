//! The lock of a policy, as clap wants it described. The doc comments are the help.

use clap::Args;

/// The lock of a policy.
#[derive(Debug, Args)]
pub struct LockArguments {
    /// Wait for a run that holds the lock of a policy, such as 10m; without it, such a run is exit code 6
    #[arg(id = "lock_wait", long = "lock-wait", value_name = "DURATION")]
    pub wait: Option<String>,
    /// Where the lock is kept, a Lease for each policy [default: the pod's namespace; outside a pod there is no lock]
    #[arg(id = "lock_namespace", long = "lock-namespace", value_name = "NAMESPACE")]
    pub namespace: Option<String>,
}
