//! The least that a name server can do: takes a datagram, turns a bit, sends it back. What others cost is told against it.

use std::{env, io, net::UdpSocket};

fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5399".to_owned());
    let socket = UdpSocket::bind(address)?;
    let mut packet = [0; 4096];
    loop {
        let (length, peer) = socket.recv_from(&mut packet)?;
        if length > 2 {
            packet[2] |= 0x80;
            socket.send_to(&packet[..length], peer)?;
        }
    }
}
