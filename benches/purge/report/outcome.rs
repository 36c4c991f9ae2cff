//! The samples of one comparison.
//!
//! Must not lose any: medians are taken where they are shown.

use crate::cast::Cast;
use crate::contestants::Way;
use crate::measure::{Reading, Sample};
use crate::stage::Distance;

/// One comparison.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    /// `None` where nothing was purged.
    pub(crate) cast: Option<Cast>,
    pub(crate) distance: Distance,
    pub(crate) standings: Vec<Freshness>,
}

/// All runs of one contestant.
#[derive(Clone, Debug)]
pub(crate) struct Freshness {
    pub(crate) name: String,
    pub(crate) way: Option<Way>,
    pub(crate) samples: Vec<Sample>,
}

impl Freshness {
    pub(crate) fn new(name: String, way: Option<Way>) -> Self {
        Self { name, way, samples: Vec::new() }
    }

    /// The one in the middle, or between the two there.
    pub(crate) fn median(&self, reading: impl Fn(&Sample) -> f64) -> f64 {
        let sorted = self.sorted(reading);
        let middle = sorted.len() / 2;
        match (sorted.len() % 2, sorted.get(middle)) {
            (1, Some(value)) => *value,
            (_, Some(value)) => f64::midpoint(sorted[middle - 1], *value),
            (_, None) => f64::NAN,
        }
    }

    /// The least and the most.
    pub(crate) fn range(&self, reading: impl Fn(&Sample) -> f64) -> (f64, f64) {
        let sorted = self.sorted(reading);
        (sorted.first().copied().unwrap_or(f64::NAN), sorted.last().copied().unwrap_or(f64::NAN))
    }

    pub(crate) fn wall(&self) -> f64 {
        self.median(|sample| Reading::Wall.of(sample))
    }

    fn sorted(&self, reading: impl Fn(&Sample) -> f64) -> Vec<f64> {
        let mut values = self.samples.iter().map(reading).collect::<Vec<_>>();
        values.sort_by(f64::total_cmp);
        values
    }
}
