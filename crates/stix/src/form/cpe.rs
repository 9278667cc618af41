//! CPE 2.3 in its formatted string (NISTIR 7695, section 6.2), which names software.

/// Whether the text is `cpe:2.3:` and eleven attributes.
pub(crate) fn is_cpe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else { return false };
    let attributes = split(rest);
    let [part, attributes @ ..] = attributes.as_slice() else { return false };
    matches!(*part, "a" | "h" | "o" | "*" | "-")
        && attributes.len() == 10
        && attributes.iter().all(|text| is_attribute(text))
}

/// The attributes, at the colons that no backslash quotes.
fn split(rest: &str) -> Vec<&str> {
    let mut attributes = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in rest.char_indices() {
        if c == ':' && !quoted {
            attributes.push(rest.get(start..at).unwrap_or_default());
            start = at + 1;
        }
        quoted = c == '\\' && !quoted;
    }
    attributes.push(rest.get(start..).unwrap_or_default());
    attributes
}

/// `*`, `-`, or characters of which the special ones are quoted; wildcards stand at the ends.
fn is_attribute(text: &str) -> bool {
    if matches!(text, "*" | "-") {
        return true;
    }
    let inner = text.trim_start_matches('?');
    let inner = inner.strip_prefix('*').unwrap_or(inner);
    let mut characters = inner.chars().peekable();
    let mut some = false;
    while let Some(c) = characters.next() {
        let plain = c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let quoted = c == '\\' && characters.next().is_some_and(|next| next.is_ascii_punctuation());
        let wildcard = matches!(c, '*' | '?') && characters.clone().all(|rest| rest == '?') && some;
        if !(plain || quoted || wildcard) {
            return false;
        }
        some = true;
    }
    some
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_eleven_attributes() {
        assert!(is_cpe("cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*"));
        assert!(is_cpe(r"cpe:2.3:a:foo\:bar:big\$money:2010:*:*:*:special:ipod_touch:80gb:*"));
        assert!(is_cpe("cpe:2.3:o:microsoft:windows_7:-:sp1:*:*:*:*:x64:*"));
        for wrong in [
            "invalid",
            "cpe:/a:microsoft:word:2000",
            "cpe:2.3:a:microsoft:word",
            "cpe:2.3:z:microsoft:word:2000:*:*:*:*:*:*:*",
            "cpe:2.3:a:micro soft:word:2000:*:*:*:*:*:*:*",
            "cpe:2.3:a::word:2000:*:*:*:*:*:*:*",
            "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*:*",
        ] {
            assert!(!is_cpe(wrong), "{wrong}");
        }
    }
}
