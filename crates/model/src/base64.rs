//! Base64, seen from inside: what bytes look like in a text that encodes more than them.

use data_encoding::BASE64;

/// What of some bytes stands in a base64 text that holds them, for each of the three places where they may begin: the
/// characters that their neighbours do not change. Empty where no character is theirs alone.
#[must_use]
pub fn base64_at_each_offset(bytes: &[u8]) -> [String; 3] {
    [0_usize, 1, 2].map(|offset| {
        let padded = [&[0; 2][..offset], bytes].concat();
        // Six bits a character: whole ones only, from the first bit of the bytes to their last.
        let (start, end) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        BASE64.encode(&padded).get(start..end).unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_wherever_they_begin_and_whatever_follows() {
        for before in ["", "x", "xy", "xyz"] {
            for after in ["", "a", "ab", "\u{e9}"] {
                let whole = BASE64.encode(format!("{before}http://{after}").as_bytes());
                let forms = base64_at_each_offset(b"http://");
                assert!(forms.iter().any(|text| whole.contains(text.as_str())), "{whole}");
            }
        }
    }
}
