//! Is it as it was expected to be? Pure.

use std::collections::BTreeSet;

use super::expected::{Expectation, ExpectedDecision, ExpectedOrder, ExpectedRelease};
use super::folder::LoadedTest;
use crate::guard::{self, Refusal};
use crate::location::Location;
use crate::plan::{self, Decision, Filters, Plan, PlanEntry, Reason, Source, Subject, UnseenOptOuts};
use crate::policy::{Phase, Policy};
use crate::release::ReleaseId;

use super::given::GivenState;

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestResult {
    /// The case's folder, as it is shown.
    pub(crate) name: String,
    /// What is other than it was expected to be; nothing where all is well.
    pub(crate) differences: Vec<TestDifference>,
}

/// Something that is other than it was expected to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestDifference {
    /// What it is about: a release, the guards, the order.
    pub(crate) about: String,
    /// What was expected.
    pub(crate) expected: SourcedText,
    /// What is so; at least one.
    pub(crate) found: Vec<SourcedText>,
}

/// A line, and where to go for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourcedText {
    /// The line.
    pub(crate) text: String,
    /// Where that is written, where it is.
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

/// Makes the plan of a case, asks the guards, and compares both with what was expected.
pub(crate) fn try_case(loaded: &LoadedTest) -> TestResult {
    let LoadedTest { name, case, policies } = loaded;
    let plan = case.given.with_facts(policies, |facts| plan::build(policies, facts, &Filters::default()));
    let refusals = refusals(&plan, policies, &case.given);
    TestResult { name: name.clone(), differences: judge(&case.expected, &case.given, &plan, &refusals) }
}

/// Those guards that need nothing but the plan and what it was made from.
fn refusals(plan: &Plan, policies: &[Policy], given: &GivenState) -> Vec<Refusal> {
    let mut refusals = guard::windows(policies, given.now).refusals;
    refusals.extend(guard::required_keeps(plan));
    refusals.extend(guard::unseen_opt_outs(plan, &given.protection, UnseenOptOuts::Keep));
    refusals.extend(guard::limits(plan, policies, None));
    refusals
}

/// Everything that is other than expected: the releases first, then the guards, then the order.
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
    let entry = plan.entries.iter().find(|entry| id_of(entry) == Some(id));
    let outcome = match entry.map(PlanEntry::decision) {
        Some(Decision::Purge) => ExpectedDecision::Purge,
        Some(Decision::Keep) => ExpectedDecision::Keep,
        None => ExpectedDecision::Outside,
    };
    let reasons = entry.map(|entry| entry.reasons.as_slice()).unwrap_or_default();
    let said = match expected.releases.get(id) {
        None if outcome == ExpectedDecision::Outside => return None,
        None => SourcedText::at("(not mentioned)", &expected.place),
        Some(release) if is_so(release, outcome, reasons) => return None,
        Some(release) => SourcedText::at(expected_words(release), &release.place),
    };
    Some(TestDifference { about: id.to_string(), expected: said, found: found_words(outcome, reasons) })
}

fn id_of(entry: &PlanEntry) -> Option<&ReleaseId> {
    match &entry.subject {
        Subject::Release(release) => Some(&release.id),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    }
}

fn is_so(expected: &ExpectedRelease, outcome: ExpectedDecision, reasons: &[Reason]) -> bool {
    let says = |piece: &str| reasons.iter().any(|reason| reason.code() == piece || reason.to_string().contains(piece));
    expected.outcome.outcome == outcome && expected.outcome.because.as_deref().is_none_or(says)
}

fn expected_words(expected: &ExpectedRelease) -> String {
    let outcome = word(expected.outcome.outcome);
    match &expected.outcome.because {
        Some(because) => format!("{outcome}: … {because} …"),
        None => outcome.to_owned(),
    }
}

fn word(outcome: ExpectedDecision) -> &'static str {
    match outcome {
        ExpectedDecision::Purge => "purge",
        ExpectedDecision::Keep => "keep",
        ExpectedDecision::Outside => "outside the fence",
    }
}

/// A line for each reason.
fn found_words(outcome: ExpectedDecision, reasons: &[Reason]) -> Vec<SourcedText> {
    let said = |reason: &Reason| SourcedText {
        text: format!("{}: {reason}", word(outcome)),
        source: reason.source().cloned(),
    };
    let lines = reasons.iter().map(said).collect::<Vec<_>>();
    if lines.is_empty() { vec![SourcedText::of(word(outcome))] } else { lines }
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
    let difference = |(word, phase, expected_ids): (&str, Phase, &Vec<ReleaseId>)| {
        let going = plan.selected().filter(|(_, selected)| selected.phase == phase).map(|(release, _)| &release.id);
        let (found, wanted) = (going.collect::<BTreeSet<_>>(), expected_ids.iter().collect::<BTreeSet<_>>());
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
