//! The mail address in a user id (RFC 9580 section 5.11).
//!
//! By convention a user id is `Name <address>` or the address alone. It does not parse RFC 5322 mailboxes: a user id
//! is not one, and an address that needs quoting is not worth the risk of reading it wrongly.

/// The address in it, in lower case; nothing when there is none that is beyond doubt.
pub(crate) fn of(user_id: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(user_id).ok()?.trim();
    let address = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(start), Some(open)) => open.get(start + 1..)?,
        (None, None) => text,
        _ => return None,
    };
    normal(address)
}

/// A mail address in lower case: one `@`, no blanks, no control characters, nothing that needs quoting.
pub(crate) fn normal(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"@".contains(c))
    };
    (address.len() <= 254 && plain(local) && plain(domain)).then(|| address.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address() {
        assert_eq!(of(b"Alice <Alice@Party.Example>").as_deref(), Some("alice@party.example"));
        assert_eq!(of(b"alice@party.example").as_deref(), Some("alice@party.example"));
        assert_eq!(of("Zoé (press) <zoe@party.example>".as_bytes()).as_deref(), Some("zoe@party.example"));
    }

    #[test]
    fn takes_nothing_that_is_doubtful() {
        for id in [
            "Alice",
            "<>",
            "a@b@c",
            "a b@c",
            "<a@b> c",
            "a@b>",
            "x <a@b\r\nc>",
            "x <a\u{0}@b>",
            "\"a@b\"@c",
            "@c",
            "a@",
        ] {
            assert_eq!(of(id.as_bytes()), None, "{id:?}");
        }
        assert_eq!(of(&[0xff, b'@', b'c']), None);
    }
}
