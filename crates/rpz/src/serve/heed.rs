//! What servers tell us of their zones (RFC 1996). The message is a reason to ask, never more: what it says of serials is not read.

use domain::{
    base::{
        Message, MessageBuilder, Rtype,
        iana::{Opcode, Rcode},
    },
    rdata::tsig::Time48,
    tsig::ServerTransaction,
};
use std::net::IpAddr;
use tokio::{net::UdpSocket, sync::mpsc};

use super::{answer::refusal, keys::Keys};
use crate::{name::ZoneName, settings::Watched, surroundings::Surroundings};

/// Hears messages that zones changed, and hands their names on, until nobody takes them any more. Messages from elsewhere, about other
/// zones, or without the signature that they should have, get no answer.
pub async fn heed(
    socket: UdpSocket,
    watched: Vec<Watched>,
    surroundings: Surroundings,
    changed: mpsc::Sender<ZoneName>,
) {
    let mut buffer = vec![0; 2048];
    while !changed.is_closed() {
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            () = changed.closed() => return,
        };
        let Ok((length, from)) = received else {
            tokio::task::yield_now().await;
            continue;
        };
        let message = buffer.get(..length).unwrap_or_default().to_vec();
        let Some((answer, zone)) = hear(message, from.ip(), &watched, (surroundings.now)()) else { continue };
        if let Err(error) = socket.send_to(&answer, from).await {
            tracing::debug!(%from, %error, "it could not be said that a message was heard");
        }
        if let Some(zone) = zone
            && let Err(mpsc::error::TrySendError::Full(zone)) = changed.try_send(zone)
        {
            // Somebody is about to ask anyway.
            tracing::debug!(%zone, "one more message that the zone changed");
        }
    }
}

/// The answer to a message, and the zone that changed.
fn hear(message: Vec<u8>, from: IpAddr, watched: &[Watched], now: u64) -> Option<(Vec<u8>, Option<ZoneName>)> {
    let mut message = Message::from_octets(message).ok()?;
    if message.header().qr() || message.header().opcode() != Opcode::NOTIFY {
        return None;
    }
    let question = message.sole_question().ok()?;
    let of_server = watched.iter().filter(|watched| watched.from == from.to_canonical());
    let watched = of_server.into_iter().find(|watched| watched.zone.is(question.qname()))?;
    if question.qtype() != Rtype::SOA {
        return None;
    }
    let keys = Keys(watched.key.iter().cloned().collect());
    let now = Time48::from_u64(now);
    let signer = match ServerTransaction::request(&keys, &mut message, now) {
        Ok(signer) => signer,
        Err(error) => {
            return Some((refusal(&message, error)?, None));
        }
    };
    if signer.is_none() && watched.key.is_some() {
        return None;
    }
    let mut answer = MessageBuilder::new_vec().start_answer(&message, Rcode::NOERROR).ok()?.additional();
    answer.header_mut().set_aa(true);
    if let Some(signer) = signer {
        signer.answer(&mut answer, now).ok()?;
    }
    Some((answer.finish(), Some(watched.zone.clone())))
}
