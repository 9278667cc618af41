//! From the codes of a font to text (ISO 32000-1 sections 9.6 to 9.10): its ToUnicode map first, its encoding
//! second. Glyph widths are kept because the gaps between glyphs are where words end. No font program is read.

use std::collections::HashMap;

use encoding_rs::{MACINTOSH, WINDOWS_1252};
use vauban_intake::{Budget, Problem};

use super::{
    document::Document,
    object::{Dictionary, Lexer, Value},
};

/// More mappings than there are two-byte codes are an attack on memory.
const MAX_MAPPINGS: usize = 1 << 16;

/// One font as far as text is concerned.
#[derive(Default)]
pub(super) struct Font {
    wide: bool,
    to_unicode: HashMap<u32, String>,
    names: HashMap<u32, String>,
    mac: bool,
    unicode_codes: bool,
    widths: HashMap<u32, f64>,
    default_width: Option<f64>,
}

/// One glyph to show.
pub(super) struct Glyph {
    pub(super) text: String,
    /// In thousandths of the font's size.
    pub(super) width: f64,
    pub(super) is_space_code: bool,
}

impl Font {
    /// The font that this dictionary describes.
    pub(super) fn read(font: &Dictionary, document: &Document<'_>, budget: &Budget) -> Result<Self, Problem> {
        let mut read = Self { wide: font.says(b"Subtype", b"Type0"), ..Self::default() };
        if let Some(map) = font.get(b"ToUnicode").and_then(|map| document.stream(map, budget)) {
            read.to_unicode = character_map(&map.bytes, budget)?;
        }
        let encoding = font.get(b"Encoding").map(|value| document.resolve(value));
        if let Some(Value::Name(name)) = &encoding {
            read.mac = name == b"MacRomanEncoding";
            read.unicode_codes = name.windows(4).any(|part| part == b"UCS2" || part == b"UTF1");
        }
        if let Some(Value::Dictionary(encoding)) = &encoding {
            read.mac = encoding.says(b"BaseEncoding", b"MacRomanEncoding");
            let mut code = 0_u32;
            for value in document.list(encoding.get(b"Differences")) {
                match value {
                    Value::Number(number) => code = number as u32,
                    Value::Name(name) => {
                        if let Some(text) = glyph_name(&name) {
                            read.names.insert(code, text);
                        }
                        code = code.saturating_add(1);
                    }
                    _ => {}
                }
            }
        }
        if read.wide {
            let descendant = document.list(font.get(b"DescendantFonts")).into_iter().next();
            if let Some(Value::Dictionary(descendant)) = descendant {
                read.wide_widths(&descendant, document);
            }
        } else {
            let first = font.get(b"FirstChar").and_then(|value| document.resolve(value).number()).unwrap_or(0.0) as u32;
            let widths = document.list(font.get(b"Widths"));
            for (code, width) in (first..).zip(widths.iter()).take(256) {
                if let Some(width) = width.number() {
                    read.widths.insert(code, width);
                }
            }
        }
        Ok(read)
    }

    /// The glyphs of a string that is shown.
    pub(super) fn glyphs<'s>(&'s self, string: &'s [u8]) -> impl Iterator<Item = Glyph> + 's {
        string.chunks(if self.wide { 2 } else { 1 }).map(|unit| {
            let code = unit.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
            let text = self.text(code);
            let width = self.widths.get(&code).copied().or(self.default_width).unwrap_or_else(|| guessed_width(&text));
            Glyph { text, width, is_space_code: !self.wide && code == 32 }
        })
    }

    fn text(&self, code: u32) -> String {
        if let Some(text) = self.to_unicode.get(&code).or_else(|| self.names.get(&code)) {
            return text.clone();
        }
        if self.wide {
            // Without a map the codes of most TrueType fonts are glyph numbers, which follow ASCII from 3 on.
            let code = if self.unicode_codes { code } else { code.saturating_add(29) };
            return char::from_u32(code).filter(|c| !c.is_control()).map(String::from).unwrap_or_default();
        }
        let byte = [u8::try_from(code).unwrap_or(b' ')];
        let encoding = if self.mac { MACINTOSH } else { WINDOWS_1252 };
        encoding.decode_without_bom_handling(&byte).0.into_owned()
    }

    /// `/W [c [w1 w2] first last w]` of a composite font (section 9.7.4.3).
    fn wide_widths(&mut self, descendant: &Dictionary, document: &Document<'_>) {
        self.default_width =
            Some(descendant.get(b"DW").and_then(|value| document.resolve(value).number()).unwrap_or(1000.0));
        let Some(Value::Array(values)) = descendant.get(b"W").map(|value| document.resolve(value)) else { return };
        let mut at = 0_usize;
        while let Some(first) = values.get(at).and_then(Value::number) {
            let first = first as u32;
            match values.get(at.saturating_add(1)).map(|value| document.resolve(value)) {
                Some(Value::Array(widths)) => {
                    for (code, width) in (first..).zip(&widths).take(MAX_MAPPINGS) {
                        self.widths.insert(code & 0xffff, width.number().unwrap_or(1000.0));
                    }
                    at = at.saturating_add(2);
                }
                Some(Value::Number(last)) => {
                    let width = values.get(at.saturating_add(2)).and_then(Value::number).unwrap_or(1000.0);
                    for code in first.min(0xffff)..=(last as u32).min(0xffff) {
                        self.widths.insert(code, width);
                    }
                    at = at.saturating_add(3);
                }
                _ => break,
            }
        }
    }
}

/// The `bfchar` and `bfrange` entries of a ToUnicode map (section 9.10.3).
fn character_map(bytes: &[u8], budget: &Budget) -> Result<HashMap<u32, String>, Problem> {
    let mut map = HashMap::new();
    let mut lexer = Lexer::content(bytes);
    let mut operands: Vec<Value> = Vec::new();
    while let Some(value) = lexer.next_value() {
        budget.check_time()?;
        let Value::Keyword(word) = value else {
            if operands.len() < 4096 {
                operands.push(value);
            }
            continue;
        };
        match word.as_slice() {
            b"endbfchar" => {
                for pair in operands.chunks(2) {
                    if let [Value::String(code), Value::String(text)] = pair {
                        map.insert(number(code), utf16(text));
                    }
                }
            }
            b"endbfrange" => {
                for triple in operands.chunks(3) {
                    if let [Value::String(first), Value::String(last), target] = triple {
                        range(number(first), number(last), target, &mut map);
                    }
                }
            }
            _ => {}
        }
        operands.clear();
        if map.len() > MAX_MAPPINGS {
            break;
        }
    }
    Ok(map)
}

fn range(first: u32, last: u32, target: &Value, map: &mut HashMap<u32, String>) {
    let codes = first..=last.min(first.saturating_add(0xffff));
    match target {
        Value::Array(texts) => {
            for (code, text) in codes.zip(texts) {
                if let Value::String(text) = text {
                    map.insert(code, utf16(text));
                }
            }
        }
        Value::String(start) => {
            let Some((last_unit, head)) = start.split_last_chunk::<2>().map(|(head, unit)| (unit, head)) else {
                return;
            };
            let (head, unit) = (utf16(head), u16::from_be_bytes(*last_unit));
            for code in codes {
                let step = u16::try_from(code.saturating_sub(first)).unwrap_or(0);
                let unit = unit.wrapping_add(step).to_be_bytes();
                map.insert(code, format!("{head}{}", utf16(&unit)));
                if map.len() > MAX_MAPPINGS {
                    return;
                }
            }
        }
        _ => {}
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn utf16(bytes: &[u8]) -> String {
    // Some producers write a single byte where two are due.
    if let [byte] = bytes {
        return char::from(*byte).to_string();
    }
    encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.chars().take(8).filter(|c| *c != '\0').collect()
}

/// Widths of an average sans-serif, for the standard fonts that come without any.
fn guessed_width(text: &str) -> f64 {
    match text.chars().next().unwrap_or(' ') {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'f' | 't' | ' ' | '/' | 'I' => 270.0,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 850.0,
        'A'..='Z' => 690.0,
        _ => 550.0,
    }
}

/// The text of a glyph by its name in the Adobe Glyph List, as far as names of hosts and files need it.
fn glyph_name(name: &[u8]) -> Option<String> {
    const NAMED: &[(&str, &str)] = &[
        ("space", " "),
        ("exclam", "!"),
        ("quotedbl", "\""),
        ("numbersign", "#"),
        ("dollar", "$"),
        ("percent", "%"),
        ("ampersand", "&"),
        ("quotesingle", "'"),
        ("parenleft", "("),
        ("parenright", ")"),
        ("asterisk", "*"),
        ("plus", "+"),
        ("comma", ","),
        ("hyphen", "-"),
        ("minus", "-"),
        ("period", "."),
        ("slash", "/"),
        ("zero", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("colon", ":"),
        ("semicolon", ";"),
        ("less", "<"),
        ("equal", "="),
        ("greater", ">"),
        ("question", "?"),
        ("at", "@"),
        ("bracketleft", "["),
        ("backslash", "\\"),
        ("bracketright", "]"),
        ("asciicircum", "^"),
        ("underscore", "_"),
        ("grave", "`"),
        ("braceleft", "{"),
        ("bar", "|"),
        ("braceright", "}"),
        ("asciitilde", "~"),
        ("quoteleft", "\u{2018}"),
        ("quoteright", "\u{2019}"),
        ("quotedblleft", "\u{201c}"),
        ("quotedblright", "\u{201d}"),
        ("endash", "\u{2013}"),
        ("emdash", "\u{2014}"),
        ("bullet", "\u{2022}"),
        ("ff", "ff"),
        ("fi", "fi"),
        ("fl", "fl"),
        ("ffi", "ffi"),
        ("ffl", "ffl"),
        ("nbspace", " "),
        ("sfthyphen", "-"),
        ("ellipsis", "\u{2026}"),
    ];
    const ACCENTS: &[(&str, char)] = &[
        ("acute", '\u{301}'),
        ("grave", '\u{300}'),
        ("circumflex", '\u{302}'),
        ("dieresis", '\u{308}'),
        ("cedilla", '\u{327}'),
        ("tilde", '\u{303}'),
    ];
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split('.').next().filter(|stem| !stem.is_empty())?;
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(letter.to_string());
    }
    if let Some((_, text)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some((*text).to_owned());
    }
    let digits = name.strip_prefix("uni").and_then(|rest| rest.get(..4)).or_else(|| name.strip_prefix('u'));
    if let Some(c) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
        return Some(c.to_string());
    }
    let (letter, accent) = (name.get(..1)?, name.get(1..)?);
    ACCENTS.iter().find(|(known, _)| *known == accent).map(|(_, mark)| format!("{letter}{mark}"))
}

#[cfg(test)]
mod tests {
    use vauban_intake::{Limits, StopFlag};

    use super::*;

    #[test]
    fn a_character_map_reads_all_its_forms() {
        let budget = Budget::new(Limits::default(), StopFlag::default());
        let map = character_map(
            b"1 beginbfchar <01> <00660069> endbfchar 2 beginbfrange <0010> <0012> <0061> <20> <21> [<0078> <0079>] endbfrange",
            &budget,
        )
        .unwrap();
        assert_eq!(map[&1], "fi");
        assert_eq!((map[&0x10].as_str(), map[&0x12].as_str()), ("a", "c"));
        assert_eq!((map[&0x20].as_str(), map[&0x21].as_str()), ("x", "y"));
    }

    #[test]
    fn glyphs_have_names() {
        assert_eq!(glyph_name(b"period").unwrap(), ".");
        assert_eq!(glyph_name(b"uni00E9").unwrap(), "é");
        assert_eq!(glyph_name(b"eacute").unwrap(), "e\u{301}");
        assert_eq!(glyph_name(b""), None);
    }
}
