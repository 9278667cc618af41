//! Files packed into a document: the packager's `Ole10Native` streams ([MS-OLEDS] section 2.3.6) and
//! PowerPoint's compressed objects ([MS-PPT] section 2.10.34), which hold its macros.

use encoding_rs::WINDOWS_1252;
use vauban_intake::{Budget, Problem, inflate_zlib};

use super::streams::Stream;
use crate::{Child, Context, Passage, Sink};

/// Hands over the files inside this stream, if it is of a kind that packs any.
pub(super) fn read(stream: &Stream, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    if stream.name().ends_with("Ole10Native") {
        return native(&stream.bytes, budget, sink);
    }
    if stream.path == "PowerPoint Document" {
        return presentation(&stream.bytes, budget, sink);
    }
    Ok(())
}

/// The name and the bytes of what the packager packed, and the paths it remembers from the author's machine.
fn native(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    let Some(packed) = Packed::parse(bytes) else { return Ok(()) };
    let paths = format!("{}\n{}\n{}", packed.label, packed.file, packed.temporary);
    sink.passage(Passage { bytes: paths.as_bytes(), offset: None, how: &[], context: Context::default() });
    let name = packed.label.rsplit(['\\', '/']).next().unwrap_or_default();
    budget.spend_entry()?;
    let segment = if name.is_empty() { "packed file" } else { name };
    sink.child(Child { segment, name, media_type: "", bytes: packed.bytes, context: Context::default() });
    Ok(())
}

struct Packed<'a> {
    label: String,
    file: String,
    temporary: String,
    bytes: &'a [u8],
}

impl<'a> Packed<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (label, rest) = string(bytes.get(6..)?)?;
        let (file, rest) = string(rest)?;
        let length = usize::try_from(long(rest, 4)?).ok()?;
        let temporary = rest.get(8..length.checked_add(8)?)?;
        let rest = rest.get(length.checked_add(8)?..)?;
        let size = usize::try_from(long(rest, 0)?).ok()?.checked_add(4)?;
        let temporary = WINDOWS_1252.decode_without_bom_handling(temporary).0;
        // A size beyond the end is a cut or a lie; what is there is handed over.
        Some(Self {
            label,
            file,
            temporary: temporary.trim_end_matches('\0').to_owned(),
            bytes: rest.get(4..size.min(rest.len()))?,
        })
    }
}

/// Walks the records of a presentation for compressed objects. A container's header is stepped over, so that
/// its children come next and no recursion is needed.
fn presentation(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    const STORAGE: u16 = 0x1011;
    let (mut at, mut count) = (0_usize, 0_u32);
    while let Some(header) = bytes.get(at..at.saturating_add(8)) {
        budget.check_time()?;
        let (Some(version), Some(kind), Some(length)) = (word(header, 0), word(header, 2), long(header, 4)) else {
            break;
        };
        at = at.saturating_add(8);
        if version & 0x0f == 0x0f {
            continue;
        }
        let end = at.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        if kind == STORAGE {
            count = count.saturating_add(1);
            budget.spend_entry()?;
            let body = bytes.get(at..end.min(bytes.len())).unwrap_or_default();
            let segment = format!("embedded object {count}");
            let context = Context::default();
            if version >> 4 == 1 {
                let unpacked = inflate_zlib(body.get(4..).unwrap_or_default(), budget);
                let child = Child { segment: &segment, name: "", media_type: "", bytes: &unpacked.bytes, context };
                match unpacked.problem {
                    Some(problem) if unpacked.bytes.is_empty() => sink.unread_child(&segment, "", problem),
                    Some(problem) => sink.partial_child(child, problem),
                    None => sink.child(child),
                }
            } else {
                sink.child(Child { segment: &segment, name: "", media_type: "", bytes: body, context });
            }
        }
        at = end;
    }
    Ok(())
}

/// A string that ends with a zero, and what follows.
fn string(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    let text = WINDOWS_1252.decode_without_bom_handling(bytes.get(..end)?).0.into_owned();
    Some((text, bytes.get(end.checked_add(1)?..)?))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
