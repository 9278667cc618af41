//! The internet: a name server that says what its names ask for, another one that nobody is to ask, and an echo on many ports.
//!
//! `n21.anything.example` is at 198.51.100.21 and 2001:db8:1::21; `n21.ttl5.example` for five seconds. Other names stand in a table.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket},
    str::FromStr as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use hickory_proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME, NULL, SOA, TXT},
    },
};

use crate::yard::{Yard, enter};

/// Where programs of this internet listen.
const TCP_PORTS: [u16; 7] = [22, 80, 443, 853, 5353, 8443, 9001];
const UDP_PORTS: [u16; 5] = [443, 853, 5353, 8443, 51_820];

/// Names that are something else than their own number.
const AT: &[(&str, &[&str])] = &[
    ("www.harmless.example", &["192.0.2.80", "2001:db8::80"]),
    ("inside.example", &["10.30.0.7"]),
    ("loop.example", &["127.0.0.1", "::1"]),
    ("mapped.example", &["::ffff:10.30.0.7"]),
    ("translated.example", &["64:ff9b::a1e:7"]),
    ("metadata.example", &["169.254.169.254", "fe80::1"]),
    ("gateway.example", &["10.20.0.1", "192.0.2.1"]),
    ("administrator.example", &["10.20.0.5"]),
    ("everywhere.example", &["198.51.100.71", "203.0.113.71"]),
    ("many.example", &["198.51.100.72", "10.30.0.7"]),
    ("dns.unknown.example", &["198.51.100.73"]),
    ("shop.shared.example", &["198.51.100.74"]),
    ("n74.blocked.example", &["198.51.100.74"]),
    ("cloudflare-dns.com", &["1.1.1.1"]),
    ("dns.google", &["198.51.100.75"]),
    ("web.whatsapp.com", &["198.51.100.76"]),
    ("use-application-dns.net", &["198.51.100.77"]),
    ("mask.icloud.com", &["198.51.100.78"]),
    ("mask-h2.icloud.com", &["198.51.100.78"]),
    ("www.torproject.org", &["198.51.100.79"]),
];

/// The servers. They end with this.
pub(crate) struct Internet {
    ends: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Internet {
    pub(crate) fn start(yard: &Yard) -> Self {
        let mut internet = Self { ends: Arc::default(), asked: Arc::default(), threads: Vec::new() };
        let name = yard.name("internet");
        // The one that the resolver asks, one that anybody runs, and one that everybody knows.
        for address in ["192.0.2.53", "203.0.113.53", "1.1.1.1"] {
            internet.resolver(&name, address);
        }
        internet.echo(yard.name("internet"), &TCP_PORTS, &UDP_PORTS);
        internet.echo(yard.name("private"), &[80, 443], &[443]);
        internet
    }

    /// Names that the resolver asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn resolver(&mut self, name: &str, address: &'static str) {
        for is_stream in [false, true] {
            let (name, ends, asked) = (name.to_owned(), Arc::clone(&self.ends), Arc::clone(&self.asked));
            let (ready, is_ready) = std::sync::mpsc::channel();
            self.threads.push(thread::spawn(move || {
                enter(&name);
                if is_stream {
                    let listener = TcpListener::bind((address, 53)).unwrap();
                    listener.set_nonblocking(true).unwrap();
                    ready.send(()).unwrap();
                    while !ends.load(Ordering::Relaxed) {
                        if let Ok((stream, _)) = listener.accept() {
                            let asked = Arc::clone(&asked);
                            thread::spawn(move || over_stream(stream, &asked));
                        }
                        thread::sleep(Duration::from_millis(5));
                    }
                    return;
                }
                let socket = UdpSocket::bind((address, 53)).unwrap();
                socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
                ready.send(()).unwrap();
                let mut packet = [0; 4096];
                while !ends.load(Ordering::Relaxed) {
                    let Ok((length, peer)) = socket.recv_from(&mut packet) else { continue };
                    if let Some(bytes) = answer(&packet[..length], &asked) {
                        let _ = socket.send_to(&bytes, peer);
                    }
                }
            }));
            is_ready.recv().unwrap();
        }
    }

    /// What is said on these ports comes back.
    fn echo(&mut self, name: String, tcp: &'static [u16], udp: &'static [u16]) {
        let ends = Arc::clone(&self.ends);
        let (ready, is_ready) = std::sync::mpsc::channel();
        self.threads.push(thread::spawn(move || {
            enter(&name);
            let listeners: Vec<_> = tcp.iter().map(|port| TcpListener::bind(("::", *port)).unwrap()).collect();
            let sockets: Vec<_> = udp.iter().map(|port| UdpSocket::bind(("::", *port)).unwrap()).collect();
            listeners.iter().for_each(|listener| listener.set_nonblocking(true).unwrap());
            sockets.iter().for_each(|socket| socket.set_nonblocking(true).unwrap());
            ready.send(()).unwrap();
            let (mut open, mut bytes) = (Vec::new(), [0; 1500]);
            while !ends.load(Ordering::Relaxed) {
                for (stream, _) in listeners.iter().filter_map(|listener| listener.accept().ok()) {
                    stream.set_nonblocking(true).unwrap();
                    open.push(stream);
                }
                open.retain_mut(|stream| match stream.read(&mut bytes) {
                    Ok(0) => false,
                    // The other end may be cut off, which is what is tested.
                    Ok(length) => stream.write(&bytes[..length]).is_ok(),
                    Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
                });
                for socket in &sockets {
                    if let Ok((length, from)) = socket.recv_from(&mut bytes) {
                        let _ = socket.send_to(&bytes[..length], from);
                    }
                }
                thread::sleep(Duration::from_millis(1));
            }
        }));
        is_ready.recv().unwrap();
    }
}

impl Drop for Internet {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // One that failed has said so.
            let _ = thread.join();
        }
    }
}

fn over_stream(mut stream: std::net::TcpStream, asked: &Mutex<Vec<String>>) {
    let mut length = [0; 2];
    let _ = stream.set_nonblocking(false);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    while stream.read_exact(&mut length).is_ok() {
        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut packet).is_err() {
            return;
        }
        let Some(bytes) = answer(&packet, asked) else { return };
        let _ = stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        let _ = stream.write_all(&bytes);
    }
}

fn answer(packet: &[u8], asked: &Mutex<Vec<String>>) -> Option<Vec<u8>> {
    let query = Message::from_vec(packet).ok()?;
    let mut answer = Message::new(query.metadata.id, MessageType::Response, query.metadata.op_code);
    answer.metadata.recursion_desired = true;
    answer.metadata.recursion_available = true;
    let question = query.queries.first()?.clone();
    let (name, kind) = (question.name().clone(), question.query_type());
    answer.add_query(question);
    let text = name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
    asked.lock().unwrap().push(text.clone());
    fill(&mut answer, &name, &text, kind);
    if answer.answers.is_empty() {
        let own = Name::from_str("example.").unwrap();
        let soa = SOA::new(own.clone(), own, 1, 60, 60, 60, 60);
        answer.add_authority(Record::from_rdata(Name::root(), 60, RData::SOA(soa)));
    }
    answer.to_vec().ok()
}

fn fill(answer: &mut Message, name: &Name, text: &str, kind: RecordType) {
    let alias = |answer: &mut Message, target: &str| {
        let target_name = Name::from_str(&format!("{target}.")).unwrap();
        answer.add_answer(Record::from_rdata(name.clone(), 60, RData::CNAME(CNAME(target_name.clone()))));
        target_name
    };
    match text {
        "cloaked.example" | "deep.example" => {
            let target = alias(answer, "n22.blocked.example");
            add(answer, &target, kind, "198.51.100.22", 60);
        }
        // Somebody else's address, beside one's own.
        "smuggler.example" => {
            add(answer, name, kind, "192.0.2.80", 60);
            add(answer, &Name::from_str("victim.example.").unwrap(), kind, "198.51.100.23", 60);
            if let Ok(address) = "198.51.100.23".parse() {
                let other = Name::from_str("victim.example.").unwrap();
                answer.add_additional(Record::from_rdata(other, 60, RData::A(A(address))));
            }
        }
        "hidden.example" | "hinted.example" if kind == RecordType::HTTPS => {
            // Priority 1, the name itself, an address as a hint, and keys of ECH or none.
            let hint: [u8; 4] = if text == "hinted.example" { [203, 0, 113, 71] } else { [192, 0, 2, 80] };
            let mut data = vec![0, 1, 0, 0, 1, 0, 3, 2, b'h', b'2', 0, 4, 0, 4];
            data.extend(hint);
            if text == "hidden.example" {
                data.extend([0, 5, 0, 4, 0, 2, 0xfe, 0x0d]);
            }
            answer.add_answer(Record::from_rdata(name.clone(), 60, https(&data)));
        }
        "hidden.example" | "hinted.example" => add(answer, name, kind, "192.0.2.80", 60),
        _ if kind == RecordType::TXT => {
            let text = RData::TXT(TXT::new(vec!["an answer through a tunnel".to_owned()]));
            answer.add_answer(Record::from_rdata(name.clone(), 0, text));
        }
        _ => {
            if let Some((_, addresses)) = AT.iter().find(|(known, _)| *known == text) {
                addresses.iter().for_each(|address| add(answer, name, kind, address, 60));
            } else if let Some(number) = numbered(text) {
                let ttl = text.split('.').find_map(|label| label.strip_prefix("ttl")?.parse().ok()).unwrap_or(60);
                add(answer, name, kind, &format!("198.51.100.{number}"), ttl);
                add(answer, name, kind, &format!("2001:db8:1::{number}"), ttl);
            } else {
                answer.metadata.response_code = ResponseCode::NXDomain;
            }
        }
    }
}

fn numbered(text: &str) -> Option<u8> {
    text.split('.').next()?.strip_prefix('n')?.parse().ok()
}

fn add(answer: &mut Message, name: &Name, kind: RecordType, address: &str, ttl: u32) {
    let data = match kind {
        RecordType::A => address.parse::<Ipv4Addr>().ok().map(|address| RData::A(A(address))),
        RecordType::AAAA => address.parse::<Ipv6Addr>().ok().map(|address| RData::AAAA(AAAA(address))),
        _ => None,
    };
    if let Some(data) = data {
        answer.add_answer(Record::from_rdata(name.clone(), ttl, data));
    }
}

/// An HTTPS record from its bytes.
fn https(data: &[u8]) -> RData {
    RData::Unknown { code: RecordType::HTTPS, rdata: NULL::with(data.to_vec()) }
}
