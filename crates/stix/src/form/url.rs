//! URLs of RFC 3986: a scheme, and after it the characters that may stand in one.

/// Whether the text is a URI with a scheme. It is looked at, never asked for.
pub(crate) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_of_a_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(is_of_a_scheme)
        && !rest.is_empty()
        && has_right_characters(rest)
        && rest
            .strip_prefix("//")
            .is_none_or(|rest| has_right_authority(rest.split(['/', '?', '#']).next().unwrap_or_default()))
}

fn has_right_characters(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let after_authority =
        rest.strip_prefix("//").map_or(0, |authority| authority.find(['/', '?', '#']).map_or(rest.len(), |at| at + 2));
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)),
        // Brackets stand around addresses alone.
        b'[' | b']' => at < after_authority,
        b'#' => bytes.iter().filter(|byte| **byte == b'#').count() == 1,
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(byte),
    })
}

/// `user@host:port`, where the port is digits and brackets hold an address.
fn has_right_authority(authority: &str) -> bool {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = if let Some(literal) = host.strip_prefix('[') {
        let Some((address, after)) = literal.split_once(']') else { return false };
        if address.parse::<std::net::Ipv6Addr>().is_err() && !address.starts_with(['v', 'V']) {
            return false;
        }
        after
    } else {
        if host.contains(['[', ']']) {
            return false;
        }
        host.find(':').map_or("", |at| host.get(at..).unwrap_or_default())
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme_and_its_characters() {
        for right in [
            "http://www.example.com/file.txt",
            "https://[2001:db8::1]:8443/a?b=%20#c",
            "mailto:jdoe@example.com",
            "ftp://user:secret@example.com",
            "file:///etc/passwd",
            "urn:isbn:0451450523",
        ] {
            assert!(is_url(right), "{right}");
        }
        for wrong in [
            "foo",
            "www.g.com",
            "http:",
            "1http://a.example",
            "http://a b.example",
            "http://a.example/%zz",
            "http://a.example/<>",
            "http://a.example/\u{e9}",
            "http://a.example:port/",
            "http://[zz]/",
            "http://a.example/[1]",
            "http://a.example/#a#b",
        ] {
            assert!(!is_url(wrong), "{wrong}");
        }
    }
}
