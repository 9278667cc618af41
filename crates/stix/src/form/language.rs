//! Languages of RFC 5646: well-formed, and of a registered language.

use super::Registry;

/// The tags that were registered before the grammar, and do not follow it (RFC 5646, section 2.1).
const IRREGULAR: &[&str] = &[
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

/// Whether the text is a language tag. Upper and lower case are one (section 2.1.1).
pub(crate) fn is_language(tag: &str) -> bool {
    if !tag.is_ascii() || tag.len() > 250 {
        return false;
    }
    let tag = tag.to_ascii_lowercase();
    if IRREGULAR.contains(&tag.as_str()) {
        return true;
    }
    let mut subtags = tag.split('-').peekable();
    let Some(language) = subtags.next() else { return false };
    if language == "x" {
        return is_private_use(subtags);
    }
    // From qaa to qtz everybody may name languages of their own.
    let private = is_letters(language, 3) && ("qaa"..="qtz").contains(&language);
    if !Registry::Languages.has(language) && !private {
        return false;
    }
    let mut left = 3;
    while language.len() < 4 && left > 0 && subtags.next_if(|subtag| is_letters(subtag, 3)).is_some() {
        left -= 1;
    }
    subtags.next_if(|subtag| is_letters(subtag, 4));
    subtags.next_if(|subtag| is_letters(subtag, 2) || is_digits(subtag, 3));
    while subtags.next_if(|subtag| is_variant(subtag)).is_some() {}
    is_extensions(subtags)
}

/// Extensions, each a letter or digit of its own and at least one subtag of 2 to 8; then private use.
fn is_extensions<'a>(mut subtags: std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
    while let Some(singleton) = subtags.next() {
        if singleton == "x" {
            return is_private_use(subtags);
        }
        if singleton.len() != 1 || !is_alphanumeric(singleton) {
            return false;
        }
        let is_part = |subtag: &&str| (2..=8).contains(&subtag.len()) && is_alphanumeric(subtag);
        let mut parts = 0;
        while subtags.next_if(is_part).is_some() {
            parts += 1;
        }
        if parts == 0 {
            return false;
        }
    }
    true
}

fn is_private_use<'a>(subtags: impl Iterator<Item = &'a str>) -> bool {
    let mut parts = subtags.peekable();
    parts.peek().is_some() && parts.all(|part| (1..=8).contains(&part.len()) && is_alphanumeric(part))
}

fn is_variant(subtag: &str) -> bool {
    let long = (5..=8).contains(&subtag.len());
    let short = subtag.len() == 4 && subtag.starts_with(|first: char| first.is_ascii_digit());
    (long || short) && is_alphanumeric(subtag)
}

fn is_letters(subtag: &str, length: usize) -> bool {
    subtag.len() == length && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_digits(subtag: &str, length: usize) -> bool {
    subtag.len() == length && subtag.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_alphanumeric(subtag: &str) -> bool {
    subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_follow_the_grammar_and_name_a_language() {
        for right in [
            "en",
            "fr-FR",
            "sr-Latn-RS",
            "de-CH-1996",
            "zh-cmn-Hans-CN",
            "es-419",
            "en-US-u-ca-gregory",
            "x-own",
            "i-klingon",
            "deu",
        ] {
            assert!(is_language(right), "{right}");
        }
        for wrong in ["", "-", "english", "en_US", "espa\u{f1}ol", "foo", "zz", "en-", "en--US", "en-u", "x", "en-US-"]
        {
            assert!(!is_language(wrong), "{wrong}");
        }
    }
}
