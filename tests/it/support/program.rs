//! The program under test, in a folder, a HOME and an environment of its own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use throwaway_cluster::Pod;

use super::listener::Listener;
use super::{CEILING, Output, poll};

/// The program itself.
const PROGRAM: &str = env!("CARGO_BIN_EXE_helm-purge");
/// The text of a policy: its name, one cluster, its namespaces with commas between, and more lines.
pub(crate) fn policy(name: &str, cluster: &str, namespaces: &str, lines: &str) -> String {
    format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {name}}}\nclusters: [{cluster}]\n\
         namespaces: [{namespaces}]\n{lines}"
    )
}

/// A file or a folder of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of a file of this repository.
pub(crate) fn repository_text(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The commands that most tests begin with, to which they add flags.
pub(crate) const RUN: &str = "run -f policy.yaml --yes -A";
pub(crate) const PLAN: &str = "plan -f policy.yaml";

/// The program as it is in a pod.
const IN_A_POD: &str = env!("CARGO_BIN_EXE_in-a-pod");

/// What stands behind the program's name: a line, in which `'` keeps the spaces of a word, or a list of words.
pub(crate) trait CommandLine {
    fn words(&self) -> Vec<&str>;
}

impl CommandLine for str {
    fn words(&self) -> Vec<&str> {
        let parts = self.split('\'').enumerate();
        parts
            .flat_map(|(number, part)| if number % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
            .collect()
    }
}

impl CommandLine for String {
    fn words(&self) -> Vec<&str> {
        self.as_str().words()
    }
}

impl CommandLine for [&str] {
    fn words(&self) -> Vec<&str> {
        self.to_vec()
    }
}

impl<const N: usize> CommandLine for [&str; N] {
    fn words(&self) -> Vec<&str> {
        self.to_vec()
    }
}

impl CommandLine for Vec<&str> {
    fn words(&self) -> Vec<&str> {
        self.clone()
    }
}

/// A program that has been set up, not yet started.
pub(crate) struct Program {
    folder: TempDir,
    environment: Vec<(OsString, OsString)>,
    opt_outs: OptOuts,
    executable: &'static str,
}

/// Whether opt-outs can be seen where the program looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OptOuts {
    Seen,
    /// There is no API server to ask; a run has to say that it goes on without.
    Unseen,
}

/// A program that runs, its stderr read as it comes.
pub(crate) struct Running {
    child: Child,
    command: String,
    stderr: Listener,
}

impl Program {
    /// In an empty folder, with nothing in the environment but what every login has.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("helm-purge-test-").tempdir().expect("a folder can be made");
        let mut program = Self { folder, environment: Vec::new(), opt_outs: OptOuts::Seen, executable: PROGRAM };
        program.set("PATH", "/usr/bin:/bin");
        program.set("HOME", program.folder().to_owned());
        program.set("TMPDIR", std::env::temp_dir());
        // Whatever is left behind can be found by it.
        program.set("HELM_PURGE_TEST", program.folder().to_owned());
        program
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn set_opt_outs(&mut self, opt_outs: OptOuts) -> &mut Self {
        self.opt_outs = opt_outs;
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) -> &mut Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// From now on it runs as in a pod, with no place for files that stay.
    pub(crate) fn move_into(&mut self, pod: &Pod) -> &mut Self {
        self.executable = IN_A_POD;
        self.set("KUBECONFIG", "").set("XDG_STATE_HOME", "/dev/null").set("IN_A_POD", pod.folder.clone());
        for (name, value) in pod.variables() {
            self.set(name, value);
        }
        self
    }

    /// Writes a file into the folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        fs::write(&path, text).expect("a file can be written");
        path
    }

    /// Reads a file of the folder.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a program into the folder.
    pub(crate) fn executable(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        install_program(&self.file(&format!("{name}.text"), text), &path);
        path
    }

    /// Waits until a process waits for something to read.
    #[track_caller]
    pub(crate) fn wait_until_blocked(&self, pid: u32) {
        let waits = || fs::read_to_string(format!("/proc/{pid}/wchan")).is_ok_and(|place| place.contains("pipe_read"));
        let blocked = poll(CEILING, || waits().then_some(()));
        assert!(blocked.is_some(), "{} never waited", self.folder().display());
    }

    /// Waits until nobody reads any more what a process writes to its stdout.
    #[track_caller]
    pub(crate) fn wait_until_unheard(&self, pid: u32) {
        let pipe = fs::read_link(format!("/proc/{pid}/fd/1")).expect("it runs and has a stdout");
        let is_heard = || processes().filter(|other| *other != pid).any(|other| holds(other, &pipe));
        let unheard = poll(CEILING, || (!is_heard()).then_some(()));
        assert!(unheard.is_some(), "{} still listens to {pid}", self.folder().display());
    }

    /// A command that runs it, for those who start it by themselves.
    pub(crate) fn command(&self, line: &(impl CommandLine + ?Sized)) -> Command {
        let arguments = line.words();
        let mut command = Command::new(self.executable);
        let makes_a_plan = arguments.first().is_some_and(|command| ["plan", "run"].contains(command));
        let says_so = arguments.contains(&"--without-opt-outs");
        if self.opt_outs == OptOuts::Unseen && makes_a_plan && !says_so {
            command.arg(arguments[0]).arg("--without-opt-outs").args(&arguments[1..]);
        } else {
            command.args(arguments);
        }
        self.surround(&mut command);
        command
    }

    /// Gives a command this folder and this environment.
    pub(crate) fn surround<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().envs(self.environment.iter().cloned()).current_dir(self.folder())
    }

    /// A shell in its folder and its environment.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut shell = Command::new("bash");
        self.surround(shell.args(["-c", script])).stdin(Stdio::null());
        shell
    }

    /// Runs it to its end, with nothing on stdin.
    pub(crate) fn run(&self, line: &(impl CommandLine + ?Sized)) -> Output {
        self.run_with_input(line, "")
    }

    /// Runs it to its end, with this on stdin.
    pub(crate) fn run_with_input(&self, line: &(impl CommandLine + ?Sized), input: &str) -> Output {
        let file = self.file(".stdin", input);
        let stdin = fs::File::open(file).expect("it was just written");
        self.start_with(line, Stdio::from(stdin)).finish()
    }

    /// Starts it, with nothing on stdin.
    pub(crate) fn start(&self, line: &(impl CommandLine + ?Sized)) -> Running {
        self.start_with(line, Stdio::null())
    }

    fn start_with(&self, line: &(impl CommandLine + ?Sized), stdin: Stdio) -> Running {
        let mut command = self.command(line);
        command.stdin(stdin);
        Running { command: format!("helm-purge {}", line.words().join(" ")), ..Running::start(command) }
    }

    /// Ends it and everything that it has started in the middle of what they do, as a machine does that fails.
    #[track_caller]
    pub(crate) fn kill(&self, running: Running) {
        use rustix::process::Signal;
        running.signal(Signal::KILL);
        drop(running.finish());
        for pid in self.orphans() {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).expect("a pid is positive");
            // It may have ended on its own.
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
        self.leaves_no_process();
    }

    /// Every process that this program, or anything it started, has left behind.
    pub(crate) fn orphans(&self) -> Vec<u32> {
        let marker = format!("HELM_PURGE_TEST={}", self.folder().display());
        processes()
            .filter(|pid| fs::read(format!("/proc/{pid}/environ")).is_ok_and(|bytes| has(&bytes, marker.as_bytes())))
            .collect()
    }

    /// Waits until a file has this in it.
    #[track_caller]
    pub(crate) fn wait_for_file(&self, name: &str, text: &str) {
        let read = || fs::read_to_string(self.folder().join(name)).unwrap_or_default();
        let found = poll(CEILING, || read().contains(text).then_some(()));
        assert!(found.is_some(), "{name} does not contain {text:?}, but {:?}", read());
    }

    /// Waits until nothing is left, which a process that was just killed may take a moment for.
    #[track_caller]
    pub(crate) fn leaves_no_process(&self) {
        let all_gone = poll(CEILING, || self.orphans().is_empty().then_some(()));
        assert!(all_gone.is_some(), "processes were left behind: {:?}", self.orphans());
    }
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn holds(pid: u32, file: &Path) -> bool {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    files.into_iter().any(|open| fs::read_link(open.path()).is_ok_and(|target| target == file))
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("these tests run on Linux");
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

impl Drop for Program {
    /// Also when a test fails, nothing stays behind. The program takes its private folder with it if it can.
    fn drop(&mut self) {
        use rustix::process::Signal;
        for signal in [Signal::TERM, Signal::TERM, Signal::KILL] {
            for pid in self.orphans().into_iter().filter_map(|pid| i32::try_from(pid).ok()) {
                if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                    let _ = rustix::process::kill_process(pid, signal);
                }
            }
            poll(Duration::from_millis(500), || self.orphans().is_empty().then_some(()));
        }
    }
}

impl Running {
    /// Starts any command, its stderr read as it comes.
    pub(crate) fn start(mut command: Command) -> Self {
        let shown = format!("{command:?}");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be started");
        let stderr = Listener::to(child.stderr.take().expect("stderr is a pipe"));
        Self { child, command: shown, stderr }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw).expect("a pid is positive");
        rustix::process::kill_process(pid, signal).expect("the program runs");
    }

    /// Reads what it says to the end, and waits for it.
    #[track_caller]
    pub(crate) fn finish(self) -> Output {
        self.finish_within(CEILING)
    }

    /// The same, for what may take longer than anything else.
    #[track_caller]
    pub(crate) fn finish_within(mut self, longest: Duration) -> Output {
        let stdout = Listener::to(self.child.stdout.take().expect("stdout is a pipe"));
        let status = end_within(&mut self.child, longest);
        Output { command: self.command, status, stdout: stdout.finish(), stderr: self.stderr.finish() }
    }

    /// Waits until it has said this on stderr.
    #[track_caller]
    pub(crate) fn wait_for_stderr(&self, text: &str) {
        self.stderr.wait_for(text);
    }

    /// Waits until it has said this so often on stderr, or has ended without.
    pub(crate) fn wait_for_times(&self, text: &str, times: usize) {
        self.stderr.wait_for_times(text, times);
    }

    /// Lets everybody who comes to a gate pass, until it has ended.
    #[track_caller]
    pub(crate) fn finish_through(self, gate: &super::Gate) -> Output {
        let has_ended = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                poll(CEILING, || {
                    while let Some(arrival) = gate.arrived() {
                        arrival.go();
                    }
                    has_ended.load(std::sync::atomic::Ordering::SeqCst).then_some(())
                });
            });
            let _ended = Ended(&has_ended);
            self.finish()
        })
    }
}

/// Puts a program at this place. Another process writes it there: one of this process's tests may start a child at any
/// moment, and a program that such a child still has open for writing cannot be started ("Text file busy").
pub(crate) fn install_program(program: &Path, place: &Path) {
    let status = Command::new("install").args(["-m", "755"]).args([program, place]).status();
    assert!(status.expect("install can be started").success(), "{}", place.display());
}

/// Says so however a test ends.
struct Ended<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

/// Waits for a child, but not forever: a test that hangs says nothing.
#[track_caller]
pub(crate) fn end_of(child: &mut Child) -> ExitStatus {
    end_within(child, CEILING)
}

#[track_caller]
fn end_within(child: &mut Child, longest: Duration) -> ExitStatus {
    if let Some(status) = poll(longest, || child.try_wait().expect("it is our child")) {
        return status;
    }
    let _ = child.kill();
    panic!("it did not end");
}
