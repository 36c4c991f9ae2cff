//! Compares the plan of a test with what the test expects. Pure.

use std::collections::BTreeSet;

use super::expected::{Expectation, ExpectedOrder, ExpectedRelease};
use super::folder::LoadedTest;
use super::given::GivenState;
use super::names::NamedRelease;
use crate::guard::{self, Refusal};
use crate::location::Location;
use crate::plan::{self, Decision, Filters, Plan, PlanEntry, Reason, Source};
use crate::policy::{Phase, Policy};
use crate::release::ReleaseId;

/// What came of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestResult {
    /// The folder of the test, as it was named or found.
    pub(crate) name: String,
    /// Empty if the test passes.
    pub(crate) differences: Vec<TestDifference>,
}

/// One difference between what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestDifference {
    /// A release, a guard or a phase.
    pub(crate) about: String,
    pub(crate) expected: SourcedText,
    /// At least one.
    pub(crate) found: Vec<SourcedText>,
}

/// A line, and where it is written, if it is written anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourcedText {
    pub(crate) text: String,
    pub(crate) source: Option<Source>,
}

impl SourcedText {
    fn at(text: impl Into<String>, place: &Location) -> Self {
        Self { text: text.into(), source: Some(Source::Policy(place.clone())) }
    }

    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), source: None }
    }
}

/// Makes the plan of a test, runs the guards, and compares both with what the test expects.
pub(crate) fn try_case(loaded: &LoadedTest) -> TestResult {
    let LoadedTest { name, case, policies } = loaded;
    let plan = case.given.with_facts(policies, |facts| plan::build(policies, facts, &Filters::default()));
    let refusals = refusals(&plan, policies, &case.given);
    TestResult { name: name.clone(), differences: judge(&case.expected, &case.given, &plan, &refusals) }
}

/// Runs the guards that need only the plan and what the plan was made from.
fn refusals(plan: &Plan, policies: &[Policy], given: &GivenState) -> Vec<Refusal> {
    let mut refusals = guard::windows(policies, given.now, given.now).refusals;
    refusals.extend(guard::required_keeps(plan));
    refusals.extend(guard::unreadable_opt_outs(plan, &given.protection, false));
    refusals.extend(guard::limits(plan, policies, None));
    refusals
}

/// All differences: the releases first, then the guards, then the order.
pub(crate) fn judge(
    expected: &Expectation,
    given: &GivenState,
    plan: &Plan,
    refusals: &[Refusal],
) -> Vec<TestDifference> {
    let ids = given.listing.releases.iter().map(|release| &release.id);
    let releases = ids.filter_map(|id| of_release(id, expected, plan));
    let order = expected.order.iter().flat_map(|order| of_order(order, plan));
    releases.chain(of_guards(expected, refusals)).chain(order).collect()
}

fn of_release(id: &ReleaseId, expected: &Expectation, plan: &Plan) -> Option<TestDifference> {
    let entry = plan.entries.iter().find(|entry| entry.release().is_some_and(|release| release.id == *id));
    let decision = entry.map(PlanEntry::decision);
    let reasons = entry.map(|entry| entry.reasons.as_slice()).unwrap_or_default();
    let text = match expected.releases.get(id) {
        None if decision.is_none() => return None,
        None => SourcedText::at("(not mentioned)", &expected.place),
        Some(release) if is_as_expected(release, decision, reasons) => return None,
        Some(release) => SourcedText::at(expected_words(release), &release.place),
    };
    Some(TestDifference { about: id.to_string(), expected: text, found: found_words(decision, reasons) })
}

fn is_as_expected(expected: &ExpectedRelease, decision: Option<Decision>, reasons: &[Reason]) -> bool {
    let has = |piece: &str| reasons.iter().any(|reason| reason.code() == piece || reason.to_string().contains(piece));
    expected.decision == decision && expected.because.as_deref().is_none_or(has)
}

fn expected_words(expected: &ExpectedRelease) -> String {
    let decision = word(expected.decision);
    match &expected.because {
        Some(because) => format!("{decision}: … {because} …"),
        None => decision.to_owned(),
    }
}

fn word(decision: Option<Decision>) -> &'static str {
    decision.map_or("out of scope", Decision::as_str)
}

/// A line for each reason.
fn found_words(decision: Option<Decision>, reasons: &[Reason]) -> Vec<SourcedText> {
    let said = |reason: &Reason| SourcedText {
        text: format!("{}: {reason}", word(decision)),
        source: reason.source().cloned(),
    };
    let lines = reasons.iter().map(said).collect::<Vec<_>>();
    if lines.is_empty() { vec![SourcedText::of(word(decision))] } else { lines }
}

fn of_guards(expected: &Expectation, refusals: &[Refusal]) -> Vec<TestDifference> {
    let refused = |word: &str| refusals.iter().any(|refusal| refusal.guard == word);
    let silent = expected.refusals.iter().filter(|(word, _)| !refused(word)).map(|(word, place)| TestDifference {
        about: format!("the guard {word}"),
        expected: SourcedText::at("refuses", place),
        found: vec![SourcedText::of("does not refuse")],
    });
    let unexpected = refusals.iter().filter(|refusal| !expected.refusals.contains_key(refusal.guard));
    let unexpected = unexpected.map(|refusal| TestDifference {
        about: format!("the guard {}", refusal.guard),
        expected: SourcedText::at("does not refuse", &expected.place),
        found: vec![SourcedText::of(format!("refuses: {refusal}"))],
    });
    silent.chain(unexpected).collect()
}

fn of_order(expected: &ExpectedOrder, plan: &Plan) -> Vec<TestDifference> {
    let phases = [("first", Phase::First, &expected.first), ("last", Phase::Last, &expected.last)];
    let difference = |(word, phase, named): (&str, Phase, &Vec<NamedRelease>)| {
        let going = plan.selected().filter(|(_, selected)| selected.phase == phase).map(|(release, _)| &release.id);
        let (found, wanted) =
            (going.collect::<BTreeSet<_>>(), named.iter().map(|named| &named.id).collect::<BTreeSet<_>>());
        (found != wanted).then(|| TestDifference {
            about: format!("what goes {word}"),
            expected: SourcedText::at(list(&wanted), &expected.place),
            found: vec![SourcedText::of(list(&found))],
        })
    };
    phases.into_iter().filter_map(difference).collect()
}

fn list(ids: &BTreeSet<&ReleaseId>) -> String {
    let names = ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
