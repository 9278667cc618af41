//! One directory tree of an ISO 9660 image (ECMA-119 9.1), walked without trusting it: no cycle, no endless depth.

use std::collections::HashSet;

use super::{Member, Visit, fields::u32_at};
use crate::{Budget, Problem, decompress::Output};

/// Directories may lie this deep. The standard allows 8, Rock Ridge more.
const DEPTH: usize = 64;

/// How a tree spells its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// `NAME.EXT;1`, or Rock Ridge's beside it.
    Primary,
    /// UCS-2, big-endian.
    Joliet,
}

/// A stretch of blocks: first block, length in bytes.
pub(super) type Extent = (u32, u32);

/// A tree of directories.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree {
    pub(super) names: Names,
    pub(super) block: usize,
    pub(super) root: Extent,
}

/// A directory record.
pub(super) struct Record<'a> {
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record at `at`; `None` when there is none or it is cut.
    pub(super) fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let length = usize::from(*bytes.get(at)?);
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        (length >= 34).then_some(Self { bytes })
    }

    /// Where its bytes stand.
    pub(super) fn extent(&self) -> Extent {
        let attributes = u32::from(self.byte(1));
        let first = u32_at(self.bytes, 2).unwrap_or_default().saturating_add(attributes);
        (first, u32_at(self.bytes, 10).unwrap_or_default())
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    fn is_directory(&self) -> bool {
        self.byte(25) & 2 != 0
    }

    /// Whether the file goes on in the next record.
    fn goes_on(&self) -> bool {
        self.byte(25) & 0x80 != 0
    }

    fn raw_name(&self) -> &'a [u8] {
        self.bytes.get(33..33_usize.saturating_add(usize::from(self.byte(32)))).unwrap_or_default()
    }

    /// Whether it is the directory itself or its parent.
    fn is_dot(&self) -> bool {
        matches!(self.raw_name(), [0 | 1])
    }

    fn system_use(&self) -> &'a [u8] {
        let end = 33_usize.saturating_add(usize::from(self.byte(32)));
        self.bytes.get(end.saturating_add(end & 1)..).unwrap_or_default()
    }

    fn name(&self, names: Names) -> String {
        let raw = self.raw_name();
        if names == Names::Joliet {
            let units = raw.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
            let name: String = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect();
            return plain(&name);
        }
        rock_ridge_name(self.system_use()).unwrap_or_else(|| plain(&String::from_utf8_lossy(raw)))
    }
}

/// A name without its version and the dot of an empty extension.
fn plain(name: &str) -> String {
    let name = name.rsplit_once(';').map_or(name, |(stem, _)| stem);
    name.strip_suffix('.').unwrap_or(name).to_owned()
}

/// The name in the system use area's NM entries (RRIP 4.1.4), without those that continue elsewhere.
fn rock_ridge_name(mut area: &[u8]) -> Option<String> {
    let mut name = Vec::new();
    while let [first, second, length, _, ..] = *area {
        let entry = area.get(..usize::from(length).max(4))?;
        if (first, second) == (b'N', b'M') {
            name.extend_from_slice(entry.get(5..).unwrap_or_default());
        }
        area = area.get(entry.len()..)?;
    }
    (!name.is_empty()).then(|| String::from_utf8_lossy(&name).into_owned())
}

impl Tree {
    /// Whether the root says that Rock Ridge names are there (SUSP 5.3).
    pub(super) fn has_rock_ridge(&self, bytes: &[u8]) -> bool {
        let root = self.slice(bytes, self.root).0;
        Record::at(root, 0).is_some_and(|dot| dot.system_use().starts_with(b"SP"))
    }

    /// Walks the tree, leaving out files whose extents are in `seen`, and adds the others to it.
    pub(super) fn walk(
        &self,
        bytes: &[u8],
        budget: &Budget,
        seen: &mut HashSet<Extent>,
        visit: &mut Visit<'_>,
    ) -> Result<(), Problem> {
        let is_second = !seen.is_empty();
        let known = if is_second { seen.clone() } else { HashSet::new() };
        let mut folders = vec![(self.root, String::new(), 0_usize)];
        let mut walked = HashSet::new();
        let mut handed_over = 0_u64;
        let mut problem = None;
        while let Some((extent, path, depth)) = folders.pop() {
            // A directory that lies in itself would be walked for ever.
            if !walked.insert(extent.0) {
                continue;
            }
            let (table, is_whole) = self.slice(bytes, extent);
            if !is_whole {
                problem = Some(Problem::corrupt("a directory of the disc image is cut short"));
            }
            let mut parts: Vec<Extent> = Vec::new();
            let mut at = 0_usize;
            while at < table.len() {
                budget.check_time()?;
                let Some(record) = Record::at(table, at) else {
                    // Records do not cross sectors: the rest of this one is empty.
                    at = (at / 2048).saturating_add(1).saturating_mul(2048);
                    continue;
                };
                at = at.saturating_add(record.bytes.len());
                if record.is_dot() {
                    continue;
                }
                budget.spend_entry()?;
                let name = record.name(self.names);
                let inner = if path.is_empty() { name } else { format!("{path}/{name}") };
                if record.is_directory() {
                    if depth < DEPTH {
                        folders.push((record.extent(), inner, depth.saturating_add(1)));
                    } else {
                        problem = Some(Problem::corrupt("directories of the disc image lie too deep"));
                    }
                    continue;
                }
                parts.push(record.extent());
                if record.goes_on() {
                    continue;
                }
                let extents = std::mem::take(&mut parts);
                let first = extents.first().copied().unwrap_or_default();
                if is_second && (known.contains(&first) || first.1 == 0) {
                    continue;
                }
                seen.insert(first);
                self.hand_over(bytes, &inner, &extents, &mut handed_over, budget, visit)?;
            }
        }
        problem.map_or(Ok(()), Err)
    }

    fn hand_over(
        &self,
        bytes: &[u8],
        path: &str,
        extents: &[Extent],
        handed_over: &mut u64,
        budget: &Budget,
        visit: &mut Visit<'_>,
    ) -> Result<(), Problem> {
        let cut = || Problem::corrupt("the file lies beyond the end of the disc image");
        if let [extent] = extents {
            let (data, is_whole) = self.slice(bytes, *extent);
            // Files may share blocks. Once more was handed over than the image holds, each one is paid for.
            let size = u64::try_from(data.len()).unwrap_or(u64::MAX);
            *handed_over = handed_over.saturating_add(size);
            if *handed_over > u64::try_from(bytes.len()).unwrap_or(u64::MAX) {
                budget.spend_bytes(size)?;
            }
            visit(Member { path, bytes: data, problem: (!is_whole).then(cut) });
            return Ok(());
        }
        let mut output = Output::new(budget);
        let mut result = Ok(());
        for extent in extents {
            let (data, is_whole) = self.slice(bytes, *extent);
            result = output.push(data).and(if is_whole { Ok(()) } else { Err(cut()) });
            if result.is_err() {
                break;
            }
        }
        let unpacked = output.finish(0, result);
        visit(Member { path, bytes: &unpacked.bytes, problem: unpacked.problem });
        Ok(())
    }

    /// The bytes of an extent that are there, and whether those are all.
    fn slice<'b>(&self, bytes: &'b [u8], (first, size): Extent) -> (&'b [u8], bool) {
        let start = usize::try_from(first).unwrap_or(usize::MAX).saturating_mul(self.block);
        let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        let there = bytes.len();
        (bytes.get(start.min(there)..end.min(there)).unwrap_or_default(), end <= there)
    }
}
