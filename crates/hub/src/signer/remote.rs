//! A signer that is another process, reached at an address or through a Unix socket.

use std::{fmt, path::PathBuf, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use vauban_blind::{Batch, Epoch, Evaluated};

use super::{Evaluate, Evaluating, NotEvaluated, Secret};

/// How long a signer may take: 8,192 elements are evaluated within a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a signer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerAddress {
    /// `127.0.0.1:7021`, or the near end of a tunnel.
    Tcp(String),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// Asks a signer that is another process. A connection for each batch: there is one a day of each party.
#[derive(Clone)]
pub struct Remote {
    address: SignerAddress,
    secret: Secret,
}

impl Remote {
    /// A signer at an address, shown a secret.
    #[must_use]
    pub const fn new(address: SignerAddress, secret: Secret) -> Self {
        Self { address, secret }
    }

    async fn evaluated(&self, batch: Batch) -> Result<Evaluated, NotEvaluated> {
        let asking = async {
            match &self.address {
                SignerAddress::Tcp(address) => {
                    self.ask(TcpStream::connect(address).await.map_err(|_| NotEvaluated::Away)?, &batch).await
                }
                SignerAddress::Unix(path) => {
                    self.ask(UnixStream::connect(path).await.map_err(|_| NotEvaluated::Away)?, &batch).await
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or(Err(NotEvaluated::Away))
    }

    async fn ask<S>(&self, stream: S, batch: &Batch) -> Result<Evaluated, NotEvaluated>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let away = |_| NotEvaluated::Away;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(away)?;
        let connection = tokio::spawn(connection);
        let request = Request::post("/evaluate")
            .header(header::HOST, "signer")
            .header(header::AUTHORIZATION, self.secret.header().as_str())
            .body(Full::new(Bytes::from(batch.to_bytes())))
            .map_err(|_| NotEvaluated::Away)?;
        let response = sender.send_request(request).await.map_err(away)?;
        let status = response.status();
        let most = Evaluated::wire_length(batch.size());
        let body = Limited::new(response.into_body(), most).collect().await.map_err(|_| NotEvaluated::Away)?.to_bytes();
        connection.abort();
        match status {
            StatusCode::OK => Evaluated::from_bytes(&body, batch.size()).map_err(|_| NotEvaluated::Away),
            StatusCode::CONFLICT => Err(other(batch, &body)),
            _ => Err(NotEvaluated::Away),
        }
    }
}

/// The signer said its epoch.
fn other(batch: &Batch, body: &[u8]) -> NotEvaluated {
    let asked = batch.pin().epoch;
    match std::str::from_utf8(body).ok().and_then(|text| text.parse().ok()).map(Epoch::new) {
        Some(ours) if ours == asked => NotEvaluated::Key(ours),
        Some(ours) => NotEvaluated::Epoch { asked, ours },
        None => NotEvaluated::Away,
    }
}

impl Evaluate for Remote {
    fn evaluate(&self, batch: Batch) -> Evaluating<'_> {
        Box::pin(self.evaluated(batch))
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Remote({:?})", self.address)
    }
}
