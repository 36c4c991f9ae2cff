//! What the API server counts about itself: requests, and who had to wait.
//!
//! Must not know which of its numbers matter: the caller names them.

use crate::{Cluster, Error};

/// The API server's counters at one moment.
#[derive(Clone, Debug)]
pub struct Metrics {
    text: String,
}

impl Cluster {
    /// What the API server counted since it was started, by everyone: the difference of two such moments is what
    /// happened between them.
    ///
    /// `apiserver_request_total` has the requests by `verb`, `resource` and `code`. It does not tell whose they are,
    /// and a controller is never quiet. `apiserver_flowcontrol_dispatched_requests_total` tells them apart by
    /// `flow_schema`: controllers and the admin are `exempt` here, any other user is `global-default`, and service
    /// accounts are `service-accounts`.
    ///
    /// # Errors
    /// The API server does not answer.
    pub fn metrics(&self) -> Result<Metrics, Error> {
        Ok(Metrics { text: self.api().text("/metrics")? })
    }
}

impl Metrics {
    /// The sum of all counters of this name that have these labels, whatever others they have. What was never counted
    /// is 0.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let wanted = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect::<Vec<_>>();
        let samples = self.text.lines().filter_map(|line| sample(line, name));
        samples
            .filter(|(found, _)| wanted.iter().all(|label| has(found, label)))
            .fold(0.0, |sum, (_, value)| sum + value)
    }
}

/// Labels and value of a line like `name{key="value",…} 12`, if it is one of this name.
fn sample<'a>(line: &'a str, name: &str) -> Option<(&'a str, f64)> {
    let rest = line.strip_prefix(name)?;
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => rest.rsplit_once("} ")?,
        None => ("", rest.strip_prefix(' ')?),
    };
    Some((labels, value.parse().ok()?))
}

/// A key is whole only at the beginning or behind a comma.
fn has(labels: &str, label: &str) -> bool {
    labels.starts_with(label) || labels.contains(&format!(",{label}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_added_up_by_name_and_labels() {
        let text = "# HELP requests Requests.\nrequests{a=\"x\",b=\"1\"} 2\nrequests{a=\"x\",b=\"2\"} 3\n\
                    requests{aa=\"x\"} 10\nrequests_more{a=\"x\"} 100\nplain 1.5e+03\n";
        let metrics = Metrics { text: text.to_owned() };
        let sum = |name: &str, labels: &[(&str, &str)]| metrics.sum(name, labels).to_string();
        assert_eq!(sum("requests", &[("a", "x")]), "5");
        assert_eq!(sum("requests", &[("b", "2"), ("a", "x")]), "3");
        assert_eq!(sum("requests", &[]), "15");
        assert_eq!(sum("plain", &[]), "1500");
        assert_eq!(sum("unheard", &[]), "0");
    }
}
