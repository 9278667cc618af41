//! Upstream servers in this process that do what servers should not.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

/// What a server does with a query over UDP. Over TCP every server is honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Honest,
    /// Answers after so many milliseconds.
    Slow(u64),
    Silent,
    /// Says this response code, and nothing else.
    Code(u8),
    /// Says that there is no such name.
    Nothing,
    /// Answers another question.
    OtherQuestion,
    /// Sends answers with wrong ids, and never the right one.
    WrongId,
    /// Sends a hundred forgeries before the answer.
    Floods,
    Truncates,
    Garbage,
    /// Says that a name beginning with `a` is an alias of `b.example`, and nothing else.
    Stops,
    /// Says that a name is an alias of itself.
    Circles,
    /// Sends the letters of the name back as others.
    OtherCase,
}

/// The address in every honest answer, and in every forged one.
pub(crate) const HONEST: &str = "192.0.2.1";
pub(crate) const FORGED: [u8; 4] = [203, 0, 113, 66];
/// The time to live of every answer.
pub(crate) const TTL: u8 = 1;

pub(crate) struct Liar {
    pub(crate) address: SocketAddr,
    pub(crate) manner: Arc<Mutex<Manner>>,
    /// Queries over UDP and over TCP.
    pub(crate) asked: Arc<[AtomicUsize; 2]>,
    is_over: Arc<AtomicBool>,
}

impl Liar {
    pub(crate) fn new(manner: Manner) -> Self {
        let (udp, tcp) = loop {
            let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
                break (udp, tcp);
            }
        };
        let liar = Self {
            address: udp.local_addr().unwrap(),
            manner: Arc::new(Mutex::new(manner)),
            asked: Arc::default(),
            is_over: Arc::default(),
        };
        let (manner, asked, is_over) = (Arc::clone(&liar.manner), Arc::clone(&liar.asked), Arc::clone(&liar.is_over));
        udp.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !is_over.load(SeqCst) {
                let Ok((length, from)) = udp.recv_from(&mut buffer) else { continue };
                asked[0].fetch_add(1, SeqCst);
                let (udp, query, manner) =
                    (udp.try_clone().unwrap(), buffer[..length].to_vec(), *manner.lock().unwrap());
                thread::spawn(move || {
                    for answer in answers(&query, manner) {
                        udp.send_to(&answer, from).unwrap();
                    }
                });
            }
        });
        let (asked, is_over) = (Arc::clone(&liar.asked), Arc::clone(&liar.is_over));
        tcp.set_nonblocking(true).unwrap();
        thread::spawn(move || {
            while !is_over.load(SeqCst) {
                let Ok((mut stream, _)) = tcp.accept() else {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                };
                stream.set_nonblocking(false).unwrap();
                let asked = Arc::clone(&asked);
                thread::spawn(move || {
                    let mut length = [0; 2];
                    while stream.read_exact(&mut length).is_ok() {
                        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                        stream.read_exact(&mut query).unwrap();
                        asked[1].fetch_add(1, SeqCst);
                        let answer = answer(&query, [192, 0, 2, 1]);
                        let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                        if stream.write_all(&[&length[..], &answer].concat()).is_err() {
                            break;
                        }
                    }
                });
            }
        });
        liar
    }

    pub(crate) fn url(&self) -> String {
        format!("udp://{}", self.address)
    }

    pub(crate) fn now(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub(crate) fn count(&self) -> usize {
        self.asked[0].load(SeqCst)
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.is_over.store(true, SeqCst);
    }
}

fn answers(query: &[u8], manner: Manner) -> Vec<Vec<u8>> {
    let honest = || answer(query, [192, 0, 2, 1]);
    match manner {
        Manner::Honest => vec![honest()],
        Manner::Slow(milliseconds) => {
            thread::sleep(Duration::from_millis(milliseconds));
            vec![honest()]
        }
        Manner::Silent => Vec::new(),
        Manner::Code(code) => vec![bare(query, code, 0x80)],
        Manner::Nothing => vec![bare(query, 3, 0x80)],
        Manner::OtherQuestion => {
            let mut other = answer(query, FORGED);
            other[13] = if other[13].eq_ignore_ascii_case(&b'x') { b'y' } else { b'x' };
            vec![other]
        }
        Manner::WrongId => (0..200_u16)
            .map(|guess| {
                let mut forged = answer(query, FORGED);
                let id = u16::from_be_bytes([query[0], query[1]]).wrapping_add(1 + guess);
                forged[..2].copy_from_slice(&id.to_be_bytes());
                forged
            })
            .collect(),
        Manner::Floods => {
            [answers(query, Manner::WrongId), answers(query, Manner::OtherQuestion), vec![honest()]].concat()
        }
        Manner::Truncates => vec![bare(query, 0, 0x83)],
        Manner::Garbage => vec![[&query[..2], &[0xFF; 40]].concat()],
        Manner::Stops if query[13].eq_ignore_ascii_case(&b'a') => vec![alias(query, b"\x01b\x07example\0")],
        Manner::Stops => vec![honest()],
        Manner::Circles => vec![alias(query, &[0xC0, 12])],
        Manner::OtherCase => {
            let mut other = answer(query, FORGED);
            other[13] ^= 0x20;
            vec![other]
        }
    }
}

fn question_end(query: &[u8]) -> usize {
    let mut at = 12;
    while query[at] != 0 {
        at += 1 + usize::from(query[at]);
    }
    at + 5
}

/// No records: a response code, and in the third byte QR with perhaps TC and RD.
fn bare(query: &[u8], code: u8, third: u8) -> Vec<u8> {
    let mut bytes = query[..question_end(query)].to_vec();
    bytes[2] = third;
    bytes[3] = 0x80 | code;
    bytes[6..12].fill(0);
    bytes
}

fn answer(query: &[u8], address: [u8; 4]) -> Vec<u8> {
    let mut bytes = bare(query, 0, 0x81);
    bytes[7] = 1;
    bytes.extend_from_slice(&[0xC0, 12, 0, 1, 0, 1, 0, 0, 0, TTL, 0, 4]);
    bytes.extend_from_slice(&address);
    bytes
}

fn alias(query: &[u8], target: &[u8]) -> Vec<u8> {
    let mut bytes = bare(query, 0, 0x81);
    bytes[7] = 1;
    bytes.extend_from_slice(&[0xC0, 12, 0, 5, 0, 1, 0, 0, 0, TTL, 0, u8::try_from(target.len()).unwrap()]);
    bytes.extend_from_slice(target);
    bytes
}
