//! Strips the control words and decodes what they stand for (RTF specification 1.9.1).

use encoding_rs::Encoding;
use vauban_intake::{Budget, Problem};

use super::object;
use crate::{Child, Context, Item, Passage, Reader, Sink};

/// Groups deeper than this are an attack on memory; word processors stop far earlier.
const MAX_DEPTH: usize = 10_000;
/// Text is handed over in passages of about this many bytes.
const PASSAGE: usize = 1 << 20;

/// Reads rich text.
pub(crate) struct Rtf;

impl Reader for Rtf {
    fn name(&self) -> &'static str {
        "rtf"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        // Word opens a file that begins so, whatever follows, and attackers leave out the rest.
        item.has_magic(0, b"{\\rt")
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut parser = Parser {
            bytes: item.bytes,
            at: 0,
            groups: Vec::new(),
            group: Group { skip_after_unicode: 1, kind: Kind::Text, apart: false },
            encoding: encoding_rs::WINDOWS_1252,
            pending: Vec::new(),
            skip: 0,
            text: String::new(),
            object: Vec::new(),
            high_digit: None,
            objects: 0,
        };
        let outcome = parser.run(budget, sink);
        parser.flush();
        // A document cut inside an object still gives what it holds of it.
        let object = parser.hand_over_object(budget, sink);
        parser.hand_over_text(sink);
        if outcome.is_err() {
            // The bytes as they lie there split words that are whole on the page, so they are looked at only now.
            sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        }
        outcome.and(object)
    }
}

/// What the text of a group is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// The hexadecimal digits of an embedded object.
    Object,
    /// Pixels, colours and themes.
    Ignored,
}

#[derive(Clone, Copy)]
struct Group {
    skip_after_unicode: usize,
    kind: Kind,
    /// Whether its text stands apart from the text around it.
    apart: bool,
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    groups: Vec<Group>,
    group: Group,
    encoding: &'static Encoding,
    /// Bytes of `\'xx` that are not yet decoded: a character may take two.
    pending: Vec<u8>,
    /// Characters that stand in for a Unicode character before them.
    skip: usize,
    text: String,
    object: Vec<u8>,
    high_digit: Option<u8>,
    objects: u32,
}

impl Parser<'_> {
    fn run(&mut self, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut open = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.at.is_multiple_of(256) {
                budget.check_time()?;
            }
            self.at = self.at.saturating_add(1);
            match byte {
                b'{' => {
                    self.flush();
                    if self.groups.len() >= MAX_DEPTH {
                        return Err(Problem::corrupt(format!("groups nest more than {MAX_DEPTH} deep")));
                    }
                    self.groups.push(self.group);
                    self.group.apart = false;
                    open = open.saturating_add(1);
                }
                b'}' => {
                    self.flush();
                    open = open.saturating_sub(1);
                    let Group { kind: before, apart, .. } = self.group;
                    self.group = self.groups.pop().unwrap_or(self.group);
                    if apart {
                        self.character('\n');
                    }
                    if before == Kind::Object && self.group.kind != Kind::Object {
                        self.hand_over_object(budget, sink)?;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                _ => self.literal(byte),
            }
            if self.text.len() >= PASSAGE && self.text.ends_with('\n') {
                self.hand_over_text(sink);
            }
        }
        if open > 0 { Err(Problem::corrupt("the document is cut short")) } else { Ok(()) }
    }

    fn control(&mut self) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        self.at = self.at.saturating_add(1);
        match byte {
            b'\'' => {
                let digits = self.bytes.get(self.at..self.at.saturating_add(2)).unwrap_or_default();
                self.at = self.at.saturating_add(digits.len());
                if let [high, low] = *digits
                    && let (Some(high), Some(low)) = (hex_digit(high), hex_digit(low))
                {
                    self.encoded(high << 4 | low);
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' => self.word(self.at.saturating_sub(1)),
            b'\\' | b'{' | b'}' => self.literal(byte),
            b'~' => self.character(' '),
            b'_' => self.character('-'),
            b'\r' | b'\n' => self.character('\n'),
            // A destination that old readers ignore: apart from the text around it.
            b'*' => self.set_apart(),
            _ => {}
        }
    }

    fn word(&mut self, start: usize) {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let letters = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let name = rest.get(..letters).unwrap_or_default();
        let after = rest.get(letters..).unwrap_or_default();
        let sign = usize::from(after.first() == Some(&b'-'));
        let digits = after.iter().skip(sign).take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number = after.get(..sign.saturating_add(digits)).filter(|_| digits > 0);
        let number = number.and_then(|number| std::str::from_utf8(number).ok()?.parse::<i64>().ok());
        let mut length = letters.saturating_add(if digits > 0 { sign.saturating_add(digits) } else { 0 });
        length = length.saturating_add(usize::from(rest.get(length) == Some(&b' ')));
        self.at = start.saturating_add(length);
        self.obey(name, number);
    }

    fn obey(&mut self, name: &[u8], number: Option<i64>) {
        match name {
            b"par" | b"line" | b"row" | b"cell" | b"nestcell" | b"nestrow" | b"page" | b"sect" => self.character('\n'),
            b"tab" => self.character('\t'),
            b"emdash" => self.character('\u{2014}'),
            b"endash" => self.character('\u{2013}'),
            b"u" => {
                self.flush();
                self.skip = 0;
                let code = number.unwrap_or(0) & 0xffff;
                // A surrogate is half of a character; pairs come as two control words.
                let unit = u32::try_from(code).unwrap_or(0);
                self.character(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
                self.skip = self.group.skip_after_unicode;
            }
            b"uc" => self.group.skip_after_unicode = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            b"ansicpg" => self.encoding = code_page(number.unwrap_or(1252)),
            b"mac" => self.encoding = encoding_rs::MACINTOSH,
            b"bin" => {
                let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                let end = self.at.saturating_add(length).min(self.bytes.len());
                if self.group.kind == Kind::Object {
                    self.object.extend_from_slice(self.bytes.get(self.at..end).unwrap_or_default());
                }
                self.at = end;
            }
            b"objdata" => {
                self.group.kind = Kind::Object;
                self.high_digit = None;
            }
            b"pict" | b"colortbl" | b"themedata" | b"colorschememapping" | b"datastore" | b"blipuid" => {
                self.group.kind = Kind::Ignored;
            }
            // Each of these is text of its own, apart from what stands around it.
            b"fldinst" | b"fldrslt" | b"template" | b"fonttbl" | b"stylesheet" | b"info" | b"footnote" | b"header"
            | b"footer" | b"author" | b"title" | b"subject" | b"company" | b"hlinkbase" | b"objclass" | b"objname" => {
                self.set_apart();
            }
            _ => {}
        }
    }

    /// The group's text is a destination of its own: nothing before or after it belongs to it.
    fn set_apart(&mut self) {
        self.group.apart = true;
        self.character('\n');
    }

    /// A character that stands as itself.
    fn literal(&mut self, byte: u8) {
        match self.group.kind {
            Kind::Ignored => {}
            Kind::Object => {
                let Some(digit) = hex_digit(byte) else { return };
                match self.high_digit.take() {
                    Some(high) => self.object.push(high << 4 | digit),
                    None => self.high_digit = Some(digit),
                }
            }
            Kind::Text => self.encoded(byte),
        }
    }

    fn encoded(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.group.kind == Kind::Text {
            self.pending.push(byte);
        }
    }

    fn character(&mut self, c: char) {
        self.flush();
        if self.group.kind == Kind::Text && !(c == '\n' && self.text.ends_with('\n')) {
            self.text.push(c);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.text.push_str(&self.encoding.decode_without_bom_handling(&self.pending).0);
            self.pending.clear();
        }
    }

    fn hand_over_text(&mut self, sink: &mut dyn Sink) {
        if !self.text.trim().is_empty() {
            let bytes = self.text.as_bytes();
            sink.passage(Passage { bytes, offset: None, how: &[], context: Context::default() });
        }
        self.text.clear();
    }

    fn hand_over_object(&mut self, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        self.high_digit = None;
        if self.object.is_empty() {
            return Ok(());
        }
        let decoded = std::mem::take(&mut self.object);
        budget.spend_bytes(decoded.len() as u64)?;
        budget.spend_entry()?;
        self.objects = self.objects.saturating_add(1);
        let object = object::unwrap(&decoded);
        if !object.names.trim().is_empty() {
            let bytes = object.names.as_bytes();
            sink.passage(Passage { bytes, offset: None, how: &[], context: Context::default() });
        }
        let segment = format!("object {}", self.objects);
        let context = Context::default();
        sink.child(Child { segment: &segment, name: "", media_type: "", bytes: object.bytes, context });
        Ok(())
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn code_page(number: i64) -> &'static Encoding {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        65001 => "utf-8".to_owned(),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::testing::{check_fixtures, read};

    fn text(rtf: &[u8]) -> String {
        read(&Rtf, "x.rtf", rtf).1.passages.first().cloned().unwrap_or_default()
    }

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Rtf);
    }

    #[test]
    fn text_is_joined_as_it_is_seen() {
        assert_eq!(text(b"{\\rtf1\\ansi Z\\'fcrich: {\\b ev}{\\i il}.exa\\\nmple}"), "Zürich: evil.exa\nmple");
        assert_eq!(text(b"{\\rtf1 {\\b ev}{\\i il}.exam\r\nple\\par next}"), "evil.example\nnext");
        assert_eq!(text(b"{\\rtf1\\uc1 \\u1087?\\u1088\\'3f.example}"), "пр.example");
        assert_eq!(text(b"{\\rtf1\\ansicpg1251 \\'ef\\'f0}"), "пр");
    }

    #[test]
    fn links_and_templates_are_seen() {
        let rtf = b"{\\rtf1{\\*\\template http://remote-template.example/a.dot}{\\field{\\*\\fldinst HYPERLINK \"http://field-link.example/\"}{\\fldrslt click}}}";
        let text = text(rtf);
        assert!(text.contains("\nhttp://remote-template.example/a.dot\n"), "{text}");
        assert!(text.contains("HYPERLINK \"http://field-link.example/\"\nclick"), "{text}");
    }

    #[test]
    fn an_object_is_decoded_however_its_digits_are_scattered() {
        let (result, transcript) =
            read(&Rtf, "x.rtf", b"{\\rt{\\object{\\*\\objdata 68 7{\\x}47470\r\n3a2f2f\\bin3 abc}}}");
        assert_eq!(result, Ok(()));
        assert_eq!(transcript.children, [("object 1".to_owned(), b"http://abc".to_vec())]);
    }

    #[test]
    fn nesting_and_cuts_end_visibly() {
        let deep = [b"{\\rtf1".to_vec(), b"{".repeat(100_000)].concat();
        assert_eq!(read(&Rtf, "x.rtf", &deep).0.unwrap_err().reason, Reason::Corrupt);
        let (result, transcript) =
            read(&Rtf, "x.rtf", b"{\\rtf1 http://before-the-cut.example/ {\\object{\\*\\objdata 4142");
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
        assert!(transcript.passages[0].contains("before-the-cut.example"));
        assert_eq!(transcript.children[0].1, b"AB");
    }
}
