//! A master file becomes a zone. A bad line costs itself and is counted; a file without a start is none.

use std::io::{self, BufRead};

use domain::{
    base::{
        Name, RelativeName,
        iana::Class,
        name::ToName as _,
        rdata::{ComposeRecordData as _, RecordData as _},
    },
    rdata::ZoneRecordData,
    zonefile::inplace::{Entry as FileEntry, Zonefile},
};

use super::{
    lines::{Line, Lines},
    words::{is_absolute, seconds},
};
use crate::{
    name::ZoneName,
    zone::{Full, Pile, Record, Soa, Zone},
};

/// How much may be.
#[derive(Clone, Copy, Debug)]
pub struct TextLimits {
    /// Bytes of one entry, which is a line or what stands in parentheses.
    pub line: usize,
    /// Records.
    pub records: usize,
    /// Bytes of memory for what was read: 4 GiB at the most.
    pub bytes: usize,
}

impl Default for TextLimits {
    /// Lines of 128 KiB, eight million records, 512 MiB.
    fn default() -> Self {
        Self { line: 128 << 10, records: 8_000_000, bytes: 512 << 20 }
    }
}

/// Why a text is no zone.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// It cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// It has no SOA record.
    #[error("the file has no SOA record, so it is no zone")]
    NoStart,
    /// It is larger than may be.
    #[error("the file has more records than may be")]
    TooLarge,
}

/// A line that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1 on.
    pub number: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// What was read.
#[derive(Debug)]
pub struct ReadText {
    /// The zone.
    pub zone: Zone,
    /// How many lines could not be understood.
    pub bad: usize,
    /// The first of them.
    pub examples: Vec<BadLine>,
}

/// How many bad lines are shown.
const EXAMPLES: usize = 10;
/// What a lifetime is when nothing says so.
const DEFAULT_TTL: u32 = 3600;

/// Reads a master file. `name` is the name of the zone when the file does not say so by `$ORIGIN`; without it, the first SOA record does.
/// `$INCLUDE` and `$GENERATE` are not carried out: they count as bad lines, because a list from outside is not to open files or to make
/// a million names of one.
///
/// # Errors
///
/// When the text cannot be read, is too large, or has no SOA record.
pub fn read_text(from: impl BufRead, name: Option<&ZoneName>, limits: TextLimits) -> Result<ReadText, TextError> {
    let mut lines = Lines::new(from, limits.line);
    let mut reader = Reader {
        name: name.cloned(),
        origin: name.map(|name| name.inner().clone()),
        owner: None,
        default_ttl: None,
        last_ttl: DEFAULT_TTL,
        soa: None,
        pile: Pile::new(limits.records, limits.bytes),
        path: Vec::new(),
    };
    let (mut bad, mut examples) = (0, Vec::new());
    while let Some(line) = lines.next()? {
        match reader.take(&line) {
            Ok(()) => {}
            Err(Fault::TooLarge) => return Err(TextError::TooLarge),
            Err(Fault::Line(reason)) => {
                bad += 1;
                if examples.len() < EXAMPLES {
                    examples.push(BadLine { number: line.number, reason });
                }
            }
        }
    }
    let (Some(name), Some(soa)) = (reader.name, reader.soa) else { return Err(TextError::NoStart) };
    Ok(ReadText { zone: Zone::new(name, soa, reader.pile.into_records()), bad, examples })
}

enum Fault {
    Line(String),
    TooLarge,
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Self::Line(reason.to_owned())
    }
}

impl From<Full> for Fault {
    fn from(_: Full) -> Self {
        Self::TooLarge
    }
}

struct Reader {
    name: Option<ZoneName>,
    origin: Option<Name<Vec<u8>>>,
    owner: Option<Name<Vec<u8>>>,
    default_ttl: Option<u32>,
    last_ttl: u32,
    soa: Option<Soa>,
    pile: Pile,
    path: Vec<u8>,
}

impl Reader {
    fn take(&mut self, line: &Line) -> Result<(), Fault> {
        if let Some(fault) = line.fault {
            return Err(fault.into());
        }
        let first = line.words.first().map(Vec::as_slice).unwrap_or_default();
        if first.starts_with(b"$") && !line.is_indented {
            return self.take_directive(line);
        }
        let rest = if line.is_indented {
            0
        } else {
            self.owner = Some(self.name_of(first)?);
            1
        };
        let owner = self.owner.clone().ok_or("no name stands before it")?;
        let (ttl, kind, data) = self.split_head(line, rest)?;
        self.take_record(&owner, ttl, &kind, line, data)
    }

    fn take_directive(&mut self, line: &Line) -> Result<(), Fault> {
        let [directive, value] = line.words.as_slice() else { return Err("it is not understood".into()) };
        match directive.to_ascii_uppercase().as_slice() {
            b"$ORIGIN" => {
                let mut origin = self.name_of(value)?;
                origin.make_canonical();
                self.origin = Some(origin);
            }
            b"$TTL" => self.default_ttl = Some(seconds(value).ok_or("it is no lifetime")?),
            b"$INCLUDE" => return Err("other files are not opened".into()),
            b"$GENERATE" => return Err("$GENERATE is not carried out".into()),
            _ => return Err("it is not understood".into()),
        }
        Ok(())
    }

    /// A name as it stands in the file.
    fn name_of(&self, word: &[u8]) -> Result<Name<Vec<u8>>, Fault> {
        let origin = || self.origin.clone().ok_or(Fault::from("no $ORIGIN stands before it"));
        if word == b"@" {
            return origin();
        }
        let text = str::from_utf8(word).map_err(|_| "it is no name")?;
        if is_absolute(text) {
            return text.parse().map_err(|_| "it is no name".into());
        }
        let relative: RelativeName<Vec<u8>> = text.parse().map_err(|_| "it is no name")?;
        let chain = relative.chain(origin()?).map_err(|_| "the name is too long")?;
        Ok(chain.to_name())
    }

    /// Lifetime and class, in any order, then the type; and where the data begins.
    fn split_head(&mut self, line: &Line, mut at: usize) -> Result<(u32, Vec<u8>, usize), Fault> {
        let mut ttl = None;
        while let Some(word) = line.words.get(at) {
            at += 1;
            let upper = word.to_ascii_uppercase();
            match upper.as_slice() {
                b"IN" => {}
                b"CH" | b"HS" | b"ANY" | b"NONE" => return Err("it is of another class".into()),
                _ if ttl.is_none() && word.first().is_some_and(u8::is_ascii_digit) => {
                    let given = seconds(word).ok_or("it is no lifetime")?;
                    (ttl, self.last_ttl) = (Some(given), given);
                }
                _ => return Ok((ttl.or(self.default_ttl).unwrap_or(self.last_ttl), upper, at)),
            }
        }
        Err("it has no type".into())
    }

    fn take_record(
        &mut self,
        owner: &Name<Vec<u8>>,
        ttl: u32,
        kind: &[u8],
        line: &Line,
        at: usize,
    ) -> Result<(), Fault> {
        if kind == b"SOA" {
            return self.take_soa(owner, ttl, &line.words[at..]);
        }
        let name = self.name.as_ref().ok_or("it stands before the SOA record")?;
        if !name.path_of(owner, &mut self.path) {
            return Err("it is not in the zone".into());
        }
        let (rtype, data) = match (kind, &line.words[at..]) {
            (b"CNAME", [target]) if !line.quoted[at] => {
                let mut target = self.name_of(target)?;
                target.make_canonical();
                (5, target.into_octets())
            }
            _ => self.data_of(kind, line, at)?,
        };
        Ok(self.pile.push(&Record { path: &self.path, rtype, data: &data, ttl })?)
    }

    fn take_soa(&mut self, owner: &Name<Vec<u8>>, ttl: u32, words: &[Vec<u8>]) -> Result<(), Fault> {
        let [primary, contact, serial, refresh, retry, expire, minimum] = words else {
            return Err("a SOA record has seven values".into());
        };
        let name = ZoneName::new(owner.clone());
        if self.soa.is_some() || self.name.as_ref().is_some_and(|expected| *expected != name) {
            return Err("it is the start of another zone".into());
        }
        let number = |word: &[u8]| seconds(word).ok_or(Fault::from("a value of the SOA record is no number"));
        let serial = str::from_utf8(serial).ok().and_then(|text| text.parse().ok());
        let (mut primary, mut contact) = (self.name_of(primary)?, self.name_of(contact)?);
        primary.make_canonical();
        contact.make_canonical();
        self.soa = Some(Soa {
            primary,
            contact,
            serial: serial.ok_or("the serial is no number")?,
            refresh: number(refresh)?,
            retry: number(retry)?,
            expire: number(expire)?,
            minimum: number(minimum)?,
            ttl,
        });
        self.name = Some(name);
        Ok(())
    }

    /// Any other data, read by the crate that knows all types.
    fn data_of(&self, kind: &[u8], line: &Line, at: usize) -> Result<(u16, Vec<u8>), Fault> {
        let mut text = b"x. 0 IN ".to_vec();
        text.extend_from_slice(kind);
        for (word, is_quoted) in line.words.iter().zip(&line.quoted).skip(at) {
            let quote: &[u8] = if *is_quoted { b"\"" } else { b"" };
            text.extend([b" ", quote, word, quote].concat());
        }
        text.push(b'\n');
        let mut file = Zonefile::from(text.as_slice());
        if let Some(origin) = &self.origin {
            file.set_origin(origin.to_bytes());
        }
        file.set_default_class(Class::IN);
        match file.next_entry() {
            Ok(Some(FileEntry::Record(record))) => {
                let mut data = Vec::new();
                let parsed: &ZoneRecordData<_, _> = record.data();
                let Ok(()) = parsed.compose_canonical_rdata(&mut data);
                Ok((parsed.rtype().to_int(), data))
            }
            Ok(_) => Err("it is not understood".into()),
            Err(_) => Err("its type or its data is not understood".into()),
        }
    }
}
