//! Files in the text of a message between `begin 644 NAME` and `end` (POSIX uuencode).

/// A file found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uuencoded {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Where the text goes on after it.
    pub(super) end: usize,
}

/// The first file in this text. A file that is cut short is what there is of it.
pub(super) fn find(text: &[u8]) -> Option<Uuencoded> {
    let mut from = 0_usize;
    loop {
        let start = memchr::memmem::find(text.get(from..)?, b"begin ")?.checked_add(from)?;
        from = start.checked_add(6)?;
        if start > 0 && text.get(start - 1) != Some(&b'\n') {
            continue;
        }
        if let Some(found) = decode(text, start) {
            return Some(found);
        }
    }
}

fn decode(text: &[u8], start: usize) -> Option<Uuencoded> {
    let mut lines = text.get(start..)?.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let header = str::from_utf8(first).ok()?.trim_end().strip_prefix("begin ")?;
    let (mode, name) = header.split_once(' ')?;
    if !(3..=4).contains(&mode.len()) || !mode.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut end = start.checked_add(first.len())?.checked_add(1)?;
    let mut bytes = Vec::new();
    for line in lines {
        end = end.saturating_add(line.len()).saturating_add(1);
        let line = line.trim_ascii_end();
        if line == b"end" {
            break;
        }
        let Some(count) = line.first().map(|byte| value(*byte)) else { continue };
        let coded = line.get(1..).unwrap_or_default();
        if usize::from(count).div_ceil(3).saturating_mul(4) > coded.len().saturating_add(4) || line.len() > 90 {
            end = end.saturating_sub(line.len()).saturating_sub(1);
            break;
        }
        let before = bytes.len();
        for group in coded.chunks(4) {
            let at = |index: usize| group.get(index).map_or(0, |byte| u32::from(value(*byte)));
            let word = at(0) << 18 | at(1) << 12 | at(2) << 6 | at(3);
            bytes.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        bytes.truncate(before.saturating_add(usize::from(count)));
    }
    (!bytes.is_empty()).then(|| Uuencoded { name: name.trim().to_owned(), bytes, end: end.min(text.len()) })
}

fn value(byte: u8) -> u8 {
    byte.wrapping_sub(32) & 63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_text_is_found() {
        let text = b"Hello\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye";
        let found = find(text).unwrap();
        assert_eq!((found.name.as_str(), found.bytes.as_slice()), ("cat.txt", &b"Cat"[..]));
        assert_eq!(&text[found.end..], b"bye");
        assert_eq!(find(b"begin with a word\nbegin 12 x"), None);
    }
}
