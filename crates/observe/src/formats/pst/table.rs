//! Tables ([MS-PST] section 2.3.4), of which one matters here: the recipients of a message.

use vauban_intake::Problem;

use super::{
    blocks::{Data, File, Subnode},
    header::{number16, number32},
    heap::TABLE,
    properties::{Opened, Property, fixed},
};

/// A column: its property, and where it stands in a row.
#[derive(Debug, Clone, Copy)]
struct Column {
    id: u16,
    kind: u16,
    at: usize,
    bit: usize,
}

/// Rows of one table: a message has fewer recipients.
const MOST_ROWS: usize = 20_000;

/// The rows of a table, each with what stands in its cells. A cell that cannot be read is left out.
pub(super) fn rows(file: &File<'_>, table: Subnode) -> Result<Vec<Vec<Property>>, Problem> {
    let opened = Opened::new(file, table.data, table.subnodes)?;
    let damaged = || Problem::corrupt("a table that is none");
    let heap = opened.heap().filter(|heap| heap.kind == TABLE).ok_or_else(damaged)?;
    let about = heap.get(heap.root).filter(|about| about.first() == Some(&TABLE)).ok_or_else(damaged)?;
    let count = usize::from(about.get(1).copied().unwrap_or(0));
    // Where the bits begin that tell which cells are there, and where the row ends.
    let (bits, size) = (number16(about, 6), number16(about, 8));
    let (Some(bits), Some(size), Some(place)) = (bits, size, number32(about, 14)) else { return Err(damaged()) };
    let (bits, size) = (usize::from(bits), usize::from(size));
    let columns: Vec<Column> =
        about.get(22..).unwrap_or_default().chunks_exact(8).take(count).filter_map(column).collect();
    if size == 0 || bits > size {
        return Err(damaged());
    }
    // No row stands in two blocks.
    let kept: Data<'_>;
    let blocks: Vec<&[u8]> = if place & 0x1f == 0 {
        heap.get(place).into_iter().collect()
    } else {
        let Some(subnode) = opened.subnodes.iter().find(|subnode| subnode.id == place) else { return Ok(Vec::new()) };
        kept = file.data(subnode.data)?;
        kept.blocks.iter().map(AsRef::as_ref).collect()
    };
    let mut all = Vec::new();
    for row in blocks.iter().flat_map(|block| block.chunks_exact(size)).take(MOST_ROWS) {
        file.budget.check_time()?;
        let mut cells = Vec::new();
        for Column { id, kind, at, bit } in &columns {
            let is_there = row.get(bits + bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
            let value = match fixed(*kind) {
                _ if !is_there => None,
                Some(length) => row.get(*at..at + length).map(<[u8]>::to_vec),
                None => match number32(row, *at) {
                    Some(number) => opened.value(&heap, *kind, number)?.map(std::borrow::Cow::into_owned),
                    None => None,
                },
            };
            cells.extend(value.map(|value| Property { id: *id, kind: *kind, value }));
        }
        all.push(cells);
    }
    Ok(all)
}

fn column(bytes: &[u8]) -> Option<Column> {
    Some(Column {
        kind: number16(bytes, 0)?,
        id: number16(bytes, 2)?,
        at: usize::from(number16(bytes, 4)?),
        bit: usize::from(*bytes.get(7)?),
    })
}
