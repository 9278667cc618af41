//! LZ4 frames.

use vauban_intake::{Budget, Problem, Unpacked, unlz4};

use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of LZ4 frames.
pub(crate) struct Lz4;

impl Reader for Lz4 {
    fn name(&self) -> &'static str {
        "lz4"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, &[0x04, 0x22, 0x4d, 0x18])
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let Unpacked { bytes, consumed, problem } = unlz4(item.bytes, budget);
        // What stands behind the stream is read as it is: it is a place to hide.
        let rest = item.bytes.get(consumed..).unwrap_or_default();
        if rest.iter().any(|byte| *byte != 0) {
            let offset = u64::try_from(consumed).ok();
            sink.passage(Passage { bytes: rest, offset, how: &[], context: Context::default() });
        }
        if !bytes.is_empty() || problem.is_none() {
            sink.recoded("lz4", unpacked_name(item.name), &bytes);
        }
        problem.map_or(Ok(()), Err)
    }
}

/// The name without the extension that the compressor added.
fn unpacked_name(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    for extension in [".lz4"] {
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
        crate::testing::check_fixtures(&Lz4);
    }
}
