//! Lists opt-outs; what else keeps a release; and whether a release that was named is there.

use std::collections::BTreeSet;

use super::change::{OptOutError, connect};
use super::target::{KeepTarget, parse_namespace};
use crate::app::{App, CommandError};
use crate::cli::KeepArguments;
use crate::cluster::{ApiError, Client, RecordFilter};
use crate::exit_code::ExitCode;
use crate::inventory::{OptOut, OptOutSource, UnreadableOptOuts, VisibleOptOuts, record_store};
use crate::policy::LenientGlob;
use crate::release::Namespace;
use crate::report::{none_of, opt_out_list, render_opt_outs, still_kept};
use crate::settings::ConnectionOptions;

/// More unreadable places than this are counted, not named.
const MAX_LISTED: usize = 3;

pub(super) fn list(
    arguments: &KeepArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let namespaces = arguments.targets.iter().map(|text| parse_namespace(text)).collect::<Result<Vec<_>, _>>()?;
    let client = connect(options, app)?;
    let everywhere = namespaces.is_empty();
    let visible =
        if everywhere { VisibleOptOuts::of_cluster(&client) } else { VisibleOptOuts::of(&client, namespaces) };
    let visible = visible.map_err(|error| not_listed(error, everywhere))?;
    note_unreadable(&visible.unreadable, app);
    let (now, width) = (app.environment.clock.now(), app.terminal.stdout.columns());
    let text = |styles| render_opt_outs(&visible.opt_outs, arguments.output.detail(), now, width, styles);
    app.emit(arguments.output, || opt_out_list(&visible), text)?;
    if visible.opt_outs.is_empty() {
        app.printer.info("nobody has opted out");
    }
    Ok(ExitCode::Done)
}

fn not_listed(why: ApiError, everywhere: bool) -> CommandError {
    let is_forbidden = matches!(why, ApiError::Forbidden(_));
    let what = "the ConfigMaps with the label helm-purge=keep could not be listed".to_owned();
    let error = OptOutError { what, why };
    if everywhere && is_forbidden {
        let hint = "name a namespace that you have rights in: keep --list NAMESPACE";
        return CommandError::preflight(error, Some(hint.to_owned()));
    }
    error.into()
}

fn note_unreadable(unreadable: &[UnreadableOptOuts], app: &App) {
    for UnreadableOptOuts { what, why } in unreadable.iter().take(MAX_LISTED) {
        app.printer.note(format_args!("{what} could not be looked at: {why}"));
    }
    if unreadable.len() > MAX_LISTED {
        app.printer.note(format_args!("… nor {} more", unreadable.len() - MAX_LISTED));
    }
}

/// Names every other opt-out for the targets, and how to remove it.
pub(super) fn note_other_opt_outs(client: &Client, targets: &[KeepTarget], app: &App) {
    match VisibleOptOuts::of(client, namespaces(targets)) {
        Ok(visible) => {
            let program = app.entry_point.command();
            let concerned = |opt_out: &&OptOut| targets.iter().any(|target| concerns(opt_out, target));
            for opt_out in visible.opt_outs.iter().filter(concerned) {
                app.printer.note(still_kept(opt_out, &removal_command(opt_out, program)));
            }
        }
        Err(error) => app.printer.verbose_note(format_args!("other opt-outs could not be listed: {error}")),
    }
}

fn namespaces(targets: &[KeepTarget]) -> Vec<Namespace> {
    targets.iter().map(|target| target.namespace.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn concerns(opt_out: &OptOut, target: &KeepTarget) -> bool {
    if opt_out.namespace != target.namespace {
        return false;
    }
    let (globs, selected) = (&opt_out.releases, target.releases());
    let concerns = |glob: &String| {
        selected.iter().any(|selected| glob == selected || LenientGlob::new(glob).may_match(selected))
            || target.matches(glob)
    };
    globs.is_empty() || selected.is_empty() || globs.iter().any(concerns)
}

fn removal_command(opt_out: &OptOut, program: &str) -> String {
    let namespace = &opt_out.namespace;
    match (&opt_out.source, as_typed(opt_out)) {
        (OptOutSource::ConfigMap(_), Some(target)) => format!("{program} keep --remove {target}"),
        (OptOutSource::ConfigMap(name), None) => format!("kubectl delete configmap -n {namespace} {name}"),
        (OptOutSource::NamespaceAnnotation(key), _) => {
            format!("kubectl annotate namespace {namespace} {key}- (as an admin)")
        }
        (OptOutSource::ReleaseLabel, _) => "helm upgrade without the label".to_owned(),
    }
}

/// The target as a user types it, if `keep` has written the opt-out and the target needs no quoting.
fn as_typed(opt_out: &OptOut) -> Option<String> {
    let OptOut { namespace, releases, .. } = opt_out;
    let written = OptOut::to_write(namespace.clone(), releases.clone(), None, None);
    let ours = written.source == opt_out.source;
    let quiet = |character: char| character.is_ascii_alphanumeric() || "-.*?[]!{}".contains(character);
    match releases.as_slice() {
        [] => ours.then(|| namespace.to_string()),
        [glob] => (ours && glob.chars().all(quiet)).then(|| format!("'{namespace}/{glob}'")),
        _ => None,
    }
}

/// Warns of each target that names no release, because a typing mistake protects nothing. If the releases cannot be
/// listed, it warns of none.
pub(super) fn warn_of_missing(client: &Client, targets: &[KeepTarget], app: &App) {
    let Ok(store) = record_store(app.environment.helm_driver.as_deref()) else { return };
    let Ok(found) = client.records_in(store, namespaces(targets), RecordFilter::NotSuperseded) else { return };
    for target in targets {
        let Some((_, listed)) = found.iter().find(|(namespace, _)| *namespace == target.namespace) else { continue };
        match listed {
            Ok(records) => {
                let names = records.iter().filter_map(|record| record.release.as_deref()).collect::<BTreeSet<_>>();
                if !names.iter().any(|name| target.matches(name)) {
                    app.printer.warn(none_of(&target.to_string(), &names));
                }
            }
            Err(error) => {
                let namespace = &target.namespace;
                app.printer.verbose_note(format_args!("the releases of {namespace} could not be listed: {error}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opt_out(globs: &[&str], source: Option<OptOutSource>) -> OptOut {
        let globs = globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
        let namespace = "dev-a".parse().expect("a legal name");
        let written = OptOut::to_write(namespace, globs, None, None);
        OptOut { source: source.unwrap_or(written.source.clone()), ..written }
    }

    fn concerns_it(globs: &[&str], target: &str) -> bool {
        let target = KeepTarget::parse_all(&[target.to_owned()]).expect("a legal target");
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
            assert_eq!(removal_command(&opt_out, "helm purge"), expected);
        }
    }
}
