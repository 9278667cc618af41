//! Blocks ([MS-PST] section 2.2.2.8): the bytes of nodes. Large values are spread over many, which one block or two
//! levels of blocks name. Disguised bytes are made plain, compressed ones unpacked.

use std::borrow::Cow;

use vauban_intake::{Budget, Limits, Problem, inflate_zlib};

use super::{
    crypt,
    fields::{checksum, slice_at, u16_at, u32_at},
    header::{Crypt, Layout},
    page::Tree,
    store::{Store, count},
};

/// Marks a block that names others, in its number.
const INTERNAL: u64 = 2;
/// The first byte of a block that names blocks of data.
const NAMES_DATA: u8 = 1;

/// The bytes of one block.
pub(super) fn block<'a>(store: &Store<'a>, number: u64) -> Result<Cow<'a, [u8]>, Problem> {
    let number = number & !1;
    let broken = |what: &str| Problem::corrupt(format!("block {number:#x} {what}"));
    let layout = store.layout();
    let word = layout.word();
    let entry = Tree::Blocks.find(store, number)?.ok_or_else(|| broken("is not in the file"))?;
    let place = layout.word_at(entry, word).unwrap_or(u64::MAX);
    let sizes = word.saturating_mul(2);
    let length = usize::from(u16_at(entry, sizes).unwrap_or(0));
    let bytes = slice_at(store.bytes, place, length).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| broken("lies outside the file"))?;
    let whole = length.saturating_add(layout.trailer()).next_multiple_of(layout.block_unit());
    let trailer = whole.saturating_sub(layout.trailer());
    let trailer = place.checked_add(trailer as u64).and_then(|at| slice_at(store.bytes, at, layout.trailer()));
    let trailer = trailer.ok_or_else(|| broken("is cut short"))?;
    let (own, told) = match layout {
        Layout::Ansi => (layout.word_at(trailer, 4), u32_at(trailer, 8)),
        _ => (layout.word_at(trailer, 8), u32_at(trailer, 4)),
    };
    if own.map(|own| own & !1) != Some(number) {
        return Err(broken("was written over"));
    }
    if told != Some(checksum(bytes)) {
        count(&store.doubtful_blocks);
    }
    // Blocks that name others are never disguised.
    let method = if number & INTERNAL == 0 { store.header.crypt } else { Crypt::None };
    let unpacked = usize::from(u16_at(entry, sizes.saturating_add(2)).unwrap_or(0));
    if layout != Layout::Large || unpacked == 0 || unpacked == length {
        return Ok(crypt::plain(method, number, bytes));
    }
    // Nobody says whether a block is disguised before it is compressed or after. Only one of both unpacks.
    if let Some(bytes) = inflated(store, bytes, unpacked) {
        return Ok(Cow::Owned(crypt::plain(method, number, &bytes).into_owned()));
    }
    inflated(store, &crypt::plain(method, number, bytes), unpacked)
        .map(Cow::Owned)
        .ok_or_else(|| broken("does not unpack"))
}

/// The bytes of a compressed block. Its size is a number of 16 bits, and that many bytes is all that it may become.
fn inflated(store: &Store<'_>, bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let limits = Limits { item_bytes: size as u64, total_bytes: size as u64, ..store.budget.limits() };
    let unpacked = inflate_zlib(bytes, &Budget::new(limits, store.budget.stop_flag().clone()));
    (unpacked.bytes.len() == size).then_some(unpacked.bytes)
}

/// Calls `take` with the bytes of a value, block by block. `most` is what they may come to.
fn each_block<'a>(
    store: &Store<'a>,
    number: u64,
    most: u64,
    take: &mut dyn FnMut(Cow<'a, [u8]>),
) -> Result<(), Problem> {
    if number & !1 == 0 {
        return Ok(());
    }
    if number & INTERNAL == 0 {
        take(block(store, number)?);
        return Ok(());
    }
    let mut length = 0_u64;
    let mut one = |number: u64| {
        store.budget.check_time()?;
        if number & INTERNAL != 0 {
            return Err(Problem::corrupt("a list of blocks leads to another list"));
        }
        let bytes = block(store, number)?;
        length = length.saturating_add(bytes.len() as u64);
        if length > most {
            return Err(Problem::too_large("a value takes more than the bytes allowed for one item"));
        }
        take(bytes);
        Ok(())
    };
    let (level, numbers) = list(store, number)?;
    for number in numbers {
        match level {
            1 => one(number)?,
            _ => match list(store, number)? {
                (1, numbers) => numbers.into_iter().try_for_each(&mut one)?,
                _ => return Err(Problem::corrupt("lists of blocks are nested too deep")),
            },
        }
    }
    Ok(())
}

/// The blocks of a value.
pub(super) fn blocks<'a>(store: &Store<'a>, number: u64, most: u64) -> Result<Vec<Cow<'a, [u8]>>, Problem> {
    let mut found = Vec::new();
    each_block(store, number, most, &mut |bytes| found.push(bytes))?;
    Ok(found)
}

/// The bytes of a value in one piece.
pub(super) fn value(store: &Store<'_>, number: u64, most: u64) -> Result<Vec<u8>, Problem> {
    let mut found = Vec::new();
    each_block(store, number, most, &mut |bytes| found.extend_from_slice(&bytes))?;
    Ok(found)
}

/// The level of a block that names others, and the numbers of those.
fn list(store: &Store<'_>, number: u64) -> Result<(u8, Vec<u64>), Problem> {
    let bytes = block(store, number)?;
    let broken = || Problem::corrupt(format!("block {number:#x} is no list of blocks"));
    let (Some(&NAMES_DATA), Some(&level @ 1..=2)) = (bytes.first(), bytes.get(1)) else { return Err(broken()) };
    let count = usize::from(u16_at(&bytes, 2).unwrap_or(0));
    let word = store.layout().word();
    let entries = count.checked_mul(word).and_then(|length| bytes.get(8..length.checked_add(8)?)).ok_or_else(broken)?;
    Ok((level, entries.chunks_exact(word).filter_map(|entry| store.layout().word_at(entry, 0)).collect()))
}
