//! The marks by which an Office document says that a password is needed. Nothing is decrypted.

use vauban_intake::Problem;

use super::streams::Stream;

/// The stream that holds a whole encrypted document of 2007 or later ([MS-OFFCRYPTO] section 2.3.4.4).
pub(super) const ENCRYPTED_PACKAGE: &str = "EncryptedPackage";

/// The problem that an encrypted document is; `None` for one in clear.
pub(super) fn of(streams: &[Stream]) -> Option<Problem> {
    streams.iter().filter(|stream| stream.storage().is_empty()).find_map(|stream| {
        let bytes = stream.bytes.as_slice();
        let what = match stream.name() {
            ENCRYPTED_PACKAGE => "an encrypted Office document",
            "WordDocument" if word_encrypted(bytes) => "an encrypted Word document",
            "Workbook" | "Book" if workbook_encrypted(bytes) => "an encrypted Excel workbook",
            "Current User" if bytes.get(12..16) == Some(&[0xdf, 0xc4, 0xd1, 0xf3]) => {
                "an encrypted PowerPoint presentation"
            }
            _ => return None,
        };
        Some(Problem::encrypted(format!("{what}; a password is needed")))
    })
}

/// Bit `fEncrypted` of the file information block ([MS-DOC] section 2.5.2).
pub(super) fn word_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xec, 0xa5]) && bytes.get(11).is_some_and(|flags| flags & 1 != 0)
}

/// A FilePass record before the first sheet ends ([MS-XLS] section 2.4.117).
pub(super) fn workbook_encrypted(bytes: &[u8]) -> bool {
    const FILE_PASS: u16 = 0x2f;
    const END: u16 = 0x0a;
    let mut at = 0_usize;
    while let Some(&[kind_low, kind_high, size_low, size_high]) = bytes.get(at..at.saturating_add(4)) {
        match u16::from_le_bytes([kind_low, kind_high]) {
            FILE_PASS => return true,
            END => return false,
            _ => at = at.saturating_add(4).saturating_add(usize::from(u16::from_le_bytes([size_low, size_high]))),
        }
    }
    false
}
