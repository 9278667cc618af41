//! Questions to a server, many at a time, and what came back in a form that can be compared.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr, UdpSocket},
    time::Duration,
};

use domain::{
    base::{Message, MessageBuilder, Name, Rtype, iana::Rcode},
    rdata::{AllRecordData, Soa},
};

use crate::sample::{ZONE, name};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    NxDomain,
    /// Aliases in their order, and addresses at their end.
    Answer(Vec<String>, Vec<IpAddr>),
    Truncated,
    Nothing,
    Other(String),
}

/// How many questions are on their way at a time.
const WINDOW: usize = 64;
/// How often a question is asked that gets no answer.
const TRIES: usize = 3;

/// The serial of the zone, as the server tells it.
pub(crate) fn serial(address: SocketAddr) -> Option<u32> {
    let socket = socket(address);
    socket.send(&question(1, ZONE, Rtype::SOA)).ok()?;
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).ok()?;
    let message = Message::from_octets(&buffer[..length]).ok()?;
    let record = message.answer().ok()?.limit_to::<Soa<_>>().next()?.ok()?;
    Some(record.data().serial().into_int())
}

/// Whether a resolver has its policy: the first name is blocked in every sample.
pub(crate) fn is_blocked(address: SocketAddr) -> bool {
    ask(address, &[name(0)])[0] == Asked::NxDomain
}

/// What the server says of the addresses (IPv4) of these names.
pub(crate) fn ask(address: SocketAddr, names: &[String]) -> Vec<Asked> {
    ask_type(address, names, Rtype::A)
}

/// What the server says of these names.
pub(crate) fn ask_type(address: SocketAddr, names: &[String], kind: Rtype) -> Vec<Asked> {
    let socket = socket(address);
    let mut answers = vec![Asked::Nothing; names.len()];
    for _ in 0..TRIES {
        let waiting: Vec<usize> = (0..names.len()).filter(|&at| answers[at] == Asked::Nothing).collect();
        for window in waiting.chunks(WINDOW) {
            let mut ids: HashMap<u16, usize> = HashMap::new();
            for (id, &at) in (0u16..).zip(window) {
                ids.insert(id, at);
                socket.send(&question(id, &names[at], kind)).unwrap();
            }
            let mut buffer = [0; 4096];
            while !ids.is_empty() {
                let Ok(length) = socket.recv(&mut buffer) else { break };
                let Ok(message) = Message::from_octets(&buffer[..length]) else { continue };
                if let Some(at) = ids.get(&message.header().id()).copied() {
                    // A late answer to an earlier window has another name.
                    if message.sole_question().is_ok_and(|question| question.qname().to_string() == names[at]) {
                        ids.remove(&message.header().id());
                        answers[at] = read(&message);
                    }
                }
            }
        }
    }
    answers
}

fn read(message: &Message<&[u8]>) -> Asked {
    if message.header().tc() {
        return Asked::Truncated;
    }
    match message.header().rcode() {
        Rcode::NXDOMAIN => return Asked::NxDomain,
        Rcode::NOERROR => {}
        other => return Asked::Other(other.to_string()),
    }
    let (mut aliases, mut addresses) = (Vec::new(), Vec::new());
    for record in message.answer().unwrap() {
        match record.unwrap().to_any_record::<AllRecordData<_, _>>().unwrap().into_data() {
            AllRecordData::A(address) => addresses.push(IpAddr::V4(address.addr())),
            AllRecordData::Aaaa(address) => addresses.push(IpAddr::V6(address.addr())),
            AllRecordData::Cname(alias) => aliases.push(alias.cname().to_string()),
            _ => return Asked::Other("another record".to_owned()),
        }
    }
    addresses.sort_unstable();
    Asked::Answer(aliases, addresses)
}

fn question(id: u16, name: &str, kind: Rtype) -> Vec<u8> {
    let mut message = MessageBuilder::new_vec();
    message.header_mut().set_id(id);
    message.header_mut().set_rd(true);
    let mut question = message.question();
    question.push((name.parse::<Name<Vec<u8>>>().unwrap(), kind)).unwrap();
    question.finish()
}

fn socket(address: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
    socket
}
