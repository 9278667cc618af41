//! Single words of a master file: numbers of seconds, and whether a name is complete.

/// Whether a name ends in a dot that is no part of a label.
pub(super) fn is_absolute(text: &str) -> bool {
    let Some(before) = text.strip_suffix('.') else { return false };
    let escapes = before.bytes().rev().take_while(|byte| *byte == b'\\').count();
    escapes % 2 == 0
}

/// A number of seconds, as BIND writes it too: `3600`, `1h30m`.
pub(super) fn seconds(word: &[u8]) -> Option<u32> {
    let (mut total, mut number) = (0u32, None::<u32>);
    for &byte in word {
        if byte.is_ascii_digit() {
            let digit = u32::from(byte - b'0');
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match byte.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    match number {
        Some(rest) => total.checked_add(rest),
        None => (!word.is_empty()).then_some(total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_units() {
        for (word, value) in [
            ("0", Some(0)),
            ("3600", Some(3600)),
            ("1h30m", Some(5400)),
            ("1W2d3H4m5s", Some(788_645)),
            ("1h7", Some(3607)),
        ] {
            assert_eq!(seconds(word.as_bytes()), value, "{word}");
        }
        for word in ["", "h", "1x", "-1", "4294967296", "9999999w", "1hh", "1 h"] {
            assert_eq!(seconds(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn a_dot_that_is_escaped_ends_no_name() {
        assert!(is_absolute(".") && is_absolute("a.") && is_absolute(r"a\\."));
        assert!(!is_absolute("a") && !is_absolute(r"a\.") && !is_absolute(r"a\\\."));
    }
}
