//! This host: where a process is at home.

/// What the host calls itself; a pod's name, in a pod.
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
