//! Is it still the same release?

use std::fmt::Display;

use super::{Known, Release};

impl Release {
    /// What differs between this release and what the cluster says of it now, where anything does.
    ///
    /// A release that was uninstalled and installed again has the same name and often the same revision; the
    /// time of its deployment tells them apart.
    pub fn difference(&self, now: &Release) -> Option<String> {
        let state = |release: &Release| format!("revision {}, {}", release.revision, release.status);
        if (self.revision, self.status) != (now.revision, now.status) {
            return Some(format!("now {}; was {}", state(now), state(self)));
        }
        if self.updated != now.updated {
            return Some(format!("deployed again at {}; was {}", shown(&now.updated), shown(&self.updated)));
        }
        (self.chart != now.chart).then(|| format!("now chart {}; was {}", shown(&now.chart), shown(&self.chart)))
    }
}

fn shown<T: Display>(value: &Known<T>) -> String {
    value.as_known().map_or_else(|| "unknown".to_owned(), ToString::to_string)
}
