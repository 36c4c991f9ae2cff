//! Reads a stream as it comes, and wakes whoever waits for a text in it.

use super::CEILING;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

/// What was read so far, and whether more can come.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    closed: bool,
}

/// A thread that reads.
pub(crate) struct Listener {
    heard: Arc<(Mutex<Heard>, Condvar)>,
    thread: JoinHandle<()>,
}

impl Listener {
    pub(crate) fn to(mut stream: impl Read + Send + 'static) -> Self {
        let heard = Arc::new((Mutex::new(Heard::default()), Condvar::new()));
        let shared = Arc::clone(&heard);
        let thread = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                let length = stream.read(&mut piece).unwrap_or_default();
                let mut heard = shared.0.lock().expect("nobody panics while it is held");
                heard.bytes.extend_from_slice(&piece[..length]);
                heard.closed = length == 0;
                shared.1.notify_all();
                if heard.closed {
                    return;
                }
            }
        });
        Self { heard, thread }
    }

    /// Waits for a text.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let (heard, condition) = &*self.heard;
        let missing = |heard: &mut Heard| !heard.closed && !String::from_utf8_lossy(&heard.bytes).contains(text);
        let heard = heard.lock().expect("nobody panics while it is held");
        let (heard, _) = condition.wait_timeout_while(heard, CEILING, missing).expect("nobody panics while it is held");
        let said = String::from_utf8_lossy(&heard.bytes);
        assert!(said.contains(text), "it did not say {text:?}, but:\n{said}");
    }

    /// Waits until a text has come so often, or nothing more can come.
    pub(crate) fn wait_for_times(&self, text: &str, times: usize) {
        let (heard, condition) = &*self.heard;
        let missing =
            |heard: &mut Heard| !heard.closed && String::from_utf8_lossy(&heard.bytes).matches(text).count() < times;
        let heard = heard.lock().expect("nobody panics while it is held");
        drop(condition.wait_timeout_while(heard, CEILING, missing).expect("nobody panics while it is held"));
    }

    /// Everything, once the stream has ended.
    pub(crate) fn finish(self) -> String {
        self.thread.join().expect("reading does not panic");
        let heard = self.heard.0.lock().expect("nobody panics while it is held");
        String::from_utf8_lossy(&heard.bytes).into_owned()
    }
}
