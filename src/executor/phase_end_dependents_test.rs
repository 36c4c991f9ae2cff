use super::*;
use crate::release::CrdUsage;
use crate::uninstall_options::UninstallOptions;

fn kinds(names: &[&str]) -> BTreeSet<GroupKind> {
    names.iter().map(|name| GroupKind::new("example.com", name)).collect()
}

fn planned(phase: u8, defines: Known<BTreeSet<GroupKind>>) -> Task {
    let json = br#"[{"name":"web","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"web-1.0.0"}]"#;
    let release = crate::inventory::read(json).expect("a list").releases.remove(0);
    let crd_usage = CrdUsage { defines, ..CrdUsage::default() };
    let alone = Task::new(release, UninstallOptions::with_timeout(std::time::Duration::from_mins(5)));
    Task { phase: PhaseNumber(phase), crd_usage, ..alone }
}

/// Two releases that go first, one between, and four that go last. Of the last, one defines `Cluster`, one `Bucket`,
/// one nothing, and of one the definitions are unknown.
fn plan() -> Vec<Task> {
    let defines = |names| Known::Is(kinds(names));
    let last = [defines(&["Cluster"]), defines(&["Bucket"]), defines(&[]), Known::Unknown];
    let mut plan = vec![planned(0, defines(&[])), planned(0, defines(&[])), planned(1, defines(&["Cluster", "Own"]))];
    plan.extend(last.into_iter().map(|defines| planned(2, defines)));
    plan
}

fn spared_by(present: &[(usize, Known<&[&str]>)]) -> Vec<(usize, usize)> {
    let needs = |(release, names): &(usize, Known<&[&str]>)| {
        let kinds = match names {
            Known::Is(names) => Known::Is(kinds(names)),
            Known::Unknown => Known::Unknown,
        };
        Dependent { release: *release, kinds }
    };
    let present = present.iter().map(needs).collect::<Vec<_>>();
    protected(&plan(), PhaseNumber(0), &present).into_iter().collect()
}

#[test]
fn where_everything_is_gone_or_uses_no_kind_of_others_nothing_is_spared() {
    assert_eq!(spared_by(&[]), []);
    assert_eq!(spared_by(&[(0, Known::Is(&[]))]), []);
}

#[test]
fn who_defines_a_kind_that_is_used_stays_and_in_the_last_phase_who_may_serve_it() {
    assert_eq!(spared_by(&[(0, Known::Is(&["Cluster"]))]), [(2, 0), (3, 0), (5, 0), (6, 0)]);
    assert_eq!(spared_by(&[(0, Known::Is(&["Own"]))]), [(2, 0), (5, 0), (6, 0)]);
}

#[test]
fn for_a_kind_that_nothing_in_the_plan_defines_all_of_the_last_phase_stays() {
    assert_eq!(spared_by(&[(1, Known::Is(&["Alien"]))]), [(3, 1), (4, 1), (5, 1), (6, 1)]);
}

#[test]
fn where_it_is_not_known_what_is_used_everything_stays_that_defines_any_kind_and_all_of_the_last_phase() {
    assert_eq!(spared_by(&[(1, Known::Unknown)]), [(2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]);
}

#[test]
fn the_first_that_needs_it_is_named() {
    let present = [(0, Known::Is(&["Bucket"][..])), (1, Known::Is(&["Cluster", "Bucket"]))];
    assert_eq!(spared_by(&present), [(2, 1), (3, 1), (4, 0), (5, 0), (6, 0)]);
}

#[test]
fn what_went_before_is_not_checked_again() {
    let needs = Dependent { release: 2, kinds: Known::Is(kinds(&["Cluster"])) };
    let spared = protected(&plan(), PhaseNumber(1), &[needs]);
    assert_eq!(spared.into_keys().collect::<Vec<_>>(), [3, 5, 6]);
}
