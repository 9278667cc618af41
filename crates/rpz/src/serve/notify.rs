//! Secondaries are told that the zone changed (RFC 1996), until they say that they heard it or five tries were in vain.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use domain::{
    base::{Message, iana::Opcode},
    rdata::tsig::Time48,
    tsig::ClientTransaction,
};
use tokio::{net::UdpSocket, task::JoinSet, time::timeout};

use super::{answer::notice, outlet::Outlet};
use crate::{key::TsigKey, settings::Secondary};

/// How often it is tried.
const TRIES: u32 = 5;
/// How long the first try waits; each further one waits twice as long.
const WAIT: Duration = Duration::from_secs(2);

impl Outlet {
    /// Tells them of each change, for ever.
    pub(super) async fn tell_secondaries(self, own: Vec<IpAddr>) {
        let mut changed = self.0.changed.subscribe();
        changed.mark_changed();
        let own: Arc<[IpAddr]> = own.into();
        while changed.changed().await.is_ok() {
            let Some(serial) = *changed.borrow_and_update() else { continue };
            let mut telling = JoinSet::new();
            for secondary in self.0.settings.notify.clone() {
                let (outlet, own) = (self.clone(), Arc::clone(&own));
                telling.spawn(async move { outlet.tell(&secondary, &own, serial).await });
            }
            // What is newer is told in place of what is not yet heard.
            let mut newer = changed.clone();
            tokio::select! {
                () = async { while telling.join_next().await.is_some() {} } => {}
                _ = newer.wait_for(|newer| *newer != Some(serial)) => {}
            }
        }
    }

    async fn tell(&self, secondary: &Secondary, own: &[IpAddr], serial: u32) {
        let server = secondary.server;
        for attempt in 0..TRIES {
            match timeout(WAIT * 2u32.pow(attempt), self.tell_once(secondary, own)).await {
                Ok(Ok(())) => {
                    tracing::debug!(%server, serial, "the secondary heard that the zone changed");
                    return;
                }
                Ok(Err(error)) => {
                    tracing::debug!(%server, %error, "the secondary could not be told that the zone changed");
                    tokio::time::sleep(WAIT * 2u32.pow(attempt)).await;
                }
                Err(_) => {}
            }
        }
        tracing::warn!(%server, serial, "the secondary does not answer to the message that the zone changed");
    }

    async fn tell_once(&self, secondary: &Secondary, own: &[IpAddr]) -> io::Result<()> {
        let socket = UdpSocket::bind(source(secondary.server, own)).await?;
        socket.connect(secondary.server).await?;
        let id = (self.0.surroundings.random)();
        let (message, signer) = self.notice(secondary.key.as_ref(), id).ok_or(io::ErrorKind::InvalidData)?;
        socket.send(&message).await?;
        let mut buffer = vec![0; 2048];
        loop {
            let length = socket.recv(&mut buffer).await?;
            if self.is_heard(buffer.get(..length).unwrap_or_default(), id, signer.as_ref()) {
                return Ok(());
            }
        }
    }

    fn notice(&self, key: Option<&TsigKey>, id: u16) -> Option<(Vec<u8>, Option<ClientTransaction<TsigKey>>)> {
        let soa = self.published().map(|published| published.zone.soa().clone());
        let mut message = notice(self.0.settings.zone.inner(), soa.as_ref(), id)?;
        let now = Time48::from_u64((self.0.surroundings.now)());
        let signer = match key {
            Some(key) => Some(ClientTransaction::request(key.clone(), &mut message, now).ok()?),
            None => None,
        };
        Some((message.finish(), signer))
    }

    fn is_heard(&self, answer: &[u8], id: u16, signer: Option<&ClientTransaction<TsigKey>>) -> bool {
        let Ok(mut message) = Message::from_octets(answer.to_vec()) else { return false };
        let header = message.header();
        let now = Time48::from_u64((self.0.surroundings.now)());
        header.qr()
            && header.id() == id
            && header.opcode() == Opcode::NOTIFY
            && signer.is_none_or(|signer| signer.answer(&mut message, now).is_ok())
    }
}

/// Where a message comes from: a secondary believes only the address that it knows.
fn source(server: SocketAddr, own: &[IpAddr]) -> SocketAddr {
    let fits = |ip: &&IpAddr| ip.is_ipv4() == server.is_ipv4() && ip.is_loopback() == server.ip().is_loopback();
    let any = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    SocketAddr::new(own.iter().find(fits).copied().unwrap_or(any), 0)
}
