//! What help says beyond the flags: examples and exit codes, in the words of the way in.

use clap::Command;

use crate::exit_code::ExitCode;

/// At the end of the long help: how to begin, and the exit codes.
pub(super) fn long(name: &str) -> String {
    let codes = ExitCode::documented().map(|(code, meaning)| format!("  {code:<4} {meaning}"));
    format!(
        "How to begin:\n  \
         {name} init > helm-purge.yaml     a policy for this cluster, to be edited\n  \
         {name} validate                   check it\n  \
         {name} plan                       what would go, what stays, and why\n  \
         {name} run                        the same, then a question, then the purge\n\n\
         Exit codes:\n{}",
        codes.collect::<Vec<_>>().join("\n")
    )
}

/// Examples for each command.
pub(super) fn with_examples(command: Command, name: &str) -> Command {
    let examples = [
        ("init", format!("  {name} init > helm-purge.yaml\n  {name} --kube-context dev-eu init --name nightly")),
        (
            "validate",
            format!(
                "  {name} validate\n  {name} validate policies/ team.yaml\n  {name} validate -o json - < helm-purge.yaml"
            ),
        ),
        (
            "plan",
            format!(
                "  {name} plan\n  {name} plan -f policy.yaml -o wide\n  {name} plan -n dev-alice\n  \
                 {name} plan -o json > plan.json\n  {name} plan -o json | jq '.totals'\n  {name} plan --detailed-exitcode -q; echo $?"
            ),
        ),
        (
            "run",
            format!(
                "  {name} run\n  {name} run -n dev-alice --keep 'dev-alice/database'\n  \
                 {name} run --only 'dev-*/loadtest-*'\n  {name} run -f policy.yaml --yes -A -o json > report.json\n  \
                 {name} run -f policy.yaml --plan plan.json\n  \
                 {name} run -f policy.yaml --yes -A --lock-namespace ops --lock-wait 10m\n  \
                 {name} run -f policy.yaml --yes -A --report report.json --report summary.md --log-format json\n  \
                 {name} run -f policy.yaml --yes -A --shard 3/16\n\n\
                 A first Ctrl-C begins nothing more and lets finish the releases in hand; a second sends TERM, a third KILL.\n\
                 A release that fails does not stop the others, nor those that its helm would have uninstalled next.\n\
                 A report is written however a run ends; with --log-format json every line of stderr is JSON.\n\
                 A shard takes the namespaces that its number falls to, and counts limits over the whole fence.\n\
                 What the API server fails is tried again (--retries); where it stays away for a minute, the run ends.\n\
                 Running again goes on where a run ended."
            ),
        ),
        (
            "keep",
            format!(
                "  {name} keep dev-alice --until 2026-12-01 --reason 'customer demo'\n  \
                 {name} keep dev-alice/web 'dev-alice/db*' --until 3d\n  {name} keep --list dev-alice\n  \
                 {name} keep --remove dev-alice/web\n\n\
                 Writes a ConfigMap with the label helm-purge=keep into the namespace, and nothing else: the role `edit`\n\
                 there is enough. To keep the same releases again replaces end and reason."
            ),
        ),
        (
            "restore",
            format!(
                "  {name} restore --dry-run\n  {name} restore\n  {name} restore dev-alice/web 'dev-bob/*'\n  \
                 {name} restore --run 20261125-190342-3f9a1c -f policy.yaml --yes -A\n  \
                 {name} restore -f policy.yaml --yes -A --lock-namespace ops --lock-wait 1h\n\n\
                 Only what a purge with `keepHistory` has left is touched, and nothing that was installed again since.\n\
                 What its releases held comes back by `helm rollback`; data in claims of the chart does not.\n\
                 Running again goes on where a restore ended."
            ),
        ),
        (
            "prune",
            format!(
                "  {name} prune --older-than 14d --dry-run\n  {name} prune --older-than 14d -f policy.yaml --yes -A\n\n\
                 A release whose history is pruned cannot be restored any more. Nothing that runs is touched."
            ),
        ),
        (
            "doctor",
            format!(
                "  {name} doctor\n  {name} doctor -f policy.yaml --lock-namespace ops\n  {name} doctor -o json | jq '.findings[] | select(.state != \"ok\")'\n\n\
                 Looks as whoever calls it: as the service account of a CronJob, run it in that pod, or with its token.\n\
                 The exit code is 0 where nothing is missing; else the one with which a run would end."
            ),
        ),
        (
            "rbac",
            format!(
                "  {name} rbac | kubectl apply -f -\n  {name} rbac -f policy.yaml --service-account ops/helm-purge\n  \
                 {name} rbac --for restore --service-account ops/helm-restore\n  {name} rbac --for-namespace dev-carol\n\n\
                 In the whole cluster only namespaces may be looked at. Everything else is bound in each namespace of the\n\
                 fence: for a namespace that is made later, --for-namespace prints its binding."
            ),
        ),
        (
            "runs",
            format!(
                "  {name} runs\n  {name} runs 20261125-190342-3f9a1c\n  {name} runs --local -o json | jq '.runs[0].inHand'\n\n\
                 Every run, restore and prune keeps a journal: in ~/.local/state/helm-purge/runs (below XDG_STATE_HOME, where\n\
                 that is set), in a pod also in a ConfigMap of the pod's namespace. One without a last word was killed, and\n\
                 what it had in hand is named; to do it again does no harm."
            ),
        ),
        ("schema", format!("  {name} schema > helm-purge.schema.json")),
        (
            "completion",
            "  source <(helm-purge completion bash)                       in ~/.bashrc\n  \
             source <(helm-purge completion zsh)                        in ~/.zshrc, behind compinit\n  \
             helm-purge completion fish > ~/.config/fish/completions/helm-purge.fish\n  \
             helm-purge completion kubectl > ~/.local/bin/kubectl_complete-helm_purge\n  \
             chmod +x ~/.local/bin/kubectl_complete-helm_purge\n\n\
             `helm purge` needs none of these: it is completed where `helm` is, by `helm completion SHELL`.\n\
             `kubectl helm-purge` is completed where `kubectl` is, from 1.26 on, with its script on PATH.\n\
             Names of namespaces, releases, runs and contexts are looked up while you type, for 2 s at\n\
             most; nothing is changed, nobody is asked to log in, and without an answer there are no names."
                .to_owned(),
        ),
        ("test", format!("  {name} test tests/policy\n  {name} test tests/policy/vaults-stay")),
    ];
    examples.into_iter().fold(command, |command, (subcommand, text)| {
        command.mut_subcommand(subcommand, |subcommand| subcommand.after_help(format!("Examples:\n{text}")))
    })
}
