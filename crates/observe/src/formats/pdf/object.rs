//! The objects of PDF (ISO 32000-1 section 7.3), read leniently and within bounds.

/// How deep arrays and dictionaries may nest; deeper ones are an attack on the stack.
const MAX_DEPTH: usize = 32;
/// How many values one object may hold; more are an attack on memory.
const MAX_VALUES: usize = 500_000;

/// One object, or one operator of a content stream.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Self>),
    Dictionary(Dictionary),
    /// The number of another object.
    Reference(u32),
    /// `true`, `null`, or an operator.
    Keyword(Vec<u8>),
}

impl Value {
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn array(&self) -> Option<&[Self]> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    pub(super) fn dictionary(&self) -> Option<&Dictionary> {
        if let Self::Dictionary(dictionary) = self { Some(dictionary) } else { None }
    }

    pub(super) fn is_name(&self, wanted: &[u8]) -> bool {
        matches!(self, Self::Name(name) if name == wanted)
    }
}

/// Keys and values in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Dictionary(pub(super) Vec<(Vec<u8>, Value)>);

impl Dictionary {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Whether the value of this key is this name.
    pub(super) fn says(&self, key: &[u8], name: &[u8]) -> bool {
        self.get(key).is_some_and(|value| value.is_name(name))
    }
}

/// Reads values one after the other.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    values_left: usize,
    references: bool,
}

impl<'a> Lexer<'a> {
    /// For the body of an object, where `7 0 R` is a reference.
    pub(super) fn object(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, values_left: MAX_VALUES, references: true }
    }

    /// For a content stream or a character map, where it is not; the caller bounds how many values it takes.
    pub(super) fn content(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, values_left: usize::MAX, references: false }
    }

    /// Where the next value is looked for.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Moves on to `at`.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The next value; `None` at the end, or once the bounds are reached.
    pub(super) fn next_value(&mut self) -> Option<Value> {
        self.value(0)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at.checked_add(ahead)?).copied()
    }

    fn advance(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek(0) {
            if byte == b'%' {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                self.advance(memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len()));
            } else if is_space(byte) {
                self.advance(1);
            } else {
                break;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.values_left = self.values_left.checked_sub(1)?;
        self.skip_space();
        Some(match self.peek(0)? {
            b'/' => Value::Name(self.name()),
            b'(' => Value::String(self.literal()),
            b'<' if self.peek(1) == Some(b'<') => {
                self.advance(2);
                Value::Dictionary(self.dictionary(depth))
            }
            b'<' => Value::String(self.hexadecimal()),
            b'[' => {
                self.advance(1);
                Value::Array(self.array(depth))
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number_or_reference(),
            // A closing bracket nobody opened: read as an operator, so that reading goes on behind it.
            byte @ (b']' | b'>' | b')' | b'{' | b'}') => {
                self.advance(1);
                Value::Keyword(vec![byte])
            }
            _ => Value::Keyword(self.regular().to_vec()),
        })
    }

    fn array(&mut self, depth: usize) -> Vec<Value> {
        let mut values = Vec::new();
        if depth >= MAX_DEPTH {
            return values;
        }
        loop {
            match self.value(depth.saturating_add(1)) {
                Some(Value::Keyword(word)) if word == b"]" => break,
                // The object ended and the bracket was never closed.
                Some(Value::Keyword(word)) if word == b"endobj" => break,
                Some(value) => values.push(value),
                None => break,
            }
        }
        values
    }

    fn dictionary(&mut self, depth: usize) -> Dictionary {
        let mut pairs = Vec::new();
        if depth >= MAX_DEPTH {
            return Dictionary(pairs);
        }
        loop {
            self.skip_space();
            match self.peek(0) {
                Some(b'/') => {
                    let key = self.name();
                    self.skip_space();
                    if self.peek(0) == Some(b'>') {
                        continue;
                    }
                    let Some(value) = self.value(depth.saturating_add(1)) else { break };
                    pairs.push((key, value));
                }
                Some(b'>') => {
                    self.advance(if self.peek(1) == Some(b'>') { 2 } else { 1 });
                    break;
                }
                None => break,
                // Not a key: skipped, unless the object ends here.
                Some(_) => match self.value(depth.saturating_add(1)) {
                    Some(Value::Keyword(word)) if word == b"endobj" || word == b"stream" => {
                        self.at = self.at.saturating_sub(word.len());
                        break;
                    }
                    Some(_) => {}
                    None => break,
                },
            }
        }
        Dictionary(pairs)
    }

    fn name(&mut self) -> Vec<u8> {
        self.advance(1);
        let raw = self.regular();
        let mut name = Vec::with_capacity(raw.len().min(256));
        let mut at = 0;
        while let Some(&byte) = raw.get(at) {
            let escaped = (byte == b'#')
                .then(|| Some(hex_digit(*raw.get(at + 1)?)? << 4 | hex_digit(*raw.get(at + 2)?)?))
                .flatten();
            name.push(escaped.unwrap_or(byte));
            at += if escaped.is_some() { 3 } else { 1 };
        }
        name
    }

    /// The bytes up to the next space or delimiter.
    fn regular(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| is_space(*byte) || is_delimiter(*byte)).unwrap_or(rest.len());
        self.advance(end);
        rest.get(..end).unwrap_or_default()
    }

    fn literal(&mut self) -> Vec<u8> {
        self.advance(1);
        let (mut text, mut depth) = (Vec::new(), 1_usize);
        while let Some(byte) = self.peek(0) {
            self.advance(1);
            match byte {
                b'(' => depth = depth.saturating_add(1),
                b')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek(0) else { return };
        self.advance(1);
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            // A line that is continued.
            b'\r' => self.advance(usize::from(self.peek(0) == Some(b'\n'))),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek(0) else { break };
                    code = code << 3 | u32::from(digit - b'0');
                    self.advance(1);
                }
                text.push(u8::try_from(code & 0xff).unwrap_or(0));
            }
            other => text.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.advance(1);
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        self.advance(end.saturating_add(1));
        hex(rest.get(..end).unwrap_or_default())
    }

    fn number_or_reference(&mut self) -> Value {
        let start = self.at;
        let number = self.plain_number();
        if self.at == start {
            self.advance(1);
        }
        if self.references && number >= 0.0 && number.fract() == 0.0 {
            let after = self.at;
            self.skip_space();
            if matches!(self.peek(0), Some(b'0'..=b'9')) && self.plain_number() >= 0.0 {
                self.skip_space();
                let ends = self.peek(1).is_none_or(|byte| is_space(byte) || is_delimiter(byte));
                if self.peek(0) == Some(b'R') && ends {
                    self.advance(1);
                    return Value::Reference(number as u32);
                }
            }
            self.at = after;
        }
        Value::Number(number)
    }

    fn plain_number(&mut self) -> f64 {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')).unwrap_or(rest.len());
        self.advance(end);
        let digits = std::str::from_utf8(rest.get(..end.min(64)).unwrap_or_default()).unwrap_or_default();
        digits.parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(0.0)
    }
}

/// The bytes that these hexadecimal digits stand for; everything else is skipped, a missing last digit is 0.
pub(super) fn hex(digits: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = digits.iter().filter_map(|byte| hex_digit(*byte)).collect();
    digits.chunks(2).map(|pair| pair.first().unwrap_or(&0) << 4 | pair.get(1).unwrap_or(&0)).collect()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// A text string as UTF-8: UTF-16 or UTF-8 with its mark, else the Latin of PDFDocEncoding.
pub(super) fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &[u8]) -> Value {
        Lexer::object(text, 0).next_value().unwrap()
    }

    #[test]
    fn values_read_as_the_standard_says() {
        assert_eq!(object(b"(a\\(b\\)\\101(n)\\\nx)"), Value::String(b"a(b)A(n)x".to_vec()));
        assert_eq!(object(b"<48 65 6C6>"), Value::String(b"Hel`".to_vec()));
        assert_eq!(object(b"/A#20b"), Value::Name(b"A b".to_vec()));
        let dictionary = object(b"<< /A 1 0 R /B [1 2 -.5] /C << /D (x) >> % note\n /E true >>");
        let dictionary = dictionary.dictionary().unwrap();
        assert_eq!(dictionary.get(b"A"), Some(&Value::Reference(1)));
        assert_eq!(dictionary.get(b"B").unwrap().array().unwrap().len(), 3);
        assert_eq!(dictionary.0.len(), 4);
    }

    #[test]
    fn hostile_nesting_ends() {
        let deep = b"[".repeat(1_000_000);
        let _ = Lexer::object(&deep, 0).next_value();
        let deep = b"<</A".repeat(100_000);
        let _ = Lexer::object(&deep, 0).next_value();
    }
}
