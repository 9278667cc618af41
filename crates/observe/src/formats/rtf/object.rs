//! The object behind `\objdata`: the OLE 1.0 wrapper ([MS-OLEDS] section 2.2.5) around a compound file or a package.

use encoding_rs::WINDOWS_1252;

/// What the wrapper says.
pub(super) struct Object<'a> {
    /// Class, topic and item: for a link, what it links to.
    pub(super) names: String,
    /// The embedded data; all of the bytes when the wrapper makes no sense.
    pub(super) bytes: &'a [u8],
}

/// Looks behind the wrapper. A broken one hides nothing: the data is then looked for by its signature.
pub(super) fn unwrap(bytes: &[u8]) -> Object<'_> {
    const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if let Some(object) = parse(bytes) {
        return object;
    }
    let data = memchr::memmem::find(bytes, COMPOUND_FILE).and_then(|at| bytes.get(at..)).unwrap_or(bytes);
    Object { names: String::new(), bytes: data }
}

fn parse(bytes: &[u8]) -> Option<Object<'_>> {
    let kind = long(bytes, 4)?;
    let mut at = 8_usize;
    let mut names = String::new();
    for _ in 0..3 {
        let size = usize::try_from(long(bytes, at)?).ok()?;
        let start = at.checked_add(4)?;
        at = start.checked_add(size)?;
        let name = WINDOWS_1252.decode_without_bom_handling(bytes.get(start..at)?).0;
        names.push_str(name.trim_end_matches('\0'));
        names.push('\n');
    }
    // 1 is a link: its file or address is the topic, and no data follows that we read.
    if kind == 1 {
        return Some(Object { names, bytes: bytes.get(at..)? });
    }
    let start = at.checked_add(4)?;
    let size = usize::try_from(long(bytes, at)?).ok()?;
    let data = bytes.get(start..start.checked_add(size)?.min(bytes.len()))?;
    (!data.is_empty()).then_some(Object { names, bytes: data })
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
