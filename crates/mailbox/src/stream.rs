//! TLS to the one host that a person named.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};

use vauban_intake::StopFlag;

use crate::{Account, MailboxError, conversation::Wire};

/// Whom to believe about the identity of servers.
#[derive(Debug, Clone)]
pub struct Authorities(Arc<ClientConfig>);

/// Why no authority can be believed.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// The file cannot be read, or is not of certificates.
    #[error("it holds no certificate that can be read: {0}")]
    Unreadable(String),
    /// What it holds can be no authority.
    #[error("it holds no authority: {0}")]
    NoAuthority(String),
}

/// What a connection may ask while it waits.
#[derive(Clone)]
pub struct Circumstances {
    /// Time since some fixed moment.
    pub clock: Arc<dyn Fn() -> Duration + Send + Sync>,
    /// Raised by whoever wants it to end.
    pub stop: StopFlag,
}

/// The longest that a server may take to begin a conversation, or to say one thing.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest that one command may take.
const LONG_PATIENCE: Duration = Duration::from_secs(30 * 60);
/// How often a waiting connection looks up.
const TICK: Duration = Duration::from_millis(250);

impl Authorities {
    /// The public authorities that Mozilla trusts, as they were when this program was built.
    ///
    /// # Errors
    /// When no protocol can be spoken with them.
    pub fn public() -> Result<Self, AuthoritiesError> {
        Self::of(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
    }

    /// The authorities of a PEM file, and no others.
    ///
    /// # Errors
    /// When it holds none.
    pub fn from_file(path: &Path) -> Result<Self, AuthoritiesError> {
        let unreadable = |error: &dyn std::fmt::Display| AuthoritiesError::Unreadable(error.to_string());
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
            let certificate = certificate.map_err(|error| unreadable(&error))?;
            roots.add(certificate).map_err(|error| AuthoritiesError::NoAuthority(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(AuthoritiesError::Unreadable("no certificate in it".to_owned()));
        }
        Self::of(roots)
    }

    fn of(roots: RootCertStore) -> Result<Self, AuthoritiesError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| AuthoritiesError::NoAuthority(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

/// An encrypted connection to a server whose identity is proven.
pub(crate) struct Encrypted {
    stream: StreamOwned<ClientConnection, TcpStream>,
    server: String,
    circumstances: Circumstances,
    answer_until: Duration,
    command_until: Duration,
}

impl Encrypted {
    pub(crate) fn open(
        account: &Account,
        authorities: &Authorities,
        circumstances: Circumstances,
    ) -> Result<Self, MailboxError> {
        let server = format!("{}:{}", account.host, account.port);
        let broken = |source: io::Error| MailboxError::Io { server: server.clone(), source };
        let name = ServerName::try_from(account.host.clone())
            .map_err(|error| MailboxError::Identity { server: server.clone(), reason: error.to_string() })?;
        let socket = dial(&account.host, account.port).map_err(broken)?;
        socket.set_nodelay(true).map_err(broken)?;
        socket.set_read_timeout(Some(TICK)).map_err(broken)?;
        socket.set_write_timeout(Some(PATIENCE)).map_err(broken)?;
        let tls = ClientConnection::new(Arc::clone(&authorities.0), name)
            .map_err(|error| MailboxError::Identity { server: server.clone(), reason: error.to_string() })?;
        let until = (circumstances.clock)().saturating_add(PATIENCE);
        let mut encrypted = Self {
            stream: StreamOwned::new(tls, socket),
            server,
            circumstances,
            answer_until: until,
            command_until: until,
        };
        while encrypted.stream.conn.is_handshaking() {
            let StreamOwned { conn, sock } = &mut encrypted.stream;
            let outcome = conn.complete_io(sock);
            if let Err(error) = outcome {
                encrypted.wait_or_fail(error)?;
            }
        }
        Ok(encrypted)
    }

    /// Nothing when the wait goes on.
    fn wait_or_fail(&self, error: io::Error) -> Result<(), MailboxError> {
        let server = self.server.clone();
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {
                if self.circumstances.stop.is_raised() {
                    return Err(MailboxError::Stopped);
                }
                let now = (self.circumstances.clock)();
                if now > self.answer_until || now > self.command_until {
                    return Err(MailboxError::Silent { server });
                }
                Ok(())
            }
            // This is how rustls hands its own errors over: a certificate that is refused, or no TLS at all.
            io::ErrorKind::InvalidData => Err(MailboxError::Identity { server, reason: error.to_string() }),
            _ => Err(MailboxError::Io { server, source: error }),
        }
    }
}

/// The first address of the host that answers.
fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut outcome = Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
    for address in (host, port).to_socket_addrs()? {
        outcome = TcpStream::connect_timeout(&address, PATIENCE / 4);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

impl Wire for Encrypted {
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, MailboxError> {
        loop {
            match self.stream.read(buffer) {
                Ok(count) => return Ok(count),
                Err(error) => self.wait_or_fail(error)?,
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), MailboxError> {
        let broken = |source: io::Error| MailboxError::Io { server: self.server.clone(), source };
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).map_err(broken)
    }

    fn begin(&mut self, new_command: bool) {
        let now = (self.circumstances.clock)();
        self.answer_until = now.saturating_add(PATIENCE);
        if new_command {
            self.command_until = now.saturating_add(LONG_PATIENCE);
        }
    }

    fn server(&self) -> &str {
        &self.server
    }
}
