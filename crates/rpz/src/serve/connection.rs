//! One connection over TCP: questions one after the other, each with a time by which it is whole, each message of an answer with a time by
//! which it is taken. Whoever is slower is cut off.

use std::{io, net::IpAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use super::{
    answer::{Over, Reply, Request},
    messages::Messages,
    outlet::Outlet,
};

/// Until a question is whole, from the moment the one before was answered.
const QUESTION: Duration = Duration::from_secs(15);
/// Until a message is taken.
const MESSAGE: Duration = Duration::from_secs(30);
/// Until a transfer is over.
const TRANSFER: Duration = Duration::from_secs(900);
/// The most questions of a connection.
const QUESTIONS: usize = 100;
/// The longest question: a name, a start of a zone, a signature.
const LONGEST: usize = 2048;

impl Outlet {
    /// Answers what comes over this connection until it ends.
    pub(super) async fn converse(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        from: IpAddr,
    ) -> io::Result<()> {
        for _ in 0..QUESTIONS {
            let Some(message) = timeout(QUESTION, read_question(&mut stream)).await?? else { break };
            match self.reply(message, from, Over::Tcp) {
                Reply::Nothing => break,
                Reply::Message(message) => {
                    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidData)?;
                    let message = [&length.to_be_bytes(), message.as_slice()].concat();
                    timeout(MESSAGE, stream.write_all(&message)).await??;
                }
                Reply::Transfer(request) => timeout(TRANSFER, self.send(&mut stream, *request, from)).await??,
            }
        }
        timeout(MESSAGE, stream.shutdown()).await?
    }

    async fn send(&self, stream: &mut (impl AsyncWrite + Unpin), request: Request, from: IpAddr) -> io::Result<()> {
        let Some(published) = self.published() else { return Err(io::ErrorKind::NotFound.into()) };
        let (kind, serial) = (request.kind, published.zone.serial());
        let mut messages = Messages::new(&published, request);
        let mut count = 0usize;
        while let Some(message) = messages.next((self.0.surroundings.now)()) {
            timeout(MESSAGE, stream.write_all(&message)).await??;
            count += 1;
        }
        tracing::info!(%from, %kind, serial, messages = count, "the zone was taken");
        Ok(())
    }
}

/// The next question; `None` when the other end has no more, or sends what is none.
async fn read_question(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let length = match stream.read_u16().await {
        Ok(length) => usize::from(length),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    };
    if length > LONGEST {
        return Ok(None);
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).await?;
    Ok(Some(message))
}
