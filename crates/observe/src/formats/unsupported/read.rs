//! Signatures of formats that cannot be opened, with the name to tell a person.
//!
//! Ordinary media and programs are not here: they are read as plain bytes.

use vauban_intake::{Budget, Problem};

use crate::{Context, Item, Passage, Reader, Sink};

/// The reader that says no.
pub(crate) struct Unsupported;

/// Why a format cannot be opened.
#[derive(Clone, Copy)]
enum Why {
    /// No reader for it.
    NoReader,
    /// A key is needed.
    Key,
}

use Why::{Key, NoReader};

/// Offset, signature, what it is, why.
const SIGNATURES: &[(usize, &[u8], &str, Why)] = &[
    (0, b"Rar!\x1a\x07\x00", "a RAR 4 archive", NoReader),
    (0, b"Rar!\x1a\x07\x01", "a RAR 5 archive", NoReader),
    (0, b"RE\x7e\x5e", "a RAR 1 archive", NoReader),
    (7, b"**ACE**", "an ACE archive", NoReader),
    (10, b"rLau", "a StuffIt archive", NoReader),
    (0, b"StuffIt (c)1997", "a StuffIt 5 archive", NoReader),
    (0, b"LRZI\0", "an lrzip stream", NoReader),
    (0, b"LZIP\x01", "an lzip stream", NoReader),
    (0, b"\x1f\x9d", "a stream packed with compress (.Z)", NoReader),
    (0, b"\x1f\xa0", "a stream packed with LZH", NoReader),
    (0, b"\x89LZO\0\r\n\x1a\n", "an lzop stream", NoReader),
    (0, b"\xff\x06\0\0sNaPpY", "a snappy stream", NoReader),
    (0, b"xar!", "a XAR archive", NoReader),
    (0, b"\xed\xab\xee\xdb", "an RPM package", NoReader),
    (0, b"070701", "a cpio archive", NoReader),
    (0, b"070702", "a cpio archive", NoReader),
    (0, b"070707", "a cpio archive", NoReader),
    (0, b"!<arch>\ndebian-binary", "a Debian package", NoReader),
    (0, b"MSWIM\0\0\0", "a Windows image (WIM)", NoReader),
    (0, b"vhdxfile", "a VHDX disk image", NoReader),
    (0, b"conectix", "a VHD disk image", NoReader),
    (0, b"KDMV", "a VMDK disk image", NoReader),
    (0, b"# Disk DescriptorFile", "a VMDK disk description", NoReader),
    (0, b"QFI\xfb", "a QCOW disk image", NoReader),
    (0, b"EVF\x09\x0d\x0a\xff\0", "an EnCase disk image", NoReader),
    (0, b"hsqs", "a SquashFS image", NoReader),
    (0, b"sqsh", "a SquashFS image", NoReader),
    (0x40, b"\x7f\x10\xda\xbe", "a VirtualBox disk image", NoReader),
    (0, b"\x78\x9f\x3e\x22", "Outlook's attachment wrapper (TNEF, winmail.dat)", NoReader),
    (0, b"!BDN", "an address book of Outlook (PAB)", NoReader),
    (0, b"regf", "a Windows registry hive", NoReader),
    (0, b"MDMP", "a Windows memory dump", NoReader),
    (0, b"PAGEDU", "a Windows memory dump", NoReader),
    (4, b"\xef\xcd\xab\x89", "an ESE database", NoReader),
    (4, b"Standard Jet DB", "an Access database", NoReader),
    (4, b"Standard ACE DB", "an Access database", NoReader),
    (0, b"ITSF\x03\0\0\0", "a compiled HTML help file (CHM)", NoReader),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "a OneNote section", NoReader),
    (0, b"-----BEGIN PGP MESSAGE-----", "an OpenPGP message", Key),
    (0, b"age-encryption.org/v1", "a message encrypted with age", Key),
    (0, b"-----BEGIN AGE ENCRYPTED FILE-----", "a message encrypted with age", Key),
    (0, b"LUKS\xba\xbe", "a LUKS volume", Key),
    (3, b"-FVE-FS-", "a BitLocker volume", Key),
    (0, b"\x03\xd9\xa2\x9a", "a KeePass database", Key),
    (0, b"encrcdsa", "an encrypted Apple disk image", Key),
    (0, b"Salted__", "a file encrypted by OpenSSL", Key),
    (0, b"AES\x02\0", "a file encrypted by AES Crypt", Key),
];

impl Reader for Unsupported {
    fn name(&self) -> &'static str {
        "unsupported"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        find(item).is_some()
    }

    fn read(&self, item: &Item<'_>, _budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        // Names and addresses often stand in the clear all the same: in disk images, say.
        sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        match find(item) {
            Some((what, NoReader)) => Err(Problem::unsupported(what)),
            Some((what, Key)) => Err(Problem::encrypted(what)),
            None => Err(Problem::unsupported("an unknown format")),
        }
    }
}

fn find(item: &Item<'_>) -> Option<(&'static str, Why)> {
    let signed = SIGNATURES.iter().find(|(offset, magic, ..)| {
        item.has_magic(*offset, magic) && (!could_be_text(magic) || item.bytes.iter().take(64).any(|byte| *byte == 0))
    });
    if let Some((_, _, what, why)) = signed {
        return Some((what, *why));
    }
    if is_lha(item.bytes) {
        return Some(("an LHA archive", NoReader));
    }
    if is_arj(item.bytes) {
        return Some(("an ARJ archive", NoReader));
    }
    if item.bytes.len().checked_sub(512).is_some_and(|trailer| item.has_magic(trailer, b"koly\0\0\0\x04")) {
        return Some(("an Apple disk image (DMG)", NoReader));
    }
    if item.bytes.len().checked_sub(512).is_some_and(|trailer| item.has_magic(trailer, b"conectix")) {
        return Some(("a VHD disk image", NoReader));
    }
    is_openpgp(item).then_some(("an OpenPGP message", Key))
}

/// Whether a signature is a short word that a text may begin with. Without a second look, a message that begins so
/// would be refused instead of read.
fn could_be_text(magic: &[u8]) -> bool {
    magic.len() < 8 && magic.iter().all(u8::is_ascii_graphic) && !magic.starts_with(b"0707")
}

/// LHA's header names its method at the third byte (`-lh5-`, `-lzs-`, `-pm2-`) and its own level, 0 to 3, at the twenty-first.
fn is_lha(bytes: &[u8]) -> bool {
    if !matches!(bytes.get(20), Some(0..=3)) {
        return false;
    }
    matches!(bytes, [_, _, b'-', b'l', b'h' | b'z', b'0'..=b'9' | b'd' | b's', b'-', ..])
        || matches!(bytes, [_, _, b'-', b'p', b'm', b'0'..=b'9', b'-', ..])
}

/// ARJ's two bytes are few, so the size of its first header and the version fields must make sense too.
fn is_arj(bytes: &[u8]) -> bool {
    matches!(bytes, [0x60, 0xea, low, high, first, version, needed, ..]
        if u16::from_le_bytes([*low, *high]) <= 2600 && (30..=50).contains(first) && *version < 110 && *needed < 110)
}

/// A binary OpenPGP message begins with a packet for a session key (RFC 9580 section 5.1 and 5.3). The signature is
/// a few bits, so the name must agree.
fn is_openpgp(item: &Item<'_>) -> bool {
    matches!(item.extension().as_str(), "gpg" | "pgp")
        && matches!(item.bytes, [0x84..=0x86 | 0x8c..=0x8e | 0xc1 | 0xc3, ..])
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::testing::read;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Unsupported);
    }

    #[test]
    fn every_signature_is_refused_by_name_and_reaches_no_other_reader() {
        for (offset, magic, what, why) in SIGNATURES {
            let mut bytes = vec![b' '; *offset];
            bytes.extend_from_slice(magic);
            bytes.resize(2048, 0);
            let location = vauban_model::Location::file("x");
            let item = Item { location: &location, name: "x", media_type: "", bytes: &bytes };
            let chosen = crate::reader_for(crate::READERS, &item).map(Reader::name);
            assert_eq!(chosen, Some("unsupported"), "{what}");
            let problem = read(&Unsupported, "x", &bytes).0.unwrap_err();
            let wanted = if matches!(why, Key) { Reason::Encrypted } else { Reason::Unsupported };
            assert_eq!(problem.reason, wanted, "{what}");
            assert!(!problem.detail.is_empty());
        }
    }

    #[test]
    fn ordinary_files_are_left_to_others() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n"[..],
            b"MZ\x90\0",
            b"xx-lh5- is how LHA begins",
            b"regf is a word",
            b"Rar!",
            b"`\xea\xff\xff\0\0\0",
            b"",
            b"\xc1 text",
        ] {
            let location = vauban_model::Location::file("x.bin");
            let item = Item { location: &location, name: "x.bin", media_type: "", bytes };
            assert!(!Unsupported.recognises(&item), "{bytes:?}");
        }
    }
}
