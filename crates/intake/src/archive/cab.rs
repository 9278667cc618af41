//! CAB, Microsoft's cabinet (MS-CAB): its tables, and members cut from the unpacked folders.
//!
//! The tables are read here because the crate for it, `cab` 0.6, panics on offsets behind the last block and unpacks
//! a folder anew for each member, which lets a small file cost hours. Codecs are crates: deflate for MSZIP, `lzxd` for
//! LZX. Quantum is not unpacked, and a member that continues in another cabinet is announced, not joined.

use super::{
    Member, Visit,
    cab_folder::{Folder, unpack},
    fields::{u16_at, u32_at},
};
use crate::{Budget, Problem};

/// Where a member stands.
struct File<'a> {
    folder: u16,
    offset: u32,
    size: u32,
    is_utf8: bool,
    name: &'a [u8],
}

/// Walks a cabinet, folder by folder.
///
/// # Errors
/// `corrupt` when a table is broken, `too-many`, `too-large` and `timeout` when the budget ran out.
pub fn cab(bytes: &[u8], budget: &Budget, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let broken = || Problem::corrupt("the cabinet's tables are broken or cut short");
    let (folders, folders_whole) = folders(bytes).ok_or_else(broken)?;
    let (mut files, files_whole) = files(bytes, budget)?;
    files.sort_by_key(|file| file.folder);
    for group in files.chunk_by(|one, other| one.folder == other.folder) {
        let Some(first) = group.first() else { continue };
        budget.check_time()?;
        match folders.get(usize::from(first.folder)) {
            Some(folder) => read_folder(bytes, folder, group, budget, visit)?,
            None => {
                // 0xfffd to 0xffff: continued from, to, or through another cabinet (MS-CAB 2.4).
                let problem = if first.folder >= 0xfffd {
                    Problem::unsupported("the member continues in another cabinet")
                } else {
                    Problem::corrupt("the member lies in a folder that is not there")
                };
                for file in group {
                    budget.spend_entry()?;
                    visit(Member { path: &file.path(), bytes: &[], problem: Some(problem.clone()) });
                }
            }
        }
    }
    if folders_whole && files_whole { Ok(()) } else { Err(broken()) }
}

fn read_folder(
    bytes: &[u8],
    folder: &Folder,
    files: &[File<'_>],
    budget: &Budget,
    visit: &mut Visit<'_>,
) -> Result<(), Problem> {
    let unpacked = unpack(bytes, folder, budget);
    let mut handed_over = 0_u64;
    for file in files {
        budget.check_time()?;
        budget.spend_entry()?;
        let start = usize::try_from(file.offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(file.size).unwrap_or(usize::MAX));
        let available = unpacked.bytes.len();
        let data = unpacked.bytes.get(start.min(available)..end.min(available)).unwrap_or_default();
        // Members that overlap hand the same bytes over again and again: from there on they are paid for.
        handed_over = handed_over.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
        if handed_over > u64::try_from(available).unwrap_or(u64::MAX) {
            budget.spend_bytes(u64::try_from(data.len()).unwrap_or(u64::MAX))?;
        }
        let problem = (end > available).then(|| {
            unpacked.problem.clone().unwrap_or_else(|| Problem::corrupt("the member lies behind the folder's end"))
        });
        visit(Member { path: &file.path(), bytes: data, problem });
    }
    Ok(())
}

/// The folders, and whether all of them were there.
fn folders(bytes: &[u8]) -> Option<(Vec<Folder>, bool)> {
    let count = usize::from(u16_at(bytes, 26)?);
    let flags = u16_at(bytes, 30)?;
    let (mut at, mut folder_reserve, mut data_reserve) = (36, 0, 0);
    if flags & 4 != 0 {
        at = 40_usize.checked_add(usize::from(u16_at(bytes, 36)?))?;
        folder_reserve = usize::from(*bytes.get(38)?);
        data_reserve = usize::from(*bytes.get(39)?);
    }
    // The names of the cabinet and the disk before, and after.
    let strings = 2 * usize::from(flags & 1 != 0) + 2 * usize::from(flags & 2 != 0);
    for _ in 0..strings {
        at = at.checked_add(memchr::memchr(0, bytes.get(at..)?)?)?.checked_add(1)?;
    }
    let mut folders = Vec::new();
    for _ in 0..count {
        let (Some(offset), Some(blocks), Some(codec)) =
            (u32_at(bytes, at), u16_at(bytes, at.saturating_add(4)), u16_at(bytes, at.saturating_add(6)))
        else {
            return Some((folders, false));
        };
        folders.push(Folder { offset, blocks, codec, data_reserve });
        at = at.saturating_add(8).saturating_add(folder_reserve);
    }
    Some((folders, true))
}

/// The members, and whether all of them were there.
fn files<'a>(bytes: &'a [u8], budget: &Budget) -> Result<(Vec<File<'a>>, bool), Problem> {
    let mut files = Vec::new();
    let count = u16_at(bytes, 28).unwrap_or_default();
    let mut at = u32_at(bytes, 16).and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
    for _ in 0..count {
        budget.check_time()?;
        let Some((file, next)) = file(bytes, at) else { return Ok((files, false)) };
        files.push(file);
        at = next;
    }
    Ok((files, true))
}

fn file(bytes: &[u8], at: usize) -> Option<(File<'_>, usize)> {
    let name_at = at.checked_add(16)?;
    // 256 bytes at most (MS-CAB 2.4); without the bound one missing zero makes each look run to the file's end.
    let window = bytes.get(name_at..bytes.len().min(name_at.checked_add(257)?))?;
    let name = window.get(..memchr::memchr(0, window)?)?;
    let file = File {
        size: u32_at(bytes, at)?,
        offset: u32_at(bytes, at.checked_add(4)?)?,
        folder: u16_at(bytes, at.checked_add(8)?)?,
        is_utf8: u16_at(bytes, at.checked_add(14)?)? & 0x80 != 0,
        name,
    };
    Some((file, name_at.checked_add(name.len())?.checked_add(1)?))
}

impl File<'_> {
    /// The path with the slashes of everybody else: a cabinet's own lean the other way.
    fn path(&self) -> String {
        let text: String = match std::str::from_utf8(self.name) {
            Ok(text) => text.to_owned(),
            Err(_) if self.is_utf8 => String::from_utf8_lossy(self.name).into_owned(),
            // Without the flag a name is in the maker's code page; Latin-1 keeps every byte apart.
            Err(_) => self.name.iter().map(|byte| char::from(*byte)).collect(),
        };
        text.replace('\\', "/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, StopFlag};

    /// A cabinet of one folder with these blocks, and members of (folder, offset, size).
    fn cabinet(codec: u16, blocks: &[(&[u8], u16)], members: &[(u16, u32, u32)]) -> Vec<u8> {
        let data: Vec<u8> = blocks
            .iter()
            .flat_map(|(data, unpacked)| {
                let mut block = vec![0; 4];
                block.extend_from_slice(&u16::try_from(data.len()).unwrap().to_le_bytes());
                block.extend_from_slice(&unpacked.to_le_bytes());
                block.extend_from_slice(data);
                block
            })
            .collect();
        let files: Vec<u8> = members
            .iter()
            .flat_map(|(folder, offset, size)| {
                let mut file = size.to_le_bytes().to_vec();
                file.extend_from_slice(&offset.to_le_bytes());
                file.extend_from_slice(&folder.to_le_bytes());
                file.extend_from_slice(&[0; 6]);
                file.extend_from_slice(b"a\\b\0");
                file
            })
            .collect();
        let mut bytes = b"MSCF\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend_from_slice(&44_u32.to_le_bytes());
        bytes.extend_from_slice(&[0, 0, 0, 0, 3, 1, 1, 0]);
        bytes.extend_from_slice(&u16::try_from(members.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&[0; 6]);
        bytes.extend_from_slice(&u32::try_from(44 + files.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&u16::try_from(blocks.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&codec.to_le_bytes());
        bytes.extend_from_slice(&files);
        bytes.extend_from_slice(&data);
        bytes
    }

    type Members = Vec<(Vec<u8>, Option<Problem>)>;

    fn walk(bytes: &[u8], budget: &Budget) -> (Result<(), Problem>, Members) {
        let mut members = Vec::new();
        let result = cab(bytes, budget, &mut |member| {
            assert_eq!(member.path, "a/b");
            members.push((member.bytes.to_vec(), member.problem));
        });
        (result, members)
    }

    fn budget() -> Budget {
        Budget::new(Limits { item_bytes: 1 << 20, total_bytes: 1 << 20, entries: 100, depth: 4 }, StopFlag::default())
    }

    #[test]
    fn members_are_cut_from_the_folder_and_bad_ones_are_announced() {
        let bytes = cabinet(
            0,
            &[(b"Hello,", 6), (b" world", 6)],
            &[(0, 0, 5), (0, 7, 5), (0, 9, 9), (7, 0, 1), (0xfffe, 0, 1)],
        );
        let (result, members) = walk(&bytes, &budget());
        assert_eq!(result, Ok(()));
        assert_eq!(members[0], (b"Hello".to_vec(), None));
        assert_eq!(members[1], (b"world".to_vec(), None));
        assert_eq!(members[2].0, b"rld");
        let reasons: Vec<_> =
            members[2..].iter().map(|(_, problem)| problem.as_ref().unwrap().reason.as_str()).collect();
        assert_eq!(reasons, ["corrupt", "corrupt", "unsupported"]);
    }

    #[test]
    fn an_lzx_block_unpacks_and_broken_ones_do_not_panic() {
        // One uncompressed block ([MS-PATCH] 2.4): no E8 bit, type 3, 24 bits of size, padding, three offsets, bytes.
        let text = b"plain inside LZX";
        let head = 0b0011_u32 << 28 | u32::try_from(text.len()).unwrap() << 4;
        let mut stream = Vec::new();
        for word in [head >> 16, head & 0xffff] {
            stream.extend_from_slice(&u16::try_from(word).unwrap().to_le_bytes());
        }
        stream.extend_from_slice(&[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
        stream.extend_from_slice(text);
        let bytes = cabinet(0x0f03, &[(&stream, 16)], &[(0, 0, 16)]);
        assert_eq!(walk(&bytes, &budget()).1, [(text.to_vec(), None)]);
        for at in 0..stream.len() {
            for bit in 0..8 {
                let mut hostile = stream.clone();
                hostile[at] ^= 1 << bit;
                let _ = walk(&cabinet(0x0f03, &[(&hostile, 16), (&hostile, 0x8000)], &[(0, 0, 16)]), &budget());
            }
        }
    }

    #[test]
    fn quantum_is_announced_and_overlaps_are_paid_for() {
        let members = walk(&cabinet(2, &[(b"xx", 2)], &[(0, 0, 2)]), &budget()).1;
        assert_eq!(members[0].1.as_ref().unwrap().reason.as_str(), "unsupported");
        let block = vec![b'x'; 0x8000];
        let (result, members) = walk(&cabinet(0, &[(&block, 0x8000)], &[(0, 0, 0x8000); 60]), &budget());
        assert_eq!(result.unwrap_err().reason.as_str(), "too-large");
        assert_eq!(members.len(), 32);
    }
}
