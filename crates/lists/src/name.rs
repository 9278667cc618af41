//! The one form of a name in a set: lower case, ASCII, dotted, without a last dot.
//!
//! The same form as that of `vauban-matching`, written for a million names a second.

/// Why something is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAName {
    /// Nothing, or a label that is empty.
    Empty,
    /// A byte that no name holds.
    IllegalByte,
    /// A label above 63 bytes, or a name above 253.
    TooLong,
    /// An address.
    Address,
    /// Letters that have no form in ASCII.
    NoAsciiForm,
}

/// No name is longer.
pub(crate) const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// What a byte becomes: its lower case, 0 where it is illegal, 1 where it is not ASCII.
const FOLDED: [u8; 256] = {
    let mut table = [0_u8; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        table[byte] = match value {
            b'A'..=b'Z' => value + 32,
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => value,
            0x80.. => 1,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Puts the one form of `raw` into `out`, in place of what was there, and says how many labels it has.
pub(crate) fn canonical(raw: &[u8], out: &mut Vec<u8>) -> Result<usize, NotAName> {
    let raw = raw.strip_suffix(b".").unwrap_or(raw);
    out.clear();
    out.extend(raw.iter().map(|byte| FOLDED[usize::from(*byte)]));
    if out.contains(&1) {
        let text = str::from_utf8(raw).map_err(|_| NotAName::IllegalByte)?;
        if raw.len() > LONGEST * 4 {
            return Err(NotAName::TooLong);
        }
        let ascii = idna::domain_to_ascii(text).map_err(|_| NotAName::NoAsciiForm)?;
        out.clear();
        out.extend(ascii.bytes().map(|byte| FOLDED[usize::from(byte)]));
    }
    labels(out)
}

fn labels(name: &[u8]) -> Result<usize, NotAName> {
    if name.len() > LONGEST {
        return Err(NotAName::TooLong);
    }
    let (mut labels, mut length, mut all_digits) = (1, 0_usize, true);
    for byte in name {
        match *byte {
            0 => return Err(NotAName::IllegalByte),
            b'.' if length == 0 => return Err(NotAName::Empty),
            b'.' => (labels, length, all_digits) = (labels + 1, 0, true),
            byte => {
                length += 1;
                all_digits &= byte.is_ascii_digit();
                if length > LONGEST_LABEL {
                    return Err(NotAName::TooLong);
                }
            }
        }
    }
    match length {
        0 => Err(NotAName::Empty),
        // No top-level domain is a number: this is an address, or a piece of one.
        _ if all_digits => Err(NotAName::Address),
        _ => Ok(labels),
    }
}

/// The one form of a name that stands in our own configuration.
pub(crate) fn own_form(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    canonical(text.trim().as_bytes(), &mut out).ok()?;
    Some(out)
}

/// The name above this one, if there is one.
pub(crate) fn parent(name: &[u8]) -> Option<&[u8]> {
    let dot = name.iter().position(|byte| *byte == b'.')?;
    name.get(dot + 1..)
}

#[cfg(test)]
mod tests {
    use vauban_matching::canonical::Key;
    use vauban_model::ObservableKind;

    use super::*;

    fn form(text: &str) -> Result<String, NotAName> {
        let mut out = Vec::new();
        canonical(text.as_bytes(), &mut out).map(|_| String::from_utf8(out.clone()).unwrap())
    }

    #[test]
    fn names_have_one_form() {
        for (raw, wanted) in [
            ("Evil.COM", "evil.com"),
            ("evil.com.", "evil.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example.", "xn--bcher-kva.example"),
            ("_dmarc.evil.com", "_dmarc.evil.com"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(form(raw), Ok(wanted.to_owned()));
        }
        let long = format!("{}.com", "a".repeat(64));
        let longer = format!("{}com", "a.".repeat(126));
        for (raw, wanted) in [
            ("", NotAName::Empty),
            (".", NotAName::Empty),
            ("a..b", NotAName::Empty),
            ("evil.com..", NotAName::Empty),
            ("evil .com", NotAName::IllegalByte),
            ("evil\0.com", NotAName::IllegalByte),
            ("evil.com/", NotAName::IllegalByte),
            ("192.0.2.1", NotAName::Address),
            (&long, NotAName::TooLong),
            (&longer, NotAName::TooLong),
        ] {
            assert_eq!(form(raw), Err(wanted), "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_form_is_that_of_indicators(raw in "[a-zA-Z0-9._é-]{1,20}") {
            let key = Key::new(ObservableKind::DomainName, &raw).filter(|key| key.kind() == ObservableKind::DomainName);
            if let Ok(form) = form(&raw) {
                proptest::prop_assert_eq!(key.map(|key| key.text().into_owned()), Some(form));
            }
        }
    }
}
