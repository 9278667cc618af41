//! bzip2 streams.

use vauban_intake::{Budget, Problem, Unpacked, bunzip2};

use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of bzip2 streams.
pub(crate) struct Bzip2;

impl Reader for Bzip2 {
    fn name(&self) -> &'static str {
        "bzip2"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        matches!(
            item.bytes,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
                | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..]
        )
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let Unpacked { bytes, consumed, problem } = bunzip2(item.bytes, budget);
        // What stands behind the stream is read as it is: it is a place to hide.
        let rest = item.bytes.get(consumed..).unwrap_or_default();
        if rest.iter().any(|byte| *byte != 0) {
            let offset = u64::try_from(consumed).ok();
            sink.passage(Passage { bytes: rest, offset, how: &[], context: Context::default() });
        }
        if !bytes.is_empty() || problem.is_none() {
            sink.recoded("bzip2", unpacked_name(item.name), &bytes);
        }
        problem.map_or(Ok(()), Err)
    }
}

/// The name without the extension that the compressor added.
fn unpacked_name(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    for extension in [".bz2", ".bz"] {
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
        crate::testing::check_fixtures(&Bzip2);
    }
}
