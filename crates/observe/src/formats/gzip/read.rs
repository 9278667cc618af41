//! gzip streams.

use vauban_intake::{Budget, Problem, Unpacked, gunzip, gzip_name};
use vauban_model::{Observable, ObservableKind};

use crate::{Context, Finding, Item, Passage, Reader, Sink, member::file_name};

/// The reader of gzip streams.
pub(crate) struct Gzip;

impl Reader for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, &[0x1f, 0x8b, 8])
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let stated = gzip_name(item.bytes).map(|name| name_text(&name)).unwrap_or_default();
        let stated = file_name(&stated);
        if !stated.is_empty() {
            sink.observable(Finding {
                observable: Observable::new(ObservableKind::FileName, stated),
                offset: None,
                how: &[],
                context: Context::default(),
                excerpt: "",
            });
        }
        let Unpacked { bytes, consumed, problem } = gunzip(item.bytes, budget);
        // What stands behind the stream is read as it is: it is a place to hide.
        let rest = item.bytes.get(consumed..).unwrap_or_default();
        if rest.iter().any(|byte| *byte != 0) {
            let offset = u64::try_from(consumed).ok();
            sink.passage(Passage { bytes: rest, offset, how: &[], context: Context::default() });
        }
        if !bytes.is_empty() || problem.is_none() {
            let name = if stated.is_empty() { unpacked_name(item.name) } else { stated };
            sink.recoded("gzip", name, &bytes);
        }
        problem.map_or(Ok(()), Err)
    }
}

/// The stated name: UTF-8 as tools write it, else Latin-1 as RFC 1952 says.
fn name_text(name: &[u8]) -> String {
    std::str::from_utf8(name).map_or_else(|_| name.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

/// The name without the extension that the compressor added.
fn unpacked_name(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    for extension in [".gz"] {
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
        crate::testing::check_fixtures(&Gzip);
    }
}
