//! Connections: TCP, TLS (RFC 7858) and HTTPS (RFC 8484), each in a task of its own, and only so many.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use super::{
    certificate::{self, Pinned},
    engine::{Asker, Engine},
    https, stream,
};
use crate::{Stopping, config::DnsTable, sensor::told_to_stop};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Connections at a time, all doors together.
const CONNECTIONS: usize = 2000;

/// What is spoken at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Tcp,
    Tls,
    Https,
}

/// The certificates of the doors; replaced when the configuration is read again, because certificates are renewed.
#[derive(Debug, Clone, Default)]
pub(super) struct Certificates(Arc<Mutex<Option<[Arc<ServerConfig>; 2]>>>);

impl Certificates {
    /// Reads what the table names; nothing where it names nothing. Whoever comes is asked for a certificate where a device is
    /// known by one.
    pub(super) fn load(&self, table: &DnsTable, are_asked: bool) -> Result<(), String> {
        if table.tls.is_empty() && table.https.is_empty() {
            return Ok(());
        }
        let told = |path: &str, error: &dyn std::fmt::Display| format!("{path}: {error}");
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&table.certificate)
            .and_then(Iterator::collect)
            .map_err(|error| told(&table.certificate, &error))?;
        let key = PrivateKeyDer::from_pem_file(&table.key).map_err(|error| told(&table.key, &error))?;
        let config = |protocols: &[&[u8]]| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .map(|builder| match are_asked {
                    true => builder.with_client_cert_verifier(Arc::new(Pinned(provider))),
                    false => builder.with_no_client_auth(),
                });
            let config = builder.and_then(|builder| builder.with_single_cert(chain.clone(), key.clone_key()));
            let mut config = config.map_err(|error| told(&table.certificate, &error))?;
            config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
            Ok::<_, String>(Arc::new(config))
        };
        let both = [config(&[b"dot"])?, config(&[b"h2", b"http/1.1"])?];
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(both);
        Ok(())
    }

    fn acceptor(&self, door: Door) -> Option<TlsAcceptor> {
        let both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [dot, doh] = both.as_ref()?;
        Some(TlsAcceptor::from(Arc::clone(if door == Door::Https { doh } else { dot })))
    }
}

/// What all doors share.
#[derive(Clone)]
pub(super) struct Doors {
    pub(super) engine: Arc<Engine>,
    pub(super) certificates: Certificates,
    places: Arc<Semaphore>,
}

impl Doors {
    pub(super) fn new(engine: Arc<Engine>, certificates: Certificates) -> Self {
        Self { engine, certificates, places: Arc::new(Semaphore::new(CONNECTIONS)) }
    }

    /// Takes connections until told to stop.
    pub(super) async fn open(self, listener: TcpListener, door: Door, mut stopping: Stopping) {
        let mut tasks = JoinSet::new();
        let for_tasks = stopping.clone();
        loop {
            tokio::select! {
                connection = listener.accept() => match connection {
                    Ok((stream, peer)) => match Arc::clone(&self.places).try_acquire_owned() {
                        Ok(place) => {
                            let (doors, stopping) = (self.clone(), for_tasks.clone());
                            tasks.spawn(async move {
                                doors.serve(stream, peer, door, stopping).await;
                                drop(place);
                            });
                        }
                        Err(_) => self.engine.metrics.add("vauban_dns_refused_total", "connections", 1.0),
                    },
                    // Out of descriptors, say: whoever waits is served when there are some again.
                    Err(error) => {
                        tracing::error!(sensor = "dns", %error, "a connection cannot be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
                () = told_to_stop(&mut stopping) => break,
            }
        }
        tasks.shutdown().await;
    }

    async fn serve(self, stream: TcpStream, peer: SocketAddr, door: Door, stopping: Stopping) {
        let _ = stream.set_nodelay(true);
        let address = peer.ip().to_canonical();
        if door == Door::Tcp {
            if let Some(asker) = self.engine.asker_at(address) {
                stream::serve(self.engine, stream, asker.over_stream(false), stopping).await;
            }
            return;
        }
        let Some(acceptor) = self.certificates.acceptor(door) else { return };
        let Ok(Ok(tls)) = timeout(HANDSHAKE, acceptor.accept(stream)).await else { return };
        let connection = tls.get_ref().1;
        let (name, shown) = (connection.server_name().map(str::to_owned), certificate::mark(connection));
        let asker: Option<Asker> = self.engine.asker_over_tls(name.as_deref(), shown, address);
        match (door, asker) {
            (Door::Https, asker) => https::serve(self.engine, tls, asker, address, stopping).await,
            (_, Some(asker)) => stream::serve(self.engine, tls, asker.over_stream(true), stopping).await,
            // Nobody's device: a name that was taken back, or a stranger.
            (_, None) => self.engine.metrics.add("vauban_dns_refused_total", "strangers", 1.0),
        }
    }
}
