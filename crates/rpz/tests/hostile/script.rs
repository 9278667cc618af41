//! A server that says what a test tells it, and an outlet of ours with a clock that stands still.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use domain::base::{
    Message, MessageBuilder, Name, Rtype, Serial, Ttl,
    iana::{Class, Rcode},
    message_builder::AnswerBuilder,
};
use domain::rdata::{Cname, Soa};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
};
use vauban_rpz::{
    Action, Entry, Limits, Outcome, Outlet, ServeSettings, Surroundings, Transfer, TransferError, TransferSettings,
    Zone,
};

pub(crate) const ZONE: &str = "rpz.example";
pub(crate) const KEY: &str = "hmac-sha256:transfer.example:pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=";
/// When everything here happens.
pub(crate) const NOW: u64 = 1_800_000_000;
/// The id of every question here.
pub(crate) const ID: u16 = 4711;

pub(crate) fn at(now: u64) -> Surroundings {
    Surroundings { now: Arc::new(move || now), random: Arc::new(|| ID) }
}

/// Limits that a test reaches soon.
pub(crate) fn tight() -> Limits {
    Limits {
        bytes: 1 << 20,
        records: 5000,
        connect: Duration::from_secs(5),
        message: Duration::from_secs(5),
        whole: Duration::from_secs(20),
    }
}

pub(crate) fn transfer(key: Option<&str>, limits: Limits) -> Transfer {
    transfer_from("127.0.0.1:1".parse().unwrap(), key, limits)
}

pub(crate) fn transfer_from(server: SocketAddr, key: Option<&str>, limits: Limits) -> Transfer {
    let settings: TransferSettings = format!("axfr://{server}/{ZONE}").parse().unwrap();
    Transfer::new(settings.with_key(key.map(|key| key.parse().unwrap())), limits, at(NOW))
}

/// A zone with so many names.
pub(crate) fn zone(serial: u32, names: usize) -> Zone {
    let entries = (0..names).map(|number| Entry::name(&format!("w{number}.example"), Action::NxDomain));
    Zone::build(&ZONE.parse().unwrap(), serial, entries).zone
}

pub(crate) fn text(zone: &Zone) -> String {
    let mut text = Vec::new();
    vauban_rpz::write_text(zone, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// What a transfer comes to when the server says these bytes and ends the connection.
pub(crate) async fn hears(
    transfer: &Transfer,
    said: Vec<u8>,
    kept: Option<&Arc<Zone>>,
) -> Result<Outcome, TransferError> {
    let (ours, mut theirs) = tokio::io::duplex(1 << 16);
    let server = async move {
        let length = theirs.read_u16().await.unwrap();
        let mut question = vec![0; usize::from(length)];
        theirs.read_exact(&mut question).await.unwrap();
        // The other end may have heard enough.
        let _ = theirs.write_all(&said).await;
    };
    tokio::join!(transfer.over(ours, kept), server).0
}

/// Our outlet at a port of its own.
pub(crate) struct Ours {
    pub(crate) outlet: Outlet,
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Ours {
    pub(crate) async fn start(zone: Zone, more: &str) -> Self {
        let text = format!("listen = [\"127.0.0.1:0\"]\nzone = \"{ZONE}\"\nkeys = [\"{KEY}\"]\n{more}");
        let settings: ServeSettings = toml::from_str(&text).unwrap();
        let outlet = Outlet::new(settings, at(NOW));
        outlet.publish(Arc::new(zone)).unwrap();
        let listening = outlet.listen().await.unwrap();
        let address = listening.addresses()[0];
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(listening.serve(async move {
            let _ = stopped.await;
        }));
        Self { outlet, address, _stop: stop }
    }

    /// All that it answers to these bytes.
    pub(crate) async fn answers(&self, asked: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(asked).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    /// What a transfer asks and what comes back, message by message.
    pub(crate) async fn transcript(&self, key: Option<&str>, kept: Option<&Arc<Zone>>) -> (Vec<u8>, Vec<Vec<u8>>) {
        let transfer = transfer(key, tight());
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let listen = async move {
            let length = theirs.read_u16().await.unwrap();
            let mut question = vec![0; usize::from(length)];
            theirs.read_exact(&mut question).await.unwrap();
            [&length.to_be_bytes()[..], &question].concat()
        };
        let (_, asked) = tokio::join!(transfer.over(ours, kept), listen);
        let answer = self.answers(&asked).await;
        let mut messages = Vec::new();
        let mut rest = answer.as_slice();
        while let [high, low, tail @ ..] = rest {
            let (message, tail) = tail.split_at(usize::from(u16::from_be_bytes([*high, *low])));
            messages.push(message.to_vec());
            rest = tail;
        }
        (asked, messages)
    }
}

/// Messages with their lengths before them.
pub(crate) fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| [&(message.len() as u16).to_be_bytes()[..], message].concat()).collect()
}

/// An answer that a test writes record by record.
pub(crate) struct Answer(AnswerBuilder<Vec<u8>>);

impl Answer {
    pub(crate) fn new(kind: Rtype) -> Self {
        let mut message = MessageBuilder::new_vec();
        message.header_mut().set_id(ID);
        message.header_mut().set_qr(true);
        let mut question = message.question();
        question.push((name(ZONE), kind)).unwrap();
        Self(question.answer())
    }

    pub(crate) fn axfr() -> Self {
        Self::new(Rtype::AXFR)
    }

    pub(crate) fn ixfr() -> Self {
        Self::new(Rtype::IXFR)
    }

    pub(crate) fn rcode(mut self, rcode: Rcode) -> Self {
        self.0.header_mut().set_rcode(rcode);
        self
    }

    pub(crate) fn id(mut self, id: u16) -> Self {
        self.0.header_mut().set_id(id);
        self
    }

    pub(crate) fn truncated(mut self) -> Self {
        self.0.header_mut().set_tc(true);
        self
    }

    pub(crate) fn start(self, serial: u32) -> Self {
        self.start_of(ZONE, serial)
    }

    pub(crate) fn start_of(mut self, zone: &str, serial: u32) -> Self {
        let seconds = Ttl::from_secs(60);
        let soa = Soa::new(name("ns.example"), name("m.example"), Serial(serial), seconds, seconds, seconds, seconds);
        self.0.push((name(zone), 60, soa)).unwrap();
        self
    }

    pub(crate) fn blocks(self, owner: &str) -> Self {
        self.blocks_in(owner, Class::IN)
    }

    pub(crate) fn blocks_in(mut self, owner: &str, class: Class) -> Self {
        let owner = name(&format!("{owner}.{ZONE}").replace(".OUTSIDE.rpz.example", ""));
        self.0.push((owner, class, 300, Cname::new(name(".")))).unwrap();
        self
    }

    pub(crate) fn message(self) -> Vec<u8> {
        self.0.finish()
    }

    /// With its length before it.
    pub(crate) fn framed(self) -> Vec<u8> {
        framed(&[self.message()])
    }

    /// With these bytes as one more record.
    pub(crate) fn with_raw(self, record: &[u8]) -> Vec<u8> {
        let mut message = self.message();
        let count = Message::from_octets(&message).unwrap().header_counts().ancount() + 1;
        message[6..8].copy_from_slice(&count.to_be_bytes());
        message.extend_from_slice(record);
        framed(&[message])
    }
}

fn name(text: &str) -> Name<Vec<u8>> {
    text.parse().unwrap()
}
