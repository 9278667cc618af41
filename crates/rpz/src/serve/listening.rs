//! The sockets of an outlet, and how many may be connected at a time.

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
    time::sleep,
};

use super::outlet::Outlet;

/// Connections at a time.
const CONNECTIONS: usize = 64;
/// Connections of one address at a time.
const OF_ONE: usize = 8;
/// After a socket could not be accepted, because there are too many, say.
const PAUSE: Duration = Duration::from_millis(200);

/// Sockets that listen, and are answered once [`Listening::serve`] runs.
#[derive(Debug)]
pub struct Listening {
    outlet: Outlet,
    tcp: Vec<TcpListener>,
    udp: Vec<UdpSocket>,
}

impl Outlet {
    /// Listens on the addresses of the settings.
    ///
    /// # Errors
    ///
    /// When one of them cannot be listened on.
    pub async fn listen(&self) -> io::Result<Listening> {
        let (mut tcp, mut udp) = (Vec::new(), Vec::new());
        for address in &self.0.settings.listen {
            let listener = TcpListener::bind(address).await?;
            udp.push(UdpSocket::bind(listener.local_addr()?).await?);
            tcp.push(listener);
        }
        Ok(Listening { outlet: self.clone(), tcp, udp })
    }
}

impl Listening {
    /// Where it listens, with the ports that the system chose for those that were 0.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.tcp.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Answers, and tells secondaries of changes, until `stop` ends. What is being sent then is cut off.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let Self { outlet, tcp, udp } = self;
        let seats = Seats::default();
        let mut tasks = JoinSet::new();
        let own = udp.iter().filter_map(|socket| socket.local_addr().ok()).map(|address| address.ip()).collect();
        let telling = outlet.clone();
        tasks.spawn(async move { telling.tell_secondaries(own).await });
        for socket in udp {
            let outlet = outlet.clone();
            tasks.spawn(async move { outlet.answer_datagrams(&socket).await });
        }
        for listener in tcp {
            let (outlet, seats) = (outlet.clone(), seats.clone());
            tasks.spawn(async move { accept(&outlet, &listener, &seats).await });
        }
        // The tasks end with their set.
        stop.await;
    }
}

async fn accept(outlet: &Outlet, listener: &TcpListener, seats: &Seats) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, from)) => {
                if let Some(seat) = seats.take(from.ip()) {
                    let outlet = outlet.clone();
                    connections.spawn(async move { converse(&outlet, stream, seat).await });
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a connection could not be accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn converse(outlet: &Outlet, stream: TcpStream, seat: Seat) {
    if let Err(error) = outlet.converse(stream, seat.of).await {
        tracing::debug!(from = %seat.of, %error, "a connection about the zone ended");
    }
}

/// Who is connected.
#[derive(Clone, Debug, Default)]
struct Seats(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A place among the connections, free again when it is dropped.
struct Seat {
    seats: Seats,
    of: IpAddr,
}

impl Seats {
    fn take(&self, of: IpAddr) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= CONNECTIONS || taken.get(&of).is_some_and(|count| *count >= OF_ONE) {
            return None;
        }
        *taken.entry(of).or_default() += 1;
        Some(Seat { seats: self.clone(), of })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_does_not_take_all_seats() {
        let seats = Seats::default();
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let mut taken: Vec<_> = std::iter::from_fn(|| seats.take(one)).take(100).collect();
        assert_eq!(taken.len(), OF_ONE);
        let others = (0..255u8).filter_map(|last| seats.take([198, 51, 100, last].into())).collect::<Vec<_>>();
        assert_eq!(others.len(), CONNECTIONS - OF_ONE);
        taken.pop();
        assert!(seats.take(one).is_some());
        drop((taken, others));
        assert!(seats.0.lock().unwrap().is_empty());
    }
}
