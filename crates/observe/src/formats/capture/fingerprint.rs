//! Fingerprints of TLS clients: JA3, and JA4 of clients (the one part of JA4+ that is free for all to compute).

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::tls::ClientHello;
use crate::digest::hex;

/// JA3: MD5 over version, ciphers, extensions, groups and point formats, GREASE left out (RFC 8701).
pub(super) fn ja3(hello: &ClientHello) -> String {
    let decimal = |numbers: &[u16]| {
        numbers.iter().filter(|number| !is_grease(**number)).map(u16::to_string).collect::<Vec<_>>().join("-")
    };
    let formats = hello.point_formats.iter().map(u8::to_string).collect::<Vec<_>>().join("-");
    let text = format!(
        "{},{},{},{},{formats}",
        hello.version,
        decimal(&hello.ciphers),
        decimal(&hello.extensions),
        decimal(&hello.groups)
    );
    hex(&Md5::digest(text))
}

/// JA4, in every spelling that it is published in: where the client offers a protocol that does not begin with an ASCII
/// character, the definition says its hexadecimal digits and the reference programs say `99`.
pub(super) fn ja4_spellings(hello: &ClientHello, over: char) -> Vec<String> {
    let offered = hello.protocols.first().map(Vec::as_slice);
    let mut all = vec![ja4(hello, over, &protocol(offered))];
    if offered.and_then(<[u8]>::first).is_some_and(|first| !first.is_ascii()) {
        all.push(ja4(hello, over, "99"));
    }
    all
}

/// JA4: protocol, version, SNI, counts and ALPN; ciphers sorted and hashed; extensions sorted, with signature algorithms
/// in their order, and hashed. `over` is `t` for TCP, `q` for QUIC, `d` for DTLS.
fn ja4(hello: &ClientHello, over: char, offered: &str) -> String {
    let version = hello.versions.iter().filter(|version| !is_grease(**version)).max().unwrap_or(&hello.version);
    let version = match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    };
    let mut ciphers: Vec<String> = words(&hello.ciphers);
    let mut extensions: Vec<u16> = hello.extensions.iter().copied().filter(|kind| !is_grease(*kind)).collect();
    let name = if extensions.contains(&0) { 'd' } else { 'i' };
    let mut text = format!("{over}{version}{name}{:02}{:02}", ciphers.len().min(99), extensions.len().min(99));
    text.push_str(offered);
    ciphers.sort_unstable();
    extensions.retain(|kind| !matches!(kind, 0 | 16));
    extensions.sort_unstable();
    let mut listed = words(&extensions).join(",");
    if !hello.signatures.is_empty() {
        let _ = write!(listed, "_{}", words(&hello.signatures).join(","));
    }
    let _ = write!(
        text,
        "_{}_{}",
        short(&ciphers.join(",")),
        if extensions.is_empty() { ZEROS.to_owned() } else { short(&listed) }
    );
    text
}

const ZEROS: &str = "000000000000";

/// The first and last character of the first protocol that the client offers.
fn protocol(first: Option<&[u8]>) -> String {
    match first {
        Some([first, .., last]) if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => {
            [char::from(*first), char::from(*last)].iter().collect()
        }
        Some([one]) if one.is_ascii_alphanumeric() => [char::from(*one); 2].iter().collect(),
        Some(bytes @ [..]) if !bytes.is_empty() => {
            let digits = hex(bytes);
            digits.chars().take(1).chain(digits.chars().last()).collect()
        }
        _ => "00".to_owned(),
    }
}

fn words(numbers: &[u16]) -> Vec<String> {
    numbers.iter().filter(|number| !is_grease(**number)).map(|number| format!("{number:04x}")).collect()
}

fn short(text: &str) -> String {
    if text.is_empty() {
        return ZEROS.to_owned();
    }
    let mut digits = hex(&Sha256::digest(text));
    digits.truncate(12);
    digits
}

/// Values that clients send to keep servers tolerant: both bytes the same and ending in A.
const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> ClientHello {
        ClientHello {
            version: 0x0303,
            ciphers: vec![0x1a1a, 0x1301, 0x1302],
            extensions: vec![0x2a2a, 0, 16, 43, 13],
            server_name: Some("a.example".to_owned()),
            protocols: vec![b"h2".to_vec()],
            groups: vec![0x3a3a, 29],
            point_formats: vec![0],
            signatures: vec![0x0403, 0x0804],
            versions: vec![0x4a4a, 0x0304],
        }
    }

    #[test]
    fn both_fingerprints_follow_their_definitions() {
        let one = hello();
        assert_eq!(ja3(&one), hex(&Md5::digest("771,4865-4866,0-16-43-13,29,0")));
        let ciphers = &hex(&Sha256::digest("1301,1302"))[..12];
        let extensions = &hex(&Sha256::digest("000d,002b_0403,0804"))[..12];
        assert_eq!(ja4_spellings(&one, 't')[0], format!("t13d0204h2_{ciphers}_{extensions}"));
    }

    #[test]
    fn what_is_missing_is_zeros() {
        assert_eq!(ja4_spellings(&ClientHello::default(), 'q')[0], format!("q00i000000_{ZEROS}_{ZEROS}"));
        assert_eq!(protocol(Some(&[0xab, 0xcd])), "ad");
        assert_eq!(protocol(Some(b"h")), "hh");
    }
}
