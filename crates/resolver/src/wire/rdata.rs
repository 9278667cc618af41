//! Where names are in the data of records: they may be compressed (RFC 3597 section 4), and count in lower case when
//! signatures are made (RFC 4034 section 6.2, RFC 6840 section 5.1).

use std::borrow::Cow;

use super::{Malformed, Name, kind};

/// How the data of a type begins: bytes, then strings with their length before them, then names. What follows is free.
struct Layout {
    fixed: usize,
    strings: usize,
    names: usize,
}

fn layout(kind: u16) -> Option<Layout> {
    let (fixed, strings, names) = match kind {
        // NS MD MF CNAME MB MG MR PTR NXT DNAME NSEC
        2..=5 | 7..=9 | 12 | 30 | 39 | 47 => (0, 0, 1),
        // SOA MINFO RP
        6 | 14 | 17 => (0, 0, 2),
        // MX AFSDB RT KX SVCB HTTPS
        15 | 18 | 21 | 36 | 64 | 65 => (2, 0, 1),
        // PX
        26 => (2, 0, 2),
        // SRV
        33 => (6, 0, 1),
        // NAPTR
        35 => (4, 3, 1),
        // SIG RRSIG
        24 | 46 => (18, 0, 1),
        _ => return None,
    };
    Some(Layout { fixed, strings, names })
}

/// Types whose names may be compressed when a message is written (RFC 3597 section 4: those of RFC 1035 alone).
pub(crate) fn may_compress(kind: u16) -> bool {
    matches!(kind, 2 | 5 | 6 | 12 | 15)
}

/// Where the names of data without compression begin and end.
pub(crate) fn names(kind: u16, data: &[u8]) -> Option<(usize, usize)> {
    let Layout { fixed, strings, names } = layout(kind)?;
    let mut at = fixed;
    for _ in 0..strings {
        at += 1 + usize::from(*data.get(at)?);
    }
    let start = at;
    for _ in 0..names {
        while *data.get(at)? != 0 {
            at += 1 + usize::from(data[at]);
        }
        at += 1;
    }
    Some((start, at))
}

/// Where what follows the names begins.
pub(crate) fn end_of_names(kind: u16, data: &[u8]) -> Option<usize> {
    names(kind, data).map(|(_, end)| end)
}

/// The first name in the data.
pub(crate) fn first_name(kind: u16, data: &[u8]) -> Option<Name> {
    let (start, _) = names(kind, data)?;
    Name::read(data, start).ok().map(|(name, _)| name)
}

/// The data of a record of a message, its names without compression.
pub(super) fn decompress(message: &[u8], kind: u16, start: usize, end: usize) -> Result<Box<[u8]>, Malformed> {
    let data = message.get(start..end).ok_or(Malformed)?;
    let Some(Layout { fixed, strings, names }) = layout(kind).filter(|_| !data.is_empty()) else {
        return Ok(data.into());
    };
    let mut at = start + fixed;
    for _ in 0..strings {
        at += 1 + usize::from(*message.get(at).ok_or(Malformed)?);
    }
    let mut out = message.get(start..at).ok_or(Malformed)?.to_vec();
    for _ in 0..names {
        let (name, after) = Name::read_as_written(message, at)?;
        out.extend_from_slice(&name);
        at = after;
    }
    if at > end {
        return Err(Malformed);
    }
    out.extend_from_slice(&message[at..end]);
    Ok(out.into_boxed_slice())
}

/// The data as signatures are made over it.
pub(crate) fn canonical(kind: u16, data: &[u8]) -> Cow<'_, [u8]> {
    if matches!(kind, kind::NSEC | kind::SVCB | kind::HTTPS) {
        return Cow::Borrowed(data);
    }
    match names(kind, data) {
        Some((start, end)) if data[start..end].iter().any(u8::is_ascii_uppercase) => {
            let mut lower = data.to_vec();
            lower[start..end].make_ascii_lowercase();
            Cow::Owned(lower)
        }
        _ => Cow::Borrowed(data),
    }
}
