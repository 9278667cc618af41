//! Somebody above the filter: a name server on loopback that answers what a test wants, counts, lies, and dies.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket},
    str::FromStr as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use hickory_proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME, SOA},
    },
};

/// What it knows of a name, besides its default.
#[derive(Clone)]
pub(crate) enum Known {
    /// It is at these addresses.
    At(Vec<&'static str>),
    /// It is another name.
    Is(String),
    /// It does not exist.
    Nowhere,
    /// It has an HTTPS record with keys of ECH.
    Hides,
}

/// The server. A name that it knows nothing of is at 192.0.2.80 and 2001:db8::80.
pub(crate) struct Upstream {
    pub(crate) port: u16,
    known: Arc<Mutex<Vec<(String, Known)>>>,
    asked: Arc<AtomicUsize>,
    is_silent: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Upstream {
    pub(crate) fn start() -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
                break (udp, tcp);
            }
        };
        let upstream = Self {
            port: udp.local_addr().unwrap().port(),
            known: Arc::default(),
            asked: Arc::default(),
            is_silent: Arc::default(),
            stop: Arc::default(),
        };
        udp.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let server = upstream.server();
        thread::spawn(move || {
            let mut packet = [0; 4096];
            while !server.stop.load(Ordering::Relaxed) {
                let Ok((length, peer)) = udp.recv_from(&mut packet) else { continue };
                if let Some(answer) = server.answer(&packet[..length]) {
                    let _ = udp.send_to(&answer, peer);
                }
            }
        });
        let server = upstream.server();
        tcp.set_nonblocking(true).unwrap();
        thread::spawn(move || {
            while !server.stop.load(Ordering::Relaxed) {
                let Ok((mut stream, _)) = tcp.accept() else {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                };
                stream.set_nonblocking(false).unwrap();
                let server = server.clone();
                thread::spawn(move || {
                    let mut length = [0; 2];
                    while stream.read_exact(&mut length).is_ok() {
                        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
                        if stream.read_exact(&mut packet).is_err() {
                            return;
                        }
                        let Some(answer) = server.answer(&packet) else { return };
                        let _ = stream.write_all(&u16::try_from(answer.len()).unwrap().to_be_bytes());
                        let _ = stream.write_all(&answer);
                    }
                });
            }
        });
        upstream
    }

    fn server(&self) -> Server {
        Server {
            known: Arc::clone(&self.known),
            asked: Arc::clone(&self.asked),
            is_silent: Arc::clone(&self.is_silent),
            stop: Arc::clone(&self.stop),
        }
    }

    /// From now on it knows this of a name.
    pub(crate) fn knows(&self, name: &str, known: Known) {
        self.known.lock().unwrap().push((name.to_owned(), known));
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Whether it answers nothing any more.
    pub(crate) fn silence(&self, is_silent: bool) {
        self.is_silent.store(is_silent, Ordering::SeqCst);
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[derive(Clone)]
struct Server {
    known: Arc<Mutex<Vec<(String, Known)>>>,
    asked: Arc<AtomicUsize>,
    is_silent: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Server {
    fn answer(&self, packet: &[u8]) -> Option<Vec<u8>> {
        let query = Message::from_vec(packet).ok()?;
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_silent.load(Ordering::SeqCst) {
            return None;
        }
        let mut answer = Message::new(query.metadata.id, MessageType::Response, query.metadata.op_code);
        answer.metadata.recursion_desired = true;
        answer.metadata.recursion_available = true;
        let question = query.queries.first()?.clone();
        let (mut name, kind) = (question.name().clone(), question.query_type());
        answer.add_query(question);
        for _ in 0..8 {
            let text = name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
            let known = self.known.lock().unwrap().iter().rev().find(|(own, _)| *own == text).map(|(_, k)| k.clone());
            match known {
                Some(Known::Is(target)) => {
                    let target = Name::from_str(&format!("{target}.")).unwrap();
                    answer.add_answer(Record::from_rdata(name, 60, RData::CNAME(CNAME(target.clone()))));
                    name = target;
                    continue;
                }
                Some(Known::Nowhere) => {
                    answer.metadata.response_code = ResponseCode::NXDomain;
                }
                Some(Known::At(addresses)) => {
                    for address in addresses {
                        add(&mut answer, &name, kind, address);
                    }
                }
                Some(Known::Hides) if kind == RecordType::HTTPS => {
                    // Priority 1, the name itself, alpn=h2, an address as a hint, and keys of ECH.
                    let params = [
                        &[0, 1, 0, 3, 2, b'h', b'2'][..],
                        &[0, 4, 0, 4, 192, 0, 2, 80],
                        &[0, 5, 0, 4, 0, 2, 0xfe, 0x0d],
                    ];
                    let data = [&[0, 1, 0][..], &params.concat()].concat();
                    let record = Record::from_rdata(name.clone(), 60, raw(&data));
                    answer.add_answer(record);
                }
                Some(Known::Hides) | None => {
                    add(&mut answer, &name, kind, "192.0.2.80");
                    add(&mut answer, &name, kind, "2001:db8::80");
                }
            }
            break;
        }
        if answer.answers.is_empty() {
            let own = Name::from_str("demo.").unwrap();
            let soa = SOA::new(own.clone(), own, 1, 60, 60, 60, 60);
            answer.add_authority(Record::from_rdata(Name::root(), 60, RData::SOA(soa)));
        }
        answer.to_vec().ok()
    }
}

fn add(answer: &mut Message, name: &Name, kind: RecordType, address: &str) {
    let data = match kind {
        RecordType::A => address.parse::<Ipv4Addr>().ok().map(|address| RData::A(A(address))),
        RecordType::AAAA => address.parse::<Ipv6Addr>().ok().map(|address| RData::AAAA(AAAA(address))),
        _ => None,
    };
    if let Some(data) = data {
        answer.add_answer(Record::from_rdata(name.clone(), 60, data));
    }
}

/// An HTTPS record from its bytes, by way of a message that holds nothing else.
fn raw(data: &[u8]) -> RData {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let head = [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let message = [&head[..], &[0, 0, 65, 0, 1, 0, 0, 0, 60], &length, data].concat();
    Message::from_vec(&message).unwrap().answers[0].data.clone()
}
