//! The bytes of an entry: decrypted if need be, without the cipher's padding, and with a word when they are not what
//! the list of the backup says.

use std::{
    fmt,
    fs::File,
    io::{self, Read, Write},
};

use crate::{
    EntryError,
    cipher::{BLOCK, Decrypting, Key},
};

/// The bytes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// What was read; all of it, even in doubt.
    pub bytes: Vec<u8>,
    /// Whether something is wrong with them.
    pub doubt: Option<Doubt>,
}

/// What is wrong with bytes that could be read. They are worth searching, and it is worth saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There are more or fewer of them than the list says: the backup was cut short, changed, or made while the
    /// phone was writing.
    Size {
        /// Bytes according to the list.
        told: u64,
        /// Bytes there are.
        found: u64,
    },
    /// The last block does not decrypt to what the phone wrote: the file was cut short or changed.
    Padding,
}

impl fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { told, found } => write!(formatter, "it has {found} bytes, and the backup lists {told}"),
            Self::Padding => formatter.write_str("its end does not decrypt: it was cut short or changed"),
        }
    }
}

/// Copies a file of `length` bytes, of which the list says `told`, to `output`.
pub(crate) fn copy(
    file: File,
    length: u64,
    told: Option<u64>,
    key: Option<&Key>,
    output: &mut dyn Write,
) -> Result<Option<Doubt>, EntryError> {
    // No more than was there when the limit was checked, should the file grow meanwhile.
    let file = file.take(length);
    let (found, doubt) = match key {
        Some(key) => decrypt(file, length, told, key, output)?,
        None => (io::copy(&mut { file }, output)?, None),
    };
    let size = told.filter(|told| *told != found).map(|told| Doubt::Size { told, found });
    Ok(doubt.or(size))
}

/// How many bytes a file of `size` bytes has once it is encrypted: the next multiple of a block, never the same.
pub(crate) const fn padded(size: u64) -> Option<u64> {
    match (size / BLOCK as u64).checked_add(1) {
        Some(blocks) => blocks.checked_mul(BLOCK as u64),
        None => None,
    }
}

/// Decrypts, and cuts off the padding, which tells its own length (PKCS #7).
fn decrypt(
    file: impl Read,
    length: u64,
    told: Option<u64>,
    key: &Key,
    output: &mut dyn Write,
) -> Result<(u64, Option<Doubt>), EntryError> {
    let mut decrypting = Decrypting::new(file, key);
    let body = (length / BLOCK as u64).saturating_sub(1).saturating_mul(BLOCK as u64);
    let copied = io::copy(&mut decrypting.by_ref().take(body), output)?;
    let mut last = Vec::new();
    decrypting.read_to_end(&mut last)?;
    let whole = length.is_multiple_of(BLOCK as u64) && copied == body && !(last.is_empty() && length > 0);
    let (keep, doubt) = match padding(&last) {
        Some(padding) if whole => (last.len().saturating_sub(padding), None),
        _ if length == 0 => (0, None),
        // Without padding the size that the list says is the next best.
        _ => {
            let within = told.and_then(|told| usize::try_from(told.checked_sub(copied)?).ok());
            (within.map_or(last.len(), |within| within.min(last.len())), Some(Doubt::Padding))
        }
    };
    output.write_all(last.get(..keep).unwrap_or_default())?;
    Ok((copied.saturating_add(keep as u64), doubt))
}

/// How many bytes of padding the last block ends with, if it ends with any.
fn padding(last: &[u8]) -> Option<usize> {
    let count = usize::from(*last.last()?);
    let padding = last.get(last.len().checked_sub(count)?..)?;
    ((1..=BLOCK).contains(&count) && padding.iter().all(|byte| usize::from(*byte) == count)).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_file_is_longer() {
        assert_eq!([0, 1, 15, 16, 17].map(padded), [16, 16, 16, 32, 32].map(Some));
        assert_eq!(padded(u64::MAX), None);
    }

    #[test]
    fn padding_tells_its_length() {
        assert_eq!(padding(&[16; 16]), Some(16));
        assert_eq!(padding(b"fifteen bytes..\x01"), Some(1));
        assert_eq!(padding(b"thirteen byte\x03\x03\x03"), Some(3));
        for bad in [&[0; 16][..], &[17; 16], b"thirteen byte\x02\x03\x03", b""] {
            assert_eq!(padding(bad), None);
        }
    }
}
