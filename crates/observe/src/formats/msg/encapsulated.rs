//! HTML that Outlook wrapped into rich text ([MS-OXRTFEX] section 2.1.3): tags stand in `\*\htmltag` groups, text
//! between them, and what only rich text needs between `\htmlrtf` and `\htmlrtf0`.

use encoding_rs::WINDOWS_1252;
use vauban_intake::{Budget, Problem};

use super::codepage;

/// The HTML in this rich text; `None` when it holds none.
pub(super) fn html(rtf: &[u8], budget: &Budget) -> Result<Option<String>, Problem> {
    if memchr::memmem::find(rtf, b"\\fromhtml1").is_none() {
        return Ok(None);
    }
    let mut reader =
        Reader { rest: rtf, codepage: WINDOWS_1252, out: String::with_capacity(rtf.len() / 2), pending: Vec::new() };
    reader.read(budget)?;
    Ok(Some(reader.out))
}

struct Reader<'a> {
    rest: &'a [u8],
    codepage: &'static encoding_rs::Encoding,
    out: String,
    /// Bytes of the code page, kept until a whole run of them can be decoded.
    pending: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// Between `\htmlrtf` and `\htmlrtf0`.
    only_rtf: bool,
    /// In a destination that is not part of the text.
    aside: bool,
    /// In an `\htmltag` group.
    tag: bool,
    /// Whether `\*` came last.
    starred: bool,
    /// How many characters follow `\u` for programs that do not know it.
    fallback: u8,
}

impl Group {
    const fn is_shown(self) -> bool {
        self.tag || !self.only_rtf && !self.aside
    }
}

impl Reader<'_> {
    fn read(&mut self, budget: &Budget) -> Result<(), Problem> {
        let mut groups: Vec<Group> = Vec::new();
        let mut group = Group { fallback: 1, ..Group::default() };
        let mut skip = 0_u8;
        while let Some((&byte, rest)) = self.rest.split_first() {
            budget.check_time()?;
            self.rest = rest;
            match byte {
                b'{' => {
                    groups.push(group);
                    group.starred = false;
                }
                b'}' => {
                    group = groups.pop().unwrap_or(group);
                    skip = 0;
                }
                b'\r' | b'\n' => {}
                b'\\' => self.control(&mut group, &mut skip),
                _ => self.byte(byte, group, &mut skip),
            }
        }
        self.flush();
        Ok(())
    }

    fn control(&mut self, group: &mut Group, skip: &mut u8) {
        let Some((&first, rest)) = self.rest.split_first() else { return };
        if !first.is_ascii_alphabetic() {
            self.rest = rest;
            match first {
                b'\'' => {
                    let digits = rest.get(..2).and_then(|digits| str::from_utf8(digits).ok());
                    if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                        self.rest = rest.get(2..).unwrap_or_default();
                        self.byte(byte, *group, skip);
                    }
                }
                b'*' => group.starred = true,
                b'~' => self.byte(b' ', *group, skip),
                b'{' | b'}' | b'\\' => self.byte(first, *group, skip),
                _ => {}
            }
            return;
        }
        let length = self.rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at(length);
        let digits = rest
            .iter()
            .take(10)
            .enumerate()
            .take_while(|(at, byte)| byte.is_ascii_digit() || *at == 0 && **byte == b'-')
            .count();
        let (number, rest) = rest.split_at(digits);
        let number: Option<i32> = str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        self.rest = rest.strip_prefix(b" ").unwrap_or(rest);
        match word {
            b"htmltag" | b"mhtmltag" => {
                group.tag = word == b"htmltag";
                group.aside = word != b"htmltag";
            }
            b"htmlrtf" => group.only_rtf = number != Some(0),
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"pntext" | b"header" | b"footer" => {
                group.aside = true
            }
            b"par" | b"line" => self.byte(b'\n', *group, skip),
            b"tab" => self.byte(b'\t', *group, skip),
            b"ansicpg" => {
                self.flush();
                self.codepage =
                    codepage::encoding(number.and_then(|number| u32::try_from(number).ok()).unwrap_or(1252));
            }
            b"uc" => group.fallback = number.and_then(|number| u8::try_from(number).ok()).unwrap_or(1),
            b"u" => {
                // Negative numbers are how rich text writes characters above 32,767.
                let unit = number.map(|number| if number < 0 { number.saturating_add(0x1_0000) } else { number });
                let c = unit
                    .and_then(|unit| u32::try_from(unit).ok())
                    .and_then(char::from_u32)
                    .unwrap_or(char::REPLACEMENT_CHARACTER);
                if group.is_shown() {
                    self.flush();
                    self.out.push(c);
                }
                *skip = group.fallback;
            }
            _ if group.starred => group.aside = true,
            _ => {}
        }
        group.starred = false;
    }

    fn byte(&mut self, byte: u8, group: Group, skip: &mut u8) {
        if *skip > 0 {
            *skip -= 1;
        } else if group.is_shown() {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        self.out.push_str(&self.codepage.decode_without_bom_handling(&self.pending).0);
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    use vauban_intake::{Limits, StopFlag};

    use super::*;

    fn unwrap(rtf: &str) -> Option<String> {
        html(rtf.as_bytes(), &Budget::new(Limits::default(), StopFlag::default())).unwrap()
    }

    #[test]
    fn html_comes_out_as_it_went_in() {
        let rtf = r"{\rtf1\ansi\ansicpg1251\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\generator x;}{\*\htmltag64 <p>}\htmlrtf {\b \htmlrtf0 see \'e4\u8364?{\*\htmltag84 <a href=\'22http://evil.example/a?b\{c\}\'22>}\htmlrtf hidden \htmlrtf0 link{\*\htmltag92 </a>}\htmlrtf }\htmlrtf0{\*\mhtmltag84 old}\par}";
        assert_eq!(unwrap(rtf).unwrap(), "<p>see д€<a href=\"http://evil.example/a?b{c}\">link</a>\n");
    }

    #[test]
    fn other_rich_text_is_left_alone() {
        assert_eq!(unwrap(r"{\rtf1 hello}"), None);
        assert!(unwrap(r"{\rtf1\fromhtml1 }}}}{{\u-99999999999 \'z").is_some());
    }
}
