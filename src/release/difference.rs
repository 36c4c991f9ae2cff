//! Is it still the same release?

use std::fmt::Display;

use super::{Known, Release, Status};

impl Release {
    /// What differs between this release and what the cluster says of it now, where anything does.
    ///
    /// A release that was uninstalled and installed again has the same name and often the same revision; the
    /// time of its deployment tells them apart, or the object that holds its record.
    pub fn difference(&self, now: &Release) -> Option<String> {
        let state = |release: &Release| format!("revision {}, {}", release.revision, release.status);
        if (self.revision, self.status) != (now.revision, now.status) {
            return Some(format!("now {}; was {}", state(now), state(self)));
        }
        if self.updated != now.updated {
            return Some(format!("deployed again at {}; was {}", shown(&now.updated), shown(&self.updated)));
        }
        if is_another(&self.record, &now.record) {
            return Some("its record was written again, in the same state".to_owned());
        }
        is_another(&self.chart, &now.chart)
            .then(|| format!("now chart {}; was {}", shown(&now.chart), shown(&self.chart)))
    }

    /// Whether all that differs is that an uninstall of this very installation has been begun since: helm writes that
    /// into the record before it deletes anything.
    pub fn is_begun_as(&self, now: &Release) -> bool {
        let uid = |release: &Release| match &release.record {
            Known::Is(mark) => Known::Is(mark.uid.clone()),
            Known::Unknown => Known::Unknown,
        };
        now.status == Status::Uninstalling
            && self.revision == now.revision
            && self.updated == now.updated
            && !is_another(&uid(self), &uid(now))
            && !is_another(&self.chart, &now.chart)
    }
}

/// A list need not know all that a plan does.
fn is_another<T: PartialEq>(before: &Known<T>, now: &Known<T>) -> bool {
    matches!((before, now), (Known::Is(before), Known::Is(now)) if before != now)
}

fn shown<T: Display>(value: &Known<T>) -> String {
    value.as_known().map_or_else(|| "unknown".to_owned(), ToString::to_string)
}
