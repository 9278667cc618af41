//! The property context: the properties of a message, a folder or an attachment ([MS-PST] section 2.3.3).

use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_16LE};
use vauban_intake::Problem;

use super::{
    fields::{u16_at, u32_at},
    heap::Heap,
    node::Node,
    store::Store,
    subnode::subnodes,
    value::{Property, Values, kind},
};

const CLIENT: u8 = 0xbc;

/// The properties of a node, with where their values lie.
pub(super) struct Context<'a> {
    pub(super) properties: Vec<Property>,
    pub(super) heap: Heap<'a>,
    pub(super) subnodes: BTreeMap<u32, Node>,
    /// Why some of the subnodes are missing.
    pub(super) problem: Option<Problem>,
}

impl<'a> Context<'a> {
    pub(super) fn of(store: &Store<'a>, node: Node) -> Result<Self, Problem> {
        let heap = Heap::open(store, node.data, CLIENT)?;
        let properties = heap
            .records(store, heap.root(), 2, 6)?
            .into_iter()
            .filter_map(|(key, data)| {
                Some(Property { id: u16_at(key, 0)?, kind: u16_at(data, 0)?, value: u32_at(data, 2)? })
            })
            .collect();
        let (subnodes, problem) = subnodes(store, node.subnodes);
        Ok(Self { properties, heap, subnodes, problem })
    }

    pub(super) fn values<'v>(&'v self, store: &'v Store<'a>) -> Values<'v, 'a> {
        Values { store, heap: &self.heap, subnodes: &self.subnodes }
    }

    pub(super) fn find(&self, id: u16) -> Option<Property> {
        self.properties.iter().copied().find(|property| property.id == id)
    }

    /// A property as text; `None` when it is none, is empty or cannot be read.
    pub(super) fn text(&self, store: &Store<'a>, id: u16) -> Option<String> {
        const LONGEST: u64 = 64 << 10;
        let property = self.find(id)?;
        let encoding: &'static Encoding = match property.kind {
            kind::UNICODE => UTF_16LE,
            kind::STRING8 => encoding_rs::WINDOWS_1252,
            _ => return None,
        };
        let bytes = self.values(store).at(property.value, LONGEST).ok()?;
        let text = encoding.decode_without_bom_handling(&bytes).0;
        let text = text.trim_end_matches('\0').trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
