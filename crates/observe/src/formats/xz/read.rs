//! xz and lzma streams.

use vauban_intake::{Budget, Problem, Unpacked, unlzma, unxz};

use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of xz and lzma streams.
pub(crate) struct Xz;

impl Reader for Xz {
    fn name(&self) -> &'static str {
        "xz"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, b"\xfd7zXZ\0") || is_lzma(item)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let Unpacked { bytes, consumed, problem } =
            if is_lzma(item) { unlzma(item.bytes, budget) } else { unxz(item.bytes, budget) };
        // What stands behind the stream is read as it is: it is a place to hide.
        let rest = item.bytes.get(consumed..).unwrap_or_default();
        if rest.iter().any(|byte| *byte != 0) {
            let offset = u64::try_from(consumed).ok();
            sink.passage(Passage { bytes: rest, offset, how: &[], context: Context::default() });
        }
        if !bytes.is_empty() || problem.is_none() {
            let how = if is_lzma(item) { "lzma" } else { "xz" };
            sink.recoded(how, unpacked_name(item.name), &bytes);
        }
        problem.map_or(Ok(()), Err)
    }
}

/// Whether these are the 13 bytes of a `.lzma` header. It has no signature, so the name decides, and the bytes must
/// not contradict it: properties below 225, and a size that is unknown or under 256 GiB.
fn is_lzma(item: &Item<'_>) -> bool {
    let header_fits = matches!(
        item.bytes,
        [0..=224, _, _, _, _, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ..]
            | [0..=224, _, _, _, _, _, _, _, _, 0..=0x3f, 0, 0, 0, ..]
    );
    header_fits && matches!(item.extension().as_str(), "lzma" | "tlz")
}

/// The name without the extension that the compressor added.
fn unpacked_name(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    for extension in [".xz", ".lzma"] {
        if lower.ends_with(extension) && lower.len() > extension.len() {
            return name.get(..name.len().saturating_sub(extension.len())).unwrap_or(name);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Xz);
    }
}
