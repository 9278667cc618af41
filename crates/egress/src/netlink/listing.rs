//! What stands in our table: names of chains and sets, and counters. `nft` would read every element of every set first, hundreds of
//! megabytes for a hundred thousand of them.

use super::{
    batch::{INET, SUBSYSTEM},
    message::{DUMP, Writer, attributes},
    socket::{Failed, Socket},
};
use crate::TABLE;

const GET_TABLES: u16 = (SUBSYSTEM << 8) | 1;
const GET_CHAINS: u16 = (SUBSYSTEM << 8) | 4;
const GET_SETS: u16 = (SUBSYSTEM << 8) | 10;
const GET_OBJECTS: u16 = (SUBSYSTEM << 8) | 19;
/// The attribute with the table, in everything that belongs to one; in a table, its name.
const OF_TABLE: u16 = 1;
const OBJECT_DATA: u16 = 4;
const PACKETS: u16 = 2;

/// Something in our table, or the table itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    Chain,
    Set,
    Counter,
}

impl Kind {
    const fn request(self) -> u16 {
        match self {
            Self::Table => GET_TABLES,
            Self::Chain => GET_CHAINS,
            Self::Set => GET_SETS,
            Self::Counter => GET_OBJECTS,
        }
    }

    const fn name(self) -> u16 {
        match self {
            Self::Table => OF_TABLE,
            Self::Chain => 3,
            Self::Set | Self::Counter => 2,
        }
    }
}

/// The names of everything of a kind that is in our table; packets, where they are counted.
pub(crate) fn listing(kind: Kind) -> Result<Vec<(String, u64)>, Failed> {
    let mut socket = Socket::open()?;
    let mut writer = Writer::default();
    let message = writer.begin(kind.request(), DUMP, 1, &INET);
    writer.end(message);
    let mut found = Vec::new();
    socket.dump(&writer.bytes, |message| {
        let payload = message.payload.get(INET.len()..).unwrap_or_default();
        let text = |wanted| attributes(payload).find(|(kind, _)| *kind == wanted).and_then(|(_, value)| text(value));
        if text(OF_TABLE) == Some(TABLE)
            && let Some(name) = text(kind.name())
        {
            found.push((name.to_owned(), packets(payload).unwrap_or_default()));
        }
    })?;
    Ok(found)
}

/// A text without the zero at its end.
fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value.strip_suffix(&[0])?).ok()
}

fn packets(payload: &[u8]) -> Option<u64> {
    let (_, data) = attributes(payload).find(|(kind, _)| *kind == OBJECT_DATA)?;
    let (_, value) = attributes(data).find(|(kind, _)| *kind == PACKETS)?;
    Some(u64::from_be_bytes(value.try_into().ok()?))
}
