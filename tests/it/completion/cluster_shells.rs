//! In shells, with the scripts that `completion` prints.

use std::process::Command;

use serde_json::json;
use throwaway_cluster::HelmVersion;

use super::on_path;
use crate::support::{Program, Real, Running, Terminal};

/// Completes a line as bash would, which takes words apart at these characters as well, and prints what it is told.
const COMPLETE_IN_BASH: &str = r#"
source <(helm-purge completion bash)
COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
COMP_LINE=$1
COMP_POINT=${#COMP_LINE}
read -ra COMP_WORDS <<<"$(sed -E 's/([=:@]+)/ \1 /g' <<<"$COMP_LINE")"
[[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_helm_purge
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
"#;

/// What bash gets at the end of a line.
fn in_bash(program: &Program, line: &str) -> Vec<String> {
    let mut bash = program.shell(COMPLETE_IN_BASH);
    bash.args(["bash", line]);
    let output = Running::start(bash).finish().exits(0);
    assert_eq!(output.stderr, "", "{output}");
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_values_and_names() {
    let mut real = Real::new("in-bash", HelmVersion::Four);
    on_path(&mut real.program, "helm-purge");
    real.seed(&["a/db", "a/web"]);
    let a = real.namespace("a");
    let complete = |line: &str| in_bash(&real.program, line);
    assert_eq!(complete("helm-purge pl"), ["plan"]);
    assert_eq!(complete("helm-purge plan --out"), ["--output"]);
    assert_eq!(complete("helm-purge plan --output j"), ["json"]);
    // Bash puts these in the place of what stands behind the last `=`.
    assert_eq!(complete("helm-purge plan --output=j"), ["json"]);
    assert_eq!(complete("helm-purge  --color="), ["auto", "always", "never"]);
    assert_eq!(complete(&format!("helm-purge explain {a}/")), [format!("{a}/db"), format!("{a}/web")]);
    assert_eq!(complete(&format!("helm-purge plan {a}/w")), [format!("{a}/web")]);
    assert_eq!(complete(&format!("helm-purge explain '{a}/w")), [format!("{a}/web")]);
    assert_eq!(complete("helm-purge plan -f "), [""; 0]);
}

#[test]
fn contexts_that_mean_something_to_a_shell_are_not_offered_and_others_fit_where_bash_takes_words_apart() {
    let mut program = Program::new();
    on_path(&mut program, "helm-purge");
    let names = ["$(touch pwned)", "`touch pwned`", "a b", "arn:aws:eks:eu-west-1:1234:cluster/dev", "admin@dev"];
    let contexts = names.map(|name| json!({"name": name, "context": {"cluster": "dev", "user": "dev"}}));
    let file =
        program.file("kubeconfig", &json!({"apiVersion": "v1", "kind": "Config", "contexts": contexts}).to_string());
    program.set("KUBECONFIG", file);
    assert_eq!(
        in_bash(&program, "helm-purge plan --context "),
        ["admin@dev", "arn:aws:eks:eu-west-1:1234:cluster/dev"]
    );
    assert_eq!(in_bash(&program, "helm-purge plan --context arn:aws:ek"), ["eks:eu-west-1:1234:cluster/dev"]);
    assert_eq!(in_bash(&program, "helm-purge plan --context=admin@"), ["dev"]);
    assert_eq!(in_bash(&program, "helm-purge plan --context='$(touch pwned)' --out"), ["--output"]);
    assert_eq!(in_bash(&program, "helm-purge plan --context $(touch pwned) --out"), ["--output"]);
    assert!(!program.folder().join("pwned").exists());
}

#[test]
fn on_a_terminal_a_tab_finishes_the_word() {
    let mut program = Program::new();
    on_path(&mut program, "helm-purge");
    program.file("team.yaml", "");
    program.set("KUBECONFIG", "/no/such/file").set("PS1", "PROMPT> ");
    let mut bash = Command::new("bash");
    program.surround(bash.args(["--norc", "--noprofile", "-i"]));
    let mut terminal = Terminal::start(bash);
    terminal.wait_for("PROMPT>");
    terminal.type_text("source <(helm-purge completion bash)\r");
    terminal.wait_until("the prompt comes back", |screen| screen.matches("PROMPT>").count() == 2);
    terminal.type_text("echo helm-purge; helm-purge val\t");
    terminal.wait_for("helm-purge validate ");
    terminal.type_text("--output=te\t");
    terminal.wait_for("helm-purge validate --output=text ");
    terminal.type_text("te\t");
    terminal.wait_for("helm-purge validate --output=text team.yaml");
    // Nothing fits, nothing is printed.
    terminal.type_text("\u{15}helm-purge explain \t\t--outp\t");
    terminal.wait_for("helm-purge explain --output ");
    terminal.type_text("\u{15}exit\r");
    terminal.wait();
}

#[test]
fn every_script_asks_the_one_command_and_each_shell_that_is_here_can_read_its_own() {
    let program = Program::new();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute"), ("kubectl", "")] {
        let script = program.run(&format!("completion {shell}")).exits(0).stdout;
        assert!(script.contains("helm") && script.contains("__complete -- "), "{script}");
        let file = program.file(shell, &script);
        // What is not here is not checked: zsh and fish are no part of what these tests need.
        let reader = if shell == "kubectl" { "sh" } else { shell };
        let check = if check.is_empty() { "-n" } else { check };
        match program
            .shell(&format!("command -v {reader} >/dev/null || exit 99; {reader} {check} '{}'", file.display()))
            .output()
        {
            Ok(output) if output.status.code() == Some(99) => {
                eprintln!("{reader} is not on PATH: its script is not checked");
            }
            Ok(output) => assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => panic!("{error}"),
        }
    }
}
