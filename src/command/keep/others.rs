//! What else keeps a release: in another ConfigMap, or in an annotation.

use std::collections::BTreeSet;

use super::target::Target;
use crate::cluster::Client;
use crate::command::App;
use crate::inventory::{KeptReleases, OptOut, OptOutSource, SeenOptOuts, Until};
use crate::policy::LenientGlob;
use crate::report::still_kept;

/// Names every opt-out that is there and concerns one of the targets, with how to remove it.
pub(super) fn name_others(client: &Client, targets: &[Target], app: &App) {
    let namespaces = targets.iter().map(|target| target.namespace.clone()).collect::<BTreeSet<_>>();
    match SeenOptOuts::of(client, namespaces.into_iter().collect()) {
        Ok(seen) => {
            let program = app.entry_point.command();
            let opt_outs = seen.opt_outs.iter().map(|seen| &seen.opt_out);
            for opt_out in opt_outs.filter(|opt_out| targets.iter().any(|target| concerns(opt_out, target))) {
                app.printer.note(still_kept(opt_out, &way_out(opt_out, program)));
            }
        }
        Err(error) => app.printer.verbose_note(format_args!("other opt-outs could not be listed: {error}")),
    }
}

fn concerns(opt_out: &OptOut, target: &Target) -> bool {
    if opt_out.namespace != target.namespace {
        return false;
    }
    match (&opt_out.releases, target.releases()) {
        (KeptReleases::All, _) | (_, KeptReleases::All) => true,
        (KeptReleases::Matching(globs), KeptReleases::Matching(meant)) => globs.iter().any(|glob| {
            meant.iter().any(|meant| glob == meant || LenientGlob::new(glob).may_match(meant)) || target.names(glob)
        }),
    }
}

/// The command that removes it.
fn way_out(opt_out: &OptOut, program: &str) -> String {
    let namespace = &opt_out.namespace;
    match (&opt_out.source, own_form(opt_out)) {
        (OptOutSource::ConfigMap(_), Some(form)) => format!("{program} keep --remove {form}"),
        (OptOutSource::ConfigMap(name), None) => format!("kubectl delete configmap -n {namespace} {name}"),
        (OptOutSource::NamespaceAnnotation(key), _) => {
            format!("kubectl annotate namespace {namespace} {key}- (as an admin)")
        }
        (OptOutSource::ReleaseLabel, _) => "helm upgrade without the label".to_owned(),
    }
}

/// As one would type it, where `keep` has written it and a shell leaves it alone.
fn own_form(opt_out: &OptOut) -> Option<String> {
    let OptOut { namespace, releases, .. } = opt_out;
    let written = OptOut::to_write(namespace.clone(), releases.clone(), Until::Never, None);
    let ours = written.source == opt_out.source;
    match releases {
        KeptReleases::All => ours.then(|| namespace.to_string()),
        KeptReleases::Matching(globs) => {
            let [glob] = globs.as_slice() else { return None };
            let quiet = |character: char| character.is_ascii_alphanumeric() || "-.*?[]!{}".contains(character);
            (ours && glob.chars().all(quiet)).then(|| format!("'{namespace}/{glob}'"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opt_out(globs: &[&str], source: Option<OptOutSource>) -> OptOut {
        let globs = globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
        let releases = if globs.is_empty() { KeptReleases::All } else { KeptReleases::Matching(globs) };
        let namespace = "dev-a".parse().expect("a legal name");
        let written = OptOut::to_write(namespace, releases, Until::Never, None);
        OptOut { source: source.unwrap_or(written.source.clone()), ..written }
    }

    fn concerns_it(globs: &[&str], target: &str) -> bool {
        let target = Target::read_all(&[target.to_owned()]).expect("a legal target");
        concerns(&opt_out(globs, None), &target[0])
    }

    #[test]
    fn what_keeps_any_of_the_releases_concerns_them() {
        assert!(concerns_it(&[], "dev-a/web") && concerns_it(&["db"], "dev-a"));
        assert!(concerns_it(&["w*"], "dev-a/web") && concerns_it(&["web"], "dev-a/w*"));
        assert!(!concerns_it(&["db"], "dev-a/web") && !concerns_it(&[], "dev-b/web"));
    }

    #[test]
    fn what_keep_wrote_goes_by_keep_and_the_rest_by_kubectl() {
        let by_hand = OptOutSource::ConfigMap("mine".to_owned());
        for (opt_out, expected) in [
            (opt_out(&[], None), "helm purge keep --remove dev-a"),
            (opt_out(&["db*"], None), "helm purge keep --remove 'dev-a/db*'"),
            (opt_out(&["a'b"], None), "kubectl delete configmap -n dev-a helm-purge-keep.c6654bf760"),
            (opt_out(&["db*"], Some(by_hand)), "kubectl delete configmap -n dev-a mine"),
            (
                opt_out(&[], Some(OptOutSource::NamespaceAnnotation("helm-purge/keep"))),
                "kubectl annotate namespace dev-a helm-purge/keep- (as an admin)",
            ),
        ] {
            assert_eq!(way_out(&opt_out, "helm purge"), expected);
        }
    }
}
