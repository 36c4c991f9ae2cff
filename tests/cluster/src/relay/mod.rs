//! A slow line to the API server: a relay on 127.0.0.1 that passes bytes on later.
//!
//! Must not look into what it carries, which is encrypted, nor limit how much of it is under way: a long line is slow
//! to answer, not narrow.

mod direction;
mod traffic;

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use traffic::Traffic;

use crate::background::Background;
use crate::{Cluster, Error};
use direction::Direction;
use traffic::Counters;

/// How the line between the two ends is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    delay: Duration,
}

impl Line {
    /// So long that an answer comes this much later; half of it each way, and once more for every new connection, as
    /// TCP's own greeting takes the same line.
    #[must_use]
    pub fn with_round_trip(round_trip: Duration) -> Self {
        Self { delay: round_trip / 2 }
    }
}

/// A relay that runs; it and all its connections end with the value.
#[derive(Debug)]
pub struct Relay {
    server: String,
    target: Arc<Target>,
    counters: Arc<Counters>,
    _background: Background,
}

impl Cluster {
    /// A relay in front of the API server, for [`kubeconfig_with`](Self::kubeconfig_with).
    ///
    /// # Errors
    /// There is no port, or no thread, to be had.
    pub fn relay(&self, line: Line) -> Result<Relay, Error> {
        let address = self.server().trim_start_matches("https://");
        Relay::start(address.to_owned(), line).map_err(Error::file("start a relay to", Path::new(self.server())))
    }
}

/// Where new connections go.
#[derive(Debug)]
struct Target(Mutex<String>);

impl Target {
    fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Relay {
    fn start(target: String, line: Line) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let server = format!("https://{}", listener.local_addr()?);
        let counters = Arc::new(Counters::default());
        let target = Arc::new(Target(Mutex::new(target)));
        let work = accept(listener, Arc::clone(&target), line, Arc::clone(&counters));
        Ok(Self { server, target, counters, _background: Background::start("relay", runtime, work)? })
    }

    /// The URL that is to stand in the kubeconfig in place of the API server's.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// From here on new connections go to another cluster, as when a name comes to mean another address. Those that are
    /// open stay where they are.
    pub fn lead_to(&self, cluster: &Cluster) {
        let address = cluster.server().trim_start_matches("https://").to_owned();
        *self.target.0.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// What it carried since it was started.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.counters.read()
    }
}

async fn accept(listener: TcpListener, target: Arc<Target>, line: Line, counters: Arc<Counters>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A caller that went before it was heard, or too many open files: the next one may do better.
                if let Ok((client, _)) = accepted {
                    connections.spawn(carry(client, target.get(), line, Arc::clone(&counters)));
                }
            }
            Some(_) = connections.join_next() => (),
        }
    }
}

/// One connection to its end. What breaks on one side breaks on the other, as on any line.
async fn carry(client: TcpStream, target: String, line: Line, counters: Arc<Counters>) {
    let accepted = Instant::now();
    counters.connected();
    let Ok(server) = TcpStream::connect(target).await else { return };
    // Otherwise small requests would wait for company, which is no part of the delay that was asked for.
    if client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // The client believes to be connected at once: what it says first would have left a round trip later.
    let up = Direction { line, earliest: accepted + 3 * line.delay, bytes: &counters.to_server };
    let down = Direction { line, earliest: accepted, bytes: &counters.to_client };
    tokio::join!(up.carry(from_client, to_server), down.carry(from_server, to_client));
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net;
    use std::thread;
    use std::time::Instant;

    use super::*;

    const DELAY: Duration = Duration::from_millis(50);
    const LENGTH: usize = 16 << 20;

    fn long_answer() -> Vec<u8> {
        (0..LENGTH).map(|number| (number / 1000).to_le_bytes()[0]).collect()
    }

    #[test]
    fn a_long_answer_is_delayed_as_a_whole_and_not_piece_by_piece() {
        let server = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port");
        let address = server.local_addr().expect("it has an address").to_string();
        let answering = thread::spawn(move || {
            let (mut client, _) = server.accept().expect("somebody comes");
            client.write_all(&long_answer()).expect("it listens");
        });
        let relay = Relay::start(address, Line::with_round_trip(2 * DELAY)).expect("it starts");
        let start = Instant::now();
        let mut client = net::TcpStream::connect(relay.server().trim_start_matches("https://")).expect("it listens");
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).expect("it ends well");
        let took = start.elapsed();
        answering.join().expect("it does not panic");
        let pieces = u32::try_from(LENGTH / direction::PIECE).expect("it fits");
        assert!(took >= DELAY && took < pieces * DELAY, "{took:?}");
        assert!(answer == long_answer(), "in order, and all of it");
        assert_eq!(relay.traffic().to_client, LENGTH as u64);
    }
}
