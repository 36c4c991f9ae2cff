//! Watches that begin side by side, and how long they are waited for.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::cluster::WatchNews;

/// How long to wait for all watches to begin.
const PATIENCE: Duration = Duration::from_secs(1);

/// Those that have yet to tell something.
#[derive(Debug, Default)]
pub(super) struct Beginnings(Vec<Receiver<()>>);

impl Beginnings {
    /// Hands news on, and notes that there was some.
    pub(super) fn on_news<T>(
        &mut self,
        mut take: impl FnMut(WatchNews<T>) + Send + 'static,
    ) -> impl FnMut(WatchNews<T>) + Send + 'static {
        let (told, first_news) = channel();
        self.0.push(first_news);
        move |news| {
            take(news);
            // Nobody waits for it any more after the first.
            let _ = told.send(());
        }
    }

    /// Waits until each has told something, be it that it is not to be had. Where one is not there at once, each batch
    /// asks until it is.
    pub(super) fn wait(self) {
        let until = Instant::now() + PATIENCE;
        for first_news in self.0 {
            let _ = first_news.recv_timeout(until.saturating_duration_since(Instant::now()));
        }
    }
}
