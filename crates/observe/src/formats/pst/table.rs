//! The table context ([MS-PST] section 2.3.4), read for the recipients of a message: one property context for each row
//! would be as good, but there is none.

use std::collections::BTreeMap;

use vauban_intake::Problem;

use super::{
    block,
    fields::{u16_at, u32_at},
    heap::{Heap, is_on_heap},
    node::Node,
    store::Store,
    subnode::subnodes,
    value::{Values, fixed_size},
};

const CLIENT: u8 = 0x7c;
/// Rows that are read: a message to more people is one that was made to cost something.
const MOST_ROWS: usize = 20_000;

/// A cell of a table.
pub(super) struct Cell {
    pub(super) id: u16,
    pub(super) kind: u16,
    pub(super) value: CellValue,
}

pub(super) enum CellValue {
    /// Its bytes, padded.
    Fixed([u8; 8]),
    /// The number of its place.
    Place(u32),
}

/// Takes the cells of a row, and where their values lie.
pub(super) type TakesRow<'r> = dyn FnMut(Vec<Cell>, &Values<'_, '_>) -> Result<(), Problem> + 'r;

struct Column {
    id: u16,
    kind: u16,
    at: usize,
    size: usize,
    bit: usize,
}

/// Calls `row` with every row of the table.
pub(super) fn rows(store: &Store<'_>, node: Node, row: &mut TakesRow<'_>) -> Result<(), Problem> {
    let broken = || Problem::corrupt("a table is broken");
    let heap = Heap::open(store, node.data, CLIENT)?;
    let (subnodes, problem) = subnodes(store, node.subnodes);
    let header = heap.get(heap.root()).filter(|header| header.first() == Some(&CLIENT)).ok_or_else(broken)?;
    // The last two offsets: where the bits begin that tell which cells are there, and where a row ends.
    let (bits, size) = (u16_at(header, 6), u16_at(header, 8));
    let (bits, size) = (usize::from(bits.ok_or_else(broken)?), usize::from(size.ok_or_else(broken)?));
    let columns: Vec<Column> = header.get(22..).unwrap_or_default().chunks_exact(8).filter_map(column).collect();
    let place = u32_at(header, 14).ok_or_else(broken)?;
    let data = rows_of(store, &heap, &subnodes, place)?;
    let values = Values { store, heap: &heap, subnodes: &subnodes };
    if size == 0 {
        return Err(broken());
    }
    // No row goes over the end of a block.
    let all = data.iter().flat_map(|block| block.chunks_exact(size));
    for (number, bytes) in all.enumerate() {
        store.budget.check_time()?;
        if number >= MOST_ROWS {
            return Err(Problem::too_many(format!("a table of more than {MOST_ROWS} rows")));
        }
        row(columns.iter().filter_map(|column| column.cell(bytes, bits)).collect(), &values)?;
    }
    problem.map_or(Ok(()), Err)
}

fn rows_of(
    store: &Store<'_>,
    heap: &Heap<'_>,
    subnodes: &BTreeMap<u32, Node>,
    place: u32,
) -> Result<Vec<Vec<u8>>, Problem> {
    if place == 0 {
        return Ok(Vec::new());
    }
    if is_on_heap(place) {
        let rows = heap.get(place).ok_or_else(|| Problem::corrupt("the rows of a table are missing"))?;
        return Ok(vec![rows.to_vec()]);
    }
    let node = subnodes.get(&place).ok_or_else(|| Problem::corrupt("the rows of a table are missing"))?;
    let blocks = block::blocks(store, node.data, store.budget.room())?;
    Ok(blocks.into_iter().map(std::borrow::Cow::into_owned).collect())
}

fn column(bytes: &[u8]) -> Option<Column> {
    Some(Column {
        kind: u16_at(bytes, 0)?,
        id: u16_at(bytes, 2)?,
        at: usize::from(u16_at(bytes, 4)?),
        size: usize::from(*bytes.get(6)?),
        bit: usize::from(*bytes.get(7)?),
    })
}

impl Column {
    fn cell(&self, row: &[u8], bits: usize) -> Option<Cell> {
        let there = row.get(bits.checked_add(self.bit / 8)?)? & (0x80 >> (self.bit % 8)) != 0;
        let bytes = there.then(|| row.get(self.at..self.at.checked_add(self.size)?))??;
        let value = if fixed_size(self.kind).is_some() {
            let mut value = [0; 8];
            let length = bytes.len().min(8);
            value.get_mut(..length)?.copy_from_slice(bytes.get(..length)?);
            CellValue::Fixed(value)
        } else {
            CellValue::Place(u32_at(bytes, 0)?)
        };
        Some(Cell { id: self.id, kind: self.kind, value })
    }
}
