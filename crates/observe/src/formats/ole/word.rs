//! The text of a Word 97-2003 document, put together from its piece table ([MS-DOC] sections 2.4.1 and 2.8.35).
//! Headers, notes and comments lie in the same run of characters; pictures and form fields are left out.

use encoding_rs::{UTF_16LE, WINDOWS_1252};
use vauban_intake::{Budget, Problem};

use super::{encryption::word_encrypted, streams::Stream};

/// The text as a person reads it, with the hidden targets of its links; `None` when it is no Word document or
/// has no piece table that makes sense.
pub(super) fn text(streams: &[Stream], budget: &Budget) -> Result<Option<String>, Problem> {
    let root = |name: &str| streams.iter().find(|stream| stream.path == name).map(|stream| stream.bytes.as_slice());
    let Some(document) = root("WordDocument").filter(|bytes| bytes.starts_with(&[0xec, 0xa5])) else { return Ok(None) };
    if word_encrypted(document) {
        return Ok(None);
    }
    let second_table = document.get(11).is_some_and(|flags| flags & 2 != 0);
    let Some(table) = root(if second_table { "1Table" } else { "0Table" }) else { return Ok(None) };
    let Some(pieces) = piece_table(document, table) else { return Ok(None) };
    let count = pieces.len().saturating_sub(4) / 12;
    let mut text = String::new();
    for index in 0..count {
        budget.check_time()?;
        let Some((bytes, encoding)) = piece(document, pieces, index, count) else { continue };
        // Pieces may overlap, so that a small file reads as a very large one.
        budget.spend_bytes(bytes.len() as u64)?;
        text.push_str(&encoding.decode_without_bom_handling(bytes).0);
    }
    Ok(Some(text.chars().filter_map(as_seen).collect()))
}

/// The table of pieces within the table stream: behind any number of property blocks (1), marked by 2.
fn piece_table<'a>(document: &[u8], table: &'a [u8]) -> Option<&'a [u8]> {
    let start = usize::try_from(long(document, 0x01a2)?).ok()?;
    let length = usize::try_from(long(document, 0x01a6)?).ok()?;
    let mut rest = table.get(start..start.checked_add(length)?.min(table.len()))?;
    loop {
        match *rest.first()? {
            1 => {
                let size = usize::from(u16::from_le_bytes(rest.get(1..3)?.try_into().ok()?));
                rest = rest.get(size.checked_add(3)?..)?;
            }
            2 => {
                let size = usize::try_from(long(rest, 1)?).ok()?;
                let end = size.checked_add(5)?.min(rest.len());
                return rest.get(5..end);
            }
            _ => return None,
        }
    }
}

/// The bytes of one piece: `count + 1` positions of characters, then `count` descriptors of eight bytes.
fn piece<'a>(
    document: &'a [u8],
    pieces: &[u8],
    index: usize,
    count: usize,
) -> Option<(&'a [u8], &'static encoding_rs::Encoding)> {
    let position = index.checked_mul(4)?;
    let characters = long(pieces, position.checked_add(4)?)?.checked_sub(long(pieces, position)?)?;
    let characters = usize::try_from(characters).ok()?;
    let descriptor = count.checked_add(1)?.checked_mul(4)?.checked_add(index.checked_mul(8)?)?;
    let place = long(pieces, descriptor.checked_add(2)?)?;
    let offset = usize::try_from(place & 0x3fff_ffff).ok()?;
    let (start, length, encoding) = if place & 0x4000_0000 == 0 {
        (offset, characters.checked_mul(2)?, UTF_16LE)
    } else {
        (offset / 2, characters, WINDOWS_1252)
    };
    Some((document.get(start..start.checked_add(length)?.min(document.len()))?, encoding))
}

/// Word's own control characters, turned into what stands on the page. The code of a field (where a link's
/// target is) is kept, on a line of its own.
fn as_seen(c: char) -> Option<char> {
    match c {
        '\r' | '\u{7}' | '\u{b}' | '\u{c}' | '\u{e}' | '\u{13}' | '\u{14}' | '\u{15}' => Some('\n'),
        '\u{1e}' => Some('-'),
        '\t' | '\n' => Some(c),
        '\0'..'\u{20}' => None,
        _ => Some(c),
    }
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
