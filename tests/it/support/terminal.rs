//! A real terminal: the program, or a shell that runs it, behind a pty, and the screen as a person sees it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use pty_process::Size;
use pty_process::blocking::Pty;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::CEILING;

const ROWS: NonZeroU16 = NonZeroU16::new(40).expect("it is not zero");
const COLUMNS: NonZeroU16 = NonZeroU16::new(120).expect("it is not zero");

struct Screen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

/// A terminal with a program in it.
pub(crate) struct Terminal {
    pty: Option<Arc<Pty>>,
    child: Child,
    screen: Arc<(Mutex<Screen>, Condvar)>,
    watcher: Option<JoinHandle<()>>,
    /// The watcher has to let go of the terminal.
    closing: Arc<AtomicBool>,
}

impl Terminal {
    /// Starts a command with this terminal as its controlling one.
    pub(crate) fn start(command: Command) -> Self {
        Self::start_sized(command, ROWS, COLUMNS)
    }

    /// The same with this size.
    pub(crate) fn start_sized(command: Command, rows: NonZeroU16, columns: NonZeroU16) -> Self {
        let (pty, pts) = pty_process::blocking::open().expect("a pty can be had");
        pty.resize(Size::new(rows.get(), columns.get())).expect("a pty has a size");
        let command = pty_process::blocking::Command::from(command).env("TERM", "xterm-256color");
        let child = command.spawn(pts).expect("the command can be started");
        let pty = Arc::new(pty);
        let parser = vt100::Parser::new(rows, columns, 10_000);
        let screen = Arc::new((Mutex::new(Screen { parser, raw: Vec::new(), closed: false }), Condvar::new()));
        let closing = Arc::new(AtomicBool::new(false));
        let (reader, shared, until) = (Arc::clone(&pty), Arc::clone(&screen), Arc::clone(&closing));
        let watcher = std::thread::spawn(move || watch(&reader, &shared, &until));
        Self { pty: Some(pty), child, screen, watcher: Some(watcher), closing }
    }

    /// Makes the window as small as this, as somebody does who drags its corner.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let pty = self.pty.as_deref().expect("the terminal is open");
        let size = |number| NonZeroU16::new(number).expect("a window has a size");
        let mut screen = self.screen.0.lock().expect("nobody panics while it is held");
        screen.parser.screen_mut().set_size(size(rows), size(columns));
        pty.resize(Size::new(rows, columns)).expect("a pty has a size");
    }

    pub(crate) fn type_text(&self, text: &str) {
        let mut pty = self.pty.as_deref().expect("the terminal is open");
        pty.write_all(text.as_bytes()).expect("a terminal can be typed at");
    }

    pub(crate) fn press_ctrl_c(&self) {
        self.type_text("\u{3}");
    }

    /// Waits until what is on the screen now has this property.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let (screen, condition) = &*self.screen;
        let waiting = |screen: &mut Screen| !screen.closed && !holds(&screen.parser.screen().contents());
        let guard = screen.lock().expect("nobody panics while it is held");
        let (guard, _) = condition.wait_timeout_while(guard, CEILING, waiting).expect("nobody panics while it is held");
        let contents = guard.parser.screen().contents();
        assert!(holds(&contents), "waited in vain for {what}; the screen:\n{contents}");
    }

    /// Waits until this stands on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    /// Waits until nobody can write to it any more: what is on the screen then stays.
    pub(crate) fn wait_until_closed(&self) {
        let (screen, condition) = &*self.screen;
        let guard = screen.lock().expect("nobody panics while it is held");
        drop(condition.wait_timeout_while(guard, CEILING, |screen| !screen.closed));
    }

    pub(crate) fn screen(&self) -> String {
        self.screen.0.lock().expect("nobody panics while it is held").parser.screen().contents()
    }

    /// The rows of the screen, each as wide as the window at most, down to the last that is not empty.
    pub(crate) fn rows(&self) -> Vec<String> {
        let guard = self.screen.0.lock().expect("nobody panics while it is held");
        let screen = guard.parser.screen();
        let mut rows = screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
        rows.truncate(rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1));
        rows
    }

    /// Everything that was ever written.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.screen.0.lock().expect("nobody panics while it is held").raw).into_owned()
    }

    /// Closes the terminal, as a window is closed: whoever writes to it gets an error.
    pub(crate) fn hang_up(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        if let Some(watcher) = self.watcher.take() {
            watcher.join().expect("watching does not panic");
        }
        self.pty = None;
    }

    /// Waits for the command to end.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        super::end_of(&mut self.child)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It is gone already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(pty: &Pty, shared: &(Mutex<Screen>, Condvar), closing: &AtomicBool) {
    let mut piece = [0; 4096];
    let wait = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    while !closing.load(Ordering::SeqCst) {
        if poll(&mut [PollFd::new(pty, PollFlags::IN)], Some(&wait)) == Ok(0) {
            continue;
        }
        // The read fails once nobody holds the other end any more.
        let mut reader = pty;
        let length = reader.read(&mut piece).unwrap_or_default();
        let mut screen = shared.0.lock().expect("nobody panics while it is held");
        screen.raw.extend_from_slice(&piece[..length]);
        screen.parser.process(&piece[..length]);
        screen.closed = length == 0;
        shared.1.notify_all();
        if screen.closed {
            return;
        }
    }
}
