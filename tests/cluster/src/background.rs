//! Work that goes on beside the owner of a value, and ends with it.
//!
//! Must not know what the work is.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A thread with a runtime of its own. Everything in it ends with the value.
#[derive(Debug)]
pub(crate) struct Background {
    /// Dropped for the work to end.
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Works until it is done or the value is dropped; then all that was started in it goes with the runtime.
    pub(crate) fn start(
        name: &str,
        runtime: Runtime,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Self> {
        let (end, ended) = oneshot::channel();
        let until_the_end = async {
            tokio::select! {
                () = work => (),
                _ = ended => (),
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || runtime.block_on(until_the_end))?;
        Ok(Self { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // It could only have panicked, and nobody needs it any more.
            let _ = thread.join();
        }
    }
}
