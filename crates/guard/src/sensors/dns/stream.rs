//! Questions over a stream (RFC 7766): two bytes of length, then a message; several at a time, answered as they are ready.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::{Semaphore, mpsc},
    time::timeout,
};

use super::engine::{Asker, Engine};
use crate::Stopping;

/// How long a connection may say nothing, and how long an asker may take to read an answer.
const IDLE: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(5);
/// Questions of one connection that are answered at a time.
const AT_A_TIME: usize = 64;

/// Serves one connection until it ends, says nothing, or is told to.
pub(super) async fn serve<S>(engine: Arc<Engine>, stream: S, asker: Asker, mut stopping: Stopping)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (send, mut receive) = mpsc::channel::<Vec<u8>>(AT_A_TIME);
    let write = tokio::spawn(async move {
        while let Some(answer) = receive.recv().await {
            let Ok(length) = u16::try_from(answer.len()) else { continue };
            let whole = [&length.to_be_bytes()[..], &answer].concat();
            match timeout(PATIENCE, writer.write_all(&whole)).await {
                Ok(Ok(())) => {}
                // Whoever does not read is not waited for.
                Ok(Err(_)) | Err(_) => break,
            }
        }
        let _ = timeout(PATIENCE, writer.shutdown()).await;
    });
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    loop {
        let packet = tokio::select! {
            packet = timeout(IDLE, message(&mut reader)) => packet,
            () = crate::sensor::told_to_stop(&mut stopping) => break,
            () = send.closed() => break,
        };
        let Ok(Some(packet)) = packet else { break };
        // A device whose name was taken back is not served on the connection that it has.
        if !engine.still_knows(&asker) {
            break;
        }
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let (engine, asker, send) = (Arc::clone(&engine), asker.clone(), send.clone());
        tokio::spawn(async move {
            if let Some(answer) = engine.answer(&packet, &asker).await {
                let _ = send.send(answer).await;
            }
            drop(place);
        });
    }
    drop(send);
    let _ = write.await;
}

/// The next message; none when the connection ended or makes no sense.
async fn message(reader: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let length = reader.read_u16().await.ok()?;
    // A message has a header; memory is taken for what arrives, and for 64 KiB at the most.
    if length < 12 {
        return None;
    }
    let mut packet = Vec::new();
    reader.take(u64::from(length)).read_to_end(&mut packet).await.ok()?;
    (packet.len() == usize::from(length)).then_some(packet)
}
