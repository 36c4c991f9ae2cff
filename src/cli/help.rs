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

/// Examples for each command; `NAME` stands for the words with which the program was called.
const EXAMPLES: [(&str, &str); 13] = [
    (
        "init",
        "
  NAME init > helm-purge.yaml
  NAME --kube-context dev-eu init --name nightly",
    ),
    (
        "validate",
        "
  NAME validate
  NAME validate policies/ team.yaml
  NAME validate -o json - < helm-purge.yaml",
    ),
    (
        "plan",
        "
  NAME plan
  NAME plan -f policy.yaml -o wide
  NAME plan -n dev-alice
  NAME plan -o json > plan.json
  NAME plan -o json | jq '.totals'
  NAME plan --detailed-exitcode -q; echo $?",
    ),
    (
        "run",
        "
  NAME run
  NAME run -n dev-alice --keep 'dev-alice/database'
  NAME run --only 'dev-*/loadtest-*'
  NAME run -f policy.yaml --yes -A -o json > report.json
  NAME run -f policy.yaml --plan plan.json
  NAME run -f policy.yaml --yes -A --lock-namespace ops --lock-wait 10m
  NAME run -f policy.yaml --yes -A --report report.json --report summary.md --log-format json
  NAME run -f policy.yaml --yes -A --shard 3/16

A first Ctrl-C begins nothing more and lets finish the releases in hand; a second sends TERM, a third KILL.
A release that fails does not stop the others, nor those that its helm would have uninstalled next.
A report is written however a run ends; with --log-format json every line of stderr is JSON.
A shard takes the namespaces that its number falls to, and counts limits over the whole fence.
What the API server fails is tried again (--retries); where it stays away for a minute, the run ends.
Running again goes on where a run ended.",
    ),
    (
        "keep",
        "
  NAME keep dev-alice --until 2026-12-01 --reason 'customer demo'
  NAME keep dev-alice/web 'dev-alice/db*' --until 3d
  NAME keep --list dev-alice
  NAME keep --remove dev-alice/web

Writes a ConfigMap with the label helm-purge=keep into the namespace, and nothing else: the role `edit`
there is enough. To keep the same releases again replaces end and reason.",
    ),
    (
        "restore",
        "
  NAME restore --dry-run
  NAME restore
  NAME restore dev-alice/web 'dev-bob/*'
  NAME restore --run 20261125-190342-3f9a1c -f policy.yaml --yes -A
  NAME restore -f policy.yaml --yes -A --lock-namespace ops --lock-wait 1h

Only what a purge with `keepHistory` has left is touched, and nothing that was installed again since.
What its releases held comes back by `helm rollback`; data in claims of the chart does not.
Running again goes on where a restore ended.",
    ),
    (
        "prune",
        "
  NAME prune --older-than 14d --dry-run
  NAME prune --older-than 14d -f policy.yaml --yes -A

A release whose history is pruned cannot be restored any more. Nothing that runs is touched.",
    ),
    (
        "doctor",
        "
  NAME doctor
  NAME doctor -f policy.yaml --lock-namespace ops
  NAME doctor -o json | jq '.findings[] | select(.state != \"ok\")'

Looks as whoever calls it: as the service account of a CronJob, run it in that pod, or with its token.
The exit code is 0 where nothing is missing; else the one with which a run would end.",
    ),
    (
        "rbac",
        "
  NAME rbac | kubectl apply -f -
  NAME rbac -f policy.yaml --service-account ops/helm-purge
  NAME rbac --for restore --service-account ops/helm-restore
  NAME rbac --for-namespace dev-carol

In the whole cluster only namespaces may be looked at. Everything else is bound in each namespace of the
fence: for a namespace that is made later, --for-namespace prints its binding.",
    ),
    (
        "runs",
        "
  NAME runs
  NAME runs 20261125-190342-3f9a1c
  NAME runs --local -o json | jq '.runs[0].inHand'

Every run, restore and prune keeps a journal: in ~/.local/state/helm-purge/runs (below XDG_STATE_HOME, where
that is set), in a pod also in a ConfigMap of the pod's namespace. One without a last word was killed, and
what it had in hand is named; to do it again does no harm.",
    ),
    ("schema", "\n  NAME schema > helm-purge.schema.json"),
    (
        "completion",
        "
  source <(helm-purge completion bash)                       in ~/.bashrc
  source <(helm-purge completion zsh)                        in ~/.zshrc, behind compinit
  helm-purge completion fish > ~/.config/fish/completions/helm-purge.fish
  helm-purge completion kubectl > ~/.local/bin/kubectl_complete-helm_purge
  chmod +x ~/.local/bin/kubectl_complete-helm_purge

`helm purge` needs none of these: it is completed where `helm` is, by `helm completion SHELL`.
`kubectl helm-purge` is completed where `kubectl` is, from 1.26 on, with its script on PATH.
Names of namespaces, releases, runs and contexts are looked up while you type, for 2 s at
most; nothing is changed, nobody is asked to log in, and without an answer there are no names.",
    ),
    (
        "test",
        "
  NAME test tests/policy
  NAME test tests/policy/vaults-stay",
    ),
];

/// Examples for each command.
pub(super) fn with_examples(command: Command, name: &str) -> Command {
    EXAMPLES.into_iter().fold(command, |command, (subcommand, examples)| {
        let examples = format!("Examples:{}", examples.replace("NAME ", &format!("{name} ")));
        command.mut_subcommand(subcommand, |subcommand| subcommand.after_help(examples))
    })
}
