//! Free ports on 127.0.0.1.
//!
//! Must not promise that they stay free: who starts something on them tries again where another was faster.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::Error;

/// The ports of one cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) etcd: u16,
    pub(super) api_server: u16,
}

impl Ports {
    /// Free a moment ago, and different from each other.
    pub(super) fn find() -> Result<Self, Error> {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let find = || -> io::Result<Self> {
            // Both are held until both are known.
            let (etcd, api_server) = (listen()?, listen()?);
            Ok(Self { etcd: etcd.local_addr()?.port(), api_server: api_server.local_addr()?.port() })
        };
        find().map_err(Error::file("listen on", Path::new("127.0.0.1")))
    }
}
