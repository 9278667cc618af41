//! Transfers over TCP: one connection, to the address that was named and to no other.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    task, time,
};

use super::{
    error::TransferError,
    session::{Limits, Outcome, Session},
};
use crate::{settings::TransferSettings, surroundings::Surroundings, zone::Zone};

/// Takes a zone in from a server.
#[derive(Clone, Debug)]
pub struct Transfer {
    settings: TransferSettings,
    limits: Limits,
    surroundings: Surroundings,
}

impl Transfer {
    /// Of this zone of this server.
    #[must_use]
    pub fn new(settings: TransferSettings, limits: Limits, surroundings: Surroundings) -> Self {
        Self { settings, limits, surroundings }
    }

    /// The zone as the server has it now. With `kept`, differences to it are asked for (IXFR), and the whole zone (AXFR) when they do not
    /// fit or the server has none.
    ///
    /// # Errors
    ///
    /// For every [`TransferError`] `kept` is to be kept: nothing of what came was used.
    pub async fn fetch(&self, kept: Option<&Arc<Zone>>) -> Result<Outcome, TransferError> {
        match self.over(self.connect().await?, kept).await {
            Err(error) if kept.is_some() && error.asks_for_all() => {
                tracing::debug!(%error, source = %self.settings, "differences are of no use: the whole zone is asked for");
                let whole = self.over(self.connect().await?, None).await?;
                not_older(kept, whole)
            }
            other => other,
        }
    }

    /// The same over a connection that stands already, over TLS for one; without a second try.
    ///
    /// # Errors
    ///
    /// As [`Transfer::fetch`].
    pub async fn over(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin + Send,
        kept: Option<&Arc<Zone>>,
    ) -> Result<Outcome, TransferError> {
        in_time(self.limits.whole, self.converse(&mut stream, kept)).await?
    }

    async fn connect(&self) -> Result<TcpStream, TransferError> {
        let server: SocketAddr = self.settings.server;
        in_time(self.limits.connect, TcpStream::connect(server)).await?.map_err(broken)
    }

    async fn converse(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        kept: Option<&Arc<Zone>>,
    ) -> Result<Outcome, TransferError> {
        let Surroundings { now, random } = &self.surroundings;
        let named = (&self.settings.zone, self.settings.key.as_ref());
        let (mut session, request) = Session::begin(named, kept, self.limits, (random(), now()))?;
        in_time(self.limits.message, write_message(stream, &request)).await?.map_err(broken)?;
        loop {
            let message = in_time(self.limits.message, read_message(stream)).await??;
            if session.take(message, now())? {
                break;
            }
        }
        // Sorting a million records takes a while, during which others want to be served.
        let finish = task::spawn_blocking(move || session.finish());
        finish.await.map_err(|error| TransferError::Connection(error.to_string()))?
    }
}

/// A whole zone that is older than what is kept helps nobody.
fn not_older(kept: Option<&Arc<Zone>>, outcome: Outcome) -> Result<Outcome, TransferError> {
    match (kept, outcome.zone()) {
        (Some(kept), Some(zone)) if crate::zone::is_newer(kept.serial(), zone.serial()) => {
            Err(TransferError::Older { kept: kept.serial(), offered: zone.serial() })
        }
        _ => Ok(outcome),
    }
}

async fn in_time<T>(limit: Duration, what: impl Future<Output = T>) -> Result<T, TransferError> {
    time::timeout(limit, what).await.map_err(|_| TransferError::TimedOut)
}

async fn write_message(stream: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&[&length.to_be_bytes(), message].concat()).await?;
    stream.flush().await
}

async fn read_message(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, TransferError> {
    let length = stream.read_u16().await.map_err(broken)?;
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message).await.map_err(broken)?;
    Ok(message)
}

fn broken(error: io::Error) -> TransferError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => TransferError::CutShort,
        _ => TransferError::Connection(error.to_string()),
    }
}
