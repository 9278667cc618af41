//! An asker, at any address of loopback.

use std::{
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query, ResponseCode},
    rr::{
        Name, RecordType,
        rdata::opt::{EdnsCode, EdnsOption},
    },
};

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Got {
    pub(crate) code: ResponseCode,
    pub(crate) addresses: Vec<IpAddr>,
    /// The code and the text of the extended error.
    pub(crate) why: Option<(u16, String)>,
    pub(crate) message: Message,
}

impl Got {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let message = Message::from_vec(bytes).unwrap();
        let why = message.edns.as_ref().and_then(|edns| match edns.option(EdnsCode::Unknown(15)) {
            Some(EdnsOption::Unknown(_, data)) => {
                Some((u16::from_be_bytes([data[0], data[1]]), String::from_utf8(data[2..].to_vec()).unwrap()))
            }
            _ => None,
        });
        let addresses = message.answers.iter().filter_map(|record| record.data.ip_addr()).collect();
        Self { code: message.metadata.response_code, addresses, why, message }
    }

    /// The rule that blocked it; empty where nothing did.
    pub(crate) fn rule(&self) -> &str {
        self.why.as_ref().filter(|(code, _)| matches!(code, 15 | 18)).map_or("", |(_, text)| text)
    }
}

/// A query of a client that speaks EDNS.
pub(crate) fn query(name: &str, kind: RecordType) -> Vec<u8> {
    let mut message = Message::new(rand_id(name), MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(format!("{}.", name.trim_end_matches('.'))).unwrap(), kind));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.set_edns(edns);
    message.to_vec().unwrap()
}

fn rand_id(name: &str) -> u16 {
    name.bytes().fold(1, |id: u16, byte| id.rotate_left(5) ^ u16::from(byte))
}

/// Asks over UDP from an address; again when nothing comes within a few seconds, as clients do.
pub(crate) fn ask_from(from: &str, port: u16, name: &str, kind: RecordType) -> Got {
    let socket = UdpSocket::bind((from, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(6))).unwrap();
    let bytes = query(name, kind);
    let mut answer = [0; 4096];
    for _ in 0..3 {
        socket.send_to(&bytes, ("127.0.0.1", port)).unwrap();
        if let Ok((length, _)) = socket.recv_from(&mut answer) {
            let got = Got::read(&answer[..length]);
            assert_eq!(got.message.metadata.id, rand_id(name));
            return got;
        }
    }
    panic!("no answer for {name}");
}

/// Asks over TCP.
pub(crate) fn ask_tcp(from: &str, port: u16, name: &str, kind: RecordType) -> Got {
    let _ = from;
    let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
    over_stream(&mut stream, name, kind)
}

/// Asks over a stream that stands.
pub(crate) fn over_stream(stream: &mut (impl std::io::Read + std::io::Write), name: &str, kind: RecordType) -> Got {
    let bytes = query(name, kind);
    stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&bytes).unwrap();
    stream.flush().unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    Got::read(&answer)
}
