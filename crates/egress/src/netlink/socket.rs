//! The socket to the kernel. Everything that is asked is answered before the call returns; a kernel that does not answer is an
//! error after a while, never a wait without end.

use std::{collections::BTreeMap, net::IpAddr, os::fd::OwnedFd, time::Duration};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType,
        netlink::{NETFILTER, SocketAddrNetlink},
        recv, sendto, socket_with, sockopt,
    },
};

use super::{
    batch::{Batch, GET_ELEMENTS, GET_GENERATION, INET, LIST_SET, LIST_TABLE},
    message::{DONE, DUMP, Message, Reader, Writer, attributes},
};
use crate::TABLE;

/// How long the kernel may take. It may wait for another program's transaction.
const PATIENCE: Duration = Duration::from_secs(10);
/// Larger than anything that the kernel says in one go.
const ROOM: usize = 64 << 10;
/// What a transaction may take, in bytes.
const TRANSACTION: usize = 4 << 20;
const GENERATION: u16 = 1;
const LIST_ELEMENTS: u16 = 3;
const GET_NEIGHBOURS: u16 = 30;

/// What the kernel answered, other than "done".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kernel answered: {0}")]
pub(crate) struct Failed(pub(crate) Errno);

/// A socket that speaks of nf_tables.
#[derive(Debug)]
pub(crate) struct Socket {
    descriptor: OwnedFd,
    sequence: u32,
    room: Vec<u8>,
}

impl Socket {
    pub(crate) fn open() -> Result<Self, Failed> {
        Self::of(Some(NETFILTER))
    }

    fn of(protocol: Option<Protocol>) -> Result<Self, Failed> {
        let open = || {
            let descriptor = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
            sockopt::set_socket_timeout(&descriptor, sockopt::Timeout::Recv, Some(PATIENCE))?;
            sockopt::set_socket_timeout(&descriptor, sockopt::Timeout::Send, Some(PATIENCE))?;
            // Without the right to it, what the system allows has to do.
            let _ = sockopt::set_socket_send_buffer_size_force(&descriptor, TRANSACTION);
            Ok(Self { descriptor, sequence: 1, room: vec![0; ROOM] })
        };
        open().map_err(Failed)
    }

    /// A transaction to be written.
    pub(crate) fn batch(&self) -> Batch {
        Batch::new(self.sequence)
    }

    /// Carries a transaction out. The first thing that the kernel does not like undoes all of it.
    pub(crate) fn commit(&mut self, batch: Batch) -> Result<(), Failed> {
        let (bytes, first, answered) = batch.finish();
        self.sequence = answered.end.wrapping_add(1);
        if answered.is_empty() {
            return Ok(());
        }
        self.send(&bytes)?;
        let mut failed = None;
        let mut open: u32 = answered.end.wrapping_sub(answered.start);
        while open > 0 {
            self.receive(|message| {
                let Some(number) = message.error() else { return };
                if answered.contains(&message.sequence) {
                    open = open.saturating_sub(1);
                } else if message.sequence == first {
                    // All of it was refused, at the door or at the end.
                    open = 0;
                } else {
                    // Of a transaction before.
                    return;
                }
                if number != 0 && failed.is_none() {
                    failed = Some(Failed(Errno::from_raw_os_error(number)));
                }
            })?;
        }
        failed.map_or(Ok(()), Err)
    }

    /// The number of the rules' generation: every transaction of anybody makes it grow by one.
    pub(crate) fn generation(&mut self) -> Result<u32, Failed> {
        let mut writer = Writer::default();
        let message = writer.begin(GET_GENERATION, 0, self.sequence, &[0, 0, 0, 0]);
        writer.end(message);
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.send(&writer.bytes)?;
        let mut found = None;
        let mut failed = None;
        while found.is_none() && failed.is_none() {
            self.receive(|message| {
                if message.sequence != sequence {
                    return;
                }
                match message.error() {
                    Some(number) => failed = Some(Failed(Errno::from_raw_os_error(number))),
                    None => found = Some(generation(message)),
                }
            })?;
        }
        failed.map_or_else(|| found.flatten().ok_or(Failed(Errno::BADMSG)), Err)
    }

    fn send(&self, bytes: &[u8]) -> Result<(), Failed> {
        let kernel = SocketAddrNetlink::new(0, 0);
        sendto(&self.descriptor, bytes, SendFlags::empty(), &kernel).map(|_| ()).map_err(Failed)
    }

    fn receive(&mut self, mut each: impl FnMut(Message<'_>)) -> Result<(), Failed> {
        let (_, length) =
            recv(&self.descriptor, self.room.as_mut_slice(), RecvFlags::empty()).map_err(|error| match error {
                Errno::AGAIN => Failed(Errno::TIMEDOUT),
                error => Failed(error),
            })?;
        Reader(self.room.get(..length).unwrap_or_default()).for_each(&mut each);
        Ok(())
    }

    pub(super) fn dump(&mut self, bytes: &[u8], mut each: impl FnMut(Message<'_>)) -> Result<(), Failed> {
        self.send(bytes)?;
        let (mut is_done, mut failed) = (false, None);
        while !is_done {
            self.receive(|message| {
                if let Some(number) = message.error().filter(|number| *number != 0) {
                    failed = Some(Failed(Errno::from_raw_os_error(number)));
                }
                is_done |= message.kind == DONE || message.error().is_some();
                if !is_done {
                    each(message);
                }
            })?;
        }
        failed.map_or(Ok(()), Err)
    }
}

fn generation(message: Message<'_>) -> Option<u32> {
    let (_, value) = attributes(message.payload.get(4..)?).find(|(kind, _)| *kind == GENERATION)?;
    Some(u32::from_be_bytes(value.try_into().ok()?))
}

/// Whether a set has no elements. It takes a socket of its own, because it does not listen to the end.
pub(crate) fn is_empty(set: &str) -> Result<bool, Failed> {
    let mut socket = Socket::open()?;
    let mut writer = Writer::default();
    let message = writer.begin(GET_ELEMENTS, DUMP, 1, &INET);
    writer.text(LIST_TABLE, TABLE);
    writer.text(LIST_SET, set);
    writer.end(message);
    socket.send(&writer.bytes)?;
    let mut answer = None;
    while answer.is_none() {
        socket.receive(|message| {
            if answer.is_some() {
                return;
            }
            answer = match message.error() {
                Some(0) => Some(Ok(true)),
                Some(number) => Some(Err(Failed(Errno::from_raw_os_error(number)))),
                None if message.kind == DONE => Some(Ok(true)),
                None => {
                    let payload = message.payload.get(4..).unwrap_or_default();
                    let has = attributes(payload).any(|(kind, value)| kind == LIST_ELEMENTS && !value.is_empty());
                    has.then_some(Ok(false))
                }
            };
        })?;
    }
    answer.unwrap_or(Err(Failed(Errno::BADMSG)))
}

/// An interface and a hardware address.
pub(crate) type Link = (u32, [u8; 6]);

/// Who is next to us: addresses by the link that they were seen on.
pub(crate) fn neighbours() -> Result<BTreeMap<Link, Vec<IpAddr>>, Failed> {
    let mut socket = Socket::of(None)?;
    let mut writer = Writer::default();
    let message = writer.begin(GET_NEIGHBOURS, DUMP, 1, &[0; 12]);
    writer.end(message);
    let mut found: BTreeMap<Link, Vec<IpAddr>> = BTreeMap::new();
    socket.dump(&writer.bytes, |message| {
        if let Some((link, address)) = neighbour(message.payload) {
            found.entry(link).or_default().push(address);
        }
    })?;
    Ok(found)
}

/// One neighbour that is known to be there: `ndmsg`, then attributes.
fn neighbour(payload: &[u8]) -> Option<(Link, IpAddr)> {
    const DESTINATION: u16 = 1;
    const HARDWARE: u16 = 2;
    // Reachable, stale, delay, probe: its hardware address was heard from it.
    const KNOWN: u16 = 0x02 | 0x04 | 0x08 | 0x10;
    let interface = u32::from_ne_bytes(payload.get(4..8)?.try_into().ok()?);
    let state = u16::from_ne_bytes(payload.get(8..10)?.try_into().ok()?);
    let (mut address, mut hardware) = (None, None);
    for (kind, value) in attributes(payload.get(12..)?) {
        match (kind, value.len()) {
            (DESTINATION, 4) => address = <[u8; 4]>::try_from(value).ok().map(IpAddr::from),
            (DESTINATION, 16) => address = <[u8; 16]>::try_from(value).ok().map(IpAddr::from),
            (HARDWARE, 6) => hardware = <[u8; 6]>::try_from(value).ok(),
            _ => {}
        }
    }
    (state & KNOWN != 0).then_some(())?;
    Some(((interface, hardware?), address?))
}
