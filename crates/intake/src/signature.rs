//! The first bytes by which a file hidden inside another one gives itself away.
//!
//! For readers that meet a value with no name (a database cell, a stream of a document) and must decide
//! whether it is worth an item of its own. It names no format and decides on no reader: those look themselves.

/// First bytes of archives, documents and programs. Pictures and fonts are left out on purpose: databases
/// hold thousands of icons, and none of them holds text.
const SIGNATURES: &[&[u8]] = &[
    b"MZ",
    b"\x7fELF",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"{\\rt",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\0",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
    b"MSCF\0\0\0\0",
    b"ITSF",
    b"SQLite format 3\0",
    b"\x4c\0\0\0\x01\x14\x02\0",
    b"<?xml",
    b"<!DOCTYPE",
    b"<html",
    b"From ",
    b"MIME-Version:",
    b"Received:",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"bplist00",
];

/// Whether these bytes begin like a file that is worth an item of its own.
#[must_use]
pub fn looks_like_a_file(bytes: &[u8]) -> bool {
    SIGNATURES.iter().any(|signature| bytes.starts_with(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_a_file_and_words_are_not() {
        assert!(looks_like_a_file(b"PK\x03\x04rest"));
        assert!(looks_like_a_file(b"%PDF-1.7"));
        assert!(!looks_like_a_file(b"Pkunzip is a program"));
        assert!(!looks_like_a_file(b""));
    }
}
