//! The requests that came, and what is to happen to those that come.
//!
//! Must not do it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::pattern::matches;
use super::{Fault, Which};

/// Shared by the owner of a proxy and all its connections.
#[derive(Debug, Default)]
pub(super) struct Book {
    pages: Mutex<Pages>,
    /// Whether held requests may go on.
    is_open: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Pages {
    requests: Vec<String>,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    requests: String,
    which: Which,
    fault: Fault,
    /// How many requests it was asked about.
    asked: usize,
}

impl Rule {
    fn fault_of(&mut self, request: &str) -> Option<Fault> {
        if !matches(&self.requests, request) {
            return None;
        }
        self.asked += 1;
        self.which.has(self.asked).then(|| self.fault.clone())
    }
}

impl Book {
    pub(super) fn add(&self, requests: &str, which: Which, fault: Fault) {
        if fault == Fault::Hold {
            self.is_open.send_replace(false);
        }
        self.pages().rules.push(Rule { requests: requests.to_owned(), which, fault, asked: 0 });
    }

    pub(super) fn clear(&self) {
        self.pages().rules.clear();
    }

    pub(super) fn open(&self) {
        self.is_open.send_replace(true);
    }

    /// Waits until held requests may go on.
    pub(super) async fn opened(&self) {
        // The sender lives as long as this book, so there is no other end of the wait.
        let _ = self.is_open.subscribe().wait_for(|is_open| *is_open).await;
    }

    /// A request came: what happens to it, where it is something.
    pub(super) fn enter(&self, request: String) -> Option<Fault> {
        let mut pages = self.pages();
        // Every rule counts its requests, also where another one was first.
        let faults = pages.rules.iter_mut().filter_map(|rule| rule.fault_of(&request)).collect::<Vec<_>>();
        pages.requests.push(request);
        faults.into_iter().next()
    }

    pub(super) fn count(&self, requests: &str) -> usize {
        self.pages().requests.iter().filter(|request| matches(requests, request)).count()
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.pages().requests.clone()
    }

    /// Every change is one step, so that a panic leaves the pages whole.
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
