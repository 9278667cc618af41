//! One way past the filter, tried once.

use std::{
    net::{IpAddr, TcpStream},
    thread,
    time::Duration,
};

use hickory_proto::rr::RecordType;

use crate::{
    ask::{self, Answer},
    capture::Capture,
    field::Field,
    raw::Packet,
    yard::{STAYS, Yard, echoes},
};

pub(crate) const RESOLVER: &str = "10.20.0.1";
const PATIENCE: Duration = Duration::from_secs(6);

/// What a way may do.
pub(crate) struct Round<'f> {
    pub(crate) field: &'f mut Field,
    /// Answers that should not have been given, questions that should not have gone out, doors that should be shut.
    pub(crate) wrong: Vec<String>,
    pub(crate) captures: Vec<Capture>,
    /// Connections of before.
    pub(crate) held: Vec<TcpStream>,
    /// What is said besides.
    pub(crate) said: String,
}

impl Round<'_> {
    pub(crate) fn yard(&self) -> &Yard {
        &self.field.yard
    }

    /// From here on every packet counts.
    pub(crate) fn listen(&mut self) {
        self.captures = ["internet", "private"].map(|place| Capture::start(&self.field.yard, place)).into();
    }

    /// The addresses of a name, as a device is told; whoever is answered nothing asks again.
    pub(crate) fn ask(&self, place: &str, name: &str) -> Vec<IpAddr> {
        self.ask_for(place, name, RecordType::A).map(|answer| answer.addresses()).unwrap_or_default()
    }

    pub(crate) fn ask_for(&self, place: &str, name: &str, kind: RecordType) -> Option<Answer> {
        let server = match place {
            "private" => "10.30.0.1",
            "guest" => "10.40.0.1",
            _ => RESOLVER,
        };
        self.yard().inside(place, || (0..2).find_map(|_| ask::udp(server, name, kind, PATIENCE)))
    }

    /// Asks for a name whose answer has to be empty, and goes there all the same.
    pub(crate) fn must_not_learn(&mut self, name: &str, to: &str) {
        let told = self.ask("work", name);
        if !told.is_empty() {
            self.wrong.push(format!("{name} was answered with {told:?}"));
        }
        self.goes("work", to);
    }

    /// Goes somewhere by every usual way.
    pub(crate) fn goes(&mut self, place: &str, to: &str) {
        let to: IpAddr = to.parse().unwrap();
        for port in [443, 80] {
            self.yard().tcp(place, to, port);
        }
        self.yard().udp(place, to, 443, b"hello");
    }

    pub(crate) fn connects(&self, place: &str, to: &str, port: u16) -> bool {
        self.yard().tcp(place, to.parse().unwrap(), port).is_some()
    }

    pub(crate) fn says(&self, place: &str, to: &str, port: u16, bytes: &[u8]) -> Option<Vec<u8>> {
        self.yard().udp(place, to.parse().unwrap(), port, bytes)
    }

    pub(crate) fn sends(&self, place: &str, packets: &[Packet]) {
        self.yard().inside(place, || packets.iter().for_each(Packet::send));
        thread::sleep(STAYS);
    }

    /// Opens an address by its name, and keeps a connection to it.
    pub(crate) fn holds(&mut self, name: &str) {
        let to = self.ask("work", name);
        let stream = to.first().and_then(|to| self.yard().tcp("work", *to, 443));
        let Some(stream) = stream else { panic!("{name} is at {to:?}, and nothing goes there") };
        self.held.push(stream);
    }

    /// Goes on with the connections of before.
    pub(crate) fn goes_on(&mut self) {
        for mut stream in std::mem::take(&mut self.held) {
            stream.set_write_timeout(Some(STAYS)).unwrap();
            echoes(&mut stream);
        }
    }

    /// What the resolver must not have asked anybody.
    pub(crate) fn must_not_be_asked(&mut self, part: &str) {
        let asked = self.field.internet.asked();
        let asked: Vec<_> = asked.iter().filter(|name| name.contains(part)).collect();
        if !asked.is_empty() {
            self.wrong.push(format!("asked outside: {asked:?}"));
        }
    }

    /// Whether what is harmless passes.
    pub(crate) fn control(&self) -> bool {
        let to = self.ask("work", "www.harmless.example");
        to.first().is_some_and(|to| self.yard().tcp("work", *to, 443).is_some())
    }
}
