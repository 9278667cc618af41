//! Cutting a pattern into tokens.

/// Why a pattern is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {message}")]
pub struct SyntaxError {
    /// The character, from 1, at which it was seen.
    pub position: usize,
    /// What was wrong.
    pub message: String,
}

impl SyntaxError {
    pub(super) fn new(position: usize, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    /// An identifier with a hyphen in it: a type, never a property.
    HyphenWord(String),
    Integer(i64),
    Float(f64),
    String(String),
    Hex(Vec<u8>),
    Binary(Vec<u8>),
    Timestamp(String),
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Colon,
    Dot,
    Comma,
    Asterisk,
}

/// A token and where it begins, in characters from 1.
pub(super) type Placed = (Token, usize);

/// The longest pattern that is read.
const LONGEST: usize = 1 << 20;

pub(super) fn tokens(pattern: &str) -> Result<Vec<Placed>, SyntaxError> {
    if pattern.len() > LONGEST {
        return Err(SyntaxError::new(1, format!("longer than {LONGEST} bytes")));
    }
    let mut lexer = Lexer { text: pattern.chars().collect(), at: 0 };
    let mut all = Vec::new();
    while lexer.skip_blank()? {
        let position = lexer.at + 1;
        all.push((lexer.token()?, position));
    }
    Ok(all)
}

struct Lexer {
    text: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.at + 1, message)
    }

    /// Skips white space and comments; false at the end.
    fn skip_blank(&mut self) -> Result<bool, SyntaxError> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Ok(false),
                (Some('/'), Some('/')) => {
                    while self.peek(0).is_some_and(|c| c != '\n' && c != '\r') {
                        self.at += 1;
                    }
                }
                (Some('/'), Some('*')) => {
                    let start = self.at;
                    self.at += 2;
                    while !(self.peek(0) == Some('*') && self.peek(1) == Some('/')) {
                        if self.peek(0).is_none() {
                            return Err(SyntaxError::new(start + 1, "a comment without an end"));
                        }
                        self.at += 1;
                    }
                    self.at += 2;
                }
                (Some(c), _) if c.is_whitespace() => self.at += 1,
                _ => return Ok(true),
            }
        }
    }

    fn token(&mut self) -> Result<Token, SyntaxError> {
        let first = self.peek(0).unwrap_or('\0');
        if let Some(prefix @ ('t' | 'b' | 'h')) = self.peek(0)
            && self.peek(1) == Some('\'')
        {
            return self.prefixed(prefix);
        }
        if first == '\'' {
            return self.string().map(Token::String);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return Ok(self.word());
        }
        if let Some(number) = self.number()? {
            return Ok(number);
        }
        let (token, length) = match (first, self.peek(1)) {
            ('=', Some('=')) => (Token::Equal, 2),
            ('=', _) => (Token::Equal, 1),
            ('!', Some('=')) | ('<', Some('>')) => (Token::NotEqual, 2),
            ('<', Some('=')) => (Token::LessOrEqual, 2),
            ('<', _) => (Token::Less, 1),
            ('>', Some('=')) => (Token::GreaterOrEqual, 2),
            ('>', _) => (Token::Greater, 1),
            ('(', _) => (Token::Open, 1),
            (')', _) => (Token::Close, 1),
            ('[', _) => (Token::OpenBracket, 1),
            (']', _) => (Token::CloseBracket, 1),
            (':', _) => (Token::Colon, 1),
            ('.', _) => (Token::Dot, 1),
            (',', _) => (Token::Comma, 1),
            ('*', _) => (Token::Asterisk, 1),
            (other, _) => return Err(self.error(format!("unexpected {other:?}"))),
        };
        self.at += length;
        Ok(token)
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        if word.contains('-') { Token::HyphenWord(word) } else { Token::Word(word) }
    }

    /// `5`, `-0`, `+3`, `.5`, `-12.658`; no leading zeros.
    fn number(&mut self) -> Result<Option<Token>, SyntaxError> {
        let signed = matches!(self.peek(0), Some('+' | '-'));
        let mut end = self.at + usize::from(signed);
        let digits_from = end;
        while self.text.get(end).is_some_and(char::is_ascii_digit) {
            end += 1;
        }
        let whole = end - digits_from;
        let fraction = self.text.get(end) == Some(&'.') && self.text.get(end + 1).is_some_and(char::is_ascii_digit);
        if whole == 0 && !fraction {
            return Ok(None);
        }
        if fraction {
            end += 1;
            while self.text.get(end).is_some_and(char::is_ascii_digit) {
                end += 1;
            }
        } else if whole > 1 && self.text[digits_from] == '0' {
            return Err(self.error("a number with a leading zero"));
        }
        let text: String = self.text[self.at..end].iter().collect();
        let number = if fraction {
            text.parse().map(Token::Float).map_err(|_| self.error("not a number"))?
        } else {
            text.parse().map(Token::Integer).map_err(|_| self.error("a number beyond 64 bits"))?
        };
        self.at = end;
        Ok(Some(number))
    }

    /// A string in single quotes. Only the quote and the backslash are escaped (section 9.2).
    fn string(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Err(SyntaxError::new(start + 1, "a string without an end")),
                (Some('\''), _) => {
                    self.at += 1;
                    return Ok(value);
                }
                (Some('\\'), Some(escaped @ ('\'' | '\\'))) => {
                    value.push(escaped);
                    self.at += 2;
                }
                (Some('\\'), _) => return Err(self.error("a backslash that escapes nothing")),
                (Some(c), _) => {
                    value.push(c);
                    self.at += 1;
                }
            }
        }
    }

    /// `h'…'`, `b'…'` and `t'…'`.
    fn prefixed(&mut self, prefix: char) -> Result<Token, SyntaxError> {
        let start = self.at + 1;
        self.at += 1;
        let value = self.string()?;
        let bad = |what: &str| SyntaxError::new(start, format!("not a {what} constant: {value:?}"));
        match prefix {
            'h' => data_encoding::HEXLOWER_PERMISSIVE
                .decode(value.as_bytes())
                .map(Token::Hex)
                .map_err(|_| bad("hexadecimal")),
            'b' => data_encoding::BASE64.decode(value.as_bytes()).map(Token::Binary).map_err(|_| bad("base64")),
            _ if is_timestamp(&value) => Ok(Token::Timestamp(value)),
            _ => Err(bad("timestamp")),
        }
    }
}

/// The form of a timestamp constant: RFC 3339 in UTC with capitals. The day is checked against the calendar only when
/// it is compared.
pub(super) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    if bytes.len() < shape.len() + 1 {
        return false;
    }
    let fits = shape.iter().zip(bytes).all(|(want, is)| if *want == b'd' { is.is_ascii_digit() } else { want == is });
    let two = |at: usize| text.get(at..at + 2).and_then(|digits| digits.parse::<u8>().ok());
    let in_range = |at, low, high| two(at).is_some_and(|number: u8| (low..=high).contains(&number));
    let rest = &bytes[shape.len()..];
    let fraction = match rest {
        b"Z" => true,
        [b'.', digits @ .., b'Z'] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    fits && fraction
        && in_range(5, 1, 12)
        && in_range(8, 1, 31)
        && in_range(11, 0, 23)
        && in_range(14, 0, 59)
        && in_range(17, 0, 60)
}
