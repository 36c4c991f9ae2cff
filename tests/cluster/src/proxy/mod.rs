//! An API server that fails on demand: a proxy on 127.0.0.1 that ends TLS, passes requests on, and does to some of them
//! what networks and overloaded servers do.
//!
//! Must not change what it passes on, nor speak for anyone but those who log in: whoever has neither the proxy's own
//! token nor one of the cluster's comes as nobody.

mod answer;
mod body;
mod book;
mod connections;
mod fault;
mod pattern;
mod upstream;

use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Builder;

pub use answer::Answer;
pub use fault::{Fault, Which};

use crate::background::Background;
use crate::cluster::{Access, Credentials};
use crate::{Cluster, Error, wait_until};
use book::Book;
use connections::Door;
use upstream::Upstream;

/// A proxy that runs; it and all its connections end with the value.
#[derive(Debug)]
pub struct Proxy {
    server: String,
    kubeconfig: PathBuf,
    book: Arc<Book>,
    _background: Background,
}

impl Cluster {
    /// A proxy in front of the API server that passes everything on until it is told otherwise.
    ///
    /// # Errors
    /// There is no port, or no thread, to be had, or the kubeconfig can't be written.
    pub fn proxy(&self) -> Result<Proxy, Error> {
        let cannot_start = || Error::file("start a proxy to", Path::new(self.server()));
        let runtime = Builder::new_current_thread().enable_all().build().map_err(cannot_start())?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).map_err(cannot_start())?;
        let address = listener.local_addr().map_err(cannot_start())?;
        let server = format!("https://{address}");
        let token = upstream::token().map_err(cannot_start())?;
        let access = self.access("admin", Credentials::Token(&token));
        let kubeconfig = self.write_kubeconfig(Access { server: &server, ..access })?;
        let upstream = Upstream::connect(&runtime, self.kubeconfig(), &token)?;
        let book = Arc::new(Book::default());
        let door = Door::new(&self.server_certificate(), upstream, Arc::clone(&book)).map_err(cannot_start())?;
        let background = Background::start("proxy", runtime, door.open(listener)).map_err(cannot_start())?;
        Ok(Proxy { server, kubeconfig, book, _background: background })
    }
}

/// `requests` stands for all requests with such a first line, as in `DELETE /api/v1/namespaces/*/configmaps/*`: a `*` is
/// any text, also none, and what is behind a `?` belongs to it.
impl Proxy {
    /// The URL that stands in the kubeconfig in place of the API server's. Tokens of the cluster are good here as well:
    /// [`kubeconfig_at`](Cluster::kubeconfig_at).
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The admin's way through the proxy.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// From now on does this to these requests, those of them that `which` says, counted from now on. Of several that
    /// fit a request, the first one told counts.
    pub fn fail(&self, requests: &str, which: Which, fault: Fault) {
        self.book.add(requests, which, fault);
    }

    /// Passes on every request that is held, until `fail` is called with [`Fault::Hold`] again.
    pub fn let_go(&self) {
        self.book.open();
    }

    /// From now on passes everything on. What is held, or has stalled, stays so.
    pub fn heal(&self) {
        self.book.clear();
    }

    /// How many of these requests came, since the beginning.
    #[must_use]
    pub fn count(&self, requests: &str) -> usize {
        self.book.count(requests)
    }

    /// Waits until so many of these requests came, since the beginning.
    ///
    /// # Errors
    /// They do not come in time.
    pub fn wait_for(&self, requests: &str, count: usize) -> Result<(), Error> {
        wait_until(&format!("{count} of {requests}"), || Ok((self.count(requests) >= count).then_some(())))
    }

    /// The first line of every request so far, in order, as in `GET /version`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.book.requests()
    }
}

/// For what is no I/O but ends in the same error.
fn other(fault: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(fault)
}
