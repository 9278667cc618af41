//! Text as it is compared: without what is not seen, without case and accents.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Characters that take no room: they split a word for a filter and for nobody else.
#[must_use]
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Letters of mathematics and of other costumes, which look like plain ones.
#[must_use]
pub(crate) const fn is_costume(c: char) -> bool {
    matches!(c, '\u{1d400}'..='\u{1d7ff}' | '\u{ff21}'..='\u{ff5a}' | '\u{1f130}'..='\u{1f149}' | '\u{24b6}'..='\u{24e9}')
}

/// The text in lower case, its accents and invisible characters taken away, letters of mathematics made plain, and one
/// space for each stretch of white space.
#[must_use]
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, after) = rest.split_at(rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len()));
        push_ascii(&mut out, plain);
        let (other, after) = after.split_at(after.bytes().position(|byte| byte.is_ascii()).unwrap_or(after.len()));
        // No character is decomposed or taken away because of its neighbours, so stretches may be looked at one by one.
        other.chars().filter(|c| !is_invisible(*c)).nfkd().filter(|c| !is_combining_mark(*c)).for_each(|c| {
            let c = match c {
                '\u{2019}' | '\u{2018}' | '`' => '\'',
                c if c.is_whitespace() => ' ',
                c => c,
            };
            if c != ' ' || !out.ends_with(' ') {
                out.extend(c.to_lowercase());
            }
        });
        rest = after;
    }
    out
}

/// Most of most texts: no decomposition, and bytes are characters.
fn push_ascii(out: &mut String, text: &str) {
    let fold = |byte: u8| match byte {
        b'`' => b'\'',
        b'\t'..=b'\r' => b' ',
        byte => byte.to_ascii_lowercase(),
    };
    let mut folded: Vec<u8> = text.bytes().map(fold).collect();
    folded.dedup_by(|byte, before| *byte == b' ' && *before == b' ');
    let folded = str::from_utf8(&folded).unwrap_or_default();
    out.push_str(if out.ends_with(' ') { folded.strip_prefix(' ').unwrap_or(folded) } else { folded });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_compared() {
        assert_eq!(folded("Mot  de\n passe\u{a0}EXPIRÉ"), "mot de passe expire");
        assert_eq!(folded("pass\u{200b}word \u{1d429}\u{1d41a}\u{1d42c}\u{1d42c}"), "password pass");
        assert_eq!(folded("l\u{2019}accès"), "l'acces");
        assert_eq!(folded("W\u{e0139}al\u{e0139}let"), "wallet");
        assert_eq!(folded(" \t`A\u{a0} \u{a0}B\u{301}\r\n C "), " 'a b c ");
    }
}
