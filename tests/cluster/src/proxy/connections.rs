//! The connections to the proxy: TLS ends here, and each request meets what the book says about it.
//!
//! Must not let one connection wait for another.

use std::io;
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::body::Passing;
use super::book::Book;
use super::upstream::Upstream;
use super::{Fault, other};
use crate::ServerCertificate;

/// What every connection needs.
#[derive(Clone)]
pub(super) struct Door {
    tls: TlsAcceptor,
    upstream: Upstream,
    book: Arc<Book>,
}

impl Door {
    pub(super) fn new(certificate: &ServerCertificate, upstream: Upstream, book: Arc<Book>) -> io::Result<Self> {
        let chain = CertificateDer::pem_file_iter(&certificate.certificate).map_err(other)?;
        let chain = chain.collect::<Result<Vec<_>, _>>().map_err(other)?;
        let key = PrivateKeyDer::from_pem_file(&certificate.key).map_err(other)?;
        let settings = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let settings = settings.with_safe_default_protocol_versions().map_err(other)?;
        let settings = settings.with_no_client_auth().with_single_cert(chain, key).map_err(other)?;
        Ok(Self { tls: TlsAcceptor::from(Arc::new(settings)), upstream, book })
    }

    /// For as long as it is asked to.
    pub(super) async fn open(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    // A caller that went before it was heard, or too many open files: the next one may do better.
                    if let Ok((client, _)) = accepted {
                        connections.spawn(self.clone().serve(client));
                    }
                }
                Some(_) = connections.join_next() => (),
            }
        }
    }

    /// One connection to its end, whoever ends it.
    async fn serve(self, client: TcpStream) {
        // Otherwise small answers would wait for company.
        if client.set_nodelay(true).is_err() {
            return;
        }
        let Ok(client) = self.tls.accept(client).await else { return };
        let answer = service_fn(|request| self.answer(request));
        // It ends with an error where that was asked for.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(client), answer).await;
    }

    /// An error ends the connection without an answer.
    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Passing>> {
        match self.book.enter(first_line(&request)) {
            None => Ok(self.pass_on(request).await?.map(Passing::whole)),
            Some(Fault::Delay(delay)) => {
                tokio::time::sleep(delay).await;
                Ok(self.pass_on(request).await?.map(Passing::whole))
            }
            Some(Fault::Hold) => {
                self.book.opened().await;
                Ok(self.pass_on(request).await?.map(Passing::whole))
            }
            Some(Fault::Stall) => std::future::pending().await,
            Some(Fault::HangUp) => Err(io::Error::other("hung up, as asked")),
            Some(Fault::Cut(0)) => {
                self.pass_on(request).await?.into_body().collect().await.map_err(other)?;
                Err(io::Error::other("the answer is lost, as asked"))
            }
            Some(Fault::Cut(after)) => Ok(self.pass_on(request).await?.map(|body| Passing::cut(body, after))),
            Some(Fault::Answer(answer)) => Ok(answer.to_response().map(Passing::whole)),
        }
    }

    async fn pass_on(&self, request: Request<Incoming>) -> io::Result<Response<kube::client::Body>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(other)?.to_bytes();
        self.upstream.send(Request::from_parts(head, body.into())).await
    }
}

fn first_line<T>(request: &Request<T>) -> String {
    format!("{} {}", request.method(), request.uri())
}
