//! One storage of an Outlook message file ([MS-OXMSG] section 2.4) before it is written: properties of fixed size in one
//! stream, each of the others in a stream named for its number and type.

use std::fmt::Write as _;

use crate::formats::msg::SUBSTANCE;

/// Streams and storages by their names, in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Storage {
    pub(super) fixed: Vec<u8>,
    pub(super) streams: Vec<(String, Vec<u8>)>,
    pub(super) storages: Vec<(String, Self)>,
}

impl Storage {
    /// A storage whose properties of fixed size stand behind a header of so many bytes.
    pub(super) fn with_header(header: usize) -> Self {
        Self { fixed: vec![0; header], ..Self::default() }
    }

    pub(super) fn put_fixed(&mut self, id: u16, kind: u16, value: [u8; 8]) {
        self.fixed.extend_from_slice(&kind.to_le_bytes());
        self.fixed.extend_from_slice(&id.to_le_bytes());
        self.fixed.extend_from_slice(&6_u32.to_le_bytes());
        self.fixed.extend_from_slice(&value);
    }

    pub(super) fn put(&mut self, id: u16, kind: u16, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.streams.push((substance(id, kind), bytes));
        }
    }

    /// One part of a property of several values.
    pub(super) fn put_part(&mut self, id: u16, kind: u16, index: usize, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            let mut name = substance(id, kind);
            let _ = write!(name, "-{index:08X}");
            self.streams.push((name, bytes));
        }
    }
}

/// The name of a property's stream or storage.
pub(super) fn substance(id: u16, kind: u16) -> String {
    format!("{SUBSTANCE}{id:04X}{kind:04X}")
}
