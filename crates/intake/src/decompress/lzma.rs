//! xz, the older `.lzma`, and LZMA as ZIP files carry it.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use std::io::Read;

use lzma_rust2::{LzmaReader, XzReader};

use super::{Output, Unpacked, output::broken};
use crate::{Budget, Problem};

/// The most memory a dictionary may take, in KiB. Its size stands in the header, and a hostile one says 4 GiB;
/// `xz -9` asks for 64 MiB.
const MEMORY_KIB: u32 = 192 << 10;

/// Unpacks an xz file: all its streams and blocks.
#[must_use]
pub fn unxz(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let mut reader = XzReader::new_mem_limit(bytes, true, MEMORY_KIB);
    let result = output.drain(&mut reader, "xz");
    output.finish(bytes.len(), result)
}

/// Unpacks a `.lzma` file ("LZMA alone"): 13 bytes of header, then one stream.
#[must_use]
pub fn unlzma(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let result = match LzmaReader::new_mem_limit(bytes, MEMORY_KIB, None) {
        Ok(mut reader) => output.drain(&mut reader, "lzma"),
        Err(error) => Err(broken("lzma", &error)),
    };
    output.finish(bytes.len(), result)
}

/// Unpacks LZMA in a ZIP member (APPNOTE 5.8.8): version, length of properties, properties, stream.
pub(crate) fn unlzma_in_zip(bytes: &[u8], size: u64, budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let result = match zip_header(bytes) {
        Some((_, dictionary, _)) if dictionary / 1024 > MEMORY_KIB => {
            Err(Problem::too_large("lzma stream needs more memory than allowed"))
        }
        Some((properties, dictionary, stream)) => {
            match LzmaReader::new_with_props(stream, size, properties, dictionary, None) {
                Ok(mut reader) => output.drain(&mut reader as &mut dyn Read, "lzma"),
                Err(error) => Err(broken("lzma", &error)),
            }
        }
        None => Err(Problem::corrupt("lzma stream has no header")),
    };
    output.finish(bytes.len(), result)
}

fn zip_header(bytes: &[u8]) -> Option<(u8, u32, &[u8])> {
    let length: [u8; 2] = bytes.get(2..4)?.try_into().ok()?;
    let properties = *bytes.get(4)?;
    let dictionary: [u8; 4] = bytes.get(5..9)?.try_into().ok()?;
    let stream = bytes.get(4_usize.saturating_add(usize::from(u16::from_le_bytes(length)))..)?;
    Some((properties, u32::from_le_bytes(dictionary), stream))
}
