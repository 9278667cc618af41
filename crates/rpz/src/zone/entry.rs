//! What a policy zone says: when it speaks (the trigger), and what it wants (the action).

use std::{fmt, net::IpAddr};

use domain::{
    base::{
        Name, ParsedName, Rtype,
        rdata::ParseAnyRecordData as _,
        zonefile_fmt::{DisplayKind, ZonefileFmt as _},
    },
    dep::octseq::Parser,
    rdata::AllRecordData,
};
use ipnet::IpNet;

use super::record::rtype;

/// One thing that a zone says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it speaks.
    pub trigger: Trigger,
    /// What it wants.
    pub action: Action,
}

impl Entry {
    /// An entry for `evil.example`, or for what is below it: `*.evil.example`. All names are `*`.
    #[must_use]
    pub fn name(name: &str, action: Action) -> Self {
        let (text, covers) = match name.strip_prefix("*.") {
            Some(above) => (above, Covers::Below),
            None if name == "*" => ("", Covers::Below),
            None => (name, Covers::Exact),
        };
        Self { trigger: Trigger::Name { text: text.to_owned(), covers }, action }
    }
}

/// When an entry speaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// The name that is asked for.
    Name {
        /// In lower case, without a last dot; bytes that are no letters of names are escaped (`\032`).
        text: String,
        /// The name, or what is below it.
        covers: Covers,
    },
    /// An address in the answer.
    ResponseAddress(IpNet),
    /// A trigger that we do not act on.
    Other(OtherTrigger),
}

/// What an entry for a name covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covers {
    /// The name alone.
    Exact,
    /// What is below it, to any depth, and not the name.
    Below,
}

/// A trigger that we read, keep and hand on, and do not act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherTrigger {
    /// The address of who asks (`rpz-client-ip`).
    ClientAddress,
    /// The name of a server that answers (`rpz-nsdname`).
    ServerName,
    /// The address of a server that answers (`rpz-nsip`).
    ServerAddress,
}

/// What an entry wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The name does not exist (`CNAME .`).
    NxDomain,
    /// The name exists and has nothing (`CNAME *.`).
    NoData,
    /// Nothing is to be done, whatever else would apply (`CNAME rpz-passthru.`).
    Passthru,
    /// No answer at all (`CNAME rpz-drop.`).
    Drop,
    /// An answer only over TCP (`CNAME rpz-tcp-only.`).
    TcpOnly,
    /// These records in place of the real ones.
    LocalData(Vec<Datum>),
}

/// A record in place of the real ones.
#[derive(Clone, PartialEq, Eq)]
pub struct Datum {
    pub(crate) rtype: u16,
    pub(crate) data: Vec<u8>,
    /// Its lifetime in seconds.
    pub ttl: u32,
}

impl Datum {
    /// An address.
    #[must_use]
    pub fn address(address: IpAddr, ttl: u32) -> Self {
        match address {
            IpAddr::V4(address) => Self { rtype: rtype::A, data: address.octets().to_vec(), ttl },
            IpAddr::V6(address) => Self { rtype: rtype::AAAA, data: address.octets().to_vec(), ttl },
        }
    }

    /// Another name, to be asked for in place of this one. `None` when `text` is no name.
    #[must_use]
    pub fn alias(text: &str, ttl: u32) -> Option<Self> {
        let mut name: Name<Vec<u8>> = text.parse().ok()?;
        name.make_canonical();
        Some(Self { rtype: rtype::CNAME, data: name.into_octets(), ttl })
    }

    /// The number of its type (A is 1, AAAA 28, CNAME 5).
    #[must_use]
    pub fn rtype(&self) -> u16 {
        self.rtype
    }

    /// Its data as on the wire, uncompressed.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The address, when it is one.
    #[must_use]
    pub fn as_address(&self) -> Option<IpAddr> {
        match self.rtype {
            rtype::A => <[u8; 4]>::try_from(&*self.data).ok().map(IpAddr::from),
            rtype::AAAA => <[u8; 16]>::try_from(&*self.data).ok().map(IpAddr::from),
            _ => None,
        }
    }
}

impl fmt::Display for Datum {
    /// As in a zone file: type and data.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_data(self.rtype, &self.data, formatter)
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {self}", self.ttl)
    }
}

/// Data as in a zone file; what cannot be read as its type is written in the form for unknown ones (RFC 3597).
pub(crate) fn write_data(number: u16, data: &[u8], to: &mut impl fmt::Write) -> fmt::Result {
    let kind = Rtype::from_int(number);
    let mut parser = Parser::from_ref(data);
    let parsed = AllRecordData::<_, ParsedName<_>>::parse_any_rdata(kind, &mut parser);
    match parsed {
        Ok(parsed) if parser.remaining() == 0 && !matches!(parsed, AllRecordData::Unknown(_)) => {
            write!(to, "{kind} {}", parsed.display_zonefile(DisplayKind::Simple))
        }
        _ => {
            write!(to, "TYPE{number} \\# {}", data.len())?;
            if !data.is_empty() {
                to.write_char(' ')?;
            }
            data.iter().try_for_each(|byte| write!(to, "{byte:02X}"))
        }
    }
}

/// The action that an alias is; `None` when it is data like any other.
pub(crate) fn action_of_alias(target: &[u8]) -> Option<Action> {
    Some(match target {
        b"\x00" => Action::NxDomain,
        b"\x01*\x00" => Action::NoData,
        b"\x0crpz-passthru\x00" => Action::Passthru,
        b"\x08rpz-drop\x00" => Action::Drop,
        b"\x0crpz-tcp-only\x00" => Action::TcpOnly,
        _ => return None,
    })
}

/// The target of the alias that an action is; `None` for records.
pub(crate) fn data_of_action(action: &Action) -> Option<&'static [u8]> {
    Some(match action {
        Action::NxDomain => b"\x00",
        Action::NoData => b"\x01*\x00",
        Action::Passthru => b"\x0crpz-passthru\x00",
        Action::Drop => b"\x08rpz-drop\x00",
        Action::TcpOnly => b"\x0crpz-tcp-only\x00",
        Action::LocalData(_) => return None,
    })
}
