//! A team's tests of its policies, and what differs from their expectations.

use super::plan_screen::short_source;
use super::style::Styles;
use super::text::plural;
use crate::policy_tests::{SourcedText, TestDifference, TestResult};
use crate::sanitize;

/// One line if the case passes, otherwise also everything that differs.
pub(crate) fn render_case(case: &TestResult, paint: Styles) -> String {
    let name = sanitize::line(&case.name);
    if case.differences.is_empty() {
        return format!("{}    {name}", paint.success("ok"));
    }
    let differences = case.differences.iter().flat_map(|difference| difference_lines(difference, paint));
    std::iter::once(format!("{}  {name}", paint.error("FAIL"))).chain(differences).collect::<Vec<_>>().join("\n")
}

/// How many cases there are, and how many failed.
pub(crate) fn render_cases(cases: &[TestResult], paint: Styles) -> String {
    let failed = cases.iter().filter(|case| !case.differences.is_empty()).count();
    let cases = plural(cases.len(), "case");
    if failed == 0 {
        return format!("{cases}: all as expected");
    }
    format!("{cases}: {}", paint.error(&format!("{failed} not as expected")))
}

fn difference_lines(difference: &TestDifference, paint: Styles) -> Vec<String> {
    let about = format!("  {}", paint.bold(&sanitize::line(&difference.about)));
    let expected = format!("    {}", paint.dim(&format!("- {}", sourced_text(&difference.expected))));
    let found = difference.found.iter().map(|found| format!("    + {}", sourced_text(found)));
    [about, expected].into_iter().chain(found).collect()
}

fn sourced_text(sourced: &SourcedText) -> String {
    let text = sanitize::line(&sourced.text);
    match &sourced.source {
        Some(source) => sanitize::line(&format!("{text} ({})", short_source(source))),
        None => text,
    }
}
