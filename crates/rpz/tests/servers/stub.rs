//! The rest of the world: a server that has every name. `ip-10-1-2-3.example` has that address, `to--a--b.example` is an alias of
//! `a.b`, and everything else has one address that no policy knows.

use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use domain::{
    base::{Message, MessageBuilder, Name, Rtype, iana::Rcode},
    rdata::{A, Aaaa, Cname},
};

/// The address that no policy knows.
pub(crate) const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

/// The server, until it is dropped.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    ends: Arc<AtomicBool>,
}

impl Stub {
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let address = socket.local_addr().unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ends);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while !told.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
                if let Some(answer) = answer(&buffer[..length]) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self { address, ends }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

/// The address that the world gives to this name, and the name it is an alias of.
pub(crate) fn world(name: &str) -> (Ipv4Addr, Option<String>) {
    let first = name.split('.').next().unwrap_or_default();
    if let Some(numbers) = first.strip_prefix("ip-") {
        return (numbers.replace('-', ".").parse().unwrap_or(ELSEWHERE), None);
    }
    let alias = first.strip_prefix("to--").map(|target| target.replace("--", "."));
    (ELSEWHERE, alias)
}

fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let message = Message::from_octets(question).ok()?;
    let question = message.sole_question().ok()?;
    let mut answer = MessageBuilder::new_vec().start_answer(&message, Rcode::NOERROR).ok()?;
    answer.header_mut().set_ra(true);
    let mut owner: Name<Vec<u8>> = domain::base::name::ToName::to_name(question.qname());
    let (mut address, alias) = world(&owner.to_string().to_lowercase());
    if let Some(alias) = alias {
        let target: Name<Vec<u8>> = alias.parse().ok()?;
        answer.push((&owner, 60, Cname::new(&target))).ok()?;
        address = world(&alias).0;
        owner = target;
    }
    if question.qtype() == Rtype::A {
        answer.push((&owner, 60, A::new(address))).ok()?;
    }
    if question.qtype() == Rtype::AAAA {
        let [a, b, c, d] = address.octets();
        let address = format!("2001:db8:bad:{:x}::{c:x}{d:02x}", u16::from(a) + u16::from(b)).parse().ok()?;
        answer.push((&owner, 60, Aaaa::new(address))).ok()?;
    }
    Some(answer.finish())
}
