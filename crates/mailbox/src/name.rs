//! Names of mailboxes: ASCII with UTF-16 in base64 between `&` and `-` (RFC 3501 section 5.1.3).

use data_encoding::{Encoding, Specification};

/// The name as people see it. What is not as the standard says stays as it is.
pub(crate) fn decode(name: &str) -> String {
    let Some(base64) = base64() else { return name.to_owned() };
    let mut decoded = String::new();
    let mut rest = name;
    while let Some((plain, after)) = rest.split_once('&') {
        decoded.push_str(plain);
        let shifted = after.split_once('-').and_then(|(shifted, after)| Some((utf16(&base64, shifted)?, after)));
        let Some((text, after)) = shifted else {
            decoded.push('&');
            rest = after;
            continue;
        };
        decoded.push_str(&text);
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

/// The text of one shifted part; `&-` is `&`.
fn utf16(base64: &Encoding, shifted: &str) -> Option<String> {
    if shifted.is_empty() {
        return Some("&".to_owned());
    }
    let bytes = base64.decode(shifted.as_bytes()).ok()?;
    let (units, []) = bytes.as_chunks::<2>() else { return None };
    char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect::<Result<_, _>>().ok()
}

fn base64() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,");
    // Some programs leave bits set that mean nothing.
    specification.check_trailing_bits = false;
    specification.encoding().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_people_know_them() {
        for (name, shown) in [
            ("INBOX", "INBOX"),
            ("Envoy&AOk-s", "Envoyés"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("R&-D", "R&D"),
            ("&Jjo-!", "☺!"),
            ("&AOk", "&AOk"),
            ("&!!-x", "&!!-x"),
            ("&2D0-", "&2D0-"),
            ("", ""),
        ] {
            assert_eq!(decode(name), shown);
        }
    }
}
