//! Connections by hickory: sockets with random ports and ids, TLS, HTTP/2. What they bring is bytes that others judge.

use std::{sync::Arc, time::Duration};

use hickory_net::{NetError, runtime::TokioRuntimeProvider, xfer::DnsExchange};
use hickory_resolver::{
    ConnectionProvider, PoolContext, TlsConfig,
    config::{ConnectionConfig, ProtocolConfig, ResolverOpts},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::{sync::Mutex, time::timeout};

use super::{Protocol, Upstream};

/// A handshake that takes longer has failed.
const CONNECT: Duration = Duration::from_millis(2500);
/// hickory ends what was not answered by then; whoever waits ends it earlier.
const ANSWER: Duration = Duration::from_secs(5);
/// Questions under way on one connection.
const MOST_QUESTIONS: usize = 1024;

/// What goes over the wire.
pub(super) type Connection = DnsExchange<TokioRuntimeProvider>;

/// Authorities whose certificates are believed: those in the PEM text, or Mozilla's. `None` when the text has none.
pub(crate) fn tls_roots(pem: Option<&[u8]>) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match pem {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.ok()?).ok()?;
            }
        }
    }
    (!roots.is_empty()).then_some(roots)
}

/// What all connections share. `None` when TLS cannot be set up.
pub(super) fn context(roots: RootCertStore) -> Option<Arc<PoolContext>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut options = ResolverOpts::default();
    options.timeout = ANSWER;
    options.max_active_requests = MOST_QUESTIONS;
    Some(Arc::new(PoolContext::new(options, TlsConfig { config })))
}

/// One connection, made when it is needed, and made anew when it broke.
pub(super) struct Line {
    upstream: Upstream,
    context: Arc<PoolContext>,
    /// What reads from connections ends with it.
    runtime: TokioRuntimeProvider,
    /// An odd number is that of a connection that is of no use any more.
    open: Mutex<Option<(u64, Connection)>>,
}

impl Line {
    pub(super) fn new(upstream: Upstream, context: Arc<PoolContext>) -> Self {
        Self { upstream, context, runtime: TokioRuntimeProvider::default(), open: Mutex::new(None) }
    }

    /// The connection with its number, and whether it was open before. Whoever else needs it meanwhile waits for it.
    pub(super) async fn open(&self) -> Result<(u64, Connection, bool), NetError> {
        let mut open = self.open.lock().await;
        let number = match &*open {
            Some((number, connection)) if *number % 2 == 0 => return Ok((*number, connection.clone(), true)),
            Some((number, _)) => number + 1,
            None => 0,
        };
        let connecting = self.runtime.new_connection(self.upstream.address.ip(), &self.config(), &self.context)?;
        let connection = timeout(CONNECT, connecting).await.map_err(|_| NetError::Timeout)??;
        *open = Some((number, connection.clone()));
        Ok((number, connection, false))
    }

    /// The connection of that number is of no use any more.
    pub(super) async fn close(&self, number: u64) {
        let mut open = self.open.lock().await;
        if let Some((current, _)) = &mut *open
            && *current == number
        {
            *current += 1;
        }
    }

    /// Nothing came over the connection for long: the next question gets another.
    pub(super) fn doubt(&self) {
        if let Ok(mut open) = self.open.try_lock()
            && let Some((number, _)) = &mut *open
        {
            *number += 1 - *number % 2;
        }
    }

    fn config(&self) -> ConnectionConfig {
        let protocol = match &self.upstream.protocol {
            Protocol::Udp => ProtocolConfig::Udp,
            Protocol::Tcp => ProtocolConfig::Tcp,
            Protocol::Tls(name) => ProtocolConfig::Tls { server_name: name.as_str().into() },
            Protocol::Https(name, path) => {
                ProtocolConfig::Https { server_name: name.as_str().into(), path: path.as_str().into() }
            }
        };
        let mut config = ConnectionConfig::new(protocol);
        config.port = self.upstream.address.port();
        config
    }
}
