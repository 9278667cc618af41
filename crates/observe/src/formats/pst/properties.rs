//! The properties of a node ([MS-PST] section 2.3.3), and where the larger ones are kept.

use std::borrow::Cow;

use vauban_intake::Problem;

use super::{
    blocks::{Data, File, Subnode},
    header::{number16, number32},
    heap::{Heap, PROPERTIES},
};

/// One property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) id: u16,
    pub(super) kind: u16,
    pub(super) value: Vec<u8>,
}

/// Types of properties ([MS-OXCDATA] section 2.11.1).
pub(super) mod kind {
    pub(in super::super) const UNICODE: u16 = 0x001f;
    pub(in super::super) const STRING8: u16 = 0x001e;
    pub(in super::super) const OBJECT: u16 = 0x000d;
}

/// A node that is being read.
pub(super) struct Opened<'f, 'a> {
    pub(super) file: &'f File<'a>,
    pub(super) data: Data<'a>,
    pub(super) subnodes: Vec<Subnode>,
}

impl<'f, 'a> Opened<'f, 'a> {
    pub(super) fn new(file: &'f File<'a>, data: u64, subnodes: u64) -> Result<Self, Problem> {
        Ok(Self { file, data: file.data(data)?, subnodes: file.subnodes(subnodes)? })
    }

    pub(super) fn heap(&self) -> Option<Heap<'_>> {
        Heap::of(&self.data, self.file.header.version)
    }

    /// Every property, in the order of their numbers. One that cannot be read is left out, and counted.
    pub(super) fn properties(&self) -> Result<(Vec<Property>, u64), Problem> {
        let heap = self.heap().filter(|heap| heap.kind == PROPERTIES);
        let heap = heap.ok_or_else(|| Problem::corrupt("a node without properties"))?;
        let (_, entries) = heap.small_tree(heap.root).ok_or_else(|| Problem::corrupt("a node without properties"))?;
        let (mut all, mut lost) = (Vec::new(), 0);
        for entry in entries {
            self.file.budget.check_time()?;
            let (Some(id), Some(kind), Some(number)) = (number16(entry, 0), number16(entry, 2), number32(entry, 4))
            else {
                lost += 1;
                continue;
            };
            match self.value(&heap, kind, number)? {
                Some(value) => all.push(Property { id, kind, value: value.into_owned() }),
                None => lost += 1,
            }
        }
        Ok((all, lost))
    }

    /// A value, by what stands in its place: itself, or where it is. None when it is not there.
    pub(super) fn value<'v>(
        &'v self,
        heap: &Heap<'v>,
        kind: u16,
        number: u32,
    ) -> Result<Option<Cow<'v, [u8]>>, Problem> {
        match fixed(kind) {
            Some(length @ 0..=4) => Ok(Some(Cow::Owned(number.to_le_bytes()[..length].to_vec()))),
            _ if number == 0 => Ok(Some(Cow::Borrowed(&[]))),
            _ if number & 0x1f == 0 => Ok(heap.get(number).map(Cow::Borrowed)),
            _ => self.subnode_data(number),
        }
    }

    /// The bytes of a subnode. Damage costs the value; anything else is told.
    pub(super) fn subnode_data<'v>(&'v self, id: u32) -> Result<Option<Cow<'v, [u8]>>, Problem> {
        let Some(subnode) = self.subnodes.iter().find(|subnode| subnode.id == id) else { return Ok(None) };
        match self.file.data(subnode.data) {
            Ok(data) => Ok(Some(Cow::Owned(data.joined()))),
            Err(problem) if problem.reason == vauban_model::Reason::Corrupt => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

/// The length of values of a fixed size; none for the others.
pub(super) const fn fixed(kind: u16) -> Option<usize> {
    match kind {
        0x0002 => Some(2),
        0x000b => Some(1),
        0x0003 | 0x0004 | 0x000a => Some(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        _ => None,
    }
}
