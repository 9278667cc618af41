//! Whether bytes are one encrypted message, and nothing else.
//!
//! The words around a block prove nothing: armour that says `PGP MESSAGE` may hold text in clear. It looks at the
//! structure alone (RFC 9580 section 10.3, RFC 5652 section 3, RFC 5083) and decrypts nothing.

use std::io::{Cursor, Read as _};

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::packet::PacketParser;
use pgp::types::Tag;

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END: &[u8] = b"-----END PGP MESSAGE-----";

/// One armoured block, blanks around it allowed, that is an encrypted OpenPGP message.
pub(super) fn is_armoured_openpgp(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    if !text.starts_with(BEGIN) || !text.ends_with(END) {
        return false;
    }
    // A second block would hide what stands between them.
    if text.windows(5).filter(|window| *window == b"-----").count() != 4 {
        return false;
    }
    let mut reader = Dearmor::with_options(Cursor::new(text), DearmorOptions::new().set_limit(text.len()));
    if reader.read_header().is_err() || reader.typ != Some(BlockType::Message) {
        return false;
    }
    let mut binary = Vec::new();
    reader.by_ref().take(u64::MAX).read_to_end(&mut binary).is_ok() && is_openpgp(&binary)
}

/// Session keys, then encrypted data, to the last byte (RFC 9580 section 10.3: Encrypted Message).
fn is_openpgp(binary: &[u8]) -> bool {
    let mut packets = PacketParser::new(Cursor::new(binary));
    let (mut keys, mut data) = (0, 0);
    while let Some(packet) = packets.next_ref() {
        let Ok(mut body) = packet else { return false };
        match body.packet_header().tag() {
            Tag::PublicKeyEncryptedSessionKey | Tag::SymKeyEncryptedSessionKey if data == 0 => keys += 1,
            Tag::SymEncryptedData | Tag::SymEncryptedProtectedData if data == 0 => data += 1,
            Tag::GnupgAeadData if data == 0 => data += 1,
            Tag::Marker | Tag::Padding => {}
            _ => return false,
        }
        if std::io::copy(&mut body, &mut std::io::sink()).is_err() {
            return false;
        }
    }
    keys > 0 && data == 1
}

/// A CMS message whose content is enveloped, with or without authentication, to the last byte.
pub(super) fn is_cms(der: &[u8]) -> bool {
    const ENVELOPED: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
    const AUTH_ENVELOPED: &[u8] = &[0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17];
    let [0x30, length, rest @ ..] = der else { return false };
    let content = match *length {
        // Of unknown length: it ends with the mark of its end (X.690 section 8.1.3.6).
        0x80 => rest.ends_with(&[0, 0]).then_some(rest),
        short @ 0..0x80 => (usize::from(short) == rest.len()).then_some(rest),
        long => rest.split_at_checked(usize::from(long & 0x7f)).and_then(|(digits, content)| {
            let length =
                digits.iter().try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add(usize::from(*digit)));
            (length == Some(content.len())).then_some(content)
        }),
    };
    content.is_some_and(|content| content.starts_with(ENVELOPED) || content.starts_with(AUTH_ENVELOPED))
}
