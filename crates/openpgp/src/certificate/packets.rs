//! From the bytes of a file to the packets of one public key.
//!
//! Refuses private keys before anything else looks at them. It does not verify: `bindings` does.

use std::io::{Cursor, Read as _};

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::composed::{Deserializable as _, SignedPublicKey};
use pgp::packet::PacketParser;
use pgp::types::Tag;

use super::{KeyError, MAX_KEY_BYTES};

/// Reads one public key, armoured or binary.
pub(super) fn read(bytes: &[u8]) -> Result<SignedPublicKey, KeyError> {
    if bytes.len() > MAX_KEY_BYTES {
        return Err(KeyError::TooLarge(bytes.len()));
    }
    // The words suffice: a private key whose armour is damaged is still a private key on the wrong machine.
    if contains(bytes, b"PRIVATE KEY BLOCK-----") || contains(bytes, b"PRIVATE KEY-----") {
        return Err(KeyError::Secret);
    }
    let binary = match bytes.first() {
        None => return Err(KeyError::NotAKey("it is empty".to_owned())),
        // The first octet of a packet has its highest bit set (RFC 9580 section 4.2), text has not.
        Some(first) if first & 0x80 != 0 && !bytes.starts_with(b"\xef\xbb\xbf") => bytes.to_vec(),
        Some(_) => dearmor(bytes)?,
    };
    let mut keys = 0;
    let mut packets = PacketParser::new(Cursor::new(&binary));
    // By their tags alone: a private key that cannot be parsed must not be here either.
    while let Some(Ok(mut body)) = packets.next_ref() {
        match body.packet_header().tag() {
            Tag::SecretKey | Tag::SecretSubkey => return Err(KeyError::Secret),
            Tag::PublicKey => keys += 1,
            _ => {}
        }
        if std::io::copy(&mut body, &mut std::io::sink()).is_err() {
            break;
        }
    }
    match keys {
        0 => Err(KeyError::NotAKey("there is no key in it".to_owned())),
        1 => SignedPublicKey::from_bytes(Cursor::new(&binary)).map_err(|error| KeyError::NotAKey(one_line(&error))),
        _ => Err(KeyError::Several),
    }
}

fn dearmor(bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
    let not_a_key = |why: String| KeyError::NotAKey(why);
    // Text around the block is common: a page of a web site, a letter that explains it.
    let marker = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
    let starts: Vec<usize> = find_all(bytes, marker);
    let start = match starts.as_slice() {
        [] => return Err(not_a_key("there is no public key block in it".to_owned())),
        [start] => *start,
        _ => return Err(KeyError::Several),
    };
    let block = bytes.get(start..).unwrap_or_default();
    let mut reader = Dearmor::with_options(Cursor::new(block), DearmorOptions::new().set_limit(MAX_KEY_BYTES));
    let mut binary = Vec::new();
    reader.read_header().map_err(|error| not_a_key(one_line(&error)))?;
    if reader.typ != Some(BlockType::PublicKey) {
        return Err(not_a_key("there is no public key block in it".to_owned()));
    }
    let limit = u64::try_from(MAX_KEY_BYTES).unwrap_or(u64::MAX);
    reader.by_ref().take(limit).read_to_end(&mut binary).map_err(|error| not_a_key(one_line(&error)))?;
    Ok(binary)
}

/// The message of an error, fit for one line of a log: it may quote what we were sent.
fn one_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

fn find_all(bytes: &[u8], words: &[u8]) -> Vec<usize> {
    bytes.windows(words.len()).enumerate().filter(|(_, window)| *window == words).map(|(at, _)| at).collect()
}
