//! Questions to a resolver, as a device asks them.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, TcpStream, UdpSocket},
    str::FromStr as _,
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RData, RecordType},
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) message: Message,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self { message: Message::from_vec(bytes).ok()?, bytes: bytes.to_vec() })
    }

    /// The addresses that it gives.
    pub(crate) fn addresses(&self) -> Vec<IpAddr> {
        let records = self.message.answers.iter();
        let address = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        };
        records.filter_map(|record| address(&record.data)).collect()
    }

    /// Whether it says that the resolver works.
    pub(crate) fn is_well(&self) -> bool {
        matches!(self.message.metadata.response_code, ResponseCode::NoError | ResponseCode::NXDomain)
    }
}

/// A question with EDNS.
pub(crate) fn question(name: &str, kind: RecordType) -> Vec<u8> {
    let mut message = Message::new(4242, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_str(&format!("{}.", name.trim_end_matches('.'))).unwrap(), kind));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.set_edns(edns);
    message.to_vec().unwrap()
}

/// Asks over UDP from where this thread is.
pub(crate) fn udp(server: &str, name: &str, kind: RecordType, patience: Duration) -> Option<Answer> {
    udp_from(if server.contains(':') { "::" } else { "0.0.0.0" }, server, name, kind, patience)
}

/// Asks over UDP from one of the addresses that this place has.
pub(crate) fn udp_from(from: &str, server: &str, name: &str, kind: RecordType, patience: Duration) -> Option<Answer> {
    let socket = UdpSocket::bind((from.parse::<IpAddr>().unwrap(), 0)).unwrap();
    socket.set_read_timeout(Some(patience)).unwrap();
    let server: IpAddr = server.parse().unwrap();
    socket.send_to(&question(name, kind), (server, 53)).ok()?;
    let mut answer = vec![0; 4096];
    let (length, _) = socket.recv_from(&mut answer).ok()?;
    Answer::read(&answer[..length])
}

/// Asks over TCP; bytes of any sort.
pub(crate) fn tcp(server: &str, bytes: &[u8], patience: Duration) -> Option<Answer> {
    let server: IpAddr = server.parse().unwrap();
    let mut stream = TcpStream::connect_timeout(&(server, 53).into(), patience).ok()?;
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes()).ok()?;
    stream.write_all(bytes).ok()?;
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).ok()?;
    Answer::read(&answer)
}
