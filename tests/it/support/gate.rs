//! A gate that processes wait at until the test lets them go on: events instead of sleeps.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use super::{CEILING, poll};

/// Where processes wait.
pub(crate) struct Gate {
    listener: TcpListener,
}

/// A process that waits.
pub(crate) struct Arrival {
    stream: TcpStream,
    /// `NAMESPACE/NAME`, or the command.
    pub(crate) who: String,
    pub(crate) pid: u32,
}

impl Gate {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port can be had");
        listener.set_nonblocking(true).expect("a listener can be asked without waiting");
        Self { listener }
    }

    /// What a behaviour of the fake helm has to name.
    pub(crate) fn address(&self) -> String {
        self.listener.local_addr().expect("a bound listener has an address").to_string()
    }

    /// Waits for the next process.
    #[track_caller]
    pub(crate) fn arrival(&self) -> Arrival {
        poll(CEILING, || self.arrived()).expect("somebody comes to the gate")
    }

    /// A process that is there already.
    pub(crate) fn arrived(&self) -> Option<Arrival> {
        let (stream, _) = self.listener.accept().ok()?;
        stream.set_nonblocking(false).expect("a stream can be read with waiting");
        let mut line = String::new();
        BufReader::new(stream.try_clone().expect("a stream can be shared")).read_line(&mut line).ok()?;
        let (who, pid) = line.trim_end().rsplit_once(' ')?;
        Some(Arrival { stream, who: who.to_owned(), pid: pid.parse().ok()? })
    }
}

impl Arrival {
    /// Lets it go on.
    pub(crate) fn go(mut self) {
        // It may have been ended while it waited.
        let _ = self.stream.write_all(b"!");
    }
}
