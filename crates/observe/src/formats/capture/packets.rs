//! The packets of a capture file, one after the other, from a stream.

use std::io::{ErrorKind, Read};

use jiff::Timestamp;
use vauban_intake::Problem;

/// The longest packet that is taken for one: a jumbo frame with offloading is below this.
const LONGEST: usize = 1 << 20;
/// Interfaces of one section that are remembered.
const MOST_INTERFACES: usize = 4096;

/// Whether these are the first bytes of a capture.
pub(super) fn is_capture(bytes: &[u8]) -> bool {
    let Some(magic) = bytes.first_chunk::<4>() else { return false };
    match u32::from_le_bytes(*magic) {
        0xa1b2_c3d4 | 0xa1b2_3c4d | 0xd4c3_b2a1 | 0x4d3c_b2a1 => bytes.len() >= 24,
        0x0a0d_0d0a => {
            matches!(bytes.get(8..12), Some([0x1a, 0x2b, 0x3c, 0x4d] | [0x4d, 0x3c, 0x2b, 0x1a]))
        }
        _ => false,
    }
}

/// One packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'p> {
    /// The link type (<https://www.tcpdump.org/linktypes.html>).
    pub(super) link: u16,
    pub(super) at: Option<Timestamp>,
    pub(super) bytes: &'p [u8],
}

/// How times of an interface are counted.
#[derive(Debug, Clone, Copy)]
struct Interface {
    link: u16,
    /// Units in a second.
    resolution: u64,
    /// Seconds to add.
    offset: i64,
}

enum Kind {
    Pcap(Interface),
    PcapNg(Vec<Interface>),
}

/// Reads packets.
pub(super) struct Packets<'s> {
    source: &'s mut dyn Read,
    kind: Kind,
    big_endian: bool,
    buffer: Vec<u8>,
}

impl<'s> Packets<'s> {
    pub(super) fn open(source: &'s mut dyn Read) -> Result<Self, Problem> {
        let mut magic = [0; 4];
        source.read_exact(&mut magic).map_err(|_| cut())?;
        let number = u32::from_le_bytes(magic);
        let mut packets = Self { source, kind: Kind::PcapNg(Vec::new()), big_endian: false, buffer: Vec::new() };
        if number == 0x0a0d_0d0a {
            packets.section()?;
            return Ok(packets);
        }
        packets.big_endian = matches!(number, 0xd4c3_b2a1 | 0x4d3c_b2a1);
        let resolution = if matches!(number, 0xa1b2_3c4d | 0x4d3c_b2a1) { 1_000_000_000 } else { 1_000_000 };
        packets.fill(20)?;
        let link = packets.u32(16).unwrap_or(0) & 0xffff;
        let link = u16::try_from(link).unwrap_or(0);
        packets.kind = Kind::Pcap(Interface { link, resolution, offset: 0 });
        Ok(packets)
    }

    /// The next packet; none at the end.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet<'_>>, Problem> {
        match &self.kind {
            Kind::Pcap(interface) => {
                let interface = *interface;
                self.classic(interface)
            }
            Kind::PcapNg(_) => self.block(),
        }
    }

    fn classic(&mut self, interface: Interface) -> Result<Option<Packet<'_>>, Problem> {
        if !self.begin(16)? {
            return Ok(None);
        }
        let word = |at| self.u32(at).unwrap_or(0);
        let (seconds, rest, length) = (word(0), word(4), word(8) as usize);
        if length > LONGEST {
            return Err(Problem::corrupt("a packet longer than any can be"));
        }
        self.fill(length)?;
        let units = u64::from(seconds) * interface.resolution + u64::from(rest);
        Ok(Some(Packet { link: interface.link, at: time(units, interface), bytes: &self.buffer }))
    }

    fn block(&mut self) -> Result<Option<Packet<'_>>, Problem> {
        loop {
            if !self.begin(4)? {
                return Ok(None);
            }
            let kind = self.u32(0).unwrap_or(0);
            if kind == 0x0a0d_0d0a {
                self.section()?;
                continue;
            }
            self.fill(4)?;
            let length = self.u32(0).unwrap_or(0) as usize;
            // Type and length stand before the body, the length again behind it.
            let body = length.checked_sub(12).filter(|_| length <= LONGEST + 4096 && length.is_multiple_of(4));
            let body = body.ok_or_else(|| Problem::corrupt("a block whose length cannot be"))?;
            self.fill(body)?;
            self.skip(4)?;
            if let Some(range) = self.understand(kind) {
                let (link, at, start, end) = range;
                return Ok(Some(Packet { link, at, bytes: self.buffer.get(start..end).unwrap_or_default() }));
            }
        }
    }

    /// What a block says: of a packet, its link type, time and place in the buffer.
    fn understand(&mut self, kind: u32) -> Option<(u16, Option<Timestamp>, usize, usize)> {
        match kind {
            1 => {
                let interface = self.interface()?;
                if let Kind::PcapNg(interfaces) = &mut self.kind
                    && interfaces.len() < MOST_INTERFACES
                {
                    interfaces.push(interface);
                }
                None
            }
            // An enhanced packet, or the obsolete one before it.
            2 | 6 => {
                let number = if kind == 6 { self.u32(0)? as usize } else { usize::from(self.u16(0)?) };
                let interface = self.number(number)?;
                let units = u64::from(self.u32(4)?) << 32 | u64::from(self.u32(8)?);
                let end = 20_usize.checked_add(self.u32(12)? as usize)?;
                Some((interface.link, time(units, interface), 20, end.min(self.buffer.len())))
            }
            3 => {
                let interface = self.number(0)?;
                let end = 4_usize.checked_add(self.u32(0)? as usize)?;
                Some((interface.link, None, 4, end.min(self.buffer.len())))
            }
            _ => None,
        }
    }

    fn number(&self, number: usize) -> Option<Interface> {
        match &self.kind {
            Kind::PcapNg(interfaces) => interfaces.get(number).copied(),
            Kind::Pcap(_) => None,
        }
    }

    fn interface(&self) -> Option<Interface> {
        let mut interface = Interface { link: self.u16(0)?, resolution: 1_000_000, offset: 0 };
        let mut at = 8;
        while let (Some(code @ 1..), Some(length)) = (self.u16(at), self.u16(at + 2)) {
            match code {
                9 => {
                    let byte = *self.buffer.get(at + 4)?;
                    let power = u32::from(byte & 0x7f);
                    let base: u64 = if byte & 0x80 == 0 { 10 } else { 2 };
                    interface.resolution = base.checked_pow(power).unwrap_or(u64::MAX);
                }
                14 => {
                    let (first, second) = (u64::from(self.u32(at + 4)?), u64::from(self.u32(at + 8)?));
                    let value = if self.big_endian { first << 32 | second } else { second << 32 | first };
                    interface.offset = value.cast_signed();
                }
                _ => {}
            }
            at += 4 + usize::from(length).next_multiple_of(4);
        }
        Some(interface)
    }

    /// A section begins: its byte order counts from here.
    fn section(&mut self) -> Result<(), Problem> {
        self.fill(8)?;
        self.big_endian = self.buffer.get(4..8) == Some(&[0x1a, 0x2b, 0x3c, 0x4d]);
        let length = self.u32(0).unwrap_or(0) as usize;
        let left = length.checked_sub(12).filter(|left| *left <= LONGEST);
        self.skip(left.ok_or_else(|| Problem::corrupt("a section whose length cannot be"))?)?;
        self.kind = Kind::PcapNg(Vec::new());
        Ok(())
    }

    /// Reads so many bytes into the buffer, or finds the end of the file before the first.
    fn begin(&mut self, length: usize) -> Result<bool, Problem> {
        let mut first = [0; 1];
        loop {
            match self.source.read(&mut first) {
                Ok(0) => return Ok(false),
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(cut()),
            }
        }
        self.buffer.resize(length, 0);
        let [start, rest @ ..] = self.buffer.as_mut_slice() else { return Ok(false) };
        *start = first[0];
        self.source.read_exact(rest).map_err(|_| cut())?;
        Ok(true)
    }

    fn fill(&mut self, length: usize) -> Result<(), Problem> {
        self.buffer.resize(length, 0);
        self.source.read_exact(&mut self.buffer).map_err(|_| cut())
    }

    fn skip(&mut self, length: usize) -> Result<(), Problem> {
        let mut small = [0; 4];
        match small.get_mut(..length) {
            Some(small) => self.source.read_exact(small).map_err(|_| cut()),
            None => self.fill(length),
        }
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.buffer.get(at..at + 4)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.buffer.get(at..at + 2)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }
}

fn cut() -> Problem {
    Problem::corrupt("the capture ends in the middle of a packet")
}

fn time(units: u64, interface: Interface) -> Option<Timestamp> {
    let seconds = i64::try_from(units / interface.resolution.max(1)).ok()?.checked_add(interface.offset)?;
    Timestamp::from_second(seconds).ok()
}
