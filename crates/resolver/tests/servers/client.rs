//! A client that asks by itself: its questions and what it reads of answers are written apart from the resolver.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use vauban_resolver::{Answer, Cache, Limits, Name, Question, Resolver, Security, Settings};

/// What a server said: response code, whether it vouches for it, and how many answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) rcode: u8,
    pub(crate) is_authentic: bool,
    pub(crate) answers: u16,
}

pub(crate) fn name(text: &str) -> Name {
    Name::from_text(text).unwrap()
}

/// A query in wire form.
pub(crate) fn query(asked: &Name, kind: u16) -> Vec<u8> {
    // Recursion desired, AD; one question, one additional record.
    let mut bytes = vec![0x12, 0x34, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1];
    bytes.extend_from_slice(asked.as_bytes());
    bytes.extend_from_slice(&kind.to_be_bytes());
    bytes.extend_from_slice(&[0, 1]);
    // OPT, 4096 bytes, DO.
    bytes.extend_from_slice(&[0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0]);
    bytes
}

/// Asks a server over one connection.
pub(crate) struct Client(TcpStream);

impl Client {
    pub(crate) fn connect(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    pub(crate) fn ask(&mut self, asked: &Name, kind: u16) -> Said {
        let query = query(asked, kind);
        let length = u16::try_from(query.len()).unwrap().to_be_bytes();
        self.0.write_all(&[&length[..], &query].concat()).unwrap();
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut answer).unwrap();
        said(&answer)
    }
}

pub(crate) fn said(answer: &[u8]) -> Said {
    let answers = u16::from_be_bytes([answer[6], answer[7]]);
    Said { rcode: answer[3] & 0xF, is_authentic: answer[3] & 0x20 != 0, answers }
}

/// A resolver with these upstream servers, and a cache of its own.
pub(crate) fn resolver(upstreams: &[String], change: impl FnOnce(&mut Settings)) -> Resolver {
    let mut settings = Settings::new(upstreams.to_vec(), Arc::new(SystemTime::now));
    change(&mut settings);
    let cache = Arc::new(Cache::new(Limits::default(), [1, 2], Instant::now()));
    Resolver::new(&settings, cache).unwrap()
}

pub(crate) fn question(asked: &str, kind: u16) -> Question {
    Question { dnssec_ok: true, ..Question::new(name(asked), kind) }
}

/// The verdict as a client sees it.
pub(crate) fn verdict(answer: &Answer) -> Said {
    let said = said(&answer.bytes);
    assert_eq!(said.is_authentic, answer.security == Security::Secure);
    said
}
