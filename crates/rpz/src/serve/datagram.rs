//! Questions over UDP: the serial is told, nothing more. An answer is not longer than a signature makes it.

use tokio::net::UdpSocket;

use super::{
    answer::{Over, Reply},
    outlet::Outlet,
};

/// The longest question.
const LONGEST: usize = 2048;

impl Outlet {
    /// Answers what comes to this socket, for ever.
    pub(super) async fn answer_datagrams(&self, socket: &UdpSocket) {
        let mut buffer = vec![0; LONGEST];
        loop {
            // An error is about a message that was sent before; there is always a next one.
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
                tokio::task::yield_now().await;
                continue;
            };
            let message = buffer.get(..length).unwrap_or_default().to_vec();
            if let Reply::Message(answer) = self.reply(message, from.ip(), Over::Udp)
                && let Err(error) = socket.send_to(&answer, from).await
            {
                tracing::debug!(%from, %error, "an answer about the zone could not be sent");
            }
        }
    }
}
