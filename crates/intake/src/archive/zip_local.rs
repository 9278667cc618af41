//! ZIP's local headers (APPNOTE 4.3.7), for members whose directory entry is damaged, missing or left out on purpose.

use memchr::memmem;

use super::{
    Member, Visit,
    fields::{u16_at, u32_at, u64_at},
    zip::{check_sum, unpack},
};
use crate::{Budget, Problem, Unpacked};

const SIGNATURE: &[u8] = b"PK\x03\x04";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// A local header.
pub(super) struct LocalHeader<'a> {
    pub(super) method: u16,
    flags: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    name: &'a [u8],
    /// Where the member's bytes begin.
    pub(super) data: usize,
}

impl<'a> LocalHeader<'a> {
    /// The header at `at`, if one stands there.
    pub(super) fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let header = bytes.get(at..)?;
        if !header.starts_with(SIGNATURE) {
            return None;
        }
        let name_end = 30_usize.checked_add(usize::from(u16_at(header, 26)?))?;
        let data = name_end.checked_add(usize::from(u16_at(header, 28)?))?;
        let extra = header.get(name_end..data)?;
        let (mut packed, mut unpacked) = (u64::from(u32_at(header, 18)?), u64::from(u32_at(header, 22)?));
        if let (u32::MAX, Some(wide)) = (u32_at(header, 18)?, zip64(extra)) {
            (unpacked, packed) = wide;
        }
        Some(Self {
            method: u16_at(header, 8)?,
            flags: u16_at(header, 6)?,
            crc: u32_at(header, 14)?,
            packed,
            unpacked,
            name: header.get(30..name_end)?,
            data: at.checked_add(data)?,
        })
    }

    /// Whether the member is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Whether sizes and checksum follow the bytes instead of preceding them.
    fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0 && self.packed == 0
    }

    /// Whether this can be a header and not four bytes that look like one.
    fn is_plausible(&self) -> bool {
        !self.name.is_empty() && !self.name.contains(&0) && (self.method <= 20 || (90..=99).contains(&self.method))
    }
}

/// The two wide sizes of a ZIP64 extra field (APPNOTE 4.5.3): unpacked, packed.
fn zip64(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let length = usize::from(u16_at(extra, 2)?);
        if u16_at(extra, 0)? == 1 {
            return Some((u64_at(extra, 4)?, u64_at(extra, 12)?));
        }
        extra = extra.get(length.checked_add(4)?..)?;
    }
}

/// Reads the members whose local headers lie outside `covered` (sorted).
pub(super) fn salvage(
    bytes: &[u8],
    covered: &[(usize, usize)],
    budget: &Budget,
    visit: &mut Visit<'_>,
) -> Result<(), Problem> {
    let finder = memmem::Finder::new(SIGNATURE);
    let mut owned = covered.iter().copied().peekable();
    let mut owned_end = 0_usize;
    let mut at = 0_usize;
    while let Some(found) = finder.find(bytes.get(at..).unwrap_or_default()) {
        budget.check_time()?;
        let start = at.saturating_add(found);
        while let Some((_, end)) = owned.next_if(|(begin, _)| *begin <= start) {
            owned_end = owned_end.max(end);
        }
        if start < owned_end {
            at = owned_end;
            continue;
        }
        at = start.saturating_add(SIGNATURE.len());
        let Some(local) = LocalHeader::at(bytes, start).filter(LocalHeader::is_plausible) else { continue };
        if local.name.ends_with(b"/") && local.packed == 0 {
            continue;
        }
        budget.spend_entry()?;
        let (unpacked, end) = read_local(bytes, &local, budget);
        visit(Member { path: &name(local.name), bytes: &unpacked.bytes, problem: unpacked.problem });
        at = at.max(end);
    }
    Ok(())
}

fn read_local(bytes: &[u8], local: &LocalHeader<'_>, budget: &Budget) -> (Unpacked, usize) {
    let stated = local.data.saturating_add(usize::try_from(local.packed).unwrap_or(usize::MAX));
    let end = if local.has_descriptor() { descriptor_end(bytes, local) } else { stated };
    let data = bytes.get(local.data..end.min(bytes.len())).unwrap_or_default();
    if local.is_encrypted() {
        let problem = Some(Problem::encrypted("the ZIP member needs a password"));
        return (Unpacked { bytes: Vec::new(), consumed: data.len(), problem }, local.data.saturating_add(data.len()));
    }
    let size = if local.has_descriptor() { u64::MAX } else { local.unpacked };
    let mut unpacked = unpack(local.method, data, size, budget);
    if end > bytes.len() && unpacked.problem.is_none() {
        unpacked.problem = Some(Problem::corrupt("the ZIP member is cut short"));
    }
    if !local.has_descriptor() {
        check_sum(&mut unpacked, local.crc);
    }
    let end = local.data.saturating_add(unpacked.consumed);
    (unpacked, end)
}

/// Where a member ends whose size stands behind it: at the descriptor that states the right distance. Deflate knows
/// its own end, so the rest of the file will do.
fn descriptor_end(bytes: &[u8], local: &LocalHeader<'_>) -> usize {
    if local.method != 0 {
        return bytes.len();
    }
    let data = bytes.get(local.data..).unwrap_or_default();
    for at in memmem::find_iter(data, DESCRIPTOR) {
        if u32_at(data, at.saturating_add(8)).is_some_and(|size| usize::try_from(size).is_ok_and(|size| size == at)) {
            return local.data.saturating_add(at);
        }
    }
    memmem::find(data, b"PK\x01\x02").map_or(bytes.len(), |at| local.data.saturating_add(at))
}

/// A member's name: UTF-8 if it is, whatever its flag says, else code page 437 (APPNOTE D.1).
pub(super) fn name(raw: &[u8]) -> String {
    const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    if let Ok(text) = std::str::from_utf8(raw) {
        return text.to_owned();
    }
    let high: Vec<char> = HIGH.chars().collect();
    raw.iter()
        .map(|byte| match byte.checked_sub(0x80) {
            Some(index) => high.get(usize::from(index)).copied().unwrap_or('\u{fffd}'),
            None => char::from(*byte),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_utf8_or_code_page_437() {
        assert_eq!(name("élection.txt".as_bytes()), "élection.txt");
        assert_eq!(name(b"\x82lection\xff"), "élection\u{a0}");
        assert_eq!(name(b"\xe1\x80"), "ßÇ");
    }
}
