//! Names of types, properties, keys (sections 3.1, 2.3 and 11), and the hashes (section 2.7).

/// A type: lowercase letters, digits and single hyphens, from 3 to 250 of them.
///
/// Section 11.2.1 lets a name end in a hyphen; it never holds two in a row, which is what ends it within an identifier.
pub(crate) fn is_type_name(name: &str) -> bool {
    (3..=250).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.contains("--")
}

/// A property: lowercase letters, digits and underscores, from 3 to 250 of them; and `id`.
pub(crate) fn is_property_name(name: &str) -> bool {
    name == "id"
        || (3..=250).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A key of a dictionary: at most 250 letters, digits, hyphens and underscores.
pub(crate) fn is_dictionary_key(key: &str) -> bool {
    (1..=250).contains(&key.len()) && key.bytes().all(is_key_byte)
}

/// The name of an algorithm: at least 3 characters.
pub(crate) fn is_hash_name(name: &str) -> bool {
    name.len() >= 3 && is_dictionary_key(name)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The name of a relationship (section 5.1).
pub(crate) fn is_relationship_type(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether the value can be a hash of the algorithm. Algorithms that the standard does not know have any.
pub(crate) fn is_hash(algorithm: &str, value: &str) -> bool {
    let hexadecimal = |length| value.len() == length && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    match algorithm {
        "MD5" => hexadecimal(32),
        "SHA-1" => hexadecimal(40),
        "SHA-256" | "SHA3-256" => hexadecimal(64),
        "SHA-512" | "SHA3-512" => hexadecimal(128),
        "SSDEEP" => {
            let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || b"/+:.".contains(&byte);
            (1..=150).contains(&value.len()) && value.bytes().all(is_of_it)
        }
        // Newer versions of TLSH put a `T` and their number in front.
        "TLSH" => matches!(value.len(), 70 | 72) && value.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_standard_says() {
        assert!(is_type_name("x-foo-bar") && is_type_name("ipv4-addr") && is_type_name("foo-"));
        for wrong in ["fo", "X-foo", "x--foo", "1foo", "-foo", "x_foo", "fo\u{e9}", &"x".repeat(251)] {
            assert!(!is_type_name(wrong), "{wrong}");
        }
        assert!(is_property_name("id") && is_property_name("x_foo"));
        for wrong in ["ab", "Foo", "foo-bar", "_foo", "1ab", ""] {
            assert!(!is_property_name(wrong), "{wrong}");
        }
        assert!(is_dictionary_key("User-Agent") && !is_dictionary_key("espa\u{f1}ol") && !is_dictionary_key(""));
        assert!(is_hash_name("MD5") && !is_hash_name("MD"));
    }

    #[test]
    fn hashes_have_their_length() {
        assert!(is_hash("MD5", "B4D33B0C7306351B9ED96578465C5579"));
        assert!(!is_hash("MD5", "B4D33B0C7306351B9ED96578465C557"));
        assert!(!is_hash("SHA-1", &"g".repeat(40)));
        assert!(is_hash("x_own", "anything"));
    }
}
