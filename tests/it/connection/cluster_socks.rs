//! A SOCKS proxy in the kubeconfig: client and helm go through it, and without it nothing is purged.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use throwaway_cluster::HelmVersion;

use crate::support::{Real, cluster};

/// A SOCKS5 proxy without a login, on 127.0.0.1, which counts what it connects. It lives as long as the test's process.
struct Socks {
    address: SocketAddr,
    connected: Arc<AtomicUsize>,
}

impl Socks {
    fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (address, connected) = (listener.local_addr()?, Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&connected);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let count = Arc::clone(&count);
                thread::spawn(move || serve(client, &count));
            }
        });
        Ok(Self { address, connected })
    }
}

/// RFC 1928: the methods, the request, and then the bytes in both directions.
fn serve(mut client: TcpStream, count: &AtomicUsize) -> io::Result<()> {
    let mut head = [0; 2];
    client.read_exact(&mut head)?;
    client.read_exact(&mut vec![0; usize::from(head[1])])?;
    client.write_all(&[5, 0])?;
    let mut request = [0; 4];
    client.read_exact(&mut request)?;
    let host = match request[3] {
        1 => {
            let mut octets = [0; 4];
            client.read_exact(&mut octets)?;
            Ipv4Addr::from(octets).to_string()
        }
        3 => {
            let mut length = [0];
            client.read_exact(&mut length)?;
            let mut name = vec![0; usize::from(length[0])];
            client.read_exact(&mut name)?;
            String::from_utf8_lossy(&name).into_owned()
        }
        other => return Err(io::Error::other(format!("an address of type {other}"))),
    };
    let mut port = [0; 2];
    client.read_exact(&mut port)?;
    let server = TcpStream::connect((host.as_str(), u16::from_be_bytes(port)))?;
    count.fetch_add(1, Ordering::SeqCst);
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut from_client, &mut to_server));
    io::copy(&mut &server, &mut client)?;
    Ok(())
}

#[test]
fn client_and_helm_go_through_a_socks_proxy_and_without_it_the_cluster_is_not_reached() {
    for helm in [HelmVersion::Three, HelmVersion::Four] {
        let mut real = Real::new("socks", helm);
        real.seed(&["a/web"]);
        let socks = Socks::start().expect("a port can be had");
        let kubeconfig = std::fs::read_to_string(cluster().kubeconfig()).expect("the kubeconfig is there");
        let through = |address: SocketAddr| {
            let line = kubeconfig.lines().find(|line| line.trim_start().starts_with("server:")).expect("it has one");
            let indent = &line[..line.len() - line.trim_start().len()];
            kubeconfig.replace(line, &format!("{line}\n{indent}proxy-url: socks5://user:SECRET@{address}"))
        };
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port");
        real.program.file("nowhere", &through(closed));
        real.program.set("KUBECONFIG", "nowhere");
        let output =
            real.program.run("run -f policy.yaml --yes -A").exits(4).stderr_has("the API server is not reached");
        assert!(!output.to_string().contains("SECRET"), "{output}");
        real.program.file("socks", &through(socks.address));
        real.program.set("KUBECONFIG", "socks");
        let output = real.program.run("run -f policy.yaml --yes -A").exits(0).stdout_has("purged 1");
        assert!(!output.to_string().contains("SECRET"), "{output}");
        // One for the client, and more for the helm processes.
        assert!(socks.connected.load(Ordering::SeqCst) > 1, "{output}");
    }
}
