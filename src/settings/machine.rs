//! The machine this runs on.

/// What the machine calls itself; in a pod that is the pod's name. Foreign text, and nothing depends on it.
pub(super) fn machine_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
